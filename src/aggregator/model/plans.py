"""The register of processes: whose they are, their plans with every dated claim, and their rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Final

from aggregator.model.document import Claim, Moment
from aggregator.model.labels import Labels
from aggregator.model.vocabulary import Phrase
from aggregator.values.field_types import Address, Name, Some, Text


class Membership(StrEnum):
    """How a process belongs to the Open Government Partnership; its rules for nations bind nations only."""

    NATIONAL = "national"
    LOCAL = "local"
    NONE = "none"


class Basis(StrEnum):
    """What a rule rests on."""

    OGP = "a rule of the Open Government Partnership"
    PROMISE = "the body's own promise"
    OURS = "this project's own mark"
    """Nothing is ever called overdue by it."""
    UNSOURCED = "not sourced"


class Measure(StrEnum):
    """How a rule is worked out; `observe/rules/measures.py` has a function for each."""

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
    UNTOLD = "untold"


class FactKind(StrEnum):
    """What a fact of a plan or commitment tells."""

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
    LETTER = "letter"
    COUNT = "count"
    PROMISE = "promise"
    PAGE = "page"
    TERMS = "terms"
    SAID = "said"
    COMPLETION = "completion"
    ASSESSED = "assessed"
    MILESTONE = "milestone"
    UPDATE = "update"


SCALE: Final = ("No Evidence Available", "Not Started", "Limited", "Substantial", "Complete")
"""The Independent Reporting Mechanism's scale of completion (opengovpartnership.org/glossary/completion)."""
PENDING: Final = "Pending"
"""What the Open Government Partnership's page of a commitment says until its completion is assessed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a process is held to, in our own words, and what it rests on."""

    id: str
    title: str
    asks: str
    binds: tuple[str, ...]
    """Ids of processes."""
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
    read_on: date
    """The day on which we read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A claim about a plan: what it tells, from when it could be known, and when we read it."""

    kind: FactKind
    claim: Claim
    public_since: Moment | None
    """From when anybody could know it, by its source; None: not known, so it counts from `read_on`."""
    read_on: date
    official: bool = False
    """A document of the bodies themselves, on a page of theirs."""
    used: bool = False
    """Of claims that tell the same thing, the one that is used; `why` says why."""
    why: str = ""
    not_before: date | None = None
    """For a document without a date: it cannot have come out before this day."""
    rule: str = ""
    """For a finding: the rule that it is about."""
    verdict: bool | None = None
    """For a finding: whether that rule is met; None: it does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """What a plan commits to."""

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
    names: tuple[Phrase, ...] = ()
    """Phrases by which a document names it."""

    def facts_of(self, *kinds: FactKind) -> tuple[Fact, ...]:
        """The facts of these kinds, in the order of the register."""
        return tuple(fact for fact in self.facts if fact.kind in kinds)

    def fact(self, kind: FactKind) -> Fact | None:
        """The fact of this kind that is used: the one marked so, else the first with date and source."""
        return used(self.facts_of(kind))


@dataclass(frozen=True, slots=True, kw_only=True)
class Forum:
    """Where government and civil society meet: its body, and words by which titles name it."""

    body: Name
    words: Annotated[tuple[Text, ...], Some]
    told_by: tuple[Name, ...] = ()
    """Other bodies whose sources carry its records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """An open-government process that is observed: whose it is, and whose publications are its record."""

    id: Name
    name: Text
    membership: Membership
    body: Name
    bodies: tuple[Name, ...]
    forum: Forum | None = None
    website: Address = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Something was looked for on the day `on` and not found: nothing of this kind after `since`."""

    process: str
    kind: str
    """A FactKind's value, or `meeting`."""
    since: date
    on: date
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """Which documents of a process's bodies are official records of it."""

    asks: str = ""
    """The same in words."""
    topics: tuple[str, ...] = ()
    """A document counts that has one of these, or names a plan or commitment; none given: all count."""
    never: tuple[str, ...] = ()
    """Types of update that never count."""

    def counts(self, labels: Labels) -> bool:
        """Whether a document with these labels counts."""
        if labels.type in self.never:
            return False
        named = labels.plans or labels.commitments
        return bool(not self.topics or named or set(self.topics) & set(labels.topics))


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Everything that people wrote down about processes; empty where nothing is observed."""

    processes: tuple[Process, ...] = ()
    plans: tuple[Plan, ...] = ()
    searches: tuple[Search, ...] = ()
    rules: tuple[Rule, ...] = ()
    counting: Counting = Counting()


def used(facts: Iterable[Fact]) -> Fact | None:
    """The one that is marked, else the first that has both date and source, else the first."""
    ordered = sorted(facts, key=lambda fact: (not fact.used, not (fact.claim.moment and fact.claim.source)))
    return ordered[0] if ordered else None
