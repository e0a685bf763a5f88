"""One document on one line: how pages name it, link it, date it and mark it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import Document, Moment, Relevance, Snapshot, Translation
from aggregator.model.days import COARSE, day_of
from aggregator.publish.presentation.dates import Said, say, say_day, say_time
from aggregator.publish.presentation.paths import Facet, entry_page, shelf_page, web
from aggregator.publish.presentation.text import line, named, titled
from aggregator.values.web_addresses import host_of

NEWS: Final = timedelta(days=7)
"""How long a document is marked as new or changed."""

TITLE: Final = 220
"""The longest title that a line of a page shows."""


LANGUAGES: Final = {"cy": "Cymraeg", "en": "English", "gd": "Gàidhlig"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A document as a page lists it."""

    title: str
    language: str
    href: str
    """The official page, else our own page of it, relative to the front page."""
    place: str
    """Where the link leads: a host, or our own record."""
    page: str
    """Our own page of it, which says where each fact comes from; relative to the front page."""
    body: str
    """Its name on the day of the document."""
    body_page: str | None
    type: str
    type_page: str | None
    borderline: bool
    on: Said
    """Its own date, to the day at most; that of our first sight where it has none."""
    time: Said | None
    first_seen: Said
    new: bool
    changed: Said | None
    removed: str
    """How it was taken away (`withdrawn`, `gone` …); empty for what is still there."""
    translations: tuple[Translation, ...]
    note: str
    """What a reader must know of its date; mostly empty."""


def tell(holding: Document, edition: Snapshot) -> Line:
    """The line of one document."""
    entry, zone = holding.entry, edition.site.zone
    official, type = web(entry.url), holding.labels.type
    own_date = known_date(holding, edition.at)
    return Line(
        title=titled(entry.title, TITLE),
        language=line(entry.language),
        href=official or entry_page(entry),
        place=host_of(official) if official else "our record",
        page=entry_page(entry),
        body=body_name(edition, entry.body, _day(holding, zone)),
        body_page=shelf_page(Facet.BODY, entry.body) if entry.body in edition.bodies else None,
        type=named(type, edition.types),
        type_page=shelf_page(Facet.TYPE, type) if type in edition.types else None,
        borderline=holding.labels.relevance is Relevance.BORDERLINE,
        on=_on(holding, zone),
        time=say_time(own_date, zone) if own_date else None,
        first_seen=say_day(day_of(holding.first_seen, zone)),
        new=not holding.backlog and edition.at - holding.first_seen <= NEWS,
        changed=_changed(holding, edition.at, zone),
        removed=str(holding.removed.kind) if holding.removed else "",
        translations=tuple(one for one in entry.translations if web(one.url)),
        note=_note(holding, edition.at, zone),
    )


def known_date(holding: Document, at: datetime) -> Moment | None:
    """The document's own date, unless it has none or bears one that is still to come."""
    return holding.dated if holding.dated and holding.dated.at <= at else None


def body_name(edition: Snapshot, id: str, day: date | None = None) -> str:
    """The name of a body (the one that it bore on a day); its id where the register no longer knows it."""
    body = edition.bodies.get(id)
    name = body.name_on(day) if body and day else body.name if body else id
    return line(name, TITLE)


def _on(holding: Document, zone: ZoneInfo) -> Said:
    own = holding.dated
    if own and own.precision in COARSE:
        return say(own, zone)
    return say_day(_day(holding, zone))


def _day(holding: Document, zone: ZoneInfo) -> date:
    """The day whose names a document bears: its own, else that of our first sight."""
    return day_of(holding.dated.at if holding.dated else holding.first_seen, zone)


def _changed(holding: Document, at: datetime, zone: ZoneInfo) -> Said | None:
    last = holding.revised[-1] if holding.revised else None
    return say_day(day_of(last, zone)) if last and at - last <= NEWS else None


def _note(holding: Document, at: datetime, zone: ZoneInfo) -> str:
    if holding.dated is None:
        return "no date given"
    return "" if holding.dated.at <= at else f"dated ahead: {say(holding.dated, zone).words}"
