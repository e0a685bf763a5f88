"""The values for a document's page: its text, every date with its source, its labels and their reasons.

Nothing here may depend on today: a document's page changes only when the document does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from aggregator.model import (
    Claim,
    Document,
    Entry,
    Link,
    Moment,
    Reason,
    ReasonSource,
    RemovalKind,
    Site,
    Snapshot,
    Source,
    ZoneBasis,
)
from aggregator.model.licences import licence
from aggregator.publish.presentation.dates import FormattedDate, format_instant, format_moment
from aggregator.publish.presentation.paths import (
    Facet,
    document_page_path,
    facet_page_path,
    wayback_url,
    web_url,
)
from aggregator.publish.presentation.rows import DocumentRow, body_name, document_row
from aggregator.publish.presentation.text import clean_line, clean_title, display_name
from aggregator.publish.site.markup import rebuild_html
from aggregator.values.web_addresses import host_of

REMOVAL_TEXTS: Final[Mapping[RemovalKind, str]] = {
    RemovalKind.WITHDRAWN: "The publisher has withdrawn this document; its page says so.",
    RemovalKind.GONE: "The publisher says that this document was taken away.",
    RemovalKind.MISSING: "This document is no longer at its address, and nobody says why.",
    RemovalKind.REDIRECTED: "The address of this document now leads elsewhere.",
}
MATCH_PLACES: Final[Mapping[ReasonSource, str]] = {
    ReasonSource.TITLE: "in the title",
    ReasonSource.SUMMARY: "in the summary",
    ReasonSource.TEXT: "in the text",
    ReasonSource.ADDRESS: "in the address",
    ReasonSource.TYPICAL: "what is usual there",
    ReasonSource.SOURCE: "the source",
    ReasonSource.PUBLISHER: "the publisher’s own word",
    ReasonSource.OPERATOR: "the operator’s correction",
}
_LABEL_KINDS: Final[Mapping[str, str]] = {
    "topic": "the topic",
    "type": "the type",
    "plan": "the plan",
    "commitment": "the commitment",
    "body": "about",
    "relevance": "relevance",
    "limit": "no more than",
}
# The headings of labels that the search can filter by, with the names of the filters.
SEARCH_FILTERS: Final[Mapping[str, str]] = {"Topics": "topic", "Plans": "plan"}
_SCHEMA_ORG: Final = "https://schema.org"
THIS_SITE: Final = "this site"
_TIME_ZONE_NOTES: Final[Mapping[ZoneBasis, str]] = {
    ZoneBasis.STATED: "",
    ZoneBasis.ASSUMED: "no time zone given; read as London time",
    ZoneBasis.UTC_BY_FORMAT: "no time zone given; this publisher writes UTC",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRow:
    """A date and where it comes from.

    `source` is a link, `place` its text. Without both, the page shows "not yet sourced".
    """

    what: str
    when: FormattedDate | None
    source: str | None
    place: str
    note: str


# The name of a label, and the page that lists more documents with it, if there is one.
LabelLink = tuple[str, str | None]


def document_page_values(
    document: Document, snapshot: Snapshot, sources: Mapping[str, Source]
) -> dict[str, Any]:
    """The values of `document.html.j2`. Text is left out unless the document's licence is open.

    `sources` are the sources in use, by id.
    """
    entry, zone, terms = document.entry, snapshot.site.timezone, licence(document.entry.licence)
    official, row = web_url(entry.url), document_row(document, snapshot)
    archived_copy = wayback_url(official, document.first_seen) if official else None
    date = (
        format_moment(document.dated, zone) if document.dated else replace(row.first_seen, text=row.undated)
    )
    return {
        "document": document,
        "sources": sources,
        "row": row,
        "official": official,
        "archived_copy": archived_copy,
        "summary": clean_line(entry.summary, 5000)
        if terms.open and not _content_repeats_summary(entry)
        else "",
        # The template inserts the content unescaped; only `rebuild_html` may produce it.
        "content": rebuild_html(entry.content) if terms.open else "",
        "dates": date_rows(document, sources, zone),
        "attachments": tuple(_attachments(entry)) if terms.open else (),
        "elsewhere": tuple(_elsewhere(entry)),
        "labels": _labels(document, snapshot),
        "reasons": tuple(_reasons(document, snapshot)),
        "date": date,
        "licence": terms,
        "json_ld": _json_ld(
            snapshot.site, entry, row, date.machine_readable if document.dated else None, archived_copy
        ),
    }


def _content_repeats_summary(entry: Entry) -> bool:
    """Whether the content contains the beginning of the summary, as in most feeds."""
    return entry.summary[:60] in entry.content


def _labels(document: Document, snapshot: Snapshot) -> Mapping[str, list[LabelLink]]:
    """What the document is about, by heading; headings without a label are left out."""
    labels = document.labels
    subjects = [body for body in labels.subjects if body != document.entry.body]
    links: dict[str, list[LabelLink]] = {
        "Topics": [_label(Facet.TOPIC, id, snapshot.topics) for id in labels.topics],
        "Plans": [_label(Facet.PLAN, id, snapshot.plans) for id in labels.plans],
        "Commitments": [(clean_line(id), None) for id in labels.commitments],
        "About": [_body_label(id, snapshot) for id in subjects],
    }
    return {heading: links_of_kind for heading, links_of_kind in links.items() if links_of_kind}


def _label(facet: Facet, id: str, names: Mapping[str, str]) -> LabelLink:
    return display_name(id, names), facet_page_path(facet, id) if id in names else None


def _body_label(id: str, snapshot: Snapshot) -> LabelLink:
    return body_name(snapshot, id), facet_page_path(Facet.BODY, id) if id in snapshot.bodies else None


def _reasons(document: Document, snapshot: Snapshot) -> Iterator[tuple[Reason, str]]:
    """Every reason for the labels, the most points first, each with the label that it supports."""
    names = {"topic": snapshot.topics, "type": snapshot.types, "plan": snapshot.plans}
    for reason in sorted(document.labels.reasons, key=lambda reason: -reason.points):
        kind, _, id = reason.supports.partition(":")
        name = body_name(snapshot, id) if kind == "body" else display_name(id, names.get(kind, {id: id}))
        yield reason, f"{_LABEL_KINDS.get(kind, clean_line(kind))}: {name}"


def _elsewhere(entry: Entry) -> Iterator[Link]:
    """Pages on which the same record was found later: `via` links that no claim cites."""
    cited = {claim.source for claim in entry.claims}
    return (link for link in _linkable(entry) if link.rel == "via" and link.href not in cited)


def _attachments(entry: Entry) -> Iterator[Link]:
    """Files and related links; the sources (`via`) are shown with their claims instead."""
    return (link for link in _linkable(entry) if link.rel != "via")


def _linkable(entry: Entry) -> Iterator[Link]:
    return (link for link in entry.links if web_url(link.href))


def attachment_text(link: Link) -> str:
    """`application/pdf, 52 kB`, as far as type and size are known."""
    size = link.length or 0
    size_text = f"{size} bytes" if size < 1000 else f"{size / 1000:,.0f} kB"
    return ", ".join(filter(None, (clean_line(link.type or "", 100), size_text if size else "")))


def date_rows(document: Document, sources: Mapping[str, Source], zone: ZoneInfo) -> tuple[DateRow, ...]:
    """The publisher's dates, the claims, then our own dates. Where sources disagree each has its own row."""
    return (
        *_carrier_rows(document, sources, zone),
        *(_claim_row(claim, zone) for claim in document.entry.claims),
        *_our_rows(document, zone),
    )


def _carrier_rows(document: Document, sources: Mapping[str, Source], zone: ZoneInfo) -> Iterator[DateRow]:
    entries_by_date: dict[tuple[str, Moment], list[Entry]] = {}
    for carrier in document.carriers:
        for what, moment in _dates(carrier.entry):
            entries_by_date.setdefault((what, moment), []).append(carrier.entry)
    # Equal dates share a row, so that a reader sees at once where the carriers disagree.
    order = ("published", "updated", "opens", "closes")
    for (what, moment), entries in sorted(
        entries_by_date.items(), key=lambda pair: (order.index(pair[0][0]), pair[0][1])
    ):
        yield DateRow(
            what=what.capitalize(),
            when=format_moment(moment, zone),
            source=web_url(entries[0].url),
            place="; ".join(dict.fromkeys(source_title(entry.source, sources) for entry in entries)),
            note=_TIME_ZONE_NOTES[moment.zone] if moment.has_time else "",
        )


def _dates(entry: Entry) -> Iterator[tuple[str, Moment]]:
    dates = {
        "published": entry.published,
        "updated": entry.updated,
        "opens": entry.opens,
        "closes": entry.closes,
    }
    return ((what, moment) for what, moment in dates.items() if moment)


def _claim_row(claim: Claim, zone: ZoneInfo) -> DateRow:
    what, source = clean_title(claim.what), web_url(claim.source)
    return DateRow(
        what=what[0].upper() + what[1:],
        when=format_moment(claim.moment, zone) if claim.moment else None,
        source=source,
        place=host_of(source) if source else "",
        note=clean_line(claim.note),
    )


def _our_rows(document: Document, zone: ZoneInfo) -> Iterator[DateRow]:
    backlog_note = "found when we first read the source; it may have been there long before"
    yield _our_row(
        "First seen by us",
        format_instant(document.first_seen, zone),
        backlog_note if document.backlog else "",
    )
    if document.updated > document.first_seen:
        yield _our_row("Changed in substance", format_moment(document.last_change, zone), "")
    if document.removal and document.removal.moment:
        yield DateRow(
            what="Taken away",
            when=format_moment(document.removal.moment, zone),
            source=web_url(document.entry.url),
            place="the publisher",
            note="",
        )


def _our_row(what: str, when: FormattedDate, note: str) -> DateRow:
    return DateRow(what=what, when=when, source=None, place=THIS_SITE, note=note)


def source_title(id: str, sources: Mapping[str, Source]) -> str:
    """The title of a source; its id when it is no longer in `sources.yaml`."""
    source = sources.get(id)
    return clean_title(source.title if source else id, 200)


def _json_ld(
    site: Site, entry: Entry, row: DocumentRow, dated: str | None, copy: str | None
) -> Mapping[str, Any]:
    """The page and its document in schema.org's terms, for search engines; unknown values are left out."""
    about = {
        "@type": "CreativeWork",
        "identifier": clean_line(entry.id, 100),
        "name": clean_title(entry.title),
        "inLanguage": row.language,
        "datePublished": dated,
        "publisher": {"@type": "Organization", "name": row.body},
        "license": licence(entry.licence).url,
        "url": web_url(entry.url),
        "archivedAt": copy,
    }
    return {
        "@context": _SCHEMA_ORG,
        "@type": "WebPage",
        "url": site.base_url + document_page_path(entry),
        "name": row.title,
        "isPartOf": {"@type": "WebSite", "name": site.title, "url": site.base_url},
        "mainEntity": {name: value for name, value in about.items() if value},
    }
