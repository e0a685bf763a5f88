"""Builds the report on one process for a day: plans, rules, silence, meetings, deadlines, coverage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from aggregator.model import (
    Body,
    Document,
    Measure,
    Process,
    ProcessReport,
    Register,
    RuleCheck,
    RuleResult,
    Scope,
    Silence,
    SourceWithState,
)
from aggregator.model.days import day_of
from aggregator.observe.rules.due_or_overdue import before_first_poll
from aggregator.observe.rules.measures import check_rules
from aggregator.observe.silence_events import silence_events
from aggregator.observe.state.coverage import coverage_of
from aggregator.observe.state.frequency import publishing_frequencies
from aggregator.observe.state.meetings import forum_meetings, records_of_unknown_meetings
from aggregator.observe.state.official_records import (
    RecordFilter,
    minutes_seen_later,
    newest_other_document,
    official_records,
    process_documents,
    undated_records,
)
from aggregator.observe.state.process_state import (
    ProcessState,
    official_hosts,
    plan_as_known,
)
from aggregator.observe.state.quiet import quiet_days
from aggregator.observe.state.stages import plan_reports
from aggregator.observe.upcoming_deadlines import deadlines


def report_process(
    process: Process,
    register: Register,
    bodies: Mapping[str, Body],
    sources: Sequence[SourceWithState],
    documents: Sequence[Document],
    at: datetime,
    zone: ZoneInfo,
) -> ProcessReport:
    """The process at `at`. `sources` are as they were then; `documents` may contain later ones."""
    state = _process_state(process, register, bodies, sources, documents, at, zone)
    rule_checks, plans = check_rules(register.rules, state), plan_reports(state)
    return ProcessReport(
        process=process,
        plans=plans,
        checks=rule_checks,
        silence=_silence_of(state, rule_checks),
        coverage=state.coverage,
        meetings=state.meetings,
        deadlines=deadlines(state, rule_checks, plans),
        publishing_frequencies=publishing_frequencies(
            _process_sources(process, sources), documents, state.meetings, at, zone
        ),
        silence_events=silence_events(state, register.rules),
        at=at,
    )


def _process_state(
    process: Process,
    register: Register,
    bodies: Mapping[str, Body],
    sources: Sequence[SourceWithState],
    documents: Sequence[Document],
    at: datetime,
    zone: ZoneInfo,
) -> ProcessState:
    process_plans = [plan for plan in register.plans if plan.process == process.id]
    plans = tuple(plan for one in process_plans if (plan := plan_as_known(one, at, zone)).facts)
    published = process_documents(process, documents, at, zone)
    hosts = official_hosts(process, bodies, sources)
    criteria = RecordFilter(process=process, at=at, zone=zone, hosts=hosts, criteria=register.record_criteria)
    meetings = forum_meetings(process, documents, at, zone, hosts)
    records = official_records(published, plans, meetings, criteria)
    undated = undated_records(published, process_plans, criteria)
    repository = _repository_documents(published, process, sources)
    return ProcessState(
        process=process,
        at=at,
        zone=zone,
        plans=plans,
        records=records,
        repository_records=official_records(repository, plans, (), criteria),
        newer_other_document=newest_other_document(published, records, criteria),
        undated=undated,
        minutes_seen_later=minutes_seen_later(meetings),
        undated_until=max((one.moment.day for one in undated if one.moment), default=date.min),
        meetings=meetings,
        unknown_meetings=records_of_unknown_meetings(process, documents, at, zone, hosts),
        coverage=coverage_of(sources, process.bodies, at, zone, own=process.bodies),
        forum_coverage=coverage_of(
            sources,
            _forum_bodies(process),
            at,
            zone,
            own=process.bodies,
            carriers=process.forum.carried_by if process.forum else (),
        ),
        searches=tuple(search for search in register.searches if search.process == process.id),
        quiet_periods=tuple(
            one
            for one in register.quiet_periods
            # Nobody can be sure of a period that is still to come.
            if process.id in one.processes and one.first <= day_of(at, zone)
        ),
        sources=tuple(sources),
        documents=published,
    )


def _repository_documents(
    published: Iterable[Document], process: Process, sources: Iterable[SourceWithState]
) -> list[Document]:
    """The documents carried by a source of the process that is about open government as a whole."""
    repositories = {
        polled.source.id
        for polled in sources
        if polled.source.scope is Scope.ALL and polled.source.body in process.bodies
    }
    return [
        document
        for document in published
        if any(carrier.source in repositories for carrier in document.carriers)
    ]


def _forum_bodies(process: Process) -> tuple[str, ...]:
    """The bodies whose sources would carry a record of a meeting of the forum."""
    # Others may publish the record of a meeting. It proves the meeting, but is no record of the body
    # (decision 14).
    return (*process.bodies, *([process.forum.body, *process.forum.carried_by] if process.forum else []))


def _process_sources(process: Process, sources: Iterable[SourceWithState]) -> list[SourceWithState]:
    bodies = _forum_bodies(process)
    return [polled for polled in sources if polled.source.body in bodies]


def _silence_of(state: ProcessState, rule_checks: Sequence[RuleCheck]) -> Silence:
    """The last record and its age. Silence is counted only on covered days, and not while a source fails."""
    last = state.records[0] if state.records else None
    day = state.last_day(last.moment) if last and last.moment else None
    since = state.coverage.since
    # While a source fails, records may come out unseen: no day of that time counts as silence (decision 14).
    covered = since is not None and since <= state.day and not state.coverage.unreadable
    # Minutes that we saw later may be newer.
    covered = covered and not state.minutes_seen_later
    # A document without a date may be newer than the last dated one, unless coverage would have shown it.
    would_have_seen = since is not None and day is not None and day >= since
    is_last = day is not None and (not state.undated or would_have_seen or day >= state.undated_until)
    silence_check = next(
        (one for one in rule_checks if one.rule.measure is Measure.LAST_RECORD and _applies(one)), None
    )
    if not is_last and state.undated:
        last = state.undated[-1]
        # We knew it later only: on this day it may not have been out.
        day = state.undated_until if state.undated_until <= state.day else None
    return Silence(
        last=last,
        days=(state.day - day).days if day else None,
        observed_days=(state.day - max(since, day or since)).days if covered and since else None,
        reconstructed=before_first_poll(state) or day is None or (since is not None and day < since),
        check=silence_check,
        other_document=state.newer_other_document,
        quiet=quiet_days(state.quiet_periods, day, state.day) if day else (),
    )


def _applies(check: RuleCheck) -> bool:
    return check.result is not RuleResult.NOT_APPLICABLE
