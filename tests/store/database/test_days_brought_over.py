"""The step that brings stored dates over makes of an older store what its sources would make of it today."""

from __future__ import annotations

import importlib
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from aggregator.classify import combine_carriers
from aggregator.model import Carrier, Claim, Document, Entry, Labels, Note, Precision, ZoneBasis
from aggregator.store import open_store
from tests.store.values import make_change
from tests.support.builders import NOON, instant, make_entry, make_labels, moment

STEP = importlib.import_module("aggregator.store.database.migrations.versions.0017_days")

DAY = replace(moment("2026-06-03 23:00", Precision.DAY), zone=ZoneBasis.ASSUMED)
TIME = moment("2026-06-05 09:00")
ENTRIES = (
    make_entry("https://a.example/", published=DAY, updated=None, opens=DAY, closes=TIME),
    make_entry("https://b.example/", published=None, updated=None, notes=(Note(moment=DAY, text="n"),)),
    make_entry("https://c.example/", published=TIME, updated=DAY),
    make_entry(
        "https://d.example/", updated=None, claims=(Claim(what="held", moment=DAY, source=None),), closes=None
    ),
)

AS_DAY = {"at": "2026-06-03T23:00:00Z", "precision": "day", "zone": "assumed Europe/London"}
AS_MIDNIGHT = AS_DAY | {"precision": "second", "zone": "stated"}
AS_ZERO = {"at": "1970-01-01T00:00:00Z", "precision": "second", "zone": "stated"}


def combined(carriers: Sequence[Carrier]) -> Document:
    def label(entry: Entry, sources: Sequence[str]) -> Labels:
        return make_labels()

    return combine_carriers(carriers, label)


def test_stored_midnights_placeholders_and_days_are_brought_over(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    with open_store(f"sqlite:///{file}") as store:
        with store.transaction() as tx:
            tx.carriers.apply([make_change(one) for one in ENTRIES])
            by_document = tx.carriers.of_documents(one.id for one in ENTRIES)
            tx.documents.save([combined(carriers) for carriers in by_document.values()])
        expected = store.dump()
        updated = [one.updated for one in store.documents.all()]
        assert sorted(updated) == [*[instant("2026-06-04 12:00")] * 3, NOON]

    make_older(file)
    with open_store(f"sqlite:///{file}") as store:
        assert store.dump() == expected


def make_older(file: Path) -> None:
    """Write the dates as the program before this step had them: midnights as times, one of them of 1970."""
    zero, first = json.dumps(AS_ZERO, separators=(",", ":")), DAY.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    day, midnight = (json.dumps(one, separators=(",", ":")) for one in (AS_DAY, AS_MIDNIGHT))
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.create_function("older", 1, lambda text: text and text.replace(day, midnight))
        for table, column in STEP.COLUMNS:
            connection.execute(f"UPDATE {table} SET {column} = older({column})")  # noqa: S608
        for table in ("documents", "carriers", "revisions"):
            connection.execute(
                f"UPDATE {table} SET entry = replace(entry, ?, ?) WHERE entry LIKE '%b.example%'",  # noqa: S608
                ('"published":null', f'"published":{zero}'),
            )
        connection.execute("UPDATE documents SET updated = ? WHERE updated LIKE '2026-06-04T12%'", [first])
        connection.execute(
            "UPDATE documents SET updated = :at, sort_date = :at WHERE key LIKE '%b.example%'", AS_ZERO
        )
        connection.execute("DROP TABLE readings")
        connection.execute("DROP TABLE month_boards")
        connection.execute("UPDATE alembic_version SET version_num = ?", [STEP.down_revision])
