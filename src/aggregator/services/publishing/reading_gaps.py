"""Finds the days of a digest on which no source was read, and which sources could not be read or asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from aggregator.deliver.digest.weeks import days_of
from aggregator.model import SourceWithState, Window
from aggregator.model.kinds import KINDS, SourceLocation
from aggregator.observe.state.as_of import polled_by, sources_at
from aggregator.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingGaps:
    """What was not read in the window of a digest; see the fields of Digest."""

    unread_periods: tuple[Window, ...]
    unread_sources: tuple[str, ...]
    unasked_sources: tuple[str, ...]


def find_reading_gaps(
    store: Store, sources: Sequence[SourceWithState], window: Window, now: datetime, zone: ZoneInfo
) -> ReadingGaps:
    """Find the gaps in a window, up to `now`: the sources are taken as they were then, also much later."""
    until = min(window.end, now)
    enabled = [one for one in sources if one.source.enabled]
    # Only so long as they were followed: a source that was added later is no gap.
    then = sources_at(polled_by(enabled, until), until)
    unread = [day for day in days_of(window, zone) if day.end <= until and not _was_read(store, sources, day)]
    periods = tuple(_joined(unread))
    if periods == (window,) and not _was_asked(store, sources, window):
        everyone = tuple(one.source.title for one in then)
        return ReadingGaps(unread_periods=periods, unread_sources=(), unasked_sources=everyone)
    if _nothing_was_read(then, window, until):
        periods = (window,)
    failing = [one for one in then if one.state.failing_since and one.state.failing_since < window.end]
    unasked = [one for one in then if one not in failing and _is_unasked(one, window, until)]
    return ReadingGaps(
        unread_periods=periods,
        unread_sources=tuple(one.source.title for one in failing),
        unasked_sources=tuple(one.source.title for one in unasked),
    )


def _was_asked(store: Store, sources: Iterable[SourceWithState], window: Window) -> bool:
    asked = (at for one in sources for at in (one.state.last_polled, one.state.failing_since) if at)
    return store.runs.has_poll(window) or any(at in window for at in asked)


def _was_read(store: Store, sources: Iterable[SourceWithState], day: Window) -> bool:
    # A run that was killed is not stored, but its polls are, and with them the last instant of each source.
    return store.runs.has_reading(day) or any(instant in day for instant in _readings(sources))


def _readings(sources: Iterable[SourceWithState]) -> Iterator[datetime]:
    """Every instant at which a source is known to have been read."""
    for one in sources:
        known = (one.state.first_read, one.state.last_read)
        yield from (instant for instant in known if instant)
        yield from (outage.until for outage in one.outages)


def _nothing_was_read(sources: Iterable[SourceWithState], window: Window, until: datetime) -> bool:
    """Whether the window is over and not one source on the web was read in it, asked or not."""
    # Our own records can always be read, and show nothing of what others publish.
    last = [
        one.state.last_read for one in sources if KINDS[one.source.kind].location is not SourceLocation.FOLDER
    ]
    return until == window.end and bool(last) and all(not at or at < window.start for at in last)


def _is_unasked(one: SourceWithState, window: Window, until: datetime) -> bool:
    """Whether a source was not asked in the window, although it should have been."""
    last = one.state.last_polled
    if last and last >= window.start:
        return False
    # One that is polled seldom need not be asked in each window.
    return last is None or until - last > 2 * one.source.every


def _joined(days: Iterable[Window]) -> Iterator[Window]:
    """The days as periods: those that follow each other are one."""
    period: Window | None = None
    for day in days:
        if period and period.end == day.start:
            period = Window(start=period.start, end=day.end)
            continue
        if period:
            yield period
        period = day
    if period:
        yield period
