"""Asks a source and reads what came back: fetch, parse, normalise. Writes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from aggregator.errors import Cause, SourceError
from aggregator.fetch import Fetch
from aggregator.model import (
    Entry,
    Failed,
    Fetched,
    Head,
    NotModified,
    Page,
    RawEntry,
    RawRemoval,
    Reject,
    Removal,
    RemovalKind,
    Request,
    Source,
    SourceState,
    Validators,
)
from aggregator.normalise import normalise
from aggregator.parse import KINDS, join, older, single

MOST_FOLLOWED: Final = 50
"""A kind may ask for more pages than one, but never without end."""

MOST_BACK: Final = 5
"""How many older pages are asked for when everything of the last poll has passed out of a feed."""

NOTHING_THERE: Final = {404: RemovalKind.MISSING, 410: RemovalKind.GONE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one poll of a source read, in our words."""

    address: str
    entries: tuple[Entry, ...]
    rejects: tuple[Reject, ...]
    taken: Mapping[str, Removal]
    head: Head
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


Answer = Reading | Unchanged | Failed


@dataclass(slots=True)
class _Pages:
    """The answers of one poll, gathered."""

    first: Fetched
    read: list[tuple[Fetched, Page]] = field(default_factory=list)
    told: list[RawEntry] = field(default_factory=list)
    """What failed requests told: that a document is not there."""
    unread: dict[str, Failed] = field(default_factory=dict)
    """Items whose own page could not be read. A list's line that knows itself to be partial may stand alone:
    it takes nothing away from what is known. Of any other item, half is not what it says."""

    def add(self, fetched: Fetched, page: Page) -> None:
        self.read.append((fetched, page))

    def raws(self) -> tuple[RawEntry, ...]:
        based = (
            replace(raw, base=raw.base or fetched.final_url)
            for fetched, page in self.read
            for raw in page.entries
        )
        joined = join((*based, *self.told))
        return tuple(raw for raw in joined if raw.partial or raw.link not in self.unread)

    def rejects(self) -> tuple[Reject, ...]:
        own = [reject for _, page in self.read for reject in page.rejects]
        half = [
            Reject(where=link, why=f"its own page could not be read ({why})")
            for link, why in self.unread.items()
        ]
        return (*own, *half)


async def ask(
    source: Source, state: SourceState, fetch: Fetch, now: datetime, listed: AbstractSet[str] = frozenset()
) -> Answer:
    """Ask the address of a source and, when it fails, its fallbacks in turn.

    `listed` are the ids of the documents that the last poll saw. When all addresses fail, the failure of
    the first is the one to tell of: it is the one to mend.
    """
    failures: list[Failed] = []
    for address in (source.address, *source.fallbacks):
        answer = await _ask_one(source, address, state, fetch, now, listed)
        if not isinstance(answer, Failed):
            return answer
        failures.append(answer)
    return failures[0]


async def _ask_one(
    source: Source, address: str, state: SourceState, fetch: Fetch, now: datetime, listed: AbstractSet[str]
) -> Answer:
    request = KINDS[source.kind].request(source, address)
    validators = state.validators.get(request.url, Validators())
    result = await fetch(replace(request, validators=validators))
    if isinstance(result, NotModified):
        return Unchanged(address=address)
    if isinstance(result, Failed):
        return _taken(source, address, state, result, now) or result
    try:
        pages = await _pages(source, result, fetch)
        if not isinstance(pages, Failed):
            return await _reading(source, address, pages, fetch, now, listed, state.items)
    except SourceError as error:
        return Failed(url=request.url, cause=error.cause, detail=error.detail, hint=error.hint)
    return pages


async def _pages(source: Source, first: Fetched, fetch: Fetch) -> _Pages | Failed:
    """The first answer and what it leads to, each once.

    A page of the list that fails fails them all: half a list is not the list. An item's own page that fails
    keeps only that item out of this poll, unless the answer is that there is nothing.
    """
    kind = KINDS[source.kind]
    pages = _Pages(first)
    pages.add(first, kind.read(source, first))
    asked = {first.url}
    waiting: list[Request] = list(pages.read[0][1].follow)
    while waiting and len(asked) < MOST_FOLLOWED:
        request = waiting.pop(0)
        if request.url in asked:
            continue
        asked.add(request.url)
        result = await _read_more(source, request, fetch)
        if isinstance(result, Failed) and request.about is None:
            return result
        if isinstance(result, Failed):
            _note_missing(pages, request.about or "", result)
        elif result:
            pages.add(*result)
            waiting += result[1].follow
    return pages


async def _read_more(source: Source, request: Request, fetch: Fetch) -> tuple[Fetched, Page] | Failed | None:
    result = await fetch(request)
    if not isinstance(result, Fetched):
        return result if isinstance(result, Failed) else None
    try:
        return result, KINDS[source.kind].read(source, result)
    except SourceError as error:
        return Failed(url=request.url, cause=error.cause, detail=error.detail, hint=error.hint)


def _note_missing(pages: _Pages, link: str, failed: Failed) -> None:
    kind = NOTHING_THERE.get(failed.status or 0)
    if kind:
        pages.told.append(RawEntry(where=link, link=link, removal=RawRemoval(kind=kind)))
    else:
        pages.unread[link] = failed


def _taken(source: Source, address: str, state: SourceState, failed: Failed, now: datetime) -> Reading | None:
    """A source that is one document, and used to answer, now says that the document is not there."""
    kind, link = NOTHING_THERE.get(failed.status or 0), single(source, address)
    if kind is None or link is None or state.answered is None:
        return None
    raw = RawEntry(where=link, link=link, removal=RawRemoval(kind=kind))
    made = normalise(source, address, (raw,), now=now)
    return Reading(
        address=address,
        entries=(),
        rejects=(),
        taken=made.taken,
        head=state.head,
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
    pages: _Pages,
    fetch: Fetch,
    now: datetime,
    listed: AbstractSet[str],
    items_before: int,
) -> Reading:
    first, page = pages.read[0]
    made = normalise(source, first.final_url, pages.raws(), now=now)
    lost = bool(listed) and bool(made.entries) and listed.isdisjoint(entry.id for entry in made.entries)
    if lost:
        lost = await _go_back(source, pages, fetch, now, listed)
        made = normalise(source, first.final_url, pages.raws(), now=now)
    items = len(pages.raws())
    rejects = (*pages.rejects(), *made.rejects)
    _check_layout(page, items, items_before)
    return Reading(
        address=address,
        entries=made.entries,
        rejects=rejects,
        taken=made.taken,
        head=page.head,
        # An item that could not be used may be a document that we know: it is not missing.
        complete=all(page.complete for _, page in pages.read) and not rejects,
        gap=lost,
        # What an answer leads to may change while the answer does not: then it is asked for whole each time.
        validators={} if page.follow else {first.url: first.validators},
        moved_to=first.moved_to,
        sha256=hashlib.sha256(first.payload).hexdigest(),
        items=items,
    )


async def _go_back(
    source: Source, pages: _Pages, fetch: Fetch, now: datetime, listed: AbstractSet[str]
) -> bool:
    """Ask for older pages until one holds something of the last poll; whether none of them did."""
    fetched, page = pages.read[0]
    for _ in range(MOST_BACK):
        request = older(source, fetched, page)
        result = await _read_more(source, request, fetch) if request else None
        if result is None or isinstance(result, Failed) or not result[1].entries:
            return True
        fetched, page = result
        pages.add(fetched, page)
        ids = {entry.id for entry in normalise(source, fetched.final_url, page.entries, now=now).entries}
        if ids & listed:
            return False
    return True


def _check_layout(page: Page, items: int, items_before: int) -> None:
    """Under half of what the selector found last time is a changed page, not a clearance."""
    if page.selector and items * 2 < items_before:
        raise SourceError(
            Cause.LAYOUT,
            f"the selector '{page.selector}' found {items} items, {items_before} the time before",
            "look at the page; if its layout has changed, correct `selectors` in sources.yaml",
        )


def state_after(
    answer: Answer, source: Source, before: SourceState, now: datetime, due: datetime
) -> SourceState:
    """What is known of the source after this poll. A failed poll keeps what the last good one brought."""
    if isinstance(answer, Failed):
        return replace(
            before,
            source=source.id,
            due=due,
            asked=now,
            failures=before.failures + 1,
            failing_since=before.failing_since or now,
            failure=answer,
        )
    answered = replace(
        before,
        source=source.id,
        due=due,
        asked=now,
        answered=now,
        first_answered=before.first_answered or now,
        failures=0,
        failing_since=None,
        failure=None,
        address=answer.address,
    )
    if isinstance(answer, Unchanged):
        return answered
    return replace(
        answered,
        validators={**before.validators, **answer.validators},
        head=answer.head,
        items=answer.items,
        rejects=answer.rejects,
        moved_to=answer.moved_to,
        gap=now if answer.gap else before.gap,
    )


def due_already(state: SourceState, now: datetime) -> bool:
    """Whether a poll is due; a source that was never asked is."""
    return state.due is None or state.due <= now


def asked_already(state: SourceState, now: datetime) -> bool:
    """Whether this instant's poll is done: a run that was broken off goes on where it stopped."""
    return state.asked is not None and state.asked >= now


def ids_of(entries: Sequence[Entry]) -> tuple[str, ...]:
    """The ids of entries, in their order."""
    return tuple(entry.id for entry in entries)
