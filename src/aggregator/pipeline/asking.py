"""Asks a source and reads what came back: fetch, parse, normalise. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from aggregator.errors import SourceError
from aggregator.fetch import Fetch
from aggregator.model import (
    Entry,
    Failed,
    Fetched,
    Head,
    NotModified,
    Page,
    Reject,
    Request,
    Source,
    SourceState,
    Validators,
)
from aggregator.normalise import normalise
from aggregator.parse import KINDS

MOST_FOLLOWED: Final = 50
"""A kind may ask for more pages than one, but never without end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one poll of a source read, in our words."""

    address: str
    entries: tuple[Entry, ...]
    rejects: tuple[Reject, ...]
    head: Head
    complete: bool
    validators: Mapping[str, Validators]
    moved_to: str | None
    page: Page
    """In the publisher's words, of the first answer: for `try`, which shows what each room made of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """The source says that nothing changed."""

    address: str


Answer = Reading | Unchanged | Failed


async def ask(source: Source, state: SourceState, fetch: Fetch, now: datetime) -> Answer:
    """Ask the address of a source and, when it fails, its fallbacks in turn.

    When all fail, the failure of the first address is the one to tell of: it is the one to mend.
    """
    failures: list[Failed] = []
    for address in (source.address, *source.fallbacks):
        answer = await _ask_one(source, address, state, fetch, now)
        if not isinstance(answer, Failed):
            return answer
        failures.append(answer)
    return failures[0]


async def _ask_one(source: Source, address: str, state: SourceState, fetch: Fetch, now: datetime) -> Answer:
    request = KINDS[source.kind].request(source, address)
    validators = state.validators.get(request.url, Validators())
    result = await fetch(replace(request, validators=validators))
    if isinstance(result, Failed):
        return result
    if isinstance(result, NotModified):
        return Unchanged(address=address)
    try:
        pages = await _pages(source, result, fetch)
    except SourceError as error:
        return Failed(url=request.url, cause=error.cause, detail=error.detail, hint=error.hint)
    if isinstance(pages, Failed):
        return pages
    return _reading(source, address, result, pages, now)


async def _pages(source: Source, first: Fetched, fetch: Fetch) -> tuple[tuple[Fetched, Page], ...] | Failed:
    """The first answer and what it leads to, each once. One that fails fails them all: half is not whole."""
    read = [(first, KINDS[source.kind].read(source, first))]
    asked = {first.url}
    waiting: list[Request] = list(read[0][1].follow)
    while waiting and len(asked) < MOST_FOLLOWED:
        request = waiting.pop(0)
        if request.url in asked:
            continue
        asked.add(request.url)
        result = await fetch(request)
        if isinstance(result, Failed):
            return result
        if isinstance(result, Fetched):
            page = KINDS[source.kind].read(source, result)
            read.append((result, page))
            waiting += page.follow
    return tuple(read)


def _reading(
    source: Source, address: str, first: Fetched, pages: tuple[tuple[Fetched, Page], ...], now: datetime
) -> Reading:
    made = [normalise(source, fetched.final_url, page.entries, now=now) for fetched, page in pages]
    entries = {entry.id: entry for normalised in made for entry in normalised.entries}
    return Reading(
        address=address,
        entries=tuple(entries.values()),
        rejects=tuple(reject for _, page in pages for reject in page.rejects)
        + tuple(reject for normalised in made for reject in normalised.rejects),
        head=pages[0][1].head,
        complete=all(page.complete for _, page in pages),
        validators={first.url: first.validators},
        moved_to=first.moved_to,
        page=pages[0][1],
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
        items=len(answer.entries),
        rejects=answer.rejects,
        moved_to=answer.moved_to,
    )


def due_already(state: SourceState, now: datetime) -> bool:
    """Whether a poll is due; a source that was never asked is."""
    return state.due is None or state.due <= now


def asked_already(state: SourceState, now: datetime) -> bool:
    """Whether this instant's poll is done: a run that was broken off goes on where it stopped."""
    return state.asked is not None and state.asked >= now


__all__ = ["Answer", "Reading", "Unchanged", "ask", "asked_already", "due_already", "state_after"]
