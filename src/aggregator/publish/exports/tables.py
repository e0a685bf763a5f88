"""Exports every document and revision as files for spreadsheets, programs and Datasette.

Subscribers are never exported. To add a column, add it to `columns.py` and docs/exports.md; a test compares
them.
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
from aggregator.model import Artifact, Site, Snapshot
from aggregator.model.licences import LICENCES, licence
from aggregator.publish.exports.columns import (
    DEMONSTRATION_COLUMN,
    ENTRY_COLUMNS,
    REVISION_COLUMNS,
    Column,
    RevisionRow,
    RowType,
)
from aggregator.publish.presentation.text import clean_title
from aggregator.values.text import remove_unwanted

DATABASE: Final = "updates.db"
# How a cell starts that a spreadsheet may run as a formula (OWASP, "CSV Injection"), also in full width.
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_LIST_SEPARATOR: Final = "; "
ColumnsByTable = Mapping[str, Sequence[Column[Any]]]
_SQL_TYPES: Final = {"integer": "INTEGER", "boolean": "INTEGER"}


def export_tables(snapshot: Snapshot) -> tuple[Artifact, ...]:
    """The tables of documents and revisions as CSV, JSON Lines and SQLite, described by datapackage.json."""
    # Sorted by id, so that a document keeps its place when it changes.
    documents = sorted(snapshot.documents, key=lambda document: document.entry.id)
    revision_rows = [
        RevisionRow(document=document, carrier=carrier, revision=revision)
        for document in documents
        for carrier in document.carriers
        for revision in carrier.revisions
    ]
    columns = _columns(snapshot.site)
    entries = list(_rows(columns["entries"], documents, snapshot))
    revisions = list(_rows(columns["revisions"], revision_rows, snapshot))
    database = _database(columns, entries, revisions)
    files = (
        Artifact(path="entries.csv", media_type="text/csv", payload=_csv(columns["entries"], entries)),
        Artifact(path="entries.jsonl", media_type="application/jsonl", payload=_jsonl(entries)),
        Artifact(path="revisions.jsonl", media_type="application/jsonl", payload=_jsonl(revisions)),
        Artifact(path=DATABASE, media_type="application/vnd.sqlite3", payload=database),
    )
    return (*files, _data_package(snapshot, files))


def _columns(site: Site) -> ColumnsByTable:
    """The columns of each table. In every row, those of a replay say that its documents are invented."""
    more = (DEMONSTRATION_COLUMN,) if site.is_demonstration else ()
    return {"entries": (*ENTRY_COLUMNS, *more), "revisions": (*REVISION_COLUMNS, *more)}


def _rows(
    columns: Sequence[Column[RowType]], items: Iterable[RowType], snapshot: Snapshot
) -> Iterator[dict[str, Any]]:
    for item in items:
        yield {column.name: _clean(column.value(item, snapshot)) for column in columns}


def _clean(value: Any) -> Any:
    """The value without control characters and direction overrides."""
    if isinstance(value, str):
        return remove_unwanted(value)
    return [remove_unwanted(text) for text in value] if isinstance(value, list) else value


def _csv(columns: Sequence[Column[Any]], rows: Iterable[Mapping[str, Any]]) -> bytes:
    # RFC 4180, in UTF-8.
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.name for column in columns])
    writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    """The value as text that no spreadsheet runs as a formula."""
    # An apostrophe at the start makes a spreadsheet treat the cell as text.
    if value is None:
        return ""
    if isinstance(value, bool | int):
        return str(value).lower()
    text = _LIST_SEPARATOR.join(value) if isinstance(value, list) else str(value)
    return f"'{text}" if text.lstrip(" \n").startswith(_FORMULA_STARTS) else text


def _jsonl(rows: Iterable[Mapping[str, Any]]) -> bytes:
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows).encode()


def _database(
    columns: ColumnsByTable, entries: Sequence[Mapping[str, Any]], revisions: Sequence[Mapping[str, Any]]
) -> bytes:
    """An SQLite file with both tables; lists are JSON arrays, which Datasette can use as facets."""
    # In memory: the bytes are an artifact like any other, and no file is written before `write_output`.
    with closing(sqlite3.connect(":memory:")) as connection:
        _fill_table(connection, "entries", columns["entries"], entries, "PRIMARY KEY (id)")
        _fill_table(
            connection,
            "revisions",
            columns["revisions"],
            revisions,
            "PRIMARY KEY (id, source, number), FOREIGN KEY (id) REFERENCES entries (id)",
        )
        connection.commit()
        return connection.serialize()


def _fill_table(
    connection: sqlite3.Connection,
    name: str,
    columns: Sequence[Column[Any]],
    rows: Iterable[Mapping[str, Any]],
    keys: str,
) -> None:
    declarations = ", ".join(f'"{column.name}" {_SQL_TYPES.get(column.type, "TEXT")}' for column in columns)
    connection.execute(f"CREATE TABLE {name} ({declarations}, {keys}) WITHOUT ROWID")
    placeholders = ", ".join("?" for _ in columns)
    # Names and placeholders come from our own columns, never from data.
    connection.executemany(
        f"INSERT INTO {name} VALUES ({placeholders})",  # noqa: S608
        ([_sql_value(value) for value in row.values()] for row in rows),
    )


def _sql_value(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value


def _data_package(snapshot: Snapshot, files: Sequence[Artifact]) -> Artifact:
    """The description as a Frictionless Data Package, version 1 (specs.frictionlessdata.io/data-package)."""
    licence_ids = sorted({document.entry.licence for document in snapshot.documents} & LICENCES.keys())
    package = {
        "profile": "data-package",
        "name": "uk-open-government-updates",
        "title": clean_title(snapshot.site.title),
        "description": "Every document that is held, and every version of it that was seen.",
        "version": VERSION,
        "homepage": snapshot.site.base_url,
        "licenses": [
            {"title": licence(id).name, **({"path": url} if (url := licence(id).url) else {})}
            for id in licence_ids
        ],
        "resources": [_resource(file, _columns(snapshot.site)) for file in files],
    }
    if not licence_ids:
        del package["licenses"]
    text = json.dumps(package, ensure_ascii=False, indent=1) + "\n"
    return Artifact(path="datapackage.json", media_type="application/json", payload=text.encode())


def _resource(file: Artifact, tables: ColumnsByTable) -> dict[str, Any]:
    name, _, suffix = file.path.partition(".")
    resource: dict[str, Any] = {
        "name": f"{name}-{suffix}",
        "path": file.path,
        "format": suffix,
        "mediatype": file.media_type,
        "bytes": len(file.payload),
        "hash": f"sha256:{hashlib.sha256(file.payload).hexdigest()}",
    }
    if suffix == "csv":
        resource |= {"profile": "tabular-data-resource", "encoding": "utf-8"}
    if name in tables:
        resource["schema"] = _schema(name, tables[name], as_text=suffix == "csv")
    return resource


def _schema(table: str, columns: Sequence[Column[Any]], *, as_text: bool) -> dict[str, Any]:
    fields = [_field(column, as_text=as_text) for column in columns]
    key = ["id"] if table == "entries" else ["id", "source", "number"]
    return {"fields": fields, "primaryKey": key, "missingValues": [""]}


def _field(column: Column[Any], *, as_text: bool) -> dict[str, Any]:
    # In CSV a list is text with `; ` between its parts.
    type = "string" if as_text and column.type == "array" else column.type
    return {"name": column.name, "type": type, "description": column.description}
