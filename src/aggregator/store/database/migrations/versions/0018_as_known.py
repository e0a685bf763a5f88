"""Adds the readings of each day, and the boards of the months that ended."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Text

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Create both tables, empty: of earlier days only the newest reading and the outages are known."""
    op.create_table(
        "readings",
        Column("source_id", Text, primary_key=True),
        Column("day", Text, primary_key=True),
        Column("first_at", Text, nullable=False),
        Column("last_at", Text, nullable=False),
        Column("first_whole_at", Text, nullable=True),
        Column("last_whole_at", Text, nullable=True),
    )
    op.create_table(
        "month_boards",
        Column("month", Text, primary_key=True),
        Column("made_at", Text, nullable=False),
        Column("board", Text, nullable=False),
    )
