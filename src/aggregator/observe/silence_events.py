"""When a limit was passed while we watched, and when a silence ended: news, each told once.

What was past its limit before our first poll is no news; the board shows it. While a source cannot be read
nothing is passed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from aggregator.model import Coverage, Evidence, Measure, Meeting, Moment, Precision, Rule, SilenceEvent
from aggregator.observe.state.process_state import ProcessState

Record = tuple[date, Evidence | None]
"""A day on which something was put on record."""


def turns(known: ProcessState, rules: Iterable[Rule]) -> tuple[SilenceEvent, ...]:
    """Every turn up to the day of the board, oldest first."""
    found = [turn for rule in rules for turn in _of_rule(rule, known)]
    return tuple(sorted(found, key=lambda turn: (turn.day, turn.id)))


def _of_rule(rule: Rule, known: ProcessState) -> Iterator[SilenceEvent]:
    if known.process.id not in rule.binds:
        return
    if rule.measure is Measure.LAST_RECORD:
        days = [(known.last(one.moment), one) for one in known.records if one.moment]
        yield from _turns(rule, known, days, known.watch)
    if rule.measure is Measure.MEETING_INTERVAL:
        held = [(one.held, _met(one, known)) for one in known.meetings if one.sure and one.formal]
        yield from _turns(rule, known, held, known.forum_watch)


def _turns(
    rule: Rule, known: ProcessState, days: Sequence[tuple[date, Evidence]], watch: Coverage
) -> Iterator[SilenceEvent]:
    """Of one silence that reaches over a gap of ours it is told once, in the time in which it came first."""
    seen: dict[date, Evidence] = {}
    for day, one in days:
        seen.setdefault(day, one)
    marks: list[Record] = [(date.min, None), *sorted(seen.items(), key=lambda mark: mark[0])]
    told: set[date] = set()
    for begins, until in _watched(known, watch):
        for (day, last), following in pairwise([*marks, (date.max, None)]):
            start = max(day, begins, known.undated_until)
            if day not in told and (found := list(_silence(rule, known, (start, last), following, until))):
                told.add(day)
                yield from found


def _watched(known: ProcessState, watch: Coverage) -> Iterator[tuple[date, date]]:
    """The times in which all sources were read, without a gap that breaks the watch."""
    start = watch.began
    if start is None or start > known.day:
        return
    for gap in sorted((gap for gap in watch.gaps if gap.breaks), key=lambda gap: gap.since):
        if gap.since > start:
            yield start, gap.since
        start = max(start, gap.until)
    yield start, watch.unread_since if watch.unread and watch.unread_since else known.day


def _silence(
    rule: Rule, known: ProcessState, before: Record, after: Record, until: date
) -> Iterator[SilenceEvent]:
    """The silence between two records, if it passed the limit by `until`."""
    (start, last), (end, by) = before, after
    passed = start + timedelta(days=rule.days + 1)
    if end < passed or passed > min(until, known.day):
        return
    id = f"{known.process.id}:{rule.id}:{start.isoformat()}"
    yield SilenceEvent(
        id=f"{id}:passed", rule=rule, ended=False, day=passed, last=last, by=None, days=(passed - start).days
    )
    if end <= known.day:
        yield SilenceEvent(
            id=f"{id}:ended", rule=rule, ended=True, day=end, last=last, by=by, days=(end - start).days
        )


def _met(meeting: Meeting, known: ProcessState) -> Evidence:
    """The record of a meeting, under the day on which it was held."""
    first = datetime.combine(meeting.held, time(), known.zone).astimezone(UTC)
    return replace(meeting.evidence[0], moment=Moment(at=first, precision=Precision.DAY))
