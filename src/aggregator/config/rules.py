"""The form of register/rules.yaml: what processes are held to, each rule as data with what it rests on."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from aggregator.config.forms import Address, Form, Text
from aggregator.config.plans import Day
from aggregator.model import Basis, Measure, Rule

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


class RulesForm(Form):
    """The file."""

    read: Day
    rules: tuple[RuleForm, ...]


def build_rules(form: RulesForm) -> tuple[Rule, ...]:
    """The rules, in the order of the file."""
    return tuple(_rule(rule, form) for rule in form.rules)


def _rule(rule: RuleForm, form: RulesForm) -> Rule:
    said = rule.model_dump(exclude={"read", "basis"})
    return Rule(**said, basis=BASES[rule.basis], read_on=rule.read or form.read)
