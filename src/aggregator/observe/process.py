"""A process on a day: everything that the board says of it, put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from aggregator.model import (
    Body,
    Check,
    Document,
    Measure,
    Process,
    ProcessLine,
    Register,
    RuleResult,
    Scope,
    Silence,
    SourceLine,
)
from aggregator.model.days import day_of
from aggregator.observe.deadlines import deadlines
from aggregator.observe.rules.measures import checks
from aggregator.observe.rules.results import past
from aggregator.observe.silence_events import turns
from aggregator.observe.state.coverage import watch
from aggregator.observe.state.frequency import habits
from aggregator.observe.state.meetings import meetings
from aggregator.observe.state.process_state import (
    ProcessState,
    could_be_known,
    documents,
    evidence,
    newest_other,
    of_bodies,
    official_hosts,
    official_records,
    undated_documents,
)
from aggregator.observe.state.stages import plan_lines


def process_line(
    process: Process,
    register: Register,
    bodies: Mapping[str, Body],
    sources: Sequence[SourceLine],
    holdings: Sequence[Document],
    at: datetime,
    zone: ZoneInfo,
) -> ProcessLine:
    """The process at `at`. `sources` are those of that instant; `holdings` may reach beyond it."""
    known = _known(process, register, bodies, sources, holdings, at, zone)
    found, plans = checks(register.rules, known), plan_lines(known)
    return ProcessLine(
        process=process,
        plans=plans,
        checks=found,
        silence=_silence(known, found),
        watch=known.watch,
        meetings=known.meetings,
        deadlines=deadlines(known, found, plans),
        habits=habits(_own(process, sources), holdings, known.meetings, at, zone),
        turns=turns(known, register.rules),
        at=at,
    )


def _known(
    process: Process,
    register: Register,
    bodies: Mapping[str, Body],
    sources: Sequence[SourceLine],
    holdings: Sequence[Document],
    at: datetime,
    zone: ZoneInfo,
) -> ProcessState:
    hosts = official_hosts(process, bodies)
    written = [plan for plan in register.plans if plan.process == process.id]
    plans = tuple(plan for one in written if (plan := could_be_known(one, at, zone)).facts)
    told = documents(process, holdings, at, zone)
    undated = undated_documents(written, at.astimezone(zone).date())
    records = official_records(process, plans, told, at, zone, hosts, register.counting)
    return ProcessState(
        process=process,
        at=at,
        zone=zone,
        plans=plans,
        records=records,
        repository=official_records(
            process, plans, _kept(told, process, sources), at, zone, hosts, register.counting
        ),
        other=newest_other(of_bodies(process, told, hosts), records, day_of(at, zone), zone),
        undated=tuple(evidence(fact) for fact in undated),
        undated_until=max((fact.read_on for fact in undated), default=date.min),
        meetings=meetings(process, holdings, at, zone, hosts),
        watch=watch(sources, process.bodies, at, zone),
        forum_watch=watch(sources, _forum_bodies(process), at, zone),
        searches=tuple(search for search in register.searches if search.process == process.id),
        sources=tuple(sources),
        documents=told,
    )


def _kept(told: Iterable[Document], process: Process, sources: Iterable[SourceLine]) -> list[Document]:
    """The documents that a source of the process tells of which is about open government as a whole."""
    whole = {
        line.source.id
        for line in sources
        if line.source.scope is Scope.ALL and line.source.body in process.bodies
    }
    return [holding for holding in told if any(carrier.source in whole for carrier in holding.carriers)]


def _forum_bodies(process: Process) -> tuple[str, ...]:
    """The bodies whose sources would carry a record of a meeting."""
    return (*process.bodies, *([process.forum.body, *process.forum.told_by] if process.forum else []))


def _own(process: Process, sources: Iterable[SourceLine]) -> list[SourceLine]:
    bodies = _forum_bodies(process)
    return [line for line in sources if line.source.body in bodies]


def _silence(known: ProcessState, found: Sequence[Check]) -> Silence:
    """The last record and its age; silence is only what we watched, and nothing while we cannot read."""
    last = known.records[0] if known.records else None
    day = known.last(last.moment) if last and last.moment else None
    since = known.watch.since
    watching = since is not None and since <= known.day and not known.watch.unread
    # A document without a date may be newer than the last one that bears one, unless we would have seen it.
    seen = since is not None and day is not None and day >= since
    told = day is not None and (not known.undated or seen or day >= known.undated_until)
    limit = next((one for one in found if one.rule.measure is Measure.LAST_RECORD and _binds(one)), None)
    return Silence(
        last=last if told or not known.undated else known.undated[-1],
        days=(known.day - day).days if told and day else None,
        observed=(known.day - max(since, day or since)).days if watching and since else None,
        reconstructed=past(known) or day is None or (since is not None and day < since),
        check=limit,
        other=known.other,
    )


def _binds(check: Check) -> bool:
    return check.standing is not RuleResult.NOT_BOUND
