"""What the board reports about a process on a day: plans, rules, silence, meetings, deadlines.

`str()` of RuleResult and PlanStage is published: the values are text of the board and of `board.json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from aggregator.model.document import Claim, Moment
from aggregator.model.plans import Fact, Plan, Process, Rule


class RuleResult(StrEnum):
    """Whether a process keeps a rule."""

    MET = "met"
    DUE = "due"
    OVERDUE = "overdue"
    NOT_MET = "not met"
    """Found so by the Open Government Partnership or its Independent Reporting Mechanism."""
    PAST_OUR_LIMIT = "past our own mark"
    """Past a limit that only this project sets: that is never called overdue."""
    UNKNOWN = "cannot tell"
    NOT_APPLICABLE = "does not apply"


class PlanStage(StrEnum):
    """Stage of an action plan."""

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
    """A document that supports a statement of the board, with its link."""

    title: str
    url: str | None
    """Absolute, or for one of our records relative to the output folder."""
    moment: Moment | None
    official: bool
    """Whether it is on an official page; if not, the board says so."""
    note: str = ""
    sure: bool = True
    """Whether it was certainly public on the day of the board."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCheck:
    """The result of one rule for a process on a day."""

    rule: Rule
    result: RuleResult
    days: int | None = None
    """Met or due: days left until the limit. Overdue or past our limit: days over. Not met: days since it was
    found so."""
    by: date | None = None
    """The last day on which it can be met."""
    since: date | None = None
    """For UNKNOWN: since when."""
    why: str = ""
    evidence: tuple[Evidence, ...] = ()
    plan: str = ""
    """Id of the plan that it is about, if any."""
    reconstructed: bool = False
    """Whether it depends on days before our first poll, for which we have records but did not watch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanReport:
    """A plan on a day: its stage and what was public about it."""

    plan: Plan
    """The plan with only the facts that were public on that day."""
    stage: PlanStage
    since: Moment | None
    days: int | None
    """Days in the stage; a month or year counts from its last day."""
    live: bool
    """Whether the board shows it: it is being written, is in force, or was the last one."""
    evidence: tuple[Evidence, ...] = ()
    ends: Fact | None = None
    commitments: tuple[CommitmentReport, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentReport:
    """A commitment on a day: what its publisher and independent bodies say about it."""

    id: str
    title: str
    publisher_status: str
    """Its status in the publisher's words; empty if we found none."""
    completion: str
    """On the Independent Reporting Mechanism's scale (COMPLETION_SCALE), or pending; empty if we found
    none."""
    assessments: tuple[Claim, ...]
    """Other statements of independent bodies."""
    updated: Moment | None
    """The date of the latest statement about its status."""
    milestones: tuple[Claim, ...]
    late: tuple[Claim, ...]
    """Milestones that are due after the plan's end."""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A meeting of a forum, according to its records."""

    day: date
    record_published: Moment | None
    """When its record was published."""
    lag: int | None
    """Days from the meeting to its record; None if unknown."""
    names_published: bool | None
    """Whether the participants' names are published; None if unknown."""
    slides_published: bool | None
    next_meeting: Moment | None
    """The next meeting as the record announces it."""
    conflicts: tuple[Claim, ...]
    """Other dates that sources give for the same meeting."""
    evidence: tuple[Evidence, ...]
    sure: bool = True
    """Whether its record was certainly public on the day of the board."""
    formal: bool = True
    """Whether it is a formal meeting of the forum; records of some say that they are not."""

    @property
    def official(self) -> bool:
        """Whether a record of it is on an official page."""
        return any(one.official for one in self.evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageGap:
    """A past period in which we could not read a source, or did not."""

    source: str
    """Title of the source."""
    since: date
    """The day of the last poll before it."""
    until: date
    """The day of the first poll after it."""
    restarts_coverage: bool
    """Whether items may have come and gone unseen in it, so that coverage starts anew after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Which days we watched the sources of a process."""

    sources: tuple[str, ...]
    """Titles of all its sources."""
    first_read: date | None
    """The first day by which all of them had been read; None if that never was."""
    since: date | None
    """Since when coverage is complete: `first_read`, or the end of the last gap that restarts it."""
    gaps: tuple[CoverageGap, ...]
    """Past gaps, by their end."""
    unreadable: tuple[str, ...]
    """Titles of the sources that cannot be read now."""
    unreadable_since: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """The age of the last official record, and how much of it is silence that we observed."""

    last: Evidence | None
    days: int | None
    """The age of the last record; None if there is none, or if a later one has no date."""
    observed_days: int | None
    """Days without a record on which we watched; None if unknown."""
    reconstructed: bool
    """Whether the last record is older than our first poll: then its age is not observed silence."""
    check: RuleCheck | None
    """The rule that limits the silence, if there is one."""
    other_document: Evidence | None = None
    """A newer document of the bodies that is not a record of the process, such as a routine return."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A day in the future by which something is due, and its source."""

    id: str
    title: str
    day: date
    days: int
    plan: str = ""
    exact: Moment | None = None
    """The date as its source gives it, if a source gives one."""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceEvent:
    """A silence passed a limit while we watched, or such a silence ended. Each occurs once, not every day."""

    id: str
    rule: Rule
    ended: bool
    day: date
    """The first day past the limit, or the day of the record that ended the silence."""
    last: Evidence | None
    """The record before the silence."""
    ended_by: Evidence | None
    """The record that ended it."""
    days: int
    """Days to `day` from `last`, or from when we began to watch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishingFrequency:
    """How often a source publishes about open government, from the dates of its documents."""

    source: str
    title: str
    count: int
    newest: date | None
    usual_gap: int | None
    """Median (the lower one) of the days between one day of publishing and the next."""
    longest_gap: int | None
    """The longest gap, in days."""
    usual_record_lag: int | None
    """Median (the lower one) of the days from a meeting to its record."""
    years: Mapping[int, int]
    """The number of documents dated in each year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessReport:
    """All that the board says about a process on a day."""

    process: Process
    plans: tuple[PlanReport, ...]
    """Every plan of which something was public, in the order of the register."""
    checks: tuple[RuleCheck, ...]
    silence: Silence
    coverage: Coverage
    meetings: tuple[Meeting, ...]
    """Newest first."""
    deadlines: tuple[Deadline, ...]
    """The nearest first."""
    publishing_frequencies: tuple[PublishingFrequency, ...]
    silence_events: tuple[SilenceEvent, ...]
    """Oldest first."""
    at: datetime

    def check(self, rule: str) -> RuleCheck | None:
        """The check of the rule with this id."""
        return next((check for check in self.checks if check.rule.id == rule), None)
