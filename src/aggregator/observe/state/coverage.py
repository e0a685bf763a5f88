"""Whether we could look: the sources of a process, since when they are read, and which absence is proven.

That nothing was found is a finding only where somebody looked: we did, by polling without a gap, or a search
is on the register. Everything else "cannot be told".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import Coverage, CoverageGap, SourceWithState, UnsuccessfulSearch
from aggregator.model.days import day_of
from aggregator.model.kinds import KINDS

TOLERANCE: Final = timedelta(days=2)
"""A source that was read so lately counts as read: an hour's failure is no gap."""
JOIN: Final = timedelta(days=31)
"""A first poll brings what lists still hold, so that it joins on to a search of the month before."""


def coverage_of(
    sources: Sequence[SourceWithState], bodies: Collection[str], at: datetime, zone: ZoneInfo
) -> Coverage:
    """How the sources of `bodies` are read at `at`.

    Left out are sources that are switched off, and addresses that are only likely and never answered.
    """
    counted = [line for line in sources if line.source.body in bodies and _counts(line)]
    read = [line for line in counted if line.state.first_read]
    unread = [line for line in counted if _unread(line, at)]
    stopped = [line.state.last_read or line.state.failing_since for line in unread]
    gaps = sorted(
        {gap for line in counted for gap in _gaps(line, zone)}, key=lambda gap: (gap.until, gap.source)
    )
    began = _began(counted, read, zone)
    return Coverage(
        sources=tuple(line.source.title for line in counted),
        first_read=began,
        since=max([began, *(gap.until for gap in gaps if gap.restarts_coverage)]) if began else None,
        gaps=tuple(gaps),
        unreadable=tuple(line.source.title for line in unread),
        unreadable_since=min((day_of(day, zone) for day in stopped if day), default=None) if read else None,
    )


def _counts(line: SourceWithState) -> bool:
    verified = line.source.verified or line.state.last_read is not None
    return line.source.enabled and KINDS[line.source.kind].official and verified


def _gaps(line: SourceWithState, zone: ZoneInfo) -> Iterator[CoverageGap]:
    """The times in which a source was out of sight. One of a month is closed by what its list then held."""
    for one in line.outages:
        long = one.until - one.since
        if not one.at_first and (one.missed or long > max(TOLERANCE, 2 * line.source.every)):
            yield CoverageGap(
                source=line.source.title,
                since=day_of(one.since, zone),
                until=day_of(one.until, zone),
                restarts_coverage=one.missed or long > JOIN,
            )


def _began(
    counted: Sequence[SourceWithState], read: Sequence[SourceWithState], zone: ZoneInfo
) -> date | None:
    if not counted or len(read) < len(counted):
        return None
    return max(day_of(line.state.first_read, zone) for line in read if line.state.first_read)


def _unread(line: SourceWithState, at: datetime) -> bool:
    answered = line.state.last_read
    return answered is None or at - answered > max(TOLERANCE, 2 * line.source.every)


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """From which day on it is proven that there was nothing newer; or, with `proven` None, why it is not."""

    proven: date | None
    since: date | None = None
    why: str = ""
    where: str = ""


def absence(
    kind: str, last: date | None, day: date, counted: Coverage, searches: Iterable[UnsuccessfulSearch]
) -> Absence:
    """What can be said on `day` of there being nothing of `kind` after `last` (None: nothing ever).

    The day that is proven never lies before `last`, and is the later one where less is sure.
    """
    valid = [
        one for one in searches if one.kind == kind and one.since <= day and not _contradicted(one, last)
    ]
    readable = counted.since is not None and counted.since <= day and not counted.unreadable
    starts = [
        (max(search.since, last or search.since), search.where)
        for search in valid
        if day <= search.on or (readable and counted.since and counted.since - search.on <= JOIN)
    ]
    if readable and counted.since:
        starts.append((max(counted.since, last or counted.since), ", ".join(counted.sources)))
    if starts:
        proven, where = min(starts)
        return Absence(proven=proven, where=where)
    return _why_unproven(valid, day, counted)


def _contradicted(search: UnsuccessfulSearch, last: date | None) -> bool:
    """Whether something is known that the search should have found: then it proves nothing."""
    return last is not None and search.since < last <= search.on


def _why_unproven(searches: Sequence[UnsuccessfulSearch], day: date, counted: Coverage) -> Absence:
    if counted.since and counted.since <= day and counted.unreadable:
        names = ", ".join(counted.unreadable)
        return Absence(proven=None, since=counted.unreadable_since, why=f"not read by us since: {names}")
    past = [search.on for search in searches if search.on < day]
    if past:
        return Absence(proven=None, since=max(past), why="nobody has looked since")
    if counted.since is None or counted.since > day:
        return Absence(
            proven=None, why="this day lies before our first poll, and no search for it is on record"
        )
    return Absence(proven=None, since=counted.since, why="we have not looked for long enough")
