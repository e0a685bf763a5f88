"""Coverage: which sources of a process we read and since when, and which absence is thereby proven.

That we found nothing is a finding only where somebody looked: we polled without a gap, or the register has a
search. Everything else is "cannot tell".
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

# A source that was read this recently counts as read: an hour's failure is no gap.
UNREAD_TOLERANCE: Final = timedelta(days=2)
# How far back a list reaches. The first poll brings what the list still contains, so coverage joins on to a
# search of the month before, and a gap of a month loses nothing.
LIST_REACH: Final = timedelta(days=31)


def coverage_of(
    sources: Sequence[SourceWithState], bodies: Collection[str], at: datetime, zone: ZoneInfo
) -> Coverage:
    """How the sources of `bodies` are covered at `at`; days are those of `zone`.

    Sources that are switched off do not count, nor do unverified addresses that were never read.
    """
    counted = [polled for polled in sources if polled.source.body in bodies and _counts(polled)]
    read = [polled for polled in counted if polled.state.first_read]
    unreadable = [polled for polled in counted if _is_unreadable(polled, at)]
    stopped = [polled.state.last_read or polled.state.failing_since for polled in unreadable]
    gaps = sorted(
        {gap for polled in counted for gap in _gaps(polled, zone)}, key=lambda gap: (gap.until, gap.source)
    )
    first_read = _all_first_read(counted, read, zone)
    restarts = (gap.until for gap in gaps if gap.restarts_coverage)
    return Coverage(
        sources=tuple(polled.source.title for polled in counted),
        first_read=first_read,
        since=max([first_read, *restarts]) if first_read else None,
        gaps=tuple(gaps),
        unreadable=tuple(polled.source.title for polled in unreadable),
        unreadable_since=min((day_of(day, zone) for day in stopped if day), default=None) if read else None,
    )


def _counts(polled: SourceWithState) -> bool:
    # A guessed address that never answered would otherwise leave the process uncovered for good (decision
    # 14).
    exists = polled.source.verified or polled.state.last_read is not None
    return polled.source.enabled and KINDS[polled.source.kind].official and exists


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


def _all_first_read(
    counted: Sequence[SourceWithState], read: Sequence[SourceWithState], zone: ZoneInfo
) -> date | None:
    """The day on which the last of the sources was first read; None while one has never been read."""
    # A record may be in any of the sources, so coverage begins with the last of them.
    if not counted or len(read) < len(counted):
        return None
    return max(day_of(polled.state.first_read, zone) for polled in read if polled.state.first_read)


def _is_unreadable(polled: SourceWithState, at: datetime) -> bool:
    last_read = polled.state.last_read
    return last_read is None or at - last_read > _tolerance(polled)


def _tolerance(polled: SourceWithState) -> timedelta:
    # A source that is polled seldom has missed nothing until two polls have failed.
    return max(UNREAD_TOLERANCE, 2 * polled.source.every)


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """That there was nothing newer: proven from a day on, or unproven with the reason."""

    # None: not proven.
    proven_from: date | None
    # Since when it cannot be proven.
    since: date | None = None
    # Why it is not proven, in words that are published.
    why: str = ""
    # What was searched, in words that are published.
    searched: str = ""


def prove_absence(
    kind: str, last: date | None, day: date, coverage: Coverage, searches: Iterable[UnsuccessfulSearch]
) -> Absence:
    """What can be said on `day` of there being nothing of `kind` after `last` (None: nothing ever).

    The day from which absence is proven is never before `last`; of several proofs the earliest counts.
    """
    valid = [
        search
        for search in searches
        if search.kind == kind and search.since <= day and not _is_contradicted(search, last)
    ]
    readable = coverage.since is not None and coverage.since <= day and not coverage.unreadable
    proofs = [
        (max(search.since, last or search.since), search.where)
        for search in valid
        if day <= search.on or (readable and coverage.since and coverage.since - search.on <= LIST_REACH)
    ]
    if readable and coverage.since:
        proofs.append((max(coverage.since, last or coverage.since), ", ".join(coverage.sources)))
    if proofs:
        proven_from, searched = min(proofs)
        return Absence(proven_from=proven_from, searched=searched)
    return _unproven(valid, day, coverage)


def _is_contradicted(search: UnsuccessfulSearch, last: date | None) -> bool:
    """Whether we know of something that the search should have found: then it proves nothing."""
    return last is not None and search.since < last <= search.on


def _unproven(searches: Sequence[UnsuccessfulSearch], day: date, coverage: Coverage) -> Absence:
    if coverage.since and coverage.since <= day and coverage.unreadable:
        names = ", ".join(coverage.unreadable)
        return Absence(
            proven_from=None, since=coverage.unreadable_since, why=f"not read by us since: {names}"
        )
    past = [search.on for search in searches if search.on < day]
    if past:
        return Absence(proven_from=None, since=max(past), why="nobody has looked since")
    if coverage.since is None or coverage.since > day:
        return Absence(
            proven_from=None, why="this day lies before our first poll, and no search for it is on record"
        )
    return Absence(proven_from=None, since=coverage.since, why="we have not looked for long enough")
