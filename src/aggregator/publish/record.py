"""What the page of a record tells: its words, and every dated claim with its source, agreeing or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from aggregator.model import Claim, Edition, Entry, Holding, Link
from aggregator.publish.addresses import host, web
from aggregator.publish.dates import Said, day_of, say, say_day
from aggregator.publish.licences import Licence, licence
from aggregator.publish.lines import Line, tell
from aggregator.publish.markup import rebuilt
from aggregator.publish.words import line, titled


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """A dated statement and its source; `source` None is shown as not yet sourced."""

    what: str
    when: Said | None
    source: str | None
    place: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file or page that belongs to a record."""

    href: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Everything that the page of one record shows."""

    line: Line
    title: str
    summary: str
    content: str
    """HTML that may stand in the page as it is."""
    claims: tuple[ClaimRow, ...]
    attachments: tuple[Attachment, ...]
    elsewhere: tuple[Attachment, ...]
    """Pages on which the same record was found later."""
    updated: Said
    licence: Licence


def record(holding: Holding, edition: Edition) -> Record:
    """The page of one record; the words of a source whose licence is not open are left out."""
    entry, zone, terms = holding.entry, ZoneInfo(edition.site.zone), licence(holding.entry.licence)
    return Record(
        line=tell(holding, edition),
        title=titled(entry.title),
        summary=line(entry.summary, 5000) if terms.open else "",
        content=rebuilt(entry.content) if terms.open else "",
        claims=tuple(_claim_row(claim, zone) for claim in entry.claims),
        attachments=tuple(_attachments(entry.links)),
        elsewhere=tuple(_elsewhere(entry)),
        updated=say_day(day_of(holding.updated, zone)),
        licence=terms,
    )


def _claim_row(claim: Claim, zone: ZoneInfo) -> ClaimRow:
    what, source = titled(claim.what), web(claim.source)
    return ClaimRow(
        what=what[0].upper() + what[1:],
        when=say(claim.moment, zone) if claim.moment else None,
        source=source,
        place=host(source) if source else "",
        note=line(claim.note),
    )


def _elsewhere(entry: Entry) -> Iterator[Attachment]:
    cited = {claim.source for claim in entry.claims}
    for link in entry.links:
        href = web(link.href)
        if href and link.rel == "via" and link.href not in cited:
            yield Attachment(href=href, title=titled(link.title or href, 200))


def _attachments(links: Iterable[Link]) -> Iterator[Attachment]:
    """What belongs to the record; the sources (`via`) stand with their claims."""
    for link in links:
        href = web(link.href)
        if href and link.rel != "via":
            yield Attachment(href=href, title=titled(link.title or href, 200))
