"""The columns of the exports: what each holds, in which type, and where its value comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from aggregator.model import Carrier, Document, Entry, Moment, Revision, Snapshot
from aggregator.model.licences import may_show
from aggregator.publish.presentation.paths import entry_page, web
from aggregator.publish.presentation.rows import body_name
from aggregator.publish.presentation.text import line, titled
from aggregator.values.text import tidy

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """A column. Its type is one of Table Schema's: string, integer, boolean, datetime, array."""

    name: str
    type: str
    means: str
    value: Callable[[Row, Snapshot], Any]
    """A str, int, bool or list of str; None for what is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A revision with the document and the carrier that it belongs to."""

    holding: Document
    carrier: Carrier
    revision: Revision


def _at(moment: Moment | None) -> str | None:
    return f"{moment.at:%Y-%m-%dT%H:%M:%SZ}" if moment else None


def _precision(moment: Moment | None) -> str | None:
    return str(moment.precision) if moment else None


def _nation(held: Document, edition: Snapshot) -> str | None:
    body = edition.bodies.get(held.entry.body)
    return body.nation if body else None


def _words(entry: Entry, text: str) -> str | None:
    """The publisher's words, where the licence lets us pass them on."""
    return (tidy(text).strip() or None) if may_show(entry.licence) else None


ENTRIES: Final[tuple[Column[Document], ...]] = (
    Column(
        "id",
        "string",
        "The document's permanent id; the same in every feed, page and instance.",
        lambda held, _: held.entry.id,
    ),
    Column(
        "title", "string", "Its title, as its publisher has it.", lambda held, _: titled(held.entry.title)
    ),
    Column(
        "url",
        "string",
        "The official page; empty for a record that has none.",
        lambda held, _: web(held.entry.url),
    ),
    Column(
        "page",
        "string",
        "The permanent page about it here.",
        lambda held, edition: edition.site.base_url + entry_page(held.entry),
    ),
    Column("body", "string", "The id of the body that published it.", lambda held, _: held.entry.body),
    Column(
        "body_name",
        "string",
        "The name of that body.",
        lambda held, edition: body_name(edition, held.entry.body),
    ),
    Column("nation", "string", "The nation of that body.", _nation),
    Column(
        "subjects",
        "array",
        "The ids of the bodies that it is about.",
        lambda held, _: list(held.labels.subjects),
    ),
    Column(
        "type", "string", "What kind of document it is, by the vocabulary.", lambda held, _: held.labels.type
    ),
    Column(
        "relevance",
        "string",
        "Whether it is about open government: yes, borderline or no.",
        lambda held, _: str(held.labels.relevance),
    ),
    Column(
        "score",
        "integer",
        "How strongly the vocabulary says so; from 6 on it is relevant.",
        lambda held, _: held.labels.score,
    ),
    Column("topics", "array", "The ids of its topics.", lambda held, _: list(held.labels.topics)),
    Column("plans", "array", "The action plans that it names.", lambda held, _: list(held.labels.plans)),
    Column(
        "commitments",
        "array",
        "The commitments that it names, by OGP's numbers.",
        lambda held, _: list(held.labels.commitments),
    ),
    Column(
        "corrected",
        "boolean",
        "Whether the operator corrected these labels by hand.",
        lambda held, _: held.labels.marked,
    ),
    Column(
        "published",
        "datetime",
        "The publisher's date of publication, UTC; never moves.",
        lambda held, _: _at(held.entry.published),
    ),
    Column(
        "published_precision",
        "string",
        "How exactly that is known: second, minute, day, month or year.",
        lambda held, _: _precision(held.entry.published),
    ),
    Column(
        "updated",
        "datetime",
        "When it last changed in substance, UTC.",
        lambda held, _: f"{held.updated:%Y-%m-%dT%H:%M:%SZ}",
    ),
    Column(
        "first_seen",
        "datetime",
        "When we first saw it, UTC.",
        lambda held, _: f"{held.first_seen:%Y-%m-%dT%H:%M:%SZ}",
    ),
    Column(
        "backlog",
        "boolean",
        "Whether it was there before we looked, so that first_seen says nothing of it.",
        lambda held, _: held.backlog,
    ),
    Column(
        "opens", "datetime", "When a consultation or call opens, UTC.", lambda held, _: _at(held.entry.opens)
    ),
    Column(
        "closes",
        "datetime",
        "When it closes, UTC; the first instant of the day where only that is known.",
        lambda held, _: _at(held.entry.closes),
    ),
    Column(
        "closes_precision",
        "string",
        "How exactly that is known.",
        lambda held, _: _precision(held.entry.closes),
    ),
    Column(
        "removed",
        "string",
        "How it was taken away (withdrawn, gone, missing, redirected); empty for what is there.",
        lambda held, _: str(held.removed.kind) if held.removed else None,
    ),
    Column("language", "string", "Its language, as a BCP 47 tag.", lambda held, _: held.entry.language),
    Column(
        "licence",
        "string",
        "The licence of its words; where it is not known, they are left out.",
        lambda held, _: held.entry.licence or "unknown",
    ),
    Column(
        "carriers",
        "array",
        "The ids of the sources that carry it, the first to tell of it first.",
        lambda held, _: [carrier.source for carrier in held.carriers],
    ),
    Column(
        "revisions",
        "integer",
        "How many changes of substance were seen; revisions.jsonl has them.",
        lambda held, _: len(held.revised),
    ),
    Column(
        "summary",
        "string",
        "The publisher's summary, as plain text.",
        lambda held, _: _words(held.entry, line(held.entry.summary, 5000)),
    ),
)

REVISIONS: Final[tuple[Column[Told], ...]] = (
    Column("id", "string", "The document's id, as in entries.", lambda told, _: told.holding.entry.id),
    Column("source", "string", "The id of the source that told it.", lambda told, _: told.carrier.source),
    Column(
        "number",
        "integer",
        "Counts the versions by that source; 1 is the first.",
        lambda told, _: told.revision.number,
    ),
    Column(
        "seen_at",
        "datetime",
        "When we first saw it so, UTC.",
        lambda told, _: f"{told.revision.seen_at:%Y-%m-%dT%H:%M:%SZ}",
    ),
    Column(
        "parts",
        "array",
        "Which parts changed; none for the first version.",
        lambda told, _: list(told.revision.parts),
    ),
    Column(
        "note",
        "string",
        "The publisher's own words for the change.",
        lambda told, _: _words(told.revision.entry, told.revision.note),
    ),
    Column("title", "string", "The title as it stood.", lambda told, _: titled(told.revision.entry.title)),
    Column("url", "string", "The official page as it stood.", lambda told, _: web(told.revision.entry.url)),
    Column(
        "published",
        "datetime",
        "The date of publication that it bore, UTC.",
        lambda told, _: _at(told.revision.entry.published),
    ),
    Column(
        "updated",
        "datetime",
        "The publisher's date of the update that it bore, UTC.",
        lambda told, _: _at(told.revision.entry.updated),
    ),
    Column(
        "closes",
        "datetime",
        "The closing date that it bore, UTC.",
        lambda told, _: _at(told.revision.entry.closes),
    ),
    Column(
        "removed",
        "string",
        "How it was taken away by then; empty for what was there.",
        lambda told, _: str(told.revision.entry.removal.kind) if told.revision.entry.removal else None,
    ),
    Column(
        "text",
        "string",
        "Its words as plain text, where the licence lets us.",
        lambda told, _: _words(told.revision.entry, told.revision.entry.text),
    ),
    Column(
        "payload_sha256",
        "string",
        "The SHA-256 of the answer in which we saw it.",
        lambda told, _: told.revision.payload_sha256 or None,
    ),
)
