"""Follows what an answer leads to: next pages, items' own pages, and older pages where there is a gap."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from aggregator.errors import SourceError
from aggregator.fetch import Fetcher
from aggregator.model import (
    Failed,
    Fetched,
    ParsedPage,
    RawEntry,
    RawRemoval,
    Reject,
    RemovalKind,
    Request,
    Source,
)
from aggregator.normalise import normalise
from aggregator.parse import merge_items, reader_for, request_older

# A kind may ask for more pages than one, but never without end.
MAX_REQUESTS: Final = 50

# How many older pages are asked for when everything of the last poll has passed out of a feed.
MAX_OLDER_PAGES: Final = 5

MISSING_STATUSES: Final = {404: RemovalKind.MISSING, 410: RemovalKind.GONE}


@dataclass(slots=True)
class PollPages:
    """The answers of one poll, gathered."""

    pages: list[tuple[Fetched, ParsedPage]] = field(default_factory=list)
    missing: list[RawEntry] = field(default_factory=list)
    """What failed requests told: that a document is not there."""
    unread: dict[str, Failed] = field(default_factory=dict)
    """Items whose own page could not be read. A list's line that knows itself to be partial may stand alone:
    it takes nothing away from what is known. Of any other item, half is not what it says."""

    def items(self) -> tuple[RawEntry, ...]:
        """Every item that was told of, what several answers tell of one joined."""
        based = (
            replace(raw, base=raw.base or fetched.final_url)
            for fetched, page in self.pages
            for raw in page.entries
        )
        joined = merge_items((*based, *self.missing))
        return tuple(raw for raw in joined if raw.partial or raw.link not in self.unread)

    def rejects(self) -> tuple[Reject, ...]:
        """What could not be used, or not be read."""
        own = [reject for _, page in self.pages for reject in page.rejects]
        half = [
            Reject(item_name=link, why=f"its own page could not be read ({why})")
            for link, why in self.unread.items()
        ]
        return (*own, *half)


async def follow_pages(source: Source, first: Fetched, fetch: Fetcher) -> PollPages | Failed:
    """The first answer and what it leads to, each once; the pages of a list before those of its items.

    A page of the list that fails fails them all: half a list is not the list. An item's own page that fails
    keeps only that item out of this poll, unless the answer is that there is nothing.
    """
    kind = reader_for(source.kind)
    pages = PollPages([(first, kind.read(source, first))])
    asked = {first.url}
    waiting: list[Request] = list(pages.pages[0][1].next_requests)
    while waiting and len(asked) < MAX_REQUESTS:
        request = waiting.pop(_next_place(waiting))
        if request.url in asked:
            continue
        asked.add(request.url)
        result = await _read_more(source, request, fetch)
        if isinstance(result, Failed) and request.about is None:
            return result
        if isinstance(result, Failed):
            _note_missing(pages, request.about or "", result)
        elif result:
            pages.pages.append(result)
            waiting += result[1].next_requests
    return pages


def _next_place(waiting: Sequence[Request]) -> int:
    """The first page of a list that waits, else the first of all: the bound cuts off items' pages."""
    return next((place for place, request in enumerate(waiting) if request.about is None), 0)


async def _read_more(
    source: Source, request: Request, fetch: Fetcher
) -> tuple[Fetched, ParsedPage] | Failed | None:
    result = await fetch(request)
    if not isinstance(result, Fetched):
        return result if isinstance(result, Failed) else None
    try:
        return result, reader_for(source.kind).read(source, result)
    except SourceError as error:
        return Failed(url=request.url, cause=error.cause, detail=error.detail, hint=error.hint)


def _note_missing(pages: PollPages, link: str, failed: Failed) -> None:
    kind = MISSING_STATUSES.get(failed.status or 0)
    if kind:
        pages.missing.append(RawEntry(item_name=link, link=link, removal=RawRemoval(kind=kind)))
    else:
        pages.unread[link] = failed


async def read_older_pages(
    source: Source, pages: PollPages, fetch: Fetcher, now: datetime, listed: AbstractSet[str]
) -> bool:
    """Ask for older pages until one holds something of the last poll; whether none of them did."""
    fetched, page = pages.pages[0]
    for _ in range(MAX_OLDER_PAGES):
        request = request_older(source, fetched, page)
        result = await _read_more(source, request, fetch) if request else None
        if result is None or isinstance(result, Failed) or not result[1].entries:
            return True
        pages.pages.append(result)
        fetched, page = result
        if listed & normalise(source, fetched.final_url, page.entries, now=now).names:
            return False
    return True
