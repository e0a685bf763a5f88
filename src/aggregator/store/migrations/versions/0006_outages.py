"""The times in which a source could not be read, kept when they are over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table of outages. Those that ended before it was made are not known."""
    op.create_table(
        "outages",
        sa.Column("source_id", sa.Text, nullable=False),
        sa.Column("since", sa.Text, nullable=False),
        sa.Column("until", sa.Text, nullable=False),
        sa.Column("failing_since", sa.Text, nullable=True),
        sa.Column("failure", sa.Text, nullable=True),
        sa.Column("missed", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("source_id", "since", name="pk_outages"),
    )
