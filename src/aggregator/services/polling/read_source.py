"""Asks a source and reads what came back: fetch, parse, normalise. Writes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.errors import Cause, SourceError
from aggregator.fetch import Fetcher
from aggregator.model import (
    Entry,
    Failed,
    FeedMetadata,
    NotModified,
    ParsedPage,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReading:
    """What one poll of a source read, in our words."""

    address: str
    entries: tuple[Entry, ...]
    rejects: tuple[Reject, ...]
    removals: Mapping[str, Removal]
    """By key."""
    head: FeedMetadata
    complete: bool
    gap: bool
    """Nothing of the last poll is in the feed any more, nor on its older pages as far as they go."""
    validators: Mapping[str, Validators]
    moved_to: str | None
    sha256: str
    """Of the first answer's payload."""
    items: int
    """How many items the publisher's answers held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """The source says that nothing changed."""

    address: str


PollResult = SourceReading | Unchanged | Failed


async def read_source(
    source: Source, state: SourceState, fetch: Fetcher, now: datetime, listed: AbstractSet[str] = frozenset()
) -> PollResult:
    """Ask the address of a source and, when it fails, its fallbacks in turn.

    `listed` are all names of the documents that the last poll saw. When all addresses fail, the failure of
    the first is the one to tell of: it is the one to mend.
    """
    failures: list[Failed] = []
    if state.fingerprint != source.fingerprint:
        # Else the server would say that nothing has changed, and the layout would seem to have.
        state = replace(state, validators={}, items=0)
    for address in (source.address, *source.fallbacks):
        answer = await _read_address(source, address, state, fetch, now, listed)
        if not isinstance(answer, Failed):
            return answer
        failures.append(answer)
    return failures[0]


async def _read_address(
    source: Source, address: str, state: SourceState, fetch: Fetcher, now: datetime, listed: AbstractSet[str]
) -> PollResult:
    request = reader_for(source.kind).request(source, address)
    validators = state.validators.get(request.url, Validators())
    result = await fetch(replace(request, validators=validators))
    if isinstance(result, NotModified):
        return Unchanged(address=address)
    if isinstance(result, Failed):
        return _missing_document(source, address, state, result, now) or result
    try:
        pages = await follow_pages(source, result, fetch)
        if not isinstance(pages, Failed):
            return await _reading(source, address, pages, fetch, now, listed, state.items)
    except SourceError as error:
        return Failed(url=request.url, cause=error.cause, detail=error.detail, hint=error.hint)
    return pages


def _missing_document(
    source: Source, address: str, state: SourceState, failed: Failed, now: datetime
) -> SourceReading | None:
    """A source that is one document, and used to answer, now says that the document is not there."""
    kind, link = MISSING_STATUSES.get(failed.status or 0), single_document_link(source, address)
    if kind is None or link is None or state.last_read is None:
        return None
    raw = RawEntry(item_name=link, link=link, removal=RawRemoval(kind=kind))
    made = normalise(source, address, (raw,), now=now)
    return SourceReading(
        address=address,
        entries=(),
        rejects=(),
        removals=made.removals,
        head=state.feed_metadata,
        complete=False,
        gap=False,
        validators={},
        moved_to=None,
        sha256="",
        items=state.items,
    )


async def _reading(
    source: Source,
    address: str,
    pages: PollPages,
    fetch: Fetcher,
    now: datetime,
    listed: AbstractSet[str],
    items_before: int,
) -> SourceReading:
    first, page = pages.pages[0]
    made = normalise(source, first.final_url, pages.items(), now=now)
    lost = bool(listed) and bool(made.entries) and listed.isdisjoint(made.names)
    if lost:
        lost = await read_older_pages(source, pages, fetch, now, listed)
        made = normalise(source, first.final_url, pages.items(), now=now)
    items = len(pages.items())
    rejects = (*pages.rejects(), *made.rejects)
    _check_layout(page, items, items_before)
    return SourceReading(
        address=address,
        entries=made.entries,
        rejects=rejects,
        removals=made.removals,
        head=page.feed_metadata,
        # An item that could not be used may be a document that we know: it is not missing.
        complete=all(page.complete for _, page in pages.pages) and not rejects,
        gap=lost,
        # What an answer leads to may change while the answer does not: then it is asked for whole each time.
        validators={} if page.next_requests else {first.url: first.validators},
        moved_to=first.moved_to,
        sha256=hashlib.sha256(first.payload).hexdigest(),
        items=items,
    )


def _check_layout(page: ParsedPage, items: int, items_before: int) -> None:
    """Under half of what the selector found last time is a changed page, not a clearance."""
    if page.selector and items * 2 < items_before:
        raise SourceError(
            Cause.LAYOUT,
            f"the selector '{page.selector}' found {items} items, {items_before} the time before",
            "look at the page; if its layout has changed, correct `selectors` in sources.yaml",
        )
