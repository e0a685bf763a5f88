"""What the page of a document tells: its words, the source of each date, its history, why it is here.

Nothing of it depends on the day: the page of a document changes only when the document does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import Carrier, Edition, Entry, Holding, Link, RemovalKind, Source
from aggregator.model.addresses import host_of
from aggregator.publish.addresses import Shelf, archived, entry_page, shelf_page, web
from aggregator.publish.dates import Said, day_of, say, say_day
from aggregator.publish.entry_dates import DateRow, date_rows, source_title
from aggregator.publish.licences import Licence, licence
from aggregator.publish.lines import Line, body_name, tell
from aggregator.publish.markup import rebuilt
from aggregator.publish.reasons import Why, reasons, verdict
from aggregator.publish.revisions import NoteRow, RevisionRow, note_rows, revision_rows
from aggregator.publish.words import line, named, titled

_REMOVED: Final[Mapping[RemovalKind, str]] = {
    RemovalKind.WITHDRAWN: "The publisher has withdrawn this document; its page says so.",
    RemovalKind.GONE: "The publisher says that this document was taken away.",
    RemovalKind.MISSING: "This document is no longer at its address, and nobody says why.",
    RemovalKind.REDIRECTED: "The address of this document now leads elsewhere.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Something that a document is about, and the page that lists more of it."""

    name: str
    href: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file or page that belongs to a document."""

    href: str
    title: str
    about: str
    """Its media type and size, as far as they are known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierRow:
    """A source that carries the document, and what it calls it."""

    source: str
    anchor: str
    title: str
    href: str | None
    first_seen: Said
    removed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """How a document was taken away."""

    words: str
    note: str
    to: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Everything that the page of one document shows."""

    line: Line
    path: str
    id: str
    title: str
    official: str | None
    place: str
    copy: str | None
    """The Wayback Machine's copy of the official page."""
    summary: str
    content: str
    """HTML that may stand in the page as it is."""
    closes: Said | None
    removed: Removed | None
    dates: tuple[DateRow, ...]
    carriers: tuple[CarrierRow, ...]
    attachments: tuple[Attachment, ...]
    elsewhere: tuple[Attachment, ...]
    """Pages on which the same record was found later."""
    notes: tuple[NoteRow, ...]
    revisions: tuple[RevisionRow, ...]
    labels: Mapping[str, tuple[Label, ...]]
    """What it is about, by heading."""
    verdict: str
    score: int
    reasons: tuple[Why, ...]
    year: str
    dated: Said
    """Its own date, else that of our first sight."""
    licence: Licence


class Documents:
    """Tells documents of one edition; what does not change from one to the next is looked up once."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition
        self._zone = ZoneInfo(edition.site.zone)
        self._sources: Mapping[str, Source] = {row.source.id: row.source for row in edition.sources}

    def __call__(self, holding: Holding) -> Document:
        """What the document's page shows; words whose licence is not open are left out."""
        entry, zone, terms = holding.entry, self._zone, licence(holding.entry.licence)
        official, labels = web(entry.url), holding.labels
        dated = say(holding.dated, zone) if holding.dated else say_day(day_of(holding.first_seen, zone))
        return Document(
            line=tell(holding, self._edition),
            path=entry_page(entry),
            id=line(entry.id, 100),
            title=titled(entry.title),
            official=official,
            place=host_of(official) if official else "",
            copy=archived(official, holding.first_seen) if official else None,
            summary=line(entry.summary, 5000) if terms.open and not _repeated(entry) else "",
            content=rebuilt(entry.content) if terms.open else "",
            closes=say(entry.closes, zone) if entry.closes else None,
            removed=_removed(holding),
            dates=date_rows(holding, self._sources, zone),
            carriers=tuple(self._carrier(carrier) for carrier in holding.carriers),
            attachments=tuple(_attachments(entry.links)) if terms.open else (),
            elsewhere=tuple(_elsewhere(entry)),
            notes=note_rows(entry.notes, zone) if terms.open else (),
            revisions=revision_rows(holding, self._sources, zone),
            labels=_labels(holding, self._edition),
            verdict=verdict(labels),
            score=labels.score,
            reasons=reasons(labels, self._edition),
            year=dated.stamp[:4],
            dated=dated,
            licence=terms,
        )

    def _carrier(self, carrier: Carrier) -> CarrierRow:
        told = carrier.entry
        return CarrierRow(
            source=source_title(told.source, self._sources),
            anchor=line(told.source) if told.source in self._sources else "",
            title=titled(told.title, 300),
            href=web(told.url),
            first_seen=say_day(day_of(carrier.first_seen, self._zone)),
            removed=str(carrier.removed.kind) if carrier.removed else "",
        )


def _repeated(entry: Entry) -> bool:
    """Whether the content begins with the summary, as most feeds have it."""
    return entry.summary[:60] in entry.content


def _removed(holding: Holding) -> Removed | None:
    gone = holding.removed
    return Removed(words=_REMOVED[gone.kind], note=line(gone.note), to=web(gone.to)) if gone else None


def _labels(holding: Holding, edition: Edition) -> Mapping[str, tuple[Label, ...]]:
    told = holding.labels
    subjects = [body for body in told.subjects if body != holding.entry.body]
    found = {
        "Topics": tuple(_label(Shelf.TOPIC, id, edition.topics) for id in told.topics),
        "Plans": tuple(_label(Shelf.PLAN, id, edition.plans) for id in told.plans),
        "Commitments": tuple(Label(name=line(id), href=None) for id in told.commitments),
        "About": tuple(_subject(id, edition) for id in subjects),
    }
    return {heading: labels for heading, labels in found.items() if labels}


def _label(shelf: Shelf, id: str, names: Mapping[str, str]) -> Label:
    return Label(name=named(id, names), href=shelf_page(shelf, id) if id in names else None)


def _subject(id: str, edition: Edition) -> Label:
    known = id in edition.bodies
    return Label(name=body_name(edition, id), href=shelf_page(Shelf.BODY, id) if known else None)


def _elsewhere(entry: Entry) -> Iterator[Attachment]:
    cited = {claim.source for claim in entry.claims}
    for link in entry.links:
        href = web(link.href)
        if href and link.rel == "via" and link.href not in cited:
            yield Attachment(href=href, title=titled(link.title or href, 200), about="")


def _attachments(links: Iterable[Link]) -> Iterator[Attachment]:
    """What belongs to the document; the sources (`via`) stand with their claims."""
    for link in links:
        href = web(link.href)
        if href and link.rel != "via":
            yield Attachment(href=href, title=titled(link.title or href, 200), about=_about(link))


def _about(link: Link) -> str:
    known = [line(link.type or "", 100), _size(link.length)]
    return ", ".join(part for part in known if part)


def _size(length: int | None) -> str:
    if not length:
        return ""
    return f"{length} bytes" if length < 1000 else f"{length / 1000:,.0f} kB"
