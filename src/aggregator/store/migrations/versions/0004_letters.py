"""Readers, their letters, and the addresses that must not be written to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables of letters."""
    op.create_table(
        "readers",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=True),
        sa.Column("standing", sa.Text, nullable=False),
        sa.Column("since", sa.Text, nullable=False),
        sa.Column("choices", sa.Text, nullable=False),
        sa.Column("is_list", sa.Boolean, nullable=False),
        sa.Column("leave", sa.Text, nullable=False),
        sa.Column("replaces", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_readers"),
        sa.UniqueConstraint("address", name="uq_readers_address"),
    )
    op.create_index("ix_readers_standing", "readers", ["standing", "since"])
    op.create_table(
        "mailings",
        sa.Column("run", sa.Text, nullable=False),
        sa.Column("planned", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("run", name="pk_mailings"),
    )
    op.create_table(
        "postings",
        sa.Column("run", sa.Text, nullable=False),
        sa.Column("reader", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("due", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("first_tried", sa.Text, nullable=True),
        sa.Column("unsure", sa.Integer, nullable=False),
        sa.Column("reply", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("run", "reader", name="pk_postings"),
    )
    op.create_index("ix_postings_next", "postings", ["state", "due", "run", "reader"])
    op.create_index("ix_postings_reader", "postings", ["reader"])
    op.create_table(
        "shunned",
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_shunned"),
    )
    op.create_table(
        "replies",
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_replies"),
    )
    op.create_table(
        "bounces",
        sa.Column("run", sa.Text, nullable=False),
        sa.Column("reader", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("run", "reader", "kind", name="pk_bounces"),
    )
