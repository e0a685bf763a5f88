"""The feeds that documents come from, as they describe themselves: what Atom calls an entry's source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from aggregator.model import Body, Edition, Holding, SourceLine
from aggregator.publish.addresses import web
from aggregator.publish.licences import licence
from aggregator.publish.words import line, titled

_ZONED_RFC_822: Final = re.compile(r"[^,]+, .*([+-]\d{4}|GMT|UTC?|Z)", re.DOTALL)
"""Python reads a zone it does not know ("BST") as UTC, so only these are believed."""
_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What RFC 4287, 4.2.11 wants kept of the feed that an entry was taken from."""

    id: str
    title: str
    updated: datetime | None
    address: str
    page: str | None
    rights: str
    language: str


def origins(edition: Edition) -> Mapping[str, Origin]:
    """The origin of each source that is read from the web, by source id.

    Our own records are no feed and have no origin.
    """
    newest = _newest_dates(edition.holdings)
    return {
        row.source.id: _origin(row, edition.bodies.get(row.source.body), newest.get(row.source.id))
        for row in edition.sources
        if web(row.source.address)
    }


def _origin(row: SourceLine, body: Body | None, newest: datetime | None) -> Origin:
    head, source = row.state.head, row.source
    address = web(row.state.address) or source.address
    return Origin(
        id=_iri(head.id) or source.address,
        title=titled(head.title or source.title),
        updated=_instant(head.updated) or newest,
        address=address,
        page=web(head.link) or web(source.page) or web(body.url if body else None),
        rights=line(head.rights or "") or licence(source.licence).rights,
        language=line(head.language or source.language),
    )


def _iri(id: str | None) -> str | None:
    """A feed's own id, if it is an absolute IRI as Atom wants it; many RSS feeds have none."""
    stated = line(id or "")
    return stated if _IRI.fullmatch(stated) else None


def _instant(text: str | None) -> datetime | None:
    """A feed's own date, if it states its zone: RFC 3339 (Atom) or RFC 822 (RSS)."""
    stated = (text or "").strip()
    try:
        read = (
            parsedate_to_datetime(stated)
            if _ZONED_RFC_822.fullmatch(stated)
            else datetime.fromisoformat(stated)
        )
        return read.astimezone(UTC).replace(microsecond=0) if read.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _newest_dates(holdings: Iterable[Holding]) -> Mapping[str, datetime]:
    """The newest date that each source's documents bear, for feeds that say no date of their own."""
    newest: dict[str, datetime] = {}
    for told in (carrier.entry for holding in holdings for carrier in holding.carriers):
        for moment in filter(None, (told.published, told.updated)):
            newest[told.source] = max(moment.at, newest.get(told.source, moment.at))
    return newest
