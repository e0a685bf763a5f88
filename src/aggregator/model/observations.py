"""What the board reports about a process on a day: plans, rules, silence, meetings, deadlines.

`str()` of RuleResult and PlanStage is published: the values are text of the board and of `board.json`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from aggregator.model.days import Moment
from aggregator.model.document import Claim
from aggregator.model.plans import Fact, Plan, Process, QuietPeriod, Rule


class RuleResult(StrEnum):
    """Whether a process keeps a rule."""

    MET = "met"
    DUE = "due"
    OVERDUE = "overdue"
    # Found so by the Open Government Partnership or its Independent Reporting Mechanism.
    NOT_MET = "not met"
    # Past a limit that only this project sets: that is never called overdue.
    PAST_OUR_LIMIT = "past our own mark"
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
    # Absolute, or for one of our records relative to the output folder.
    url: str | None
    moment: Moment | None
    # Whether it is on an official page; if not, the board says so.
    official: bool
    note: str = ""
    # Whether it was certainly public on the day of the board.
    sure: bool = True
    # It bears no date: it came out on the day of `moment`, on which we first saw it, or before that day.
    no_later: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCheck:
    """The result of one rule for a process on a day."""

    rule: Rule
    result: RuleResult
    # Met or due: days left until the limit. Overdue or past our limit: days over. Not met: days since it was
    # found so.
    days: int | None = None
    # The last day on which it can be met.
    by: date | None = None
    # Whether only the month of `by` is known, of which it is then the last day.
    coarse: bool = False
    # For UNKNOWN: since when.
    since: date | None = None
    # For OVERDUE and PAST_OUR_LIMIT: the day that `days` is told for; None: that of the board.
    counted_on: date | None = None
    why: str = ""
    evidence: tuple[Evidence, ...] = ()
    # Id of the plan that it is about, if any.
    plan: str = ""
    # Whether it depends on days before our first poll, for which we have records but did not watch.
    reconstructed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanReport:
    """A plan on a day: its stage and what was public about it."""

    # The plan with only the facts that were public on that day.
    plan: Plan
    stage: PlanStage
    since: Moment | None
    # Days in the stage; a month counts from its last day. None where only the year is known.
    days: int | None
    # Whether the board shows it: it is being written, is in force, or was the last one.
    live: bool
    evidence: tuple[Evidence, ...] = ()
    ends: Fact | None = None
    commitments: tuple[CommitmentReport, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentReport:
    """A commitment on a day: what its publisher and independent bodies say about it."""

    id: str
    title: str
    # Its status in the publisher's words; empty if we found none.
    publisher_status: str
    # On the Independent Reporting Mechanism's scale (COMPLETION_SCALE), or pending; empty if we found none.
    completion: str
    # Other statements of independent bodies.
    assessments: tuple[Claim, ...]
    # The date of the latest statement about its status.
    updated: Moment | None
    milestones: tuple[Claim, ...]
    # Milestones that are due after the plan's end.
    late: tuple[Claim, ...]
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A meeting of a forum, according to its records."""

    day: date
    # When its record was published.
    record_published: Moment | None
    # Days from the meeting to its record; None if unknown.
    lag: int | None
    # Whether the participants' names are published; None if unknown.
    names_published: bool | None
    slides_published: bool | None
    # The next meeting as the record announces it.
    next_meeting: Moment | None
    # Other dates that sources give for the same meeting.
    conflicts: tuple[Claim, ...]
    evidence: tuple[Evidence, ...]
    # Whether its record was certainly public on the day of the board.
    sure: bool = True
    # Whether it is a formal meeting of the forum; records of some say that they are not.
    formal: bool = True

    @property
    def official(self) -> bool:
        """Whether a record of it is on an official page."""
        return any(one.official for one in self.evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageGap:
    """A past period in which we could not read a source, or did not."""

    # Title of the source.
    source: str
    # The day of the last poll before it.
    since: date
    # The day of the first poll after it.
    until: date
    # Whether items may have come and gone unseen in it, so that coverage starts anew after it.
    restarts_coverage: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Which days we watched the sources of a process."""

    # Titles of all its sources.
    sources: tuple[str, ...]
    # The first day by which all of them had been read; None if that never was.
    first_read: date | None
    # Since when coverage is complete: `first_read`, or the end of the last gap that restarts it. None also
    # where none of the sources is one of the bodies themselves.
    since: date | None
    # Past gaps, by their end.
    gaps: tuple[CoverageGap, ...]
    # Titles of the sources that were not read within their interval up to the day of the board.
    unreadable: tuple[str, ...]
    unreadable_since: date | None
    # Titles of those among them that were never read.
    never_read: tuple[str, ...] = ()
    # The day of the first poll of any of them; None before it.
    first_poll: date | None = None
    # By title: the day on which a source was last asked without validators and answered.
    asked_whole: Mapping[str, date] = field(default_factory=dict)
    # Whose sources are missing altogether, so that nothing is covered, in words; empty if none is.
    lacks: str = ""

    def not_asked_after(self, day: date) -> tuple[str, ...]:
        """Titles of the sources that have not been read whole on a later day."""
        return tuple(title for title in self.sources if self.asked_whole.get(title, date.min) <= day)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietDays:
    """How many days of a span lay in a quiet period."""

    period: QuietPeriod
    days: int


def quiet_days_in_words(found: Sequence[QuietDays]) -> str:
    """`16 were in the spring recess and 41 more in the pre-election period`: no day is told twice."""
    first, *others = found
    parts = [f"{first.days} {'was' if first.days == 1 else 'were'} in the {first.period.what}"]
    parts += [f"{one.days} more in the {one.period.what}" for one in others]
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """The age of the last official record, and how much of it is silence that we observed."""

    last: Evidence | None
    # The age of the last record; None if there is none, or if a later one has no date.
    days: int | None
    # Days without a record on which we watched; None if unknown.
    observed_days: int | None
    # Whether the last record is older than our first poll: then its age is not observed silence.
    reconstructed: bool
    # The rule that limits the silence, if there is one.
    check: RuleCheck | None
    # A newer document of the bodies that is not a record of the process, such as a routine return.
    other_document: Evidence | None = None
    # Which of the days since the last record lay in quiet periods.
    quiet: tuple[QuietDays, ...] = ()

    @property
    def quiet_days(self) -> int:
        """How many of the days since the last record lay in quiet periods."""
        return sum(one.days for one in self.quiet)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A day in the future by which something is due, and its source."""

    id: str
    title: str
    day: date
    days: int
    plan: str = ""
    # The date as its source gives it, if a source gives one.
    exact: Moment | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceEvent:
    """A silence passed a limit while we watched, or such a silence ended. Each occurs once, not every day."""

    id: str
    rule: Rule
    ended: bool
    # The first day past the limit, or the day of the record that ended the silence.
    day: date
    # The record before the silence.
    last: Evidence | None
    # The record that ended it.
    ended_by: Evidence | None
    # Days to `day` from `last`, or from when we began to watch.
    days: int
    # How many of these days lay in quiet periods.
    quiet: tuple[QuietDays, ...] = ()
    # The sources in which we looked.
    looked_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishingFrequency:
    """How often a source publishes about open government, from the dates of its documents."""

    source: str
    title: str
    count: int
    newest: date | None
    # Median (the lower one) of the days between one day of publishing and the next.
    usual_gap: int | None
    # The longest gap, in days.
    longest_gap: int | None
    # Median (the lower one) of the days from a meeting to its record.
    usual_record_lag: int | None
    # The number of documents dated in each year.
    years: Mapping[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessReport:
    """All that the board says about a process on a day."""

    process: Process
    # Every plan of which something was public, in the order of the register.
    plans: tuple[PlanReport, ...]
    checks: tuple[RuleCheck, ...]
    silence: Silence
    coverage: Coverage
    # Newest first.
    meetings: tuple[Meeting, ...]
    # The nearest first.
    deadlines: tuple[Deadline, ...]
    publishing_frequencies: tuple[PublishingFrequency, ...]
    # Oldest first.
    silence_events: tuple[SilenceEvent, ...]
    at: datetime

    def check(self, rule: str) -> RuleCheck | None:
        """The check of the rule with this id."""
        return next((check for check in self.checks if check.rule.id == rule), None)


# Characters of a title in evidence of a month: a retraction finds a document by its title, cut like this.
MAX_EVIDENCE_TITLE: Final = 200


# Stored as JSON for good, since the board of a month never changes: a new field needs a default, and renaming
# one needs a migration. Likewise the classes of its fields.
@dataclass(frozen=True, slots=True, kw_only=True)
class MonthEvidence:
    """A piece of evidence in words. `url` is absolute, or for our records relative to the output folder."""

    title: str
    url: str | None
    date: str
    official: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthCheck:
    """A rule in words: what it asks, how it stood, why, and on what evidence."""

    rule: str
    title: str
    basis: str
    # The value of a RuleResult, and its sentence.
    result: str
    result_words: str
    why: str
    reconstructed: bool
    evidence: tuple[MonthEvidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthPlan:
    """A plan in words."""

    id: str
    title: str
    stage: str
    commitments: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthProcess:
    """A process in words, as its section of the board was."""

    id: str
    name: str
    plans: tuple[MonthPlan, ...]
    # How old the last record was, and where we looked.
    silence: str
    last: MonthEvidence | None
    other_document: MonthEvidence | None
    deadline: str
    checks: tuple[MonthCheck, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthBoard:
    """The board of the last day of a month, in the words in which it was written down. It never changes."""

    # `2026-11`
    month: str
    day: date
    # When it was written down.
    made_at: datetime
    record_criteria: str
    processes: tuple[MonthProcess, ...]
