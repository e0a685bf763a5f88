"""Reads and writes files of labels: titles that people judged, as tables with tabs between the columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

from aggregator.config.yaml_files.schema import shown
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.model import Relevance

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
"""The names in the header, and the fields of a Label that they fill; columns may stand in any order."""
NEEDED: Final = ("title", "open_government_relevant")


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A title and what a person said of it."""

    title: str
    relevance: Relevance
    id: str = ""
    summary: str = ""
    body: str = ""
    """A body's name or id."""
    url: str = ""
    type: str = ""
    """An update type's id; empty: not judged."""
    topics: tuple[str, ...] = ()
    publisher_type: str = ""


def read_labels(path: Path) -> tuple[Label, ...]:
    """The labels of a file, in its order; rows without a title are passed over.

    Raises ConfigError, with file and line, for a header or a value that does not fit.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError((ConfigIssue(shown(path), 0, f"cannot be read as UTF-8 text: {error}"),)) from error
    table = csv.DictReader(io.StringIO(text, newline=""), delimiter="\t", quoting=csv.QUOTE_NONE)
    missing = [name for name in NEEDED if name not in (table.fieldnames or ())]
    if missing:
        what = f"the first line must name the columns, tabs between them; '{missing[0]}' is not there"
        raise ConfigError((ConfigIssue(shown(path), 1, what),))
    return tuple(_labels(path, table))


def write_labels(labels: Iterable[Label]) -> str:
    """The same form, with every column."""
    lines = ["\t".join(COLUMNS)]
    for label in labels:
        told = {field.name: getattr(label, field.name) for field in fields(label)}
        told |= {"relevance": label.relevance.value, "topics": ",".join(label.topics)}
        lines.append("\t".join(" ".join(str(told[name]).split()) for name in COLUMNS.values()))
    return "\n".join(lines) + "\n"


def _labels(path: Path, table: csv.DictReader[str]) -> Iterator[Label]:
    for row in table:
        if (row["title"] or "").strip():
            yield _label(row, path, table.line_num)


def _label(row: Mapping[str, str | None], path: Path, line: int) -> Label:
    told = {field: (row.get(name) or "").strip() for name, field in COLUMNS.items()}
    try:
        relevance = Relevance(told.pop("relevance"))
    except ValueError as error:
        what = f"open_government_relevant is {row['open_government_relevant']!r}; write yes, borderline or no"
        raise ConfigError((ConfigIssue(shown(path), line, what),)) from error
    topics = tuple(topic.strip() for topic in told.pop("topics").split(",") if topic.strip())
    return Label(relevance=relevance, topics=topics, **told)
