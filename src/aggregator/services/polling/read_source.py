"""Reads a source: fetch, parse, normalise. Writes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from aggregator.classify.last_poll import ListedItem, doubt_short_list, find_gap, is_plausible
from aggregator.errors import SourceError
from aggregator.fetch import Fetcher
from aggregator.model import (
    Entry,
    Failed,
    FeedMetadata,
    NotModified,
    RawEntry,
    RawRemoval,
    Reject,
    Removal,
    Source,
    SourceState,
    Validators,
)
from aggregator.normalise import normalise
from aggregator.parse import reader_for, single_document_link
from aggregator.services.polling.pagination import MISSING_STATUSES, PollPages, follow_pages, read_older_pages
from aggregator.services.polling.parse_jobs import Normalise
from aggregator.services.polling.parser import Parser


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReading:
    """What one poll of a source found, normalised."""

    address: str
    entries: tuple[Entry, ...]
    rejects: tuple[Reject, ...]
    # By the document's key.
    removals: Mapping[str, Removal]
    feed_metadata: FeedMetadata
    complete: bool
    # Neither the feed nor its older pages reach back to the last poll. So items in between may be lost.
    items_missed: bool
    validators: Mapping[str, Validators]
    moved_to: str | None
    # Of the first page's payload.
    sha256: str
    # The number of items in all pages, also of those that were rejected.
    item_count: int
    # Why the list is not believed to be whole: it has far fewer items than before. Its items are saved.
    shrunk: Failed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """The source says that nothing changed (304)."""

    address: str
    # Those that it gave with the 304 (RFC 9111, 4.3.4).
    validators: Mapping[str, Validators] = field(default_factory=dict)


PollResult = SourceReading | Unchanged | Failed
# Returns the items that the last poll listed. Called only for an answer that has items.
LastPoll = Callable[[], Awaitable[Sequence[ListedItem]]]


async def _nothing_listed() -> Sequence[ListedItem]:
    return ()


async def read_source(
    source: Source,
    state: SourceState,
    fetch: Fetcher,
    now: datetime,
    parser: Parser,
    last_poll: LastPoll = _nothing_listed,
    *,
    whole: bool = False,
) -> PollResult:
    """Read the source's address or, if that fails, its fallbacks in turn; if `whole` without validators.

    If all addresses fail, the failure of the first is returned, because that is the one to correct.
    """
    failures: list[SourceReading | Failed] = []
    if state.fingerprint != source.fingerprint:
        # The source's settings changed. With the old validators the server would say that nothing changed,
        # and with the old item count new selectors would look like a changed layout.
        state = replace(state, validators={}, items=0)
    if whole:
        state = replace(state, validators={})
    for address in (source.address, *source.fallbacks):
        result = await _read_address(source, address, state, fetch, now, parser, last_poll)
        if isinstance(result, Unchanged) or (isinstance(result, SourceReading) and not result.shrunk):
            return result
        failures.append(result)
    return next((one for one in failures if isinstance(one, SourceReading)), failures[0])


async def _read_address(
    source: Source,
    address: str,
    state: SourceState,
    fetch: Fetcher,
    now: datetime,
    parser: Parser,
    last_poll: LastPoll,
) -> PollResult:
    request = reader_for(source.kind).request(source, address)
    validators = state.validators.get(request.url, Validators())
    result = await fetch(replace(request, validators=validators))
    if isinstance(result, NotModified):
        return Unchanged(address=address, validators={request.url: result.update(validators)})
    if isinstance(result, Failed):
        return _missing_document(source, address, state, result, now) or result
    try:
        pages = await follow_pages(source, result, fetch, parser, now)
        if not isinstance(pages, Failed):
            listed = await last_poll()
            reading = await _build_reading(source, address, pages, fetch, now, parser, listed)
            return _doubted(reading, pages.pages[0][1].selector, state, listed, now)
    except SourceError as error:
        return Failed(url=request.url, cause=error.cause, detail=error.detail, hint=error.hint)
    return pages


def _missing_document(
    source: Source, address: str, state: SourceState, failed: Failed, now: datetime
) -> SourceReading | None:
    """The removal of a source's only document, if its address is now 404 or 410 and was read before."""
    kind, link = MISSING_STATUSES.get(failed.status or 0), single_document_link(source, address)
    if kind is None or link is None or state.last_read is None:
        return None
    raw = RawEntry(item_name=link, link=link, removal=RawRemoval(kind=kind))
    normalised = normalise(source, address, (raw,), now=now)
    return SourceReading(
        address=address,
        entries=(),
        rejects=(),
        removals=normalised.removals,
        feed_metadata=state.feed_metadata,
        complete=False,
        items_missed=False,
        validators={},
        moved_to=None,
        sha256="",
        item_count=state.items,
    )


async def _build_reading(
    source: Source,
    address: str,
    pages: PollPages,
    fetch: Fetcher,
    now: datetime,
    parser: Parser,
    listed: Sequence[ListedItem],
) -> SourceReading:
    first, page = pages.pages[0]
    normalised = pages.normalised
    if normalised is None:
        normalised = await parser.run(Normalise(source, first.final_url, pages.items(), now))
    items_missed = False
    if gap := find_gap(listed, normalised.entries):
        items_missed = await read_older_pages(source, pages, fetch, now, gap, parser)
        normalised = await parser.run(Normalise(source, first.final_url, pages.items(), now))
    items = len(pages.items())
    rejects = (*pages.rejects(), *normalised.rejects)
    return SourceReading(
        address=address,
        entries=normalised.entries,
        rejects=rejects,
        removals=normalised.removals,
        feed_metadata=page.feed_metadata,
        # A rejected item may be a document that we know. It is not missing, so the listing is not complete.
        complete=all(page.complete for _, page in pages.pages) and not rejects,
        items_missed=items_missed,
        # Pages behind this one may change while it does not. Without validators it is always fetched whole.
        validators={} if page.next_requests else {first.url: first.validators},
        moved_to=first.moved_to,
        sha256=hashlib.sha256(first.payload).hexdigest(),
        item_count=items,
    )


def _doubted(
    reading: SourceReading,
    selector: str | None,
    state: SourceState,
    listed: Sequence[ListedItem],
    now: datetime,
) -> SourceReading:
    """The reading, with what speaks against a list that shrank; without its items if they may be none."""
    plausible = is_plausible(listed, reading.entries)
    doubt = doubt_short_list(reading.address, selector, reading.item_count, state, now, plausible=plausible)
    if doubt is None or plausible:
        return replace(reading, shrunk=doubt)
    return replace(reading, shrunk=doubt, entries=(), removals={}, items_missed=False)
