"""The columns of the exports: name, type, description and value."""
# Names, types and descriptions are published in datapackage.json, and docs/exports.md lists them.

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from aggregator.model import DEMONSTRATION, Carrier, Document, Entry, Moment, Revision, Snapshot, Translation
from aggregator.model.days import iso_text
from aggregator.model.licences import may_show
from aggregator.publish.presentation.dates import undated_text
from aggregator.publish.presentation.paths import document_page_path, web_url
from aggregator.publish.presentation.rows import body_name
from aggregator.publish.presentation.text import clean_line, clean_title
from aggregator.values.text import remove_unwanted

RowType = TypeVar("RowType")


@dataclass(frozen=True, slots=True)
class Column(Generic[RowType]):
    """A column of a table."""

    name: str
    # A type of Table Schema: string, integer, boolean, datetime or array.
    type: str
    description: str
    # Returns a str, int, bool or list of str; None for an unknown value.
    value: Callable[[RowType, Snapshot], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionRow:
    """A revision with its document and carrier."""

    document: Document
    carrier: Carrier
    revision: Revision


def _date(moment: Moment | None) -> str | None:
    # A day is written as that day alone: as an instant it would be the evening before in summer.
    return iso_text(moment) if moment else None


def _precision(moment: Moment | None) -> str | None:
    return str(moment.precision) if moment else None


def _translation(translation: Translation) -> str:
    title = clean_title(translation.title) if translation.title else ""
    return f"{clean_line(translation.language)} {translation.url} {title}".strip()


def _nation(document: Document, snapshot: Snapshot) -> str | None:
    body = snapshot.bodies.get(document.entry.body)
    return body.nation if body else None


def _licensed_text(entry: Entry, text: str) -> str | None:
    """The publisher's text; None if it is empty or the licence does not let us republish it."""
    return (remove_unwanted(text).strip() or None) if may_show(entry.licence) else None


ENTRY_COLUMNS: Final[tuple[Column[Document], ...]] = (
    Column(
        "id",
        "string",
        "The document's permanent id; the same in every feed, page and instance.",
        lambda document, _: document.entry.id,
    ),
    Column(
        "title",
        "string",
        "Its title, as its publisher has it.",
        lambda document, _: clean_title(document.entry.title),
    ),
    Column(
        "url",
        "string",
        "The official page; empty for a record that has none.",
        lambda document, _: web_url(document.entry.url),
    ),
    Column(
        "page",
        "string",
        "The permanent page about it here.",
        lambda document, snapshot: snapshot.site.base_url + document_page_path(document.entry),
    ),
    Column(
        "body", "string", "The id of the body that published it.", lambda document, _: document.entry.body
    ),
    Column(
        "body_name",
        "string",
        "The name of that body.",
        lambda document, snapshot: body_name(snapshot, document.entry.body),
    ),
    Column("nation", "string", "The nation of that body.", _nation),
    Column(
        "subjects",
        "array",
        "The ids of the bodies that it is about.",
        lambda document, _: list(document.labels.subjects),
    ),
    Column(
        "type",
        "string",
        "What kind of document it is, by the vocabulary.",
        lambda document, _: document.labels.type,
    ),
    Column(
        "relevance",
        "string",
        "Whether it is about open government: yes, borderline or no.",
        lambda document, _: str(document.labels.relevance),
    ),
    Column(
        "score",
        "integer",
        "How strongly the vocabulary says so; from 6 on it is relevant.",
        lambda document, _: document.labels.score,
    ),
    Column("topics", "array", "The ids of its topics.", lambda document, _: list(document.labels.topics)),
    Column(
        "plans", "array", "The action plans that it names.", lambda document, _: list(document.labels.plans)
    ),
    Column(
        "commitments",
        "array",
        "The commitments that it names, by OGP's numbers.",
        lambda document, _: list(document.labels.commitments),
    ),
    Column(
        "corrected",
        "boolean",
        "Whether the operator corrected these labels by hand.",
        lambda document, _: document.labels.overridden,
    ),
    Column(
        "published",
        "string",
        "The publisher's date of publication: a day, month or year, or a time in UTC.",
        lambda document, _: _date(document.entry.published),
    ),
    Column(
        "published_precision",
        "string",
        "How exactly that is known: second, minute, day, month or year.",
        lambda document, _: _precision(document.entry.published),
    ),
    Column(
        "date_note",
        "string",
        "What is said in place of a date where its publisher gives none; else empty.",
        lambda document, snapshot: (
            None if document.dated else undated_text(document.first_seen, snapshot.site.timezone)
        ),
    ),
    Column(
        "updated",
        "string",
        "When it last changed in substance, in the same form.",
        lambda document, _: iso_text(document.last_change),
    ),
    Column(
        "first_seen",
        "datetime",
        "When we first saw it, UTC.",
        lambda document, _: f"{document.first_seen:%Y-%m-%dT%H:%M:%SZ}",
    ),
    Column(
        "backlog",
        "boolean",
        "Whether it was there before we looked, so that first_seen says nothing of it.",
        lambda document, _: document.backlog,
    ),
    Column(
        "opens",
        "string",
        "When a consultation or call opens, in the same form.",
        lambda document, _: _date(document.entry.opens),
    ),
    Column(
        "closes",
        "string",
        "When it closes, in the same form; a day closes at its end.",
        lambda document, _: _date(document.entry.closes),
    ),
    Column(
        "closes_precision",
        "string",
        "How exactly that is known.",
        lambda document, _: _precision(document.entry.closes),
    ),
    Column(
        "removed",
        "string",
        "How it was taken away (withdrawn, gone, missing, redirected); empty for what is there.",
        lambda document, _: str(document.removal.kind) if document.removal else None,
    ),
    Column(
        "language", "string", "Its language, as a BCP 47 tag.", lambda document, _: document.entry.language
    ),
    Column(
        "translations",
        "array",
        "Its pages in other languages: of each the language, the address and the title.",
        lambda document, _: [_translation(one) for one in document.entry.translations if web_url(one.url)],
    ),
    Column(
        "licence",
        "string",
        "The licence of its words; where it is not known, they are left out.",
        lambda document, _: document.entry.licence or "unknown",
    ),
    Column(
        "carriers",
        "array",
        "The ids of the sources that carry it, the first to tell of it first.",
        lambda document, _: [carrier.source for carrier in document.carriers],
    ),
    Column(
        "revisions",
        "integer",
        "How many changes of substance were seen; revisions.jsonl has them.",
        lambda document, _: len(document.revision_times),
    ),
    Column(
        "summary",
        "string",
        "The publisher's summary, as plain text.",
        lambda document, _: _licensed_text(document.entry, clean_line(document.entry.summary, 5000)),
    ),
)

REVISION_COLUMNS: Final[tuple[Column[RevisionRow], ...]] = (
    Column("id", "string", "The document's id, as in entries.", lambda row, _: row.document.entry.id),
    Column("source", "string", "The id of the source.", lambda row, _: row.carrier.source),
    Column(
        "number",
        "integer",
        "Counts the versions by that source; 1 is the first.",
        lambda row, _: row.revision.number,
    ),
    Column(
        "seen_at",
        "datetime",
        "When we first saw it so, UTC.",
        lambda row, _: f"{row.revision.seen_at:%Y-%m-%dT%H:%M:%SZ}",
    ),
    Column(
        "parts",
        "array",
        "Which parts changed; none for the first version.",
        lambda row, _: list(row.revision.parts),
    ),
    Column(
        "note",
        "string",
        "The publisher's own words for the change.",
        lambda row, _: _licensed_text(row.revision.entry, row.revision.note),
    ),
    Column("title", "string", "The title as it stood.", lambda row, _: clean_title(row.revision.entry.title)),
    Column("url", "string", "The official page as it stood.", lambda row, _: web_url(row.revision.entry.url)),
    Column(
        "published",
        "string",
        "The date of publication that it bore, as in entries.",
        lambda row, _: _date(row.revision.entry.published),
    ),
    Column(
        "updated",
        "string",
        "The publisher's date of the update that it bore, in the same form.",
        lambda row, _: _date(row.revision.entry.updated),
    ),
    Column(
        "closes",
        "string",
        "The closing date that it bore, in the same form.",
        lambda row, _: _date(row.revision.entry.closes),
    ),
    Column(
        "removed",
        "string",
        "How it was taken away by then; empty for what was there.",
        lambda row, _: str(row.revision.entry.removal.kind) if row.revision.entry.removal else None,
    ),
    Column(
        "text",
        "string",
        "Its words as plain text, where the licence lets us.",
        lambda row, _: _licensed_text(row.revision.entry, row.revision.entry.text),
    ),
    Column(
        "payload_sha256",
        "string",
        "The SHA-256 of the answer in which we saw it.",
        lambda row, _: row.revision.payload_sha256 or None,
    ),
)

# Only in the tables of a replay, after their other columns.
DEMONSTRATION_COLUMN: Final[Column[Any]] = Column(
    "demonstration",
    "string",
    "That the documents are invented: the tables of a replay.",
    lambda _row, _snapshot: DEMONSTRATION,
)
