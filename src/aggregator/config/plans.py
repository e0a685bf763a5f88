"""The form of register/plans.yaml: whose processes are observed, their plans, every date with its source."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from aggregator.config.forms import Form
from aggregator.config.vocabulary import PhraseText
from aggregator.model import (
    LONDON,
    Claim,
    Commitment,
    Fact,
    FactKind,
    Moment,
    Plan,
    Precision,
    Process,
    Register,
    Search,
    Zone,
)
from aggregator.model.written import Address, Day, Name, Text

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


class FactForm(Form):
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


class CommitmentForm(Form):
    """One commitment; its id is the Open Government Partnership's where there is one."""

    id: Text
    title: Text
    facts: tuple[FactForm, ...] = ()


class PlanForm(Form):
    """One plan."""

    id: Name
    process: Name
    title: Text
    names: tuple[PhraseText, ...] = ()
    facts: tuple[FactForm, ...] = Field(min_length=1)
    commitments: tuple[CommitmentForm, ...] = ()


class SearchForm(Form):
    """What was looked for and not found."""

    process: Name
    kind: Text = Field(alias="is")
    since: Day
    on: Day
    where: Text


class PlansForm(Form):
    """The file."""

    read: Day
    processes: tuple[Process, ...]
    plans: tuple[PlanForm, ...]
    searches: tuple[SearchForm, ...] = ()


def build_register(form: PlansForm) -> Register:
    """Processes, plans and searches, in the order of the file; without rules."""
    return Register(
        processes=form.processes,
        plans=tuple(_plan(plan, form.read) for plan in form.plans),
        searches=tuple(Search(**search.model_dump()) for search in form.searches),
    )


def _plan(form: PlanForm, read_on: date) -> Plan:
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


def _fact(form: FactForm, read_on: date) -> Fact:
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
