"""The schemas of register/plans.yaml and register/rules.yaml, and how they become the Register."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field

from aggregator.config.register.vocabulary_file import PhraseText
from aggregator.config.yaml_files.schema import Schema
from aggregator.model import (
    LONDON,
    Basis,
    Claim,
    Commitment,
    Fact,
    FactKind,
    Measure,
    Moment,
    Plan,
    Precision,
    Process,
    QuietPeriod,
    RecordCriteria,
    Register,
    Rule,
    UnsuccessfulSearch,
    ZoneBasis,
)
from aggregator.values.field_types import Address, Day, Name, Text

BASES: Final = {
    "ogp": Basis.OGP,
    "promise": Basis.PROMISE,
    "ours": Basis.OURS,
    "unsourced": Basis.UNSOURCED,
}

# The length of a date as written → its precision.
PRECISIONS: Final = {4: Precision.YEAR, 7: Precision.MONTH, 10: Precision.DAY, 16: Precision.MINUTE}


def _parse_partial_date(value: object) -> object:
    """A minute, day, month or year in London time."""
    # YAML reads a bare year as a number.
    text = str(value) if isinstance(value, str | int) else ""
    try:
        # A year or month is completed to its first day.
        whole = text if len(text) > len("2024-01-24") else (text + "-01-01")[:10]
        first = datetime.fromisoformat(whole).replace(tzinfo=LONDON)
        return Moment(at=first.astimezone(UTC), precision=PRECISIONS[len(text)], zone=ZoneBasis.ASSUMED)
    except (ValueError, KeyError):
        examples = "2024-01-24, 2024-01 or 2024; with a time 2024-01-24 17:00"
        raise ValueError(f"write a day, a month or a year: {examples}") from None


PartialDate = Annotated[Moment, BeforeValidator(_parse_partial_date)]


class FactSchema(Schema):
    """One fact of a plan or commitment."""

    # `is` is a keyword of Python.
    kind: FactKind = Field(alias="is")
    what: Text
    date: PartialDate | None = None
    source: Address | None = None
    public_since: PartialDate | None = None
    not_before: Day | None = None
    official: bool = False
    preferred: bool = False
    why: str = ""
    rule: str = ""
    met: bool | None = None
    note: str = ""
    read: Day | None = None


class CommitmentSchema(Schema):
    """One commitment; its id is the Open Government Partnership's where there is one."""

    id: Text
    title: Text
    facts: tuple[FactSchema, ...] = ()


class PlanSchema(Schema):
    """One plan."""

    id: Name
    process: Name
    title: Text
    names: tuple[PhraseText, ...] = ()
    facts: tuple[FactSchema, ...] = Field(min_length=1)
    commitments: tuple[CommitmentSchema, ...] = ()


class SearchSchema(Schema):
    """A search that found nothing."""

    process: Name
    kind: Text = Field(alias="is")
    since: Day
    until: Day | None = None
    on: Day
    where: Text


class QuietPeriodSchema(Schema):
    """Days on which bodies publish little or nothing."""

    what: Text
    processes: tuple[Name, ...] = Field(min_length=1)
    first: Day
    last: Day
    source: Address
    note: str = ""
    read: Day | None = None


class PlansSchema(Schema):
    """The file plans.yaml."""

    read: Day
    processes: tuple[Process, ...]
    plans: tuple[PlanSchema, ...]
    searches: tuple[SearchSchema, ...] = ()
    quiet_periods: tuple[QuietPeriodSchema, ...] = ()


class RuleSchema(Schema):
    """One rule."""

    id: Text
    title: Text
    asks: Text
    applies_to: tuple[Text, ...]
    since: Day | None = None
    until: Day | None = None
    basis: Literal["ogp", "promise", "ours", "unsourced"]
    source: Address | None = None
    evidence: Text
    measure: Measure
    days: int = Field(0, ge=0)
    months: int = Field(0, ge=0)
    count: int = Field(0, ge=0)
    note: str = ""
    read: Day | None = None


class RecordsSchema(Schema):
    """The key `records`: which documents count as official records of a process."""

    asks: Text
    topics: tuple[Text, ...] = Field(min_length=1)
    excluded_types: tuple[Text, ...] = ()


class RulesSchema(Schema):
    """The file rules.yaml."""

    read: Day
    records: RecordsSchema | None = None
    rules: tuple[RuleSchema, ...]


def build_register(plans: PlansSchema, rules: RulesSchema) -> Register:
    """The register, in the order of the files. Without `records` every document counts as a record."""
    return Register(
        processes=plans.processes,
        plans=tuple(_plan(plan, plans.read) for plan in plans.plans),
        searches=tuple(UnsuccessfulSearch(**dict(search)) for search in plans.searches),
        rules=tuple(_rule(rule, rules.read) for rule in rules.rules),
        record_criteria=RecordCriteria(**dict(rules.records)) if rules.records else RecordCriteria(),
        quiet_periods=tuple(_quiet_period(one, plans.read) for one in plans.quiet_periods),
    )


def _quiet_period(period: QuietPeriodSchema, read_on: date) -> QuietPeriod:
    values = period.model_dump(exclude={"read"})
    return QuietPeriod(**values, read_on=period.read or read_on)


def _plan(plan: PlanSchema, read_on: date) -> Plan:
    return Plan(
        id=plan.id,
        process=plan.process,
        title=plan.title,
        names=plan.names,
        facts=tuple(_fact(fact, read_on) for fact in plan.facts),
        commitments=tuple(
            Commitment(id=one.id, title=one.title, facts=tuple(_fact(fact, read_on) for fact in one.facts))
            for one in plan.commitments
        ),
    )


def _fact(fact: FactSchema, read_on: date) -> Fact:
    return Fact(
        kind=fact.kind,
        claim=Claim(what=fact.what, moment=fact.date, source=fact.source, note=fact.note),
        public_since=fact.public_since,
        read_on=fact.read or read_on,
        official=fact.official,
        preferred=fact.preferred,
        why=fact.why,
        not_before=fact.not_before,
        rule=fact.rule,
        met=fact.met,
    )


def _rule(rule: RuleSchema, read_on: date) -> Rule:
    values = rule.model_dump(exclude={"read", "basis"})
    return Rule(**values, basis=BASES[rule.basis], read_on=rule.read or read_on)
