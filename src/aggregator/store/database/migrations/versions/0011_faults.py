"""Adds the table of parts that are set aside after an unexpected exception."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, Text

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Create the table, empty."""
    op.create_table(
        "faults",
        Column("kind", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("error", Text, nullable=False),
        Column("place", Text, nullable=False),
        Column("first_at", Text, nullable=False),
        Column("last_at", Text, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("next_attempt", Text, nullable=False),
    )
