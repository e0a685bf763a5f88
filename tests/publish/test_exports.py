"""The exports: each file says the same, a spreadsheet runs nothing in them, and every column is described."""

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
from aggregator.publish.exports.columns import ENTRIES, REVISIONS, Column
from tests.publish.test_validators import rich
from tests.support.builders import carrier, edition, entry, holding, labels, moment

DOCS = Path(__file__).parents[2] / "docs/exports.md"


def made(told: Snapshot) -> dict[str, bytes]:
    """The exported files by name."""
    return {one.path: one.payload for one in export_tables(told)}


def table(told: Snapshot) -> list[dict[str, str]]:
    """The rows of entries.csv."""
    return list(csv.DictReader(io.StringIO(made(told)["entries.csv"].decode(), newline="")))


def lines(told: Snapshot, path: str) -> list[dict[str, Any]]:
    """The rows of a file of JSON Lines."""
    return [json.loads(line) for line in made(told)[path].decode().splitlines()]


def test_a_document_is_a_row_with_all_that_is_known_of_it() -> None:
    about = labels(topics=("open-data", "foi"), plans=("NAP6",), subjects=("glasgow",), score=18)
    told = entry(published=moment("2026-06-02 08:15"), closes=moment("2026-07-01 10:00"))

    (row,) = table(edition(holding(told, labels=about)))

    assert row == {
        "id": told.id,
        "title": "A plan",
        "url": "https://www.gov.uk/a-plan",
        "page": f"https://updates.example.org/entries/{told.id.removeprefix('urn:uuid:')}.html",
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
        "updated": "2026-06-05T12:00:00Z",
        "first_seen": "2026-06-05T12:00:00Z",
        "backlog": "false",
        "opens": "",
        "closes": "2026-07-01T10:00:00Z",
        "closes_precision": "second",
        "removed": "",
        "language": "en",
        "licence": "OGL-3.0",
        "carriers": "cabinet-office",
        "revisions": "0",
        "summary": "What the plan says.",
    }


def test_json_lines_and_the_database_hold_the_same_rows_with_lists_as_lists() -> None:
    told = rich()
    rows = lines(told, "entries.jsonl")
    database = sqlite3.connect(":memory:")
    database.deserialize(made(told)["updates.db"])
    database.row_factory = sqlite3.Row

    kept = [dict(row) for row in database.execute("SELECT * FROM entries ORDER BY id")]
    versions = [dict(row) for row in database.execute("SELECT * FROM revisions ORDER BY id, source, number")]
    topics = database.execute("SELECT count(*) FROM entries, json_each(entries.topics)").fetchone()[0]
    database.close()

    assert [row["id"] for row in rows] == [row["id"] for row in table(told)] == [row["id"] for row in kept]
    assert [json.loads(row["topics"]) for row in kept] == [row["topics"] for row in rows]
    assert topics == 3
    assert [row["number"] for row in versions] == [row["number"] for row in lines(told, "revisions.jsonl")]


def test_every_version_is_a_row_with_its_words_and_the_publishers_note() -> None:
    versions = [row for row in lines(rich(), "revisions.jsonl") if row["number"] > 1]

    assert [(row["number"], row["parts"], row["note"]) for row in versions] == [
        (2, ["text", "closing date"], "Corrected."),
        (3, ["removed"], None),
    ]
    assert versions[0]["text"] == "New words. The same."
    assert versions[1]["removed"] == "withdrawn"


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", '=HYPERLINK("x")', "＝1", "\u202e=1"],
)
def test_no_cell_begins_as_a_formula_does(text: str) -> None:
    told = entry(title=text, summary=text, body=text)

    (row,) = table(edition(holding(told, labels=labels(type=text, topics=(text,)))))

    for value in row.values():
        assert not re.match(r"\s*[=+\-@\t\r＝＋－＠]", value)


def test_the_words_of_a_publisher_whose_licence_is_not_known_are_left_out() -> None:
    told = entry(licence="unknown", summary="Theirs", content="<p>Theirs</p>", text="Theirs")
    files = made(edition(holding(told, carriers=(carrier(told),))))

    assert all(b"Theirs" not in payload for payload in files.values())


def test_the_package_describes_each_file_with_size_sum_and_columns() -> None:
    files = made(rich())
    described = json.loads(files["datapackage.json"])

    by_path = {resource["path"]: resource for resource in described["resources"]}
    assert by_path.keys() == files.keys() - {"datapackage.json"}
    for path, resource in by_path.items():
        assert resource["bytes"] == len(files[path])
        assert resource["hash"] == f"sha256:{hashlib.sha256(files[path]).hexdigest()}"
    header = files["entries.csv"].decode().splitlines()[0].split(",")
    assert [field["name"] for field in by_path["entries.csv"]["schema"]["fields"]] == header


def test_the_same_edition_is_the_same_bytes() -> None:
    assert made(rich()) == made(rich())


def test_every_column_is_documented() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (.*?) \|$", DOCS.read_text(), re.MULTILINE)

    columns: list[Column[Any]] = [*ENTRIES, *REVISIONS]
    assert rows == [(column.name, column.type, column.means) for column in columns]
