"""Fetches the further pages of a source: next pages, items' own pages, and older pages after a gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from aggregator.classify.last_poll import Gap
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
from aggregator.normalise import NormalisedPage
from aggregator.services.polling.parse_jobs import Normalise, ReadAnswer, RequestOlder, merge_pages
from aggregator.services.polling.parser import READING_BROKEN_OFF, Parser

# Requests of one poll. Without a limit a page that links to ever new pages would never end.
MAX_REQUESTS: Final = 50

# Older pages that are read when items may have been missed since the last poll.
MAX_OLDER_PAGES: Final = 5

# HTTP statuses that mean that a document was removed. Other failures say nothing about the document.
MISSING_STATUSES: Final = {404: RemovalKind.MISSING, 410: RemovalKind.GONE}


@dataclass(slots=True)
class PollPages:
    """All pages of one poll."""

    pages: list[tuple[Fetched, ParsedPage]] = field(default_factory=list)
    # The entries of the first page, if it is the only one.
    normalised: NormalisedPage | None = None
    # Removals of documents whose own page is 404 or 410.
    missing: list[RawEntry] = field(default_factory=list)
    # Failures of items' own pages, by link.
    unread: dict[str, Failed] = field(default_factory=dict)

    def items(self) -> tuple[RawEntry, ...]:
        """All items, with the parts of one item on several pages merged."""
        merged = merge_pages(self.pages, self.missing)
        # Without its own page, a partial item is still usable: it changes only what it has. Any other item
        # would be half of what it says, so it waits for the next poll.
        return tuple(raw for raw in merged if raw.partial or raw.link not in self.unread)

    def rejects(self) -> tuple[Reject, ...]:
        """The items that could not be used, and those whose own page could not be read."""
        of_pages = [reject for _, page in self.pages for reject in page.rejects]
        unread = [
            Reject(item_name=link, why=f"its own page could not be read ({why})")
            for link, why in self.unread.items()
        ]
        return (*of_pages, *unread)


async def follow_pages(
    source: Source, first: Fetched, fetch: Fetcher, parser: Parser, now: datetime
) -> PollPages | Failed:
    """The first page and the pages that it names, each once.

    If a page of the list fails, the poll fails: half a list is not the list. If an item's own page fails,
    only that item is left out of this poll; with 404 or 410 it counts as removed.
    """
    read = await parser.run(ReadAnswer(source, first, now))
    pages = PollPages([(first, read.parsed)], normalised=read.normalised)
    requested = {first.url}
    waiting: list[Request] = list(pages.pages[0][1].next_requests)
    while waiting and len(requested) < MAX_REQUESTS:
        request = waiting.pop(_next_index(waiting))
        if request.url in requested:
            continue
        requested.add(request.url)
        result = await _read_more(source, request, fetch, parser)
        # What breaks our reader off makes the source wait, whichever of its pages it is.
        if isinstance(result, Failed) and (request.about is None or result.cause in READING_BROKEN_OFF):
            return result
        if isinstance(result, Failed):
            _note_missing(pages, request.about or "", result)
        elif result:
            pages.pages.append(result)
            waiting += result[1].next_requests
    return pages


def _next_index(waiting: Sequence[Request]) -> int:
    """The index of the first waiting page of the list, else 0."""
    # The list comes first, so that the limit of requests cuts off items' own pages and never the list.
    return next((index for index, request in enumerate(waiting) if request.about is None), 0)


async def _read_more(
    source: Source, request: Request, fetch: Fetcher, parser: Parser
) -> tuple[Fetched, ParsedPage] | Failed | None:
    result = await fetch(request)
    if not isinstance(result, Fetched):
        return result if isinstance(result, Failed) else None
    try:
        return result, (await parser.run(ReadAnswer(source, result))).parsed
    except SourceError as error:
        return Failed(url=request.url, cause=error.cause, detail=error.detail, hint=error.hint)


def _note_missing(pages: PollPages, link: str, failed: Failed) -> None:
    kind = MISSING_STATUSES.get(failed.status or 0)
    if kind:
        pages.missing.append(RawEntry(item_name=link, link=link, removal=RawRemoval(kind=kind)))
    else:
        pages.unread[link] = failed


async def read_older_pages(
    source: Source,
    pages: PollPages,
    fetch: Fetcher,
    now: datetime,
    gap: Gap,
    parser: Parser,
) -> bool:
    """Add older pages until one closes the gap. Returns whether none of them does."""
    fetched, page = pages.pages[0]
    for _ in range(MAX_OLDER_PAGES):
        request = await parser.run(RequestOlder(source, fetched, page))
        result = await _read_more(source, request, fetch, parser) if request else None
        if result is None or isinstance(result, Failed) or not result[1].entries:
            return True
        pages.pages.append(result)
        fetched, page = result
        older = await parser.run(Normalise(source, fetched.final_url, page.entries, now))
        if gap.is_closed_by(older.entries):
            return False
    return True
