"""Describes the feeds that documents come from: what Atom calls the source of an entry (RFC 4287, 4.2.11)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from aggregator.model import Body, Entry, FeedMetadata, Snapshot, SourceWithState
from aggregator.model.licences import licence
from aggregator.publish.presentation.paths import web_url
from aggregator.publish.presentation.text import clean_line, clean_title, language_tag

_RFC_822_WITH_ZONE: Final = re.compile(r"[^,]+, .*([+-]\d{4}|GMT|UTC?|Z)", re.DOTALL)
# Python reads a zone that it does not know ("BST") as UTC, so only dates with one of these are accepted.
_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSource:
    """What RFC 4287, 4.2.11 asks to preserve of the feed from which an entry was copied."""

    id: str
    title: str
    updated: datetime | None
    address: str | None
    page: str | None
    rights: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSources:
    """The feeds from which documents were read."""

    # By source id; without our own records, which come from no feed.
    by_source: Mapping[str, FeedSource]

    def source_of(self, entry: Entry) -> FeedSource | None:
        """The feed of an entry; for one relayed by another instance, the feed that the instance names."""
        # `updated` comes from the entry. The feed's own date would change with each of its other documents,
        # and with it every page of our archive.
        source = self.by_source.get(entry.source)
        if entry.source_feed:
            return _described_by_instance(entry.source_feed, source)
        dates = [moment.written_at for moment in (entry.published, entry.updated) if moment]
        return replace(source, updated=max(dates, default=None)) if source else None


def feed_sources(snapshot: Snapshot) -> FeedSources:
    """The feeds of the snapshot's sources."""
    polled = [source for source in snapshot.sources if web_url(source.source.address)]
    bodies = snapshot.bodies
    return FeedSources(
        by_source={one.source.id: _described_by_feed(one, bodies.get(one.source.body)) for one in polled}
    )


def _described_by_feed(polled: SourceWithState, body: Body | None) -> FeedSource:
    metadata, source = polled.state.feed_metadata, polled.source
    return FeedSource(
        id=_iri(metadata.id) or source.address,
        title=clean_title(metadata.title or source.title),
        updated=None,
        address=web_url(polled.state.address) or source.address,
        page=web_url(metadata.link) or web_url(source.page) or web_url(body.url if body else None),
        rights=clean_line(metadata.rights or "") or licence(source.licence).rights,
        language=language_tag(metadata.language or source.language),
    )


def _described_by_instance(metadata: FeedMetadata, instance: FeedSource | None) -> FeedSource | None:
    """The original feed as the relaying instance describes it; without a valid id, the instance's feed."""
    id = _iri(metadata.id)
    if id is None:
        return instance
    return FeedSource(
        id=id,
        title=clean_title(metadata.title or id),
        updated=_instant(metadata.updated),
        address=web_url(metadata.self_url),
        page=web_url(metadata.link),
        rights=clean_line(metadata.rights or ""),
        language=language_tag(metadata.language or (instance.language if instance else "")),
    )


def _iri(id: str | None) -> str | None:
    """The feed's own id if it is an absolute IRI, as Atom demands; many RSS feeds have none."""
    text = clean_line(id or "")
    return text if _IRI.fullmatch(text) else None


def _instant(text: str | None) -> datetime | None:
    """The instant of a feed's own date in RFC 3339 (Atom) or RFC 822 (RSS); None without a time zone."""
    date_text = (text or "").strip()
    try:
        instant = (
            parsedate_to_datetime(date_text)
            if _RFC_822_WITH_ZONE.fullmatch(date_text)
            else datetime.fromisoformat(date_text)
        )
        return instant.astimezone(UTC).replace(microsecond=0) if instant.tzinfo else None
    except (ValueError, OverflowError):
        return None
