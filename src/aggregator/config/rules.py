"""The form of register/rules.yaml: what processes are held to, each rule as data with what it rests on."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from aggregator.config.forms import Form
from aggregator.model import Basis, Counting, Measure, Rule
from aggregator.model.written import Address, Day, Text

BASES: Final = {
    "ogp": Basis.OGP,
    "promise": Basis.PROMISE,
    "ours": Basis.OURS,
    "unsourced": Basis.UNSOURCED,
}


class RuleForm(Form):
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


class RecordsForm(Form):
    """What counts as an official record of a process."""

    asks: Text
    topics: tuple[Text, ...] = Field(min_length=1)
    never: tuple[Text, ...] = ()


class RulesForm(Form):
    """The file."""

    read: Day
    records: RecordsForm | None = None
    rules: tuple[RuleForm, ...]


def build_rules(form: RulesForm) -> tuple[Rule, ...]:
    """The rules, in the order of the file."""
    return tuple(_rule(rule, form) for rule in form.rules)


def build_counting(form: RulesForm) -> Counting:
    """What counts as an official record; where the file says nothing of it, everything does."""
    return Counting(**form.records.model_dump()) if form.records else Counting()


def _rule(rule: RuleForm, form: RulesForm) -> Rule:
    said = rule.model_dump(exclude={"read", "basis"})
    return Rule(**said, basis=BASES[rule.basis], read_on=rule.read or form.read)
