"""What happened to documents, as items of their own: changes, removals, corrections, finds of alerts."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from html import escape
from itertools import pairwise
from typing import Final

from aggregator.model import Carrier, Document, Link, Revision, Snapshot
from aggregator.model.alerts import Alert, Why
from aggregator.model.licences import licence, may_show
from aggregator.publish.feeds.feed_sources import Origins
from aggregator.publish.feeds.history import Event
from aggregator.publish.feeds.items import OURS, Category, Item, Target
from aggregator.publish.presentation.corrections import CORRECTIONS, Correction, corrections_of
from aggregator.publish.presentation.diff import differences
from aggregator.publish.presentation.paths import entry_page, id_page, web
from aggregator.publish.presentation.rows import body_name
from aggregator.publish.presentation.text import line, named, tag, titled
from aggregator.values.text import tidy

FOLDER: Final = "alerts"

HEADS: Final = {
    Why.NEW: "",
    Why.CHANGED: "Changed: ",
    Why.REMOVED: "Removed: ",
    Why.CLOSING: "Closing soon: ",
    Why.CORRECTION: "Correction: ",
}


def changes(edition: Snapshot) -> Iterator[Event]:
    """Every revision of every document, whoever told it, with the publisher's note and what differs."""
    for holding in edition.holdings:
        for carrier in holding.carriers:
            for before, after in pairwise(carrier.revisions):
                id = _id(holding.entry.id, f"{carrier.source} {after.seen_at.isoformat()}")
                yield Event(
                    id=id,
                    at=after.seen_at,
                    updated=after.seen_at,
                    about=f"{after.number} {after.payload_sha256}",
                    make=partial(_change, id, holding, carrier, before, after),
                )


def removals(edition: Snapshot) -> Iterator[Event]:
    """Every document that is taken away as things stand."""
    for holding in edition.holdings:
        if holding.removed:
            at = _removed_at(holding)
            id = _id(holding.entry.id, f"removed {at.isoformat()}")
            yield Event(
                id=id, at=at, updated=at, about=repr(holding.removed), make=partial(_removal, id, holding, at)
            )


def corrections(edition: Snapshot) -> Iterator[Event]:
    """The operator's corrections of labels, and what was retracted."""
    for told in corrections_of(edition):
        id = _id(told.document, "retracted" if told.retracted else f"mark {told.at.isoformat()}")
        make = partial(_correction, id, told)
        yield Event(id=id, at=told.at, updated=told.at, about=repr(told), make=make)


def _id(entry_id: str, what: str) -> str:
    """An id of its own for a notice, made from the document's: it is not the document."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{entry_id}#{what}')}"


def _change(
    id: str,
    holding: Document,
    carrier: Carrier,
    before: Revision,
    after: Revision,
    edition: Snapshot,
    origins: Origins,
) -> Item:
    open_licence = may_show(before.entry.licence, after.entry.licence)
    parts = ", ".join(after.parts) or "not said"
    note = line(after.note, 5000) if open_licence else ""
    shown = differences(before.entry, after.entry, edition.site.zone, words=open_licence)
    said = f" The publisher says: {note}" if note else ""
    noted = f"<p>{escape(said.strip())}</p>" if said else ""
    told_by = f" Told by {source.title}." if (source := origins.sources.get(carrier.source)) else ""
    return _notice(
        id=id,
        holding=holding,
        edition=edition,
        at=after.seen_at,
        title=f"Changed: {titled(after.entry.title)}",
        summary=f"Changed: {line(parts)}.{said}{told_by}",
        content=f"<p>Changed: {escape(line(parts))}.</p>{noted}{shown}",
    )


def _removed_at(holding: Document) -> datetime:
    """When we saw it: the last revision by which a carrier took it away."""
    seen = [
        revision.seen_at
        for carrier in holding.carriers
        for revision in carrier.revisions
        if revision.entry.removal
    ]
    return max(seen, default=holding.updated)


def _removal(id: str, holding: Document, at: datetime, edition: Snapshot, origins: Origins) -> Item:
    removal = holding.removed
    kind = str(removal.kind) if removal else ""
    note = line(removal.note, 5000) if removal and may_show(holding.entry.licence) else ""
    to = web(removal.to) if removal else None
    said = f" The publisher says: {note}" if note else ""
    moved = f'<p>It now leads to <a href="{escape(to)}">{escape(to)}</a>.</p>' if to else ""
    summary = f"Taken away by its publisher ({kind}).{said}"
    return _notice(
        id=id,
        holding=holding,
        edition=edition,
        at=at,
        title=f"Removed ({kind}): {titled(holding.entry.title)}",
        summary=summary,
        content=f"<p>{escape(summary)}</p>{moved}",
    )


def _notice(
    *,
    id: str,
    holding: Document,
    edition: Snapshot,
    at: datetime,
    title: str,
    summary: str,
    content: str,
) -> Item:
    entry = holding.entry
    return Item(
        id=id,
        title=title,
        url=edition.site.base_url + entry_page(entry),
        updated=at,
        published=at,
        summary=line(summary, 6000),
        content=tidy(content),
        rights=licence(entry.licence).rights,
        categories=_filed(entry.body, holding.labels.type, edition),
        links=_official(entry.url),
    )


def _filed(body: str, type: str, edition: Snapshot) -> tuple[Category, ...]:
    return (
        Category(kind="body", term=line(body), label=body_name(edition, body)),
        Category(kind="type", term=line(type), label=named(type, edition.types)),
    )


def _official(url: str | None) -> tuple[Target, ...]:
    href = web(url)
    return (Target(link=Link(href=href, rel="via")),) if href else ()


def _correction(id: str, told: Correction, edition: Snapshot, origins: Origins) -> Item:
    summary = f"{told.what} Why: {told.why}" if told.why else told.what
    return Item(
        id=id,
        title=f"{'Retracted' if told.retracted else 'Corrected'}: {told.title}",
        url=edition.site.base_url + (told.page or CORRECTIONS),
        updated=told.at,
        published=told.at,
        summary=summary,
        content=f"<p>{escape(summary)}</p>",
        rights=licence("own").rights,
    )


def alert_events(told: Iterable[Alert]) -> Iterator[Event]:
    """What a rule found. An occasion keeps its id; the words go when the document is retracted."""
    for alert in told:
        id = _id(alert.entry, f"alert {alert.rule} {alert.occasion.key}")
        yield Event(
            id=id, at=alert.found, updated=alert.found, about=repr(alert), make=partial(_told, id, alert)
        )


def _told(id: str, alert: Alert, edition: Snapshot, origins: Origins) -> Item:
    occasion = alert.occasion
    page = web(alert.page) or edition.site.base_url + id_page(alert.entry)
    changed = f"Changed: {', '.join(occasion.parts)}." if occasion.parts else ""
    summary = line(" ".join(part for part in (changed, occasion.note, alert.sentence) if part), longest=6000)
    return Item(
        id=id,
        title=titled(HEADS[occasion.why] + alert.title),
        url=page,
        updated=alert.found,
        published=alert.found,
        language=OURS if occasion.why is not Why.NEW else tag(alert.language),
        summary=summary,
        content=f"<p>{escape(summary)}</p>" if summary else "",
        categories=_filed(alert.body, alert.type, edition),
        links=_official(alert.url),
    )
