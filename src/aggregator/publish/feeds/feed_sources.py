"""The feeds that documents come from, as they describe themselves: what Atom calls an entry's source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from aggregator.model import Body, Entry, Head, Snapshot, SourceLine
from aggregator.model.licences import licence
from aggregator.publish.presentation.paths import web
from aggregator.publish.presentation.text import line, tag, titled

_ZONED_RFC_822: Final = re.compile(r"[^,]+, .*([+-]\d{4}|GMT|UTC?|Z)", re.DOTALL)
"""Python reads a zone it does not know ("BST") as UTC, so only these are believed."""
_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What RFC 4287, 4.2.11 wants kept of the feed that an entry was taken from."""

    id: str
    title: str
    updated: datetime | None
    address: str | None
    page: str | None
    rights: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Origins:
    """The origin of every document."""

    sources: Mapping[str, Origin]
    """By source id. Our own records are no feed and have no origin."""

    def of(self, entry: Entry) -> Origin | None:
        """The feed that the entry was first taken from; for one that was passed on, as it was told to us.

        It is as new as the entry: a date of the whole feed would change with every other document of it.
        """
        source = self.sources.get(entry.source)
        if entry.origin:
            return _passed_on(entry.origin, source)
        dates = [moment.at for moment in (entry.published, entry.updated) if moment]
        return replace(source, updated=max(dates, default=None)) if source else None


def origins(edition: Snapshot) -> Origins:
    """What is known of the feeds of this edition."""
    rows = (row for row in edition.sources if web(row.source.address))
    return Origins(sources={row.source.id: _origin(row, edition.bodies.get(row.source.body)) for row in rows})


def _origin(row: SourceLine, body: Body | None) -> Origin:
    head, source = row.state.head, row.source
    return Origin(
        id=_iri(head.id) or source.address,
        title=titled(head.title or source.title),
        updated=None,
        address=web(row.state.address) or source.address,
        page=web(head.link) or web(source.page) or web(body.url if body else None),
        rights=line(head.rights or "") or licence(source.licence).rights,
        language=tag(head.language or source.language),
    )


def _passed_on(head: Head, instance: Origin | None) -> Origin | None:
    """The origin in the words of the instance that passed the document on; without an id it is no origin."""
    id = _iri(head.id)
    if id is None:
        return instance
    return Origin(
        id=id,
        title=titled(head.title or id),
        updated=_instant(head.updated),
        address=web(head.address),
        page=web(head.link),
        rights=line(head.rights or ""),
        language=tag(head.language or (instance.language if instance else "")),
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
