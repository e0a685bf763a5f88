"""The exports: every file has the same rows, no cell is a formula, and every column is documented."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from aggregator.model import Snapshot
from aggregator.publish import export_tables
from aggregator.publish.exports.columns import ENTRY_COLUMNS, REVISION_COLUMNS, Column
from tests.publish.test_validators import make_feed_snapshot
from tests.support.builders import make_carrier, make_document, make_entry, make_labels, make_snapshot, moment

DOCS = Path(__file__).parents[2] / "docs/exports.md"


def exported_files(snapshot: Snapshot) -> dict[str, bytes]:
    """The exported files by path."""
    return {file.path: file.payload for file in export_tables(snapshot)}


def read_csv(snapshot: Snapshot) -> list[dict[str, str]]:
    """The rows of entries.csv."""
    return list(csv.DictReader(io.StringIO(exported_files(snapshot)["entries.csv"].decode(), newline="")))


def read_json_lines(snapshot: Snapshot, path: str) -> list[dict[str, Any]]:
    """The rows of a file of JSON Lines."""
    return [json.loads(line) for line in exported_files(snapshot)[path].decode().splitlines()]


def test_a_document_is_a_row_with_all_its_fields() -> None:
    labels = make_labels(topics=("open-data", "foi"), plans=("NAP6",), subjects=("glasgow",), score=18)
    entry = make_entry(published=moment("2026-06-02 08:15"), closes=moment("2026-07-01 10:00"))

    (row,) = read_csv(make_snapshot(make_document(entry, labels=labels)))

    assert row == {
        "id": entry.id,
        "title": "A plan",
        "url": "https://www.gov.uk/a-plan",
        "page": f"https://updates.example.org/entries/{entry.id.removeprefix('urn:uuid:')}.html",
        "body": "cabinet-office",
        "body_name": "Cabinet Office",
        "nation": "uk",
        "subjects": "glasgow",
        "type": "news",
        "relevance": "yes",
        "score": "18",
        "topics": "open-data; foi",
        "plans": "NAP6",
        "commitments": "",
        "corrected": "false",
        "published": "2026-06-02T08:15:00Z",
        "published_precision": "second",
        "date_note": "",
        "updated": "2026-06-05T12:00:00Z",
        "first_seen": "2026-06-05T12:00:00Z",
        "backlog": "false",
        "opens": "",
        "closes": "2026-07-01T10:00:00Z",
        "closes_precision": "second",
        "removed": "",
        "language": "en",
        "translations": "",
        "licence": "OGL-3.0",
        "carriers": "cabinet-office",
        "revisions": "0",
        "summary": "What the plan says.",
    }


def test_json_lines_and_the_database_have_the_same_rows_with_lists_as_lists() -> None:
    snapshot = make_feed_snapshot()
    rows = read_json_lines(snapshot, "entries.jsonl")
    database = sqlite3.connect(":memory:")
    database.deserialize(exported_files(snapshot)["updates.db"])
    database.row_factory = sqlite3.Row

    stored_rows = [dict(row) for row in database.execute("SELECT * FROM entries ORDER BY id")]
    revisions = [dict(row) for row in database.execute("SELECT * FROM revisions ORDER BY id, source, number")]
    topics = database.execute("SELECT count(*) FROM entries, json_each(entries.topics)").fetchone()[0]
    database.close()

    assert (
        [row["id"] for row in rows]
        == [row["id"] for row in read_csv(snapshot)]
        == [row["id"] for row in stored_rows]
    )
    assert [json.loads(row["topics"]) for row in stored_rows] == [row["topics"] for row in rows]
    assert topics == 3
    assert [row["number"] for row in revisions] == [
        row["number"] for row in read_json_lines(snapshot, "revisions.jsonl")
    ]


def test_every_revision_is_a_row_with_its_text_and_the_publishers_note() -> None:
    revisions = [row for row in read_json_lines(make_feed_snapshot(), "revisions.jsonl") if row["number"] > 1]

    assert [(row["number"], row["parts"], row["note"]) for row in revisions] == [
        (2, ["text", "closing date"], "Corrected."),
        (3, ["removed"], None),
    ]
    assert revisions[0]["text"] == "New words. The same."
    assert revisions[1]["removed"] == "withdrawn"


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", '=HYPERLINK("x")', "＝1", "\u202e=1"],
)
def test_no_cell_starts_like_a_formula(text: str) -> None:
    entry = make_entry(title=text, summary=text, body=text)

    (row,) = read_csv(make_snapshot(make_document(entry, labels=make_labels(type=text, topics=(text,)))))

    for value in row.values():
        assert not re.match(r"\s*[=+\-@\t\r＝＋－＠]", value)


def test_text_without_a_known_licence_is_left_out() -> None:
    entry = make_entry(licence="unknown", summary="Theirs", content="<p>Theirs</p>", text="Theirs")
    files = exported_files(make_snapshot(make_document(entry, carriers=(make_carrier(entry),))))

    assert all(b"Theirs" not in payload for payload in files.values())


def test_the_data_package_describes_each_file_with_size_checksum_and_columns() -> None:
    files = exported_files(make_feed_snapshot())
    description = json.loads(files["datapackage.json"])

    by_path = {resource["path"]: resource for resource in description["resources"]}
    assert by_path.keys() == files.keys() - {"datapackage.json"}
    for path, resource in by_path.items():
        assert resource["bytes"] == len(files[path])
        assert resource["hash"] == f"sha256:{hashlib.sha256(files[path]).hexdigest()}"
    header = files["entries.csv"].decode().splitlines()[0].split(",")
    assert [field["name"] for field in by_path["entries.csv"]["schema"]["fields"]] == header


def test_the_same_snapshot_gives_the_same_bytes() -> None:
    assert exported_files(make_feed_snapshot()) == exported_files(make_feed_snapshot())


def test_every_column_is_documented() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (.*?) \|$", DOCS.read_text(), re.MULTILINE)

    columns: list[Column[Any]] = [*ENTRY_COLUMNS, *REVISION_COLUMNS]
    assert rows == [(column.name, column.type, column.description) for column in columns]
