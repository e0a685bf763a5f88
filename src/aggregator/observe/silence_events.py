"""Silence events: a limit was passed on a day that we covered, or the silence ended. Each comes once.

A limit that was passed before our first poll makes no event; the board shows it. While a source cannot be
read no limit is passed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Final

from aggregator.model import (
    LONDON,
    Coverage,
    Evidence,
    Measure,
    Meeting,
    Moment,
    Precision,
    Rule,
    SilenceEvent,
)
from aggregator.observe.rules.due_or_overdue import last_day_from
from aggregator.observe.rules.meetings import longest_lag
from aggregator.observe.state.process_state import ProcessState
from aggregator.observe.state.quiet import quiet_days

# Early enough that the days of a limit can be added.
NEVER: Final = date(9000, 1, 1)
# A day with a record; the evidence is None for the sentinels date.min and date.max.
DatedRecord = tuple[date, Evidence | None]


def silence_events(state: ProcessState, rules: Iterable[Rule]) -> tuple[SilenceEvent, ...]:
    """Every event up to the day of the board, oldest first."""
    found = [event for rule in rules for event in _rule_events(rule, state)]
    return tuple(sorted(found, key=lambda event: (event.day, event.id)))


def _rule_events(rule: Rule, state: ProcessState) -> Iterator[SilenceEvent]:
    if state.process.id not in rule.applies_to:
        return
    if rule.measure is Measure.LAST_RECORD and not state.minutes_seen_later:
        dated_records = [(state.last_day(one.moment), one) for one in state.records if one.moment]
        yield from _limit_events(rule, state, dated_records, state.coverage, lag=0)
    if rule.measure is Measure.MEETING_INTERVAL:
        # Also those whose records we saw later: then there was no silence.
        dated_meetings = [(one.day, _meeting_evidence(one, state)) for one in state.meetings if one.formal]
        # A record that tells no day may be of a meeting as late as itself.
        perhaps = [state.came_out_by(one) for one in state.unknown_meetings]
        yield from _limit_events(
            rule, state, dated_meetings, state.forum_coverage, longest_lag(state), perhaps
        )


def _limit_events(
    rule: Rule,
    state: ProcessState,
    dated_records: Sequence[tuple[date, Evidence]],
    coverage: Coverage,
    lag: int,
    perhaps: Sequence[date] = (),
) -> Iterator[SilenceEvent]:
    """The events of one limit. A silence that spans a coverage gap is reported once, in the earlier span."""
    evidence_by_day: dict[date, Evidence] = {}
    for day, one in dated_records:
        evidence_by_day.setdefault(day, one)
    records: list[DatedRecord] = [
        (date.min, None),
        *sorted(evidence_by_day.items(), key=lambda record: record[0]),
    ]
    reported: set[date] = set()
    for span_start, span_end in _covered_spans(state, coverage):
        for (day, last), following in pairwise([*records, (date.max, None)]):
            # Before coverage, and before the last undated document was read, something may have come out; and
            # before the rule was in force nothing had to.
            start = max(day, span_start, state.undated_until, rule.since or date.min)
            start = max([start, *(other for other in perhaps if other < following[0])])
            if last is None:
                # Nobody is silent about what has not begun.
                start = max(start, _first_day_of_plans(state))
            # A gap cuts a silence in two spans with different starts, and so with different ids.
            if day not in reported and (
                found := list(_silence_between(rule, state, (start, last), following, span_end, lag))
            ):
                reported.add(day)
                yield from (_with_proof(event, state, coverage, start) for event in found)


def _with_proof(event: SilenceEvent, state: ProcessState, coverage: Coverage, start: date) -> SilenceEvent:
    """The event with where we looked, and with the quiet periods in it."""
    quiet = quiet_days(state.quiet_periods, start, event.day)
    return replace(event, quiet=quiet, looked_in=coverage.sources)


def _first_day_of_plans(state: ProcessState) -> date:
    """The day of the first fact of any plan; without one, a day that never comes."""
    moments = (fact.claim.moment for plan in state.plans for fact in plan.facts)
    return min((state.last_day(moment) for moment in moments if moment), default=NEVER)


def _covered_spans(state: ProcessState, coverage: Coverage) -> Iterator[tuple[date, date]]:
    """The spans in which all sources were read without a gap that restarts coverage."""
    start = coverage.first_read
    # Without a source of the bodies themselves nothing is covered (`coverage.since` is None).
    if start is None or coverage.since is None or start > state.day:
        return
    for gap in sorted((gap for gap in coverage.gaps if gap.restarts_coverage), key=lambda gap: gap.since):
        if gap.since > start:
            yield start, gap.since
        start = max(start, gap.until)
    # The last span ends when a source began to fail, with the last day on which all were asked whole, or with
    # the day of the board.
    asked = min((coverage.asked_whole.get(title, date.min) for title in coverage.sources), default=date.min)
    yield start, min(asked, coverage.unreadable_since or state.day, state.day)


def _silence_between(
    rule: Rule, state: ProcessState, before: DatedRecord, after: DatedRecord, span_end: date, lag: int
) -> Iterator[SilenceEvent]:
    """The silence between two records, if it passed the limit by `span_end`, and records take no longer."""
    (start, last), (end, by) = before, after
    # On the day of the limit itself the rule is still met.
    first_late_day = last_day_from(rule, state, start) + timedelta(days=lag + 1)
    if end < first_late_day or first_late_day > min(span_end, state.day):
        return
    # By the start of the silence, so that the id does not change from one day's board to the next.
    id = f"{state.process.id}:{rule.id}:{start.isoformat()}"
    yield SilenceEvent(
        id=f"{id}:passed",
        rule=rule,
        ended=False,
        day=first_late_day,
        last=last,
        ended_by=None,
        days=(first_late_day - start).days,
    )
    if end <= state.day:
        yield SilenceEvent(
            id=f"{id}:ended", rule=rule, ended=True, day=end, last=last, ended_by=by, days=(end - start).days
        )


def _meeting_evidence(meeting: Meeting, state: ProcessState) -> Evidence:
    """The record of a meeting, dated by the day of the meeting."""
    first = datetime.combine(meeting.day, time(), LONDON).astimezone(UTC)
    return replace(meeting.evidence[0], moment=Moment(at=first, precision=Precision.DAY))
