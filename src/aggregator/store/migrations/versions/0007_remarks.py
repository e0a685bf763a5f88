"""Remarks: what answers to readers say besides their form, until they are sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the table of remarks."""
    op.create_table(
        "remarks",
        sa.Column("run", sa.Text, nullable=False),
        sa.Column("reader", sa.Text, nullable=False),
        sa.Column("remark", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("run", "reader", name="pk_remarks"),
    )
