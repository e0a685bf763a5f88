"""Follows what an answer leads to: next pages, items' own pages, and older pages where there is a gap."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from aggregator.errors import SourceError
from aggregator.fetch import Fetch
from aggregator.model import (
    Failed,
    Fetched,
    Page,
    RawEntry,
    RawRemoval,
    Reject,
    RemovalKind,
    Request,
    Source,
)
from aggregator.normalise import normalise
from aggregator.parse import join, older, reader

MOST_FOLLOWED: Final = 50
"""A kind may ask for more pages than one, but never without end."""

MOST_BACK: Final = 5
"""How many older pages are asked for when everything of the last poll has passed out of a feed."""

NOTHING_THERE: Final = {404: RemovalKind.MISSING, 410: RemovalKind.GONE}


@dataclass(slots=True)
class Pages:
    """The answers of one poll, gathered."""

    read: list[tuple[Fetched, Page]] = field(default_factory=list)
    told: list[RawEntry] = field(default_factory=list)
    """What failed requests told: that a document is not there."""
    unread: dict[str, Failed] = field(default_factory=dict)
    """Items whose own page could not be read. A list's line that knows itself to be partial may stand alone:
    it takes nothing away from what is known. Of any other item, half is not what it says."""

    def raws(self) -> tuple[RawEntry, ...]:
        """Every item that was told of, what several answers tell of one joined."""
        based = (
            replace(raw, base=raw.base or fetched.final_url)
            for fetched, page in self.read
            for raw in page.entries
        )
        joined = join((*based, *self.told))
        return tuple(raw for raw in joined if raw.partial or raw.link not in self.unread)

    def rejects(self) -> tuple[Reject, ...]:
        """What could not be used, or not be read."""
        own = [reject for _, page in self.read for reject in page.rejects]
        half = [
            Reject(where=link, why=f"its own page could not be read ({why})")
            for link, why in self.unread.items()
        ]
        return (*own, *half)


async def follow(source: Source, first: Fetched, fetch: Fetch) -> Pages | Failed:
    """The first answer and what it leads to, each once; the pages of a list before those of its items.

    A page of the list that fails fails them all: half a list is not the list. An item's own page that fails
    keeps only that item out of this poll, unless the answer is that there is nothing.
    """
    kind = reader(source.kind)
    pages = Pages([(first, kind.read(source, first))])
    asked = {first.url}
    waiting: list[Request] = list(pages.read[0][1].follow)
    while waiting and len(asked) < MOST_FOLLOWED:
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
            pages.read.append(result)
            waiting += result[1].follow
    return pages


def _next_place(waiting: Sequence[Request]) -> int:
    """The first page of a list that waits, else the first of all: the bound cuts off items' pages."""
    return next((place for place, request in enumerate(waiting) if request.about is None), 0)


async def _read_more(source: Source, request: Request, fetch: Fetch) -> tuple[Fetched, Page] | Failed | None:
    result = await fetch(request)
    if not isinstance(result, Fetched):
        return result if isinstance(result, Failed) else None
    try:
        return result, reader(source.kind).read(source, result)
    except SourceError as error:
        return Failed(url=request.url, cause=error.cause, detail=error.detail, hint=error.hint)


def _note_missing(pages: Pages, link: str, failed: Failed) -> None:
    kind = NOTHING_THERE.get(failed.status or 0)
    if kind:
        pages.told.append(RawEntry(where=link, link=link, removal=RawRemoval(kind=kind)))
    else:
        pages.unread[link] = failed


async def go_back(
    source: Source, pages: Pages, fetch: Fetch, now: datetime, listed: AbstractSet[str]
) -> bool:
    """Ask for older pages until one holds something of the last poll; whether none of them did."""
    fetched, page = pages.read[0]
    for _ in range(MOST_BACK):
        request = older(source, fetched, page)
        result = await _read_more(source, request, fetch) if request else None
        if result is None or isinstance(result, Failed) or not result[1].entries:
            return True
        pages.read.append(result)
        fetched, page = result
        if listed & normalise(source, fetched.final_url, page.entries, now=now).names:
            return False
    return True
