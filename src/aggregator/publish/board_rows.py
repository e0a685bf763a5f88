"""What the pages of the board show: every line in words, so that templates decide nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import (
    Basis,
    Check,
    Deadline,
    Edition,
    Evidence,
    Habit,
    Meeting,
    PlanLine,
    ProcessLine,
    Rule,
    Standing,
)
from aggregator.model.addresses import host_of
from aggregator.publish.addresses import Shelf, shelf_page, web
from aggregator.publish.board_words import (
    count,
    say_check,
    say_commitments,
    say_gap,
    say_lag,
    say_silence,
    say_stage,
    say_told,
    say_watch,
)
from aggregator.publish.dates import Said, say, say_day
from aggregator.publish.words import line

FRONT: Final = (("R1.1", "S1"), ("R2.1",), ("R2.2", "C2"), ("R5.1",), ("P1",))
"""The checks of the front table; where a rule does not bind, its own promise or our mark stands there."""
HEADS: Final = (
    "Forum meets",
    "Website kept",
    "Records appear",
    "Two meetings a plan year",
    "Next plan in time",
)
LOOK: Final = {
    Standing.MET: "met",
    Standing.DUE: "due",
    Standing.OVERDUE: "overdue",
    Standing.NOT_MET: "overdue",
    Standing.PAST_MARK: "past",
    Standing.CANNOT_TELL: "untold",
    Standing.NOT_BOUND: "none",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A piece of evidence: its link, relative to the output folder where it is ours."""

    title: str
    href: str | None
    ours: bool
    when: Said | None
    place: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """A rule and how it stands."""

    id: str
    title: str
    asks: str
    basis: str
    source: str | None
    head: str
    look: str
    said: str
    why: str
    note: str
    reconstructed: bool
    evidence: tuple[Shown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRow:
    """A plan and its stage."""

    page: str
    title: str
    said: str
    commitments: str
    """How many it has, and of how many a state was found."""
    live: bool
    evidence: tuple[Shown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingRow:
    """A meeting and its record."""

    held: Said
    posted: Said | None
    lag: str
    names: str
    slides: str
    following: Said | None
    conflicts: tuple[str, ...]
    evidence: tuple[Shown, ...]
    formal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineRow:
    """A day to come."""

    title: str
    when: Said
    left: str
    evidence: tuple[Shown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HabitRow:
    """How often a source publishes."""

    title: str
    documents: int
    newest: Said | None
    usual: str
    longest: str
    late: str
    years: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessRow:
    """A process with everything that its pages show."""

    id: str
    name: str
    stages: tuple[StageRow, ...]
    silence: str
    last: Shown | None
    other: Shown | None
    """What is newer and no record of the process."""
    watch: str
    looked: tuple[str, ...]
    gaps: tuple[str, ...]
    """When they could not be read; the newest first."""
    deadline: DeadlineRow | None
    front: tuple[CheckRow, ...]
    """Five, in the order of `HEADS`."""
    checks: tuple[CheckRow, ...]
    """Those that bind it."""
    unbound: tuple[str, ...]
    """The ids of those that do not."""
    meetings: tuple[MeetingRow, ...]
    deadlines: tuple[DeadlineRow, ...]
    habits: tuple[HabitRow, ...]


def front_rows(edition: Edition) -> tuple[ProcessRow, ...]:
    """One for each process, in the order of the register."""
    zone = ZoneInfo(edition.site.zone)
    return tuple(_process(one, zone) for one in edition.board.processes)


def _process(one: ProcessLine, zone: ZoneInfo) -> ProcessRow:
    binding = [check for check in one.checks if check.standing is not Standing.NOT_BOUND]
    return ProcessRow(
        id=one.process.id,
        name=line(one.process.name),
        stages=tuple(_stage(plan, zone) for plan in one.plans),
        silence=say_silence(one.silence, zone, line(one.process.name)),
        last=shown(one.silence.last, zone) if one.silence.last else None,
        other=shown(one.silence.other, zone) if one.silence.other else None,
        watch=say_watch(one),
        looked=tuple(line(title) for title in one.watch.looked),
        gaps=tuple(say_gap(gap) for gap in reversed(one.watch.gaps)),
        deadline=_deadline(one.deadlines[0], zone) if one.deadlines else None,
        front=tuple(_front(one, ids, head, zone) for ids, head in zip(FRONT, HEADS, strict=True)),
        checks=tuple(_check(check, zone) for check in binding),
        unbound=tuple(check.rule.id for check in one.checks if check not in binding),
        meetings=tuple(_meeting(meeting, zone) for meeting in one.meetings),
        deadlines=tuple(_deadline(deadline, zone) for deadline in one.deadlines),
        habits=tuple(_habit(habit) for habit in one.habits),
    )


def _front(one: ProcessLine, ids: Iterable[str], head: str, zone: ZoneInfo) -> CheckRow:
    """The first of these rules that binds the process, else that none does."""
    found = [check for id in ids if (check := one.check(id)) and check.standing is not Standing.NOT_BOUND]
    if found:
        return _check(found[0], zone, head)
    return CheckRow(
        id="",
        title="",
        asks="",
        basis="",
        source=None,
        head=head,
        look="none",
        said="no rule",
        why="",
        note="",
        reconstructed=False,
        evidence=(),
    )


def _check(check: Check, zone: ZoneInfo, head: str = "") -> CheckRow:
    rule: Rule = check.rule
    return CheckRow(
        id=line(rule.id),
        title=line(rule.title),
        asks=line(rule.asks),
        basis="our own mark" if rule.basis is Basis.OURS else rule.basis.value,
        source=web(rule.source),
        head=head,
        look=LOOK[check.standing],
        said=say_check(check),
        why=line(check.why),
        note=line(rule.note),
        reconstructed=check.reconstructed,
        evidence=tuple(shown(each, zone) for each in check.evidence),
    )


def _stage(one: PlanLine, zone: ZoneInfo) -> StageRow:
    return StageRow(
        page=shelf_page(Shelf.PLAN, one.plan.id),
        title=line(one.plan.title),
        said=say_stage(one, zone),
        commitments=say_commitments(one),
        live=one.live,
        evidence=tuple(shown(each, zone) for each in one.evidence),
    )


def _meeting(one: Meeting, zone: ZoneInfo) -> MeetingRow:
    return MeetingRow(
        held=say_day(one.held),
        posted=say(one.posted, zone) if one.posted else None,
        lag=say_lag(one),
        names=say_told(one.names),
        slides=say_told(one.slides),
        following=say(one.following, zone) if one.following else None,
        conflicts=tuple(
            line(f"{claim.what}: {say(claim.moment, zone).words}") for claim in one.conflicts if claim.moment
        ),
        evidence=tuple(shown(each, zone) for each in one.evidence),
        formal=one.formal,
    )


def _deadline(one: Deadline, zone: ZoneInfo) -> DeadlineRow:
    left = {0: "today", 1: "tomorrow"}.get(one.days, f"in {count(one.days)}")
    return DeadlineRow(
        title=line(one.title),
        when=say(one.exact, zone) if one.exact else say_day(one.day),
        left=left,
        evidence=tuple(shown(each, zone) for each in one.evidence),
    )


def _habit(one: Habit) -> HabitRow:
    return HabitRow(
        title=line(one.title),
        documents=one.count,
        newest=say_day(one.newest) if one.newest else None,
        usual=count(one.usual) if one.usual is not None else "cannot tell",
        longest=count(one.longest) if one.longest is not None else "cannot tell",
        late=count(one.late) if one.late is not None else "cannot tell",
        years=", ".join(f"{year}: {number}" for year, number in one.years.items()),
    )


def shown(one: Evidence, zone: ZoneInfo) -> Shown:
    """A piece of evidence as a link; what is not official says so."""
    official = web(one.url)
    ours = one.url if one.url and not official and one.url.startswith("records/") else None
    kept = "" if one.official else "not on an official page"
    return Shown(
        title=line(one.title, 200),
        href=official or ours,
        ours=ours is not None,
        when=say(one.moment, zone) if one.moment else None,
        place=host_of(official) if official else "our record",
        note="; ".join(filter(None, (kept, line(one.note, 300)))),
    )
