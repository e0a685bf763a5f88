"""Reads and writes tables of labelled titles, with tabs between the columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

from aggregator.config.yaml_files.schema import display_path
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.model import Relevance

# Column in the file → field of LabelledTitle; the columns may have any order.
COLUMNS: Final = {
    "id": "id",
    "title": "title",
    "summary": "summary",
    "body": "body",
    "url": "url",
    "open_government_relevant": "relevance",
    "update_type": "type",
    "topics": "topics",
    "publisher_type": "publisher_type",
}
REQUIRED_COLUMNS: Final = ("title", "open_government_relevant")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledTitle:
    """A title with the labels that a person gave it."""

    title: str
    relevance: Relevance
    id: str = ""
    summary: str = ""
    # A body's name or id.
    body: str = ""
    url: str = ""
    # An update type's id; empty: not labelled.
    type: str = ""
    topics: tuple[str, ...] = ()
    publisher_type: str = ""


def read_labels(path: Path) -> tuple[LabelledTitle, ...]:
    """The titles of a file, in its order; rows without a title are skipped.

    Raises ConfigError, with file and line, for a wrong header or value.
    """
    try:
        # utf-8-sig: spreadsheets put a byte order mark before the first column's name.
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        what = f"cannot be read as UTF-8 text: {error}"
        raise ConfigError((ConfigIssue(display_path(path), 0, what),)) from error
    # QUOTE_NONE: a quotation mark in a title is part of the title.
    table = csv.DictReader(io.StringIO(text, newline=""), delimiter="\t", quoting=csv.QUOTE_NONE)
    missing = [name for name in REQUIRED_COLUMNS if name not in (table.fieldnames or ())]
    if missing:
        what = f"the first line must name the columns, with tabs between them; '{missing[0]}' is missing"
        raise ConfigError((ConfigIssue(display_path(path), 1, what),))
    return tuple(_rows_with_title(path, table))


def write_labels(labels: Iterable[LabelledTitle]) -> str:
    """The same kind of table, with every column."""
    lines = ["\t".join(COLUMNS)]
    for label in labels:
        values = {field.name: getattr(label, field.name) for field in fields(label)}
        values |= {"relevance": label.relevance.value, "topics": ",".join(label.topics)}
        lines.append("\t".join(" ".join(str(values[name]).split()) for name in COLUMNS.values()))
    return "\n".join(lines) + "\n"


def _rows_with_title(path: Path, table: csv.DictReader[str]) -> Iterator[LabelledTitle]:
    for row in table:
        if (row["title"] or "").strip():
            yield _labelled_title(row, path, table.line_num)


def _labelled_title(row: Mapping[str, str | None], path: Path, line: int) -> LabelledTitle:
    values = {field: (row.get(name) or "").strip() for name, field in COLUMNS.items()}
    try:
        relevance = Relevance(values.pop("relevance"))
    except ValueError as error:
        what = f"open_government_relevant is {row['open_government_relevant']!r}; write yes, borderline or no"
        raise ConfigError((ConfigIssue(display_path(path), line, what),)) from error
    topics = tuple(topic.strip() for topic in values.pop("topics").split(",") if topic.strip())
    return LabelledTitle(relevance=relevance, topics=topics, **values)
