"""The form of register/plans.yaml: whose processes are observed, their plans, every date with its source."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from aggregator.config.forms import Address, Form, Name, Text
from aggregator.config.vocabulary import PhraseText
from aggregator.model import (
    LONDON,
    Claim,
    Commitment,
    Fact,
    FactKind,
    Forum,
    Membership,
    Moment,
    Plan,
    Precision,
    Process,
    Register,
    Search,
    Zone,
)

PRECISIONS: Final = {4: Precision.YEAR, 7: Precision.MONTH, 10: Precision.DAY}


def _moment(value: object) -> object:
    """A day, month or year in London, as the register writes it."""
    text = str(value) if isinstance(value, str | int) else ""
    try:
        first = datetime.fromisoformat((text + "-01-01")[:10]).replace(tzinfo=LONDON)
        return Moment(at=first.astimezone(UTC), precision=PRECISIONS[len(text)], zone=Zone.ASSUMED)
    except (ValueError, KeyError):
        raise ValueError("write a day, a month or a year: 2024-01-24, 2024-01 or 2024") from None


def _day(value: object) -> object:
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError("write a day, such as 2026-11-23") from None


Dated = Annotated[Moment, BeforeValidator(_moment)]
Day = Annotated[date, BeforeValidator(_day)]


class ForumForm(Form):
    """Where government and civil society meet."""

    body: Name
    words: tuple[Text, ...] = Field(min_length=1)
    told_by: tuple[Name, ...] = ()


class ProcessForm(Form):
    """One process as it stands in the file."""

    id: Name
    name: Text
    membership: Membership
    body: Name
    bodies: tuple[Name, ...]
    forum: ForumForm | None = None
    website: Address = ""


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
    processes: tuple[ProcessForm, ...]
    plans: tuple[PlanForm, ...]
    searches: tuple[SearchForm, ...] = ()


def build_register(form: PlansForm) -> Register:
    """Processes, plans and searches, in the order of the file; without rules."""
    return Register(
        processes=tuple(_process(one) for one in form.processes),
        plans=tuple(_plan(plan, form.read) for plan in form.plans),
        searches=tuple(Search(**search.model_dump()) for search in form.searches),
    )


def _process(form: ProcessForm) -> Process:
    forum = Forum(**form.forum.model_dump()) if form.forum else None
    return Process(**{**form.model_dump(), "forum": forum})


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
