"""Adds the table of breakdowns of which the operator is told by mail."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Text

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Create the table, empty."""
    op.create_table(
        "breakdowns",
        Column("began_at", Text, primary_key=True),
        Column("problems", Text, nullable=False),
        Column("reported_at", Text, nullable=True),
        Column("well_since", Text, nullable=True),
        Column("ended_at", Text, nullable=True),
    )
