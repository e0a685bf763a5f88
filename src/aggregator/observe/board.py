"""The board: each process on a day, and each body's last record, its age, and whether we could look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from aggregator.model import (
    Board,
    BoardLine,
    Body,
    Document,
    Reading,
    Register,
    SourceLine,
    SourceState,
)
from aggregator.model.days import day_of
from aggregator.model.kinds import KINDS
from aggregator.observe.process import process_line
from aggregator.observe.state.as_of import asked_by, register_at, sources_at
from aggregator.observe.state.process_state import surely_public

NOTHING = Register()


def board(
    bodies: Mapping[str, Body],
    sources: Sequence[SourceLine],
    holdings: Iterable[Document],
    *,
    at: datetime,
    zone: ZoneInfo,
    register: Register = NOTHING,
    as_seen: bool = False,
) -> Board:
    """The state of each process, and of each body that has a source of its own or a holding, at `at`.

    Nothing is used that was not public by then. With `as_seen` nothing is used of the register that we had
    not read by then, and no source that we had not asked; `holdings` are then those of that instant
    (`carriers_at`).
    Lines stand in the order of `bodies`. A body counts by itself: what a child body publishes is no word
    of its parent. A line's age and its reading are told apart, so that a poll that failed is never taken
    for silence. Days are those of `zone`.
    """
    everything = tuple(holdings)
    watched = sources_at(asked_by(sources, at) if as_seen else sources, at)
    own, held = defaultdict(list), defaultdict(list)
    for source in sources_at(sources, at):
        if KINDS[source.source.kind].official:
            own[source.source.body].append(source)
    for holding in everything:
        if surely_public(holding, at, zone):
            held[holding.entry.body].append(holding)
    shown = (body for body in bodies.values() if body.id in own or body.id in held)
    known = register_at(register, at, zone) if as_seen else register
    return Board(
        at=at,
        lines=tuple(_line(body, own[body.id], held[body.id], at, zone) for body in shown),
        processes=tuple(
            process_line(process, known, bodies, watched, everything, at, zone) for process in known.processes
        ),
        counting=known.counting.asks,
    )


def _line(
    body: Body, sources: Sequence[SourceLine], holdings: Sequence[Document], at: datetime, zone: ZoneInfo
) -> BoardLine:
    last = _last_record(holdings, at)
    last_on = day_of(last.dated.at, zone) if last and last.dated else None
    reading, since = _reading(sources)
    return BoardLine(
        body=body,
        last=last,
        last_on=last_on,
        days=(day_of(at, zone) - last_on).days if last_on else None,
        reading=reading,
        since=since,
    )


def _last_record(holdings: Iterable[Document], at: datetime) -> Document | None:
    """The newest by its own date. A date still to come is no record; a coarse one counts by its first day."""
    records = (
        (holding.dated.at, holding.entry.id, holding)
        for holding in holdings
        if holding.labels.relevant and holding.dated and holding.dated.at <= at
    )
    newest = max(records, key=lambda record: record[:2], default=None)
    return newest[2] if newest else None


def _reading(sources: Iterable[SourceLine]) -> tuple[Reading, datetime | None]:
    states = [line.state for line in sources if line.source.enabled]
    if not states:
        return Reading.NOT_READ_YET, None
    if any(state.answered and not state.failure for state in states):
        return Reading.READ, None
    return Reading.FAILING, _dark_since(states)


def _dark_since(states: Iterable[SourceState]) -> datetime | None:
    """Since when no source of a body could be read: since the last one that used to answer stopped.

    Where none ever answered it is the first time that we tried in vain, and None before any was asked.
    """
    stopped = [state.failing_since for state in states if state.failing_since and state.answered]
    in_vain = [state.failing_since for state in states if state.failing_since and not state.answered]
    return max(stopped) if stopped else min(in_vain, default=None)
