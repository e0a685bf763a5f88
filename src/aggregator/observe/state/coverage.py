"""Coverage: which sources of a process we read and since when, and which absence is thereby proven.

That we found nothing is a finding only where we looked: we read every source up to the day, without a gap
since its beginning or since a search of the register. Everything else is "cannot tell".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import Coverage, CoverageGap, SourceWithState, UnsuccessfulSearch
from aggregator.model.days import day_in_words, day_of
from aggregator.model.kinds import KINDS

# A gap this short is not listed: an hour's failure tells nobody anything.
UNREAD_TOLERANCE: Final = timedelta(days=2)
# How far back a list reaches. The first poll brings what the list still contains, so coverage joins on to a
# search of the month before, and a gap of a month loses nothing.
LIST_REACH: Final = timedelta(days=31)
# The poller spreads its polls: one may come a tenth of the interval later.
SPREAD: Final = 1.1


def coverage_of(
    sources: Sequence[SourceWithState],
    bodies: Collection[str],
    at: datetime,
    zone: ZoneInfo,
    *,
    own: Collection[str],
    carriers: Collection[str] = (),
) -> Coverage:
    """How the sources of `bodies` are covered at `at`; days are those of `zone`.

    Every source that is switched on counts, also one whose address is only guessed: what it may show we have
    not seen. Without a source of one of the `own` bodies nothing is covered: nobody else speaks for them. Nor
    without one of the `carriers`, where there are any: the records would stand there.
    """
    counted = [polled for polled in sources if polled.source.body in bodies and _counts(polled)]
    unreadable = [polled for polled in counted if not _is_read(polled, at, zone)]
    never_read = [polled for polled in counted if polled.state.first_read is None]
    stopped = [polled.state.last_read or polled.state.failing_since for polled in unreadable]
    gaps = sorted(
        {gap for polled in counted for gap in _gaps(polled, zone)}, key=lambda gap: (gap.until, gap.source)
    )
    first_reads = [day_of(first, zone) for polled in counted if (first := polled.state.first_read)]
    # A record may be in any of the sources, so coverage begins with the last of them.
    first_read = max(first_reads) if first_reads and not never_read else None
    lacks = _lacks(counted, own, carriers)
    restarts = (gap.until for gap in gaps if gap.restarts_coverage)
    return Coverage(
        sources=tuple(polled.source.title for polled in counted),
        first_read=first_read,
        since=max([first_read, *restarts]) if first_read and not lacks else None,
        gaps=tuple(gaps),
        unreadable=tuple(polled.source.title for polled in unreadable),
        unreadable_since=min((day_of(day, zone) for day in stopped if day), default=None)
        if first_reads
        else None,
        never_read=tuple(polled.source.title for polled in never_read),
        first_poll=min(
            (day_of(first, zone) for polled in counted if (first := polled.first_poll)), default=None
        ),
        asked_whole=_asked_whole(counted, zone),
        lacks=lacks,
    )


def _lacks(counted: Sequence[SourceWithState], own: Collection[str], carriers: Collection[str]) -> str:
    """Whose sources are missing altogether, in words that are published; empty if none is."""
    if not any(polled.source.body in own for polled in counted):
        return "no source of the bodies themselves is read"
    if carriers and not any(polled.source.body in carriers for polled in counted):
        return "no source that carries the records of the forum is read"
    return ""


def _counts(polled: SourceWithState) -> bool:
    return polled.source.enabled and KINDS[polled.source.kind].official


def _is_read(polled: SourceWithState, at: datetime, zone: ZoneInfo) -> bool:
    """Whether it was read on the day of `at`, or within its interval before that day began."""
    morning = datetime.combine(day_of(at, zone), time(), zone)
    last_read = polled.state.last_read
    return last_read is not None and last_read >= morning - SPREAD * polled.source.every


def _asked_whole(counted: Iterable[SourceWithState], zone: ZoneInfo) -> Mapping[str, date]:
    days: dict[str, date] = {}
    for polled in counted:
        asked, title = polled.state.read_whole_at, polled.source.title
        day = day_of(asked, zone) if asked else date.min
        # Of two sources with one title the one that waits longer counts.
        days[title] = min(day, days.get(title, day))
    return days


def _gaps(polled: SourceWithState, zone: ZoneInfo) -> Iterator[CoverageGap]:
    """The times in which a source was not read. After up to a month its list still contains everything."""
    for outage in polled.outages:
        length = outage.until - outage.since
        # An outage before the first success is no gap: coverage had not begun.
        if not outage.at_first and (outage.items_missed or length > _tolerance(polled)):
            yield CoverageGap(
                source=polled.source.title,
                since=day_of(outage.since, zone),
                until=day_of(outage.until, zone),
                restarts_coverage=outage.items_missed or length > LIST_REACH,
            )


def _tolerance(polled: SourceWithState) -> timedelta:
    # A source that is polled seldom has missed nothing until two polls have failed.
    return max(UNREAD_TOLERANCE, 2 * polled.source.every)


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """From which day on nothing of a kind can have come unseen; or why that cannot be said."""

    # None: on no day up to that of the board.
    seen_from: date | None
    # Since when it cannot be said.
    since: date | None = None
    # Why it cannot be said, in words that are published.
    why: str = ""
    # What was searched, in words that are published.
    searched: str = ""


def prove_absence(
    kind: str, known: Collection[date], day: date, coverage: Coverage, searches: Iterable[UnsuccessfulSearch]
) -> Absence:
    """From which day on we would have seen, by `day`, whatever of `kind` there is beside the `known` days.

    Only what we read ourselves up to `day` proves anything. Searches add the days before our first poll, if
    they join on to it, and if they did not miss what we know.
    """
    mine = [search for search in searches if search.kind == kind]
    if coverage.since is None or coverage.since > day or coverage.unreadable:
        return _unproven(mine, day, coverage)
    seen_from, used = coverage.since, []
    for search in sorted(mine, key=lambda one: one.since, reverse=True):
        if search.since < seen_from and _joins(search, seen_from) and not _missed_any(search, known):
            seen_from = search.since
            used.append(f"{search.where} ({day_in_words(search.on)})")
    by_hand = ", ".join(dict.fromkeys(reversed(used)))
    titles = ", ".join(coverage.sources)
    searched = f"{by_hand}, and since then: {titles}" if by_hand else titles
    return Absence(seen_from=seen_from, searched=searched)


def _joins(search: UnsuccessfulSearch, seen_from: date) -> bool:
    """Whether the days that it tells of reach to a day; our first poll brings what lists still contain."""
    return seen_from - search.on <= LIST_REACH if search.until is None else seen_from <= search.until


def _missed_any(search: UnsuccessfulSearch, known: Iterable[date]) -> bool:
    """Whether we know of something that the search should have found: then it proves nothing."""
    end = search.until or search.on + timedelta(days=1)
    return any(search.since < day < end for day in known)


def _unproven(searches: Sequence[UnsuccessfulSearch], day: date, coverage: Coverage) -> Absence:
    """Why nothing is proven: the first reason that applies, with the names of the sources."""
    if not coverage.sources:
        return Absence(seen_from=None, why="no source in which it would stand is read")
    if coverage.first_poll is None or coverage.first_poll > day:
        past = [search.on for search in searches if search.on < day]
        if past:
            return Absence(seen_from=None, since=max(past), why="nobody has looked since")
        return Absence(seen_from=None, why="this day lies before our first poll")
    if coverage.never_read:
        return Absence(seen_from=None, why=f"never read by us: {', '.join(coverage.never_read)}")
    if coverage.unreadable:
        names = ", ".join(coverage.unreadable)
        return Absence(
            seen_from=None, since=coverage.unreadable_since, why=f"not read up to this day: {names}"
        )
    return Absence(seen_from=None, why=coverage.lacks)
