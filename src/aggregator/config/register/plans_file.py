"""The forms of register/plans.yaml (processes, their plans, every date with its source) and rules.yaml."""

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
    Counting,
    Fact,
    FactKind,
    Measure,
    Moment,
    Plan,
    Precision,
    Process,
    Register,
    Rule,
    Search,
    Zone,
)
from aggregator.values.field_types import Address, Day, Name, Text

BASES: Final = {
    "ogp": Basis.OGP,
    "promise": Basis.PROMISE,
    "ours": Basis.OURS,
    "unsourced": Basis.UNSOURCED,
}

PRECISIONS: Final = {4: Precision.YEAR, 7: Precision.MONTH, 10: Precision.DAY}


def _moment(value: object) -> object:
    """A day, month or year in London, as the register writes it."""
    text = str(value) if isinstance(value, str | int) else ""
    try:
        first = datetime.fromisoformat((text + "-01-01")[:10]).replace(tzinfo=LONDON)
        return Moment(at=first.astimezone(UTC), precision=PRECISIONS[len(text)], zone=Zone.ASSUMED)
    except (ValueError, KeyError):
        raise ValueError("write a day, a month or a year: 2024-01-24, 2024-01 or 2024") from None


Dated = Annotated[Moment, BeforeValidator(_moment)]


class FactSchema(Schema):
    """One claim. `is` is a word of Python, hence the alias."""

    kind: FactKind = Field(alias="is")
    what: Text
    date: Dated | None = None
    source: Address | None = None
    public_since: Dated | None = None
    not_before: Day | None = None
    official: bool = False
    used: bool = False
    why: str = ""
    rule: str = ""
    verdict: bool | None = None
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
    """What was looked for and not found."""

    process: Name
    kind: Text = Field(alias="is")
    since: Day
    on: Day
    where: Text


class PlansSchema(Schema):
    """The file."""

    read: Day
    processes: tuple[Process, ...]
    plans: tuple[PlanSchema, ...]
    searches: tuple[SearchSchema, ...] = ()


class RuleSchema(Schema):
    """One rule as it stands in the file."""

    id: Text
    title: Text
    asks: Text
    binds: tuple[Text, ...]
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
    """What counts as an official record of a process."""

    asks: Text
    topics: tuple[Text, ...] = Field(min_length=1)
    never: tuple[Text, ...] = ()


class RulesSchema(Schema):
    """The file."""

    read: Day
    records: RecordsSchema | None = None
    rules: tuple[RuleSchema, ...]


def build_register(plans: PlansSchema, rules: RulesSchema) -> Register:
    """Everything, in the order of the files. Where nothing says what counts as a record, everything does."""
    return Register(
        processes=plans.processes,
        plans=tuple(_plan(plan, plans.read) for plan in plans.plans),
        searches=tuple(Search(**dict(search)) for search in plans.searches),
        rules=tuple(_rule(rule, rules.read) for rule in rules.rules),
        counting=Counting(**dict(rules.records)) if rules.records else Counting(),
    )


def _plan(form: PlanSchema, read_on: date) -> Plan:
    return Plan(
        id=form.id,
        process=form.process,
        title=form.title,
        names=form.names,
        facts=tuple(_fact(fact, read_on) for fact in form.facts),
        commitments=tuple(
            Commitment(id=one.id, title=one.title, facts=tuple(_fact(fact, read_on) for fact in one.facts))
            for one in form.commitments
        ),
    )


def _fact(form: FactSchema, read_on: date) -> Fact:
    return Fact(
        kind=form.kind,
        claim=Claim(what=form.what, moment=form.date, source=form.source, note=form.note),
        public_since=form.public_since,
        read_on=form.read or read_on,
        official=form.official,
        used=form.used,
        why=form.why,
        not_before=form.not_before,
        rule=form.rule,
        verdict=form.verdict,
    )


def _rule(form: RuleSchema, read_on: date) -> Rule:
    said = form.model_dump(exclude={"read", "basis"})
    return Rule(**said, basis=BASES[form.basis], read_on=form.read or read_on)
