"""What the page of a document tells: its words, the source of each date, its history, why it is here.

Nothing of it depends on the day: the page of a document changes only when the document does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from aggregator.model import (
    Claim,
    Document,
    Entry,
    Link,
    Moment,
    Reason,
    RemovalKind,
    Site,
    Snapshot,
    Source,
    Where,
    Zone,
)
from aggregator.model.days import TIMED, day_of
from aggregator.model.licences import licence
from aggregator.publish.presentation.dates import FormattedDate, format_day, say, say_instant
from aggregator.publish.presentation.paths import Facet, archived, entry_page, facet_page_path, web
from aggregator.publish.presentation.rows import Line, body_name, tell
from aggregator.publish.presentation.text import clean_line, display_name, clean_title
from aggregator.publish.site.markup import rebuild_html
from aggregator.values.web_addresses import host_of

REMOVAL_TEXTS: Final[Mapping[RemovalKind, str]] = {
    RemovalKind.WITHDRAWN: "The publisher has withdrawn this document; its page says so.",
    RemovalKind.GONE: "The publisher says that this document was taken away.",
    RemovalKind.MISSING: "This document is no longer at its address, and nobody says why.",
    RemovalKind.REDIRECTED: "The address of this document now leads elsewhere.",
}
MATCH_PLACES: Final[Mapping[Where, str]] = {
    Where.TITLE: "in the title",
    Where.SUMMARY: "in the summary",
    Where.TEXT: "in the text",
    Where.ADDRESS: "in the address",
    Where.HABIT: "what is usual there",
    Where.SOURCE: "the source",
    Where.PUBLISHER: "the publisher’s own word",
    Where.OPERATOR: "the operator’s correction",
}
_KINDS: Final[Mapping[str, str]] = {
    "topic": "the topic",
    "type": "the type",
    "plan": "the plan",
    "commitment": "the commitment",
    "body": "about",
    "relevance": "relevance",
    "limit": "no more than",
}
_SCHEMA_ORG: Final = "https://schema.org"
OURS: Final = "this site"
_NOTES: Final[Mapping[Zone, str]] = {
    Zone.STATED: "",
    Zone.ASSUMED: "no time zone given; read as London time",
    Zone.UTC_BY_FORM: "no time zone given; this publisher writes UTC",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRow:
    """A dated statement and its source; `source` None and `place` empty is shown as not yet sourced."""

    what: str
    when: FormattedDate | None
    source: str | None
    place: str
    note: str


Label = tuple[str, str | None]
"""The name of something that a document is about, and the page that lists more of it."""


def document_page_values(
    holding: Document, edition: Snapshot, sources: Mapping[str, Source]
) -> dict[str, Any]:
    """What the page's template needs beside the document; words whose licence is not open are left out."""
    entry, zone, terms = holding.entry, edition.site.zone, licence(holding.entry.licence)
    official, told = web(entry.url), tell(holding, edition)
    copy = archived(official, holding.first_seen) if official else None
    dated = say(holding.dated, zone) if holding.dated else format_day(day_of(holding.first_seen, zone))
    return {
        "holding": holding,
        "sources": sources,
        "line": told,
        "official": official,
        "copy": copy,
        "summary": clean_line(entry.summary, 5000) if terms.open and not _repeated(entry) else "",
        "content": rebuild_html(entry.content)
        if terms.open
        else "",  # HTML that may stand in the page as it is
        "dates": date_rows(holding, sources, zone),
        "attachments": tuple(_attachments(entry)) if terms.open else (),
        "elsewhere": tuple(_elsewhere(entry)),
        "labels": _labels(holding, edition),
        "reasons": tuple(_reasons(holding, edition)),
        "dated": dated,
        "licence": terms,
        "data": _self_description(edition.site, entry_page(entry), entry, told, dated.stamp, copy),
    }


def _repeated(entry: Entry) -> bool:
    """Whether the content begins with the summary, as most feeds have it."""
    return entry.summary[:60] in entry.content


def _labels(holding: Document, edition: Snapshot) -> Mapping[str, list[Label]]:
    """What the document is about, by heading."""
    told = holding.labels
    subjects = [body for body in told.subjects if body != holding.entry.body]
    found: dict[str, list[Label]] = {
        "Topics": [_label(Facet.TOPIC, id, edition.topics) for id in told.topics],
        "Plans": [_label(Facet.PLAN, id, edition.plans) for id in told.plans],
        "Commitments": [(clean_line(id), None) for id in told.commitments],
        "About": [_body_label(id, edition) for id in subjects],
    }
    return {heading: labels for heading, labels in found.items() if labels}


def _label(shelf: Facet, id: str, names: Mapping[str, str]) -> Label:
    return display_name(id, names), facet_page_path(shelf, id) if id in names else None


def _body_label(id: str, edition: Snapshot) -> Label:
    return body_name(edition, id), facet_page_path(Facet.BODY, id) if id in edition.bodies else None


def _reasons(holding: Document, edition: Snapshot) -> Iterator[tuple[Reason, str]]:
    """Every reason why it is here, those that count most first, with what it speaks for."""
    names = {"topic": edition.topics, "type": edition.types, "plan": edition.plans}
    for reason in sorted(holding.labels.why, key=lambda reason: -reason.points):
        kind, _, id = reason.speaks_for.partition(":")
        told = body_name(edition, id) if kind == "body" else display_name(id, names.get(kind, {id: id}))
        yield reason, f"{_KINDS.get(kind, clean_line(kind))}: {told}"


def _elsewhere(entry: Entry) -> Iterator[Link]:
    """Pages on which the same record was found later."""
    cited = {claim.source for claim in entry.claims}
    return (link for link in _linked(entry) if link.rel == "via" and link.href not in cited)


def _attachments(entry: Entry) -> Iterator[Link]:
    """What belongs to the document; the sources (`via`) stand with their claims."""
    return (link for link in _linked(entry) if link.rel != "via")


def _linked(entry: Entry) -> Iterator[Link]:
    return (link for link in entry.links if web(link.href))


def attachment_text(link: Link) -> str:
    """The media type and size of an attachment, as far as they are known."""
    size = link.length or 0
    told = f"{size} bytes" if size < 1000 else f"{size / 1000:,.0f} kB"
    return ", ".join(filter(None, (clean_line(link.type or "", 100), told if size else "")))


def date_rows(holding: Document, sources: Mapping[str, Source], zone: ZoneInfo) -> tuple[DateRow, ...]:
    """The publisher's dates, the claims, then ours. Where sources disagree each has a row of its own."""
    return (
        *_carried(holding, sources, zone),
        *(_claimed(claim, zone) for claim in holding.entry.claims),
        *_ours(holding, zone),
    )


def _carried(holding: Document, sources: Mapping[str, Source], zone: ZoneInfo) -> Iterator[DateRow]:
    told: dict[tuple[str, Moment], list[Entry]] = {}
    for carrier in holding.carriers:
        for what, moment in _dates(carrier.entry):
            told.setdefault((what, moment), []).append(carrier.entry)
    order = ("published", "updated", "opens", "closes")
    for (what, moment), entries in sorted(told.items(), key=lambda one: (order.index(one[0][0]), one[0][1])):
        yield DateRow(
            what=what.capitalize(),
            when=say(moment, zone),
            source=web(entries[0].url),
            place="; ".join(dict.fromkeys(source_title(one.source, sources) for one in entries)),
            note=_NOTES[moment.zone] if moment.precision in TIMED else "",
        )


def _dates(entry: Entry) -> Iterator[tuple[str, Moment]]:
    dates = {
        "published": entry.published,
        "updated": entry.updated,
        "opens": entry.opens,
        "closes": entry.closes,
    }
    return ((what, moment) for what, moment in dates.items() if moment)


def _claimed(claim: Claim, zone: ZoneInfo) -> DateRow:
    what, source = clean_title(claim.what), web(claim.source)
    return DateRow(
        what=what[0].upper() + what[1:],
        when=say(claim.moment, zone) if claim.moment else None,
        source=source,
        place=host_of(source) if source else "",
        note=clean_line(claim.note),
    )


def _ours(holding: Document, zone: ZoneInfo) -> Iterator[DateRow]:
    backlog = "found when we first read the source; it may have been there long before"
    yield _our("First seen by us", say_instant(holding.first_seen, zone), backlog if holding.backlog else "")
    if holding.updated > holding.first_seen:
        yield _our("Changed in substance", say_instant(holding.updated, zone), "")
    if holding.removed and holding.removed.moment:
        yield DateRow(
            what="Taken away",
            when=say(holding.removed.moment, zone),
            source=web(holding.entry.url),
            place="the publisher",
            note="",
        )


def _our(what: str, when: FormattedDate, note: str) -> DateRow:
    return DateRow(what=what, when=when, source=None, place=OURS, note=note)


def source_title(id: str, sources: Mapping[str, Source]) -> str:
    """The title of a source; its id where `sources.yaml` no longer has it."""
    source = sources.get(id)
    return clean_title(source.title if source else id, 200)


def _self_description(
    site: Site, path: str, entry: Entry, told: Line, dated: str, copy: str | None
) -> Mapping[str, Any]:
    """The page of a document, and the document that it is about; what is not known is left out."""
    about = {
        "@type": "CreativeWork",
        "identifier": clean_line(entry.id, 100),
        "name": clean_title(entry.title),
        "inLanguage": told.language,
        "datePublished": dated,
        "publisher": {"@type": "Organization", "name": told.body},
        "license": licence(entry.licence).url,
        "url": web(entry.url),
        "archivedAt": copy,
    }
    return {
        "@context": _SCHEMA_ORG,
        "@type": "WebPage",
        "url": site.base_url + path,
        "name": told.title,
        "isPartOf": {"@type": "WebSite", "name": site.title, "url": site.base_url},
        "mainEntity": {name: value for name, value in about.items() if value},
    }
