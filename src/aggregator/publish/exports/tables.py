"""The whole record as files for spreadsheets, programs and Datasette; nothing of any subscriber is in it.

In: Edition. Out: files for a folder of their own. To add a column: one in `columns`, and its line in
docs/exports.md, which a test asks for.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, Final

from aggregator import VERSION
from aggregator.model import Artifact, Snapshot
from aggregator.model.licences import LICENCES, licence
from aggregator.publish.exports.columns import ENTRIES, REVISIONS, Column, Row, Told
from aggregator.publish.presentation.text import titled
from aggregator.values.text import tidy

DATABASE: Final = "updates.db"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""How a cell begins that a spreadsheet may run (OWASP, "CSV Injection"), also in full width."""
_LIST: Final = "; "
_SQL: Final = {"integer": "INTEGER", "boolean": "INTEGER"}


def export_tables(edition: Snapshot) -> tuple[Artifact, ...]:
    """Two tables as CSV, JSON Lines and SQLite, and the datapackage.json that describes them."""
    held = sorted(edition.holdings, key=lambda holding: holding.entry.id)
    told = [
        Told(holding=holding, carrier=carrier, revision=revision)
        for holding in held
        for carrier in holding.carriers
        for revision in carrier.revisions
    ]
    entries = list(_rows(ENTRIES, held, edition))
    revisions = list(_rows(REVISIONS, told, edition))
    files = (
        Artifact(path="entries.csv", media_type="text/csv", payload=_csv(ENTRIES, entries)),
        Artifact(path="entries.jsonl", media_type="application/jsonl", payload=_jsonl(entries)),
        Artifact(path="revisions.jsonl", media_type="application/jsonl", payload=_jsonl(revisions)),
        Artifact(path=DATABASE, media_type="application/vnd.sqlite3", payload=_database(entries, revisions)),
    )
    return (*files, _package(edition, files))


def _rows(
    columns: Sequence[Column[Row]], things: Iterable[Row], edition: Snapshot
) -> Iterator[dict[str, Any]]:
    for thing in things:
        yield {column.name: _fit(column.value(thing, edition)) for column in columns}


def _fit(value: Any) -> Any:
    """Without control characters and what turns the direction of words."""
    if isinstance(value, str):
        return tidy(value)
    return [tidy(one) for one in value] if isinstance(value, list) else value


def _csv(columns: Sequence[Column[Any]], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """RFC 4180, in UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.name for column in columns])
    writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe before it says that it is text."""
    if value is None:
        return ""
    if isinstance(value, bool | int):
        return str(value).lower()
    text = _LIST.join(value) if isinstance(value, list) else str(value)
    return f"'{text}" if text.lstrip(" \n").startswith(_FORMULA) else text


def _jsonl(rows: Iterable[Mapping[str, Any]]) -> bytes:
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows).encode()


def _database(entries: Sequence[Mapping[str, Any]], revisions: Sequence[Mapping[str, Any]]) -> bytes:
    """An SQLite file with a table for each; lists are JSON arrays, which Datasette knows as facets."""
    with closing(sqlite3.connect(":memory:")) as made:
        _table(made, "entries", ENTRIES, entries, "PRIMARY KEY (id)")
        _table(
            made,
            "revisions",
            REVISIONS,
            revisions,
            "PRIMARY KEY (id, source, number), FOREIGN KEY (id) REFERENCES entries (id)",
        )
        made.commit()
        return made.serialize()


def _table(
    made: sqlite3.Connection,
    name: str,
    columns: Sequence[Column[Any]],
    rows: Iterable[Mapping[str, Any]],
    keys: str,
) -> None:
    declared = ", ".join(f'"{column.name}" {_SQL.get(column.type, "TEXT")}' for column in columns)
    made.execute(f"CREATE TABLE {name} ({declared}, {keys}) WITHOUT ROWID")
    places = ", ".join("?" for _ in columns)
    # Names and places come from our own table of columns.
    made.executemany(
        f"INSERT INTO {name} VALUES ({places})",  # noqa: S608
        ([_stored(value) for value in row.values()] for row in rows),
    )


def _stored(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value


def _package(edition: Snapshot, files: Sequence[Artifact]) -> Artifact:
    """Frictionless Data Package (specs.frictionlessdata.io/data-package), version 1."""
    used = sorted({holding.entry.licence for holding in edition.holdings} & LICENCES.keys())
    package = {
        "profile": "data-package",
        "name": "uk-open-government-updates",
        "title": titled(edition.site.title),
        "description": "Every document that is held, and every version of it that was seen.",
        "version": VERSION,
        "homepage": edition.site.base_url,
        "licenses": [
            {"title": licence(id).name, **({"path": url} if (url := licence(id).url) else {})} for id in used
        ],
        "resources": [_resource(file) for file in files],
    }
    if not used:
        del package["licenses"]
    written = json.dumps(package, ensure_ascii=False, indent=1) + "\n"
    return Artifact(path="datapackage.json", media_type="application/json", payload=written.encode())


def _resource(file: Artifact) -> dict[str, Any]:
    name, _, suffix = file.path.partition(".")
    described: dict[str, Any] = {
        "name": f"{name}-{suffix}",
        "path": file.path,
        "format": suffix,
        "mediatype": file.media_type,
        "bytes": len(file.payload),
        "hash": f"sha256:{hashlib.sha256(file.payload).hexdigest()}",
    }
    tables: Mapping[str, Sequence[Column[Any]]] = {"entries": ENTRIES, "revisions": REVISIONS}
    columns = tables.get(name, ())
    if suffix == "csv":
        described |= {"profile": "tabular-data-resource", "encoding": "utf-8"}
    if columns:
        described["schema"] = _schema(columns, as_text=suffix == "csv")
    return described


def _schema(columns: Sequence[Column[Any]], *, as_text: bool) -> dict[str, Any]:
    fields = [_field(column, as_text=as_text) for column in columns]
    key = ["id"] if columns is ENTRIES else ["id", "source", "number"]
    return {"fields": fields, "primaryKey": key, "missingValues": [""]}


def _field(column: Column[Any], *, as_text: bool) -> dict[str, Any]:
    """In CSV a list is text with `; ` in between."""
    kind = "string" if as_text and column.type == "array" else column.type
    return {"name": column.name, "type": kind, "description": column.means}
