"""The first schema. Written in plain types, so that it stays what it was when the tables move on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table. There is no way back but a copy of the file."""
    op.create_table(
        "entries",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("relevant", sa.Boolean, nullable=False),
        sa.Column("backlog", sa.Boolean, nullable=False),
        sa.Column("first_seen", sa.Text, nullable=False),
        sa.Column("updated", sa.Text, nullable=False),
        sa.Column("dated", sa.Text, nullable=False),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("labels", sa.Text, nullable=False),
        sa.Column("removed", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_entries"),
        sa.UniqueConstraint("key", name="uq_entries_key"),
    )
    op.create_index("ix_entries_first_seen", "entries", ["first_seen"])
    op.create_index("ix_entries_newest", "entries", ["dated", "id"])
    op.create_table(
        "carriers",
        sa.Column("entry_id", sa.Text, nullable=False),
        sa.Column("source_id", sa.Text, nullable=False),
        sa.Column("first_seen", sa.Text, nullable=False),
        sa.Column("backlog", sa.Boolean, nullable=False),
        sa.Column("told_at", sa.Text, nullable=False),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("last_seen", sa.Text, nullable=False),
        sa.Column("vanishing", sa.Text, nullable=True),
        sa.Column("removed", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("entry_id", "source_id", name="pk_carriers"),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name="fk_carriers_entries", deferrable=True, initially="DEFERRED"
        ),
    )
    op.create_index("ix_carriers_source", "carriers", ["source_id", "last_seen"])
    op.create_table(
        "revisions",
        sa.Column("entry_id", sa.Text, nullable=False),
        sa.Column("source_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("seen_at", sa.Text, nullable=False),
        sa.Column("parts", sa.Text, nullable=False),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("payload_sha256", sa.Text, nullable=False),
        sa.Column("last_seen", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("entry_id", "source_id", "number", name="pk_revisions"),
        sa.ForeignKeyConstraint(
            ["entry_id", "source_id"],
            ["carriers.entry_id", "carriers.source_id"],
            name="fk_revisions_carriers",
        ),
    )
    op.create_index("ix_revisions_seen_at", "revisions", ["seen_at"])
    op.create_table(
        "aliases",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("entry_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_aliases"),
    )
    op.create_table(
        "tombstones",
        sa.Column("entry_id", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name="pk_tombstones"),
    )
    op.create_table(
        "source_states",
        sa.Column("source_id", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("source_id", name="pk_source_states"),
    )
    op.create_table(
        "runs",
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("run", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("at", name="pk_runs"),
    )
    op.create_table(
        "digest_runs",
        sa.Column("week", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("week", name="pk_digest_runs"),
    )
    op.create_table(
        "robots",
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("copy", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("origin", name="pk_robots"),
    )
