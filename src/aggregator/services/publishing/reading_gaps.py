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
    if _nothing_was_read(then, window, until):
        unread = [window]
    is_unread = sum((day.end - day.start for day in unread), start=until - until) >= window.end - window.start
    return ReadingGaps(
        unread_periods=tuple(_joined(unread)),
        unread_sources=tuple(
            one.source.title
            for one in then
            if one.state.failing_since and one.state.failing_since < window.end
        ),
        unasked_sources=tuple(
            one.source.title for one in then if _is_unasked(one, window, until, is_unread=is_unread)
        ),
    )


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
    last = [one.state.last_read for one in sources if not _is_ours(one)]
    return until == window.end and bool(last) and all(not at or at < window.start for at in last)


def _is_ours(one: SourceWithState) -> bool:
    return KINDS[one.source.kind].location is SourceLocation.FOLDER


def _is_unasked(one: SourceWithState, window: Window, until: datetime, *, is_unread: bool) -> bool:
    """Whether a source was not asked in the window, although it should have been."""
    last = one.state.last_polled
    if is_unread and not _is_ours(one):
        return one.state.failing_since is None
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
