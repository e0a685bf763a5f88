"""The register of open-government processes: their plans with every dated claim, and their rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Final

from aggregator.model.days import Moment
from aggregator.model.document import Claim
from aggregator.model.labels import Labels
from aggregator.model.vocabulary import Phrase
from aggregator.values.field_types import Address, Name, NotEmpty, Text


class Membership(StrEnum):
    """How a process belongs to the Open Government Partnership (OGP), whose rules for nations bind nations
    only."""

    NATIONAL = "national"
    LOCAL = "local"
    NONE = "none"


class Basis(StrEnum):
    """What a rule is based on. The values are published text."""

    OGP = "a rule of the Open Government Partnership"
    PROMISE = "the body's own promise"
    # A limit of ours: nothing is ever called overdue by it.
    OURS = "this project's own mark"
    UNSOURCED = "not sourced"


class Measure(StrEnum):
    """How a rule is evaluated: `observe/rules/measures.py` has a function for each."""

    MEETING_INTERVAL = "meeting-interval"
    MEETINGS_A_YEAR = "meetings-a-year"
    MEETINGS_IN_PLAN_YEARS = "meetings-in-plan-years"
    TERMS = "terms"
    WEBSITE = "website"
    REPOSITORY = "repository"
    LAST_RECORD = "last-record"
    RESPONSE = "response"
    NEXT_PLAN = "next-plan"
    FINDING = "finding"
    RESULT = "result"
    BRIEF = "brief"
    REVIEW = "review"
    COMPLETION = "completion"
    LENGTH = "length"
    NOT_EVALUATED = "not-evaluated"


class FactKind(StrEnum):
    """What a fact of a plan or commitment is about. The values are written in the register."""

    BEGUN = "begun"
    GUIDANCE = "guidance"
    CALL_OPENED = "call-opened"
    CALL_CLOSES = "call-closes"
    WORKSHOP = "workshop"
    DRAFT = "draft"
    RESPONSE = "response"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    AMENDED = "amended"
    BEGINS = "begins"
    ENDS = "ends"
    DEADLINE = "deadline"
    PROGRESS = "progress"
    SELF_ASSESSMENT = "self-assessment"
    BRIEF = "brief"
    REVIEW = "review"
    RESULTS = "results"
    FINDING = "finding"
    CORRESPONDENCE = "letter"
    COUNT = "count"
    PROMISE = "promise"
    PAGE = "page"
    TERMS = "terms"
    PUBLISHER_STATUS = "said"
    COMPLETION = "completion"
    ASSESSED = "assessed"
    MILESTONE = "milestone"
    UPDATE = "update"


# Scale of completion of the Independent Reporting Mechanism (opengovpartnership.org/glossary/completion).
COMPLETION_SCALE: Final = ("No Evidence Available", "Not Started", "Limited", "Substantial", "Complete")
# What OGP's page of a commitment says until its completion is assessed.
COMPLETION_PENDING: Final = "Pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule that processes have to keep, in our words, and what it is based on."""

    id: str
    title: str
    asks: str
    # Ids of processes.
    applies_to: tuple[str, ...]
    basis: Basis
    source: str | None
    evidence: str
    measure: Measure
    since: date | None = None
    until: date | None = None
    days: int = 0
    months: int = 0
    count: int = 0
    note: str = ""
    # The day on which we read it.
    read_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A dated claim about a plan or commitment, when it became public, and when we read it."""

    kind: FactKind
    claim: Claim
    # Since when it is public, according to its source. None: not known, so it counts from `read_on`.
    public_since: Moment | None
    read_on: date
    # Whether it is a document of the bodies themselves, on a page of theirs.
    official: bool = False
    # Whether it is used where claims about the same thing differ; `why` gives the reason.
    preferred: bool = False
    why: str = ""
    # For a document without a date: it cannot be older than this day.
    not_before: date | None = None
    # For a finding: the id of the rule that it is about.
    rule: str = ""
    # For a finding: whether that rule is met; None if the finding does not say.
    met: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """One commitment of a plan, with the facts about it."""

    id: str
    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An action plan with every dated claim about it, in the order of the register."""

    id: str
    process: str
    title: str
    facts: tuple[Fact, ...]
    commitments: tuple[Commitment, ...] = ()
    # Phrases with which documents name it.
    names: tuple[Phrase, ...] = ()

    def facts_of(self, *kinds: FactKind) -> tuple[Fact, ...]:
        """The facts of these kinds, in the order of the register."""
        return tuple(fact for fact in self.facts if fact.kind in kinds)

    def fact(self, kind: FactKind) -> Fact | None:
        """The fact of this kind that counts (see `preferred_fact`); None if there is none."""
        return preferred_fact(self.facts_of(kind))


@dataclass(frozen=True, slots=True, kw_only=True)
class Forum:
    """A forum where government and civil society meet: its body, and the words by which titles name it."""

    body: Name
    words: Annotated[tuple[Text, ...], NotEmpty]
    # Other bodies whose sources have its records.
    carried_by: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """An open-government process on the board, and the bodies whose publications are its record."""

    id: Name
    name: Text
    membership: Membership
    body: Name
    bodies: tuple[Name, ...]
    forum: Forum | None = None
    website: Address = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsuccessfulSearch:
    """Evidence of absence: a search on the day `on` found nothing of this kind after `since`.

    With `until` it found something of that day, and nothing between the two.
    """

    process: str
    # The value of a FactKind, or `meeting`.
    kind: str
    since: date
    on: date
    where: str
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietPeriod:
    """Days on which bodies publish little or nothing by rule: before an election, or in a recess."""

    # As it is worded after "in the": `pre-election period before the Senedd election`.
    what: str
    processes: tuple[str, ...]
    # Both days belong to it.
    first: date
    last: date
    source: str
    note: str = ""
    read_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCriteria:
    """Which documents of a process's bodies count as official records of it."""

    # The criteria in words, as published.
    asks: str = ""
    # A document counts if it has one of these topics, or names a plan or commitment. Empty: all count.
    topics: tuple[str, ...] = ()
    # Update types that never count.
    excluded_types: tuple[str, ...] = ()

    def counts(self, labels: Labels) -> bool:
        """Whether a document with these labels counts."""
        if labels.type in self.excluded_types:
            return False
        named = labels.plans or labels.commitments
        return bool(not self.topics or named or set(self.topics) & set(labels.topics))


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """The whole register; empty where no process is observed."""

    processes: tuple[Process, ...] = ()
    plans: tuple[Plan, ...] = ()
    searches: tuple[UnsuccessfulSearch, ...] = ()
    rules: tuple[Rule, ...] = ()
    record_criteria: RecordCriteria = RecordCriteria()
    quiet_periods: tuple[QuietPeriod, ...] = ()


def preferred_fact(facts: Iterable[Fact]) -> Fact | None:
    """The preferred fact, else the first that has both date and source, else the first; None if there are
    none."""
    ordered = sorted(
        facts, key=lambda fact: (not fact.preferred, not (fact.claim.moment and fact.claim.source))
    )
    return ordered[0] if ordered else None
