"""Adds the readings of each day, and the boards of the months that ended."""

from __future__ import annotations

import json
from datetime import datetime
from zoneinfo import ZoneInfo

from alembic import op
from sqlalchemy import Column, Text, text

revision = "0018"
down_revision = "0017"

LONDON = ZoneInfo("Europe/London")


def upgrade() -> None:
    """Create both tables. Of the readings before this step only the newest of each source is known."""
    readings = op.create_table(
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
    states = op.get_bind().execute(text("SELECT source_id, state FROM source_states")).all()
    rows = [row for source, state in states if (row := _newest_reading(source, json.loads(state)))]
    if rows:
        op.bulk_insert(readings, rows)


def _newest_reading(source: str, state: dict[str, str | None]) -> dict[str, str | None] | None:
    at, whole = state.get("last_read"), state.get("read_whole_at")
    if at is None:
        return None
    whole = whole if whole == at else None
    return {
        "source_id": source,
        "day": datetime.fromisoformat(at).astimezone(LONDON).date().isoformat(),
        "first_at": at,
        "last_at": at,
        "first_whole_at": whole,
        "last_whole_at": whole,
    }
