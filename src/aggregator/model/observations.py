"""What the board says of a process on a day: stage, rules, silence, meetings, deadlines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from aggregator.model.document import Claim, Moment
from aggregator.model.plans import Fact, Plan, Process, Rule


class RuleResult(StrEnum):
    """How a process stands with a rule."""

    MET = "met"
    DUE = "due"
    OVERDUE = "overdue"
    NOT_MET = "not met"
    """As the Open Government Partnership or its Independent Reporting Mechanism found."""
    PAST_MARK = "past our own mark"
    """Past a limit that is ours alone: never called overdue."""
    CANNOT_TELL = "cannot tell"
    NOT_BOUND = "does not apply"


class StageName(StrEnum):
    """Where a plan is in its life."""

    NOT_BEGUN = "not begun"
    WRITING = "being written"
    CALL_OPEN = "call open"
    RESPONSES = "responses being considered"
    ANSWERED = "contributions answered"
    IN_FORCE = "being carried out"
    ENDED = "ended"
    REVIEW = "under independent review"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a statement of the board rests on, one click away."""

    title: str
    url: str | None
    """Absolute, or relative to the output folder for a record of ours."""
    moment: Moment | None
    official: bool
    """Whether it stands on an official page; else it is kept by others or here, and shown so."""
    note: str = ""
    sure: bool = True
    """Whether it is certain that it could be known on the day of the board."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A rule held against a process on a day."""

    rule: Rule
    standing: RuleResult
    days: int | None = None
    """Met: days until its limit. Due: days left. Overdue or past our mark: days over. Not met: days since it
    was found so."""
    by: date | None = None
    """The last day on which it can be met."""
    since: date | None = None
    """For `cannot tell`: since when."""
    why: str = ""
    evidence: tuple[Evidence, ...] = ()
    plan: str = ""
    """The id of the plan that it is about, if it is about one."""
    reconstructed: bool = False
    """Worked out for days before our first poll, or reaching behind it: from records, not from watching."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLine:
    """A plan on a day: its stage, and what could be known of it."""

    plan: Plan
    """Only with the facts that could be known."""
    stage: StageName
    since: Moment | None
    days: int | None
    """Days in the stage; a coarse date counts from its last day."""
    live: bool
    """Whether the board shows it: what is being written, is being carried out, or was last."""
    evidence: tuple[Evidence, ...] = ()
    ends: Fact | None = None
    commitments: tuple[CommitmentLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentLine:
    """A commitment on a day."""

    id: str
    title: str
    said: str
    """Its state in the publisher's words; empty: none found."""
    completion: str
    """On the Independent Reporting Mechanism's five-point scale, or that it is pending; empty: none found."""
    assessed: tuple[Claim, ...]
    """What else an independent body says of it."""
    updated: Moment | None
    """When something was last told of its state."""
    milestones: tuple[Claim, ...]
    late: tuple[Claim, ...]
    """Milestones that are due after the plan's end."""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A meeting of a forum, by what its records tell."""

    held: date
    posted: Moment | None
    """When the record of it came out."""
    lag: int | None
    """Days from the meeting to its record; None: cannot be told."""
    names: bool | None
    """Whether the names of those who took part are published; None: not told."""
    slides: bool | None
    following: Moment | None
    """The next meeting, as its record announced it."""
    conflicts: tuple[Claim, ...]
    """Other dates that are told for the same meeting."""
    evidence: tuple[Evidence, ...]
    sure: bool = True
    """Whether it is certain that its record could be known on the day of the board."""
    formal: bool = True
    """Whether it counts as a meeting of the forum; some are told to be none."""

    @property
    def official(self) -> bool:
        """Whether a record of it stands on an official page."""
        return any(one.official for one in self.evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageGap:
    """A time in which we could not read a source, or did not; it is over."""

    source: str
    """Its title."""
    since: date
    """The day on which it was read last."""
    until: date
    """The day on which it was read again."""
    breaks: bool
    """Whether something may have come and gone in it unseen, so that the watch begins anew behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Whether and since when we look at the sources of a process."""

    looked: tuple[str, ...]
    """The titles of the sources, whatever came of them."""
    began: date | None
    """The day on which the last of them was first read; None: never."""
    since: date | None
    """The same, or the end of the last gap that breaks the watch."""
    gaps: tuple[CoverageGap, ...]
    """Those that are over, by their end."""
    unread: tuple[str, ...]
    """Those that cannot be read now."""
    unread_since: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """How long ago the last official record was, and what of that is silence."""

    last: Evidence | None
    days: int | None
    """The age of the last record; None: there is none, or a later one bears no date."""
    observed: int | None
    """Days without a record in which we looked; None: cannot be told."""
    reconstructed: bool
    """Whether the last record is from before our first poll: its age is no silence."""
    check: Check | None
    """The limit, where a rule gives one."""
    other: Evidence | None = None
    """A newer document of the bodies that is no record of the process (a routine return), if there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A day to come, and where it comes from."""

    id: str
    title: str
    day: date
    days: int
    plan: str = ""
    exact: Moment | None = None
    """As its source has it, where it is a date of a source."""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceEvent:
    """A limit was passed while we watched, or the silence behind it ended. Each comes once, not every day."""

    id: str
    rule: Rule
    ended: bool
    day: date
    """The first day past the limit, or the day of the record that ended the silence."""
    last: Evidence | None
    """The record before the silence."""
    by: Evidence | None
    """What ended it."""
    days: int
    """Days from `last`, or from when we began to watch, to `day`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishingFrequency:
    """How often a source publishes about open government, by the dates of its documents."""

    source: str
    title: str
    count: int
    newest: date | None
    usual: int | None
    """Days between one day of publishing and the next: half of the gaps are no longer."""
    longest: int | None
    late: int | None
    """Days from a meeting to its record: half of those that are known are no longer."""
    years: Mapping[int, int]
    """How many documents bear a date of each year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessLine:
    """A process on a day."""

    process: Process
    plans: tuple[PlanLine, ...]
    """Every plan of which something could be known, in the order of the register."""
    checks: tuple[Check, ...]
    silence: Silence
    watch: Coverage
    meetings: tuple[Meeting, ...]
    """Newest first."""
    deadlines: tuple[Deadline, ...]
    """The first to come first."""
    habits: tuple[PublishingFrequency, ...]
    turns: tuple[SilenceEvent, ...]
    """Oldest first."""
    at: datetime

    def check(self, rule: str) -> Check | None:
        """How it stands with the rule of this id."""
        return next((check for check in self.checks if check.rule.id == rule), None)
