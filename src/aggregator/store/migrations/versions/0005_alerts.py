"""Alert rules that are watched for, what they found, readers' own rules, and posts to webhooks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables of alerts."""
    op.create_table(
        "watched_rules",
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("condition", sa.Text, nullable=False),
        sa.Column("since", sa.Text, nullable=False),
        sa.Column("looked", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("rule", name="pk_watched_rules"),
    )
    op.create_table(
        "alerts",
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("entry_id", sa.Text, nullable=False),
        sa.Column("occasion", sa.Text, nullable=False),
        sa.Column("due", sa.Text, nullable=False),
        sa.Column("run", sa.Text, nullable=True),
        sa.Column("alert", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("rule", "entry_id", "occasion", name="pk_alerts"),
    )
    op.create_index("ix_alerts_entry_id", "alerts", ["entry_id"])
    op.create_index("ix_alerts_run", "alerts", ["run"])
    op.create_table(
        "own_rules",
        sa.Column("reader", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("reader", "id", name="pk_own_rules"),
    )
    op.create_table(
        "hooks",
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("entry_id", sa.Text, nullable=False),
        sa.Column("occasion", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("due", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("first_tried", sa.Text, nullable=True),
        sa.Column("reply", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("rule", "entry_id", "occasion", name="pk_hooks"),
    )
    op.create_index("ix_hooks_next", "hooks", ["state", "due"])
