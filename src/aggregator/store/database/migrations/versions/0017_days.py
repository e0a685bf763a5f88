"""Brings stored dates over once: a midnight is a day, a placeholder is no date, and a day counts by its noon.

What `normalise/dates.py` makes of the same dates today, so that no document looks changed at its next poll.
Digests and alerts that were sent stay as they are.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from alembic import op
from sqlalchemy import Connection, text

revision = "0017"
down_revision = "0016"

LONDON: Final = ZoneInfo("Europe/London")
MOMENT_FIELDS: Final = {"at", "precision", "zone"}
ZERO_DAYS: Final = {
    date(1899, 12, 30),
    date(1899, 12, 31),
    date(1900, 1, 1),
    date(1969, 12, 31),
    date(1970, 1, 1),
}
ZERO_INSTANTS: Final = {"1901-12-13T20:45:52Z", "2038-01-19T03:14:07Z", "2106-02-07T06:28:15Z"}
TIMED: Final = {"second", "minute"}
# Columns of JSON in which a moment can stand, by table.
COLUMNS: Final = (
    ("documents", "entry"),
    ("documents", "removal"),
    ("carriers", "entry"),
    ("carriers", "previous_entry"),
    ("carriers", "pending_removal"),
    ("carriers", "removal"),
    ("revisions", "entry"),
)


def upgrade() -> None:
    """Rewrite the dates of documents, and what was worked out of them."""
    connection = op.get_bind()
    updated = _updated_times(connection)
    for table, column in COLUMNS:
        _rewrite(connection, table, column)
    rows = connection.execute(text("SELECT id, entry, first_seen, updated, sort_date FROM documents")).all()
    for id, entry, first_seen, before, sorted_by in rows:
        own = dated(json.loads(entry), ("published", "updated"))
        values = {
            "updated": updated.get((id, before), before),
            "sort_date": own["at"] if own else first_seen,
            "id": id,
        }
        if (values["updated"], values["sort_date"]) != (before, sorted_by):
            statement = "UPDATE documents SET updated = :updated, sort_date = :sort_date WHERE id = :id"
            connection.execute(text(statement), values)


def _rewrite(connection: Connection, table: str, column: str) -> None:
    query = f"SELECT rowid, {column} FROM {table} WHERE {column} LIKE '%\"precision\"%'"  # noqa: S608
    for rowid, stored in connection.execute(text(query)).all():
        written = json.dumps(
            brought_over(json.loads(stored)), ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
        if written != stored:
            statement = f"UPDATE {table} SET {column} = :value WHERE rowid = :rowid"  # noqa: S608
            connection.execute(text(statement), {"value": written, "rowid": rowid})


def brought_over(value: Any) -> Any:
    """Return the JSON with each moment in it as it is read today."""
    if isinstance(value, list):
        return [brought_over(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("source_feed"):
        # From another instance of this program, which writes times only.
        return value
    if value.keys() == MOMENT_FIELDS:
        return _moment(value)
    return {key: brought_over(one) for key, one in value.items()}


def _moment(moment: dict[str, str]) -> dict[str, str] | None:
    at = datetime.fromisoformat(moment["at"])
    local = at.astimezone(LONDON)
    if moment["precision"] in TIMED:
        in_first_month = (at.year, at.month) == (1970, 1)
        if in_first_month or at.date() in ZERO_DAYS or moment["at"] in ZERO_INSTANTS:
            return None
    elif moment["precision"] == "day" and local.date() in ZERO_DAYS:
        return None
    day = next((one.date() for one in (at, local) if one.time() == time()), None)
    if moment["precision"] != "second" or day is None:
        return moment
    first = datetime.combine(day, time(), LONDON).astimezone(UTC)
    return {"at": _text(first), "precision": "day", "zone": "assumed Europe/London"}


def _updated_times(connection: Connection) -> dict[tuple[str, str], str]:
    """Return what `updated` of a document becomes, by its id and what it is now."""
    query = "SELECT document_id, entry, seen_at FROM revisions ORDER BY document_id, number, source_id"
    found: dict[tuple[str, str], str] = {}
    for id, stored, seen_at in connection.execute(text(query)):
        entry = json.loads(stored)
        before, after = (dated(one, ("updated", "published")) for one in (entry, brought_over(entry)))
        if before and before["at"] <= seen_at:
            found.setdefault((id, before["at"]), _effective(after, seen_at))
    return found


def _effective(claimed: dict[str, str] | None, seen_at: str) -> str:
    """Return when a revision took effect: by its date, a day by its noon, unless that was still to come."""
    if claimed is None:
        return seen_at
    at = claimed["at"]
    if claimed["precision"] not in TIMED:
        day = datetime.fromisoformat(at).astimezone(LONDON).date()
        at = _text(datetime.combine(day, time(12), UTC))
    return min(at, seen_at)


def dated(entry: dict[str, Any], fields: tuple[str, str]) -> dict[str, str] | None:
    """Return the first date that the entry has: in one of these fields, or else in a claim."""
    moments = [*(entry[field] for field in fields), *(claim["moment"] for claim in entry["claims"])]
    return next((moment for moment in moments if moment), None)


def _text(instant: datetime) -> str:
    return f"{instant.replace(tzinfo=None).isoformat()}Z"
