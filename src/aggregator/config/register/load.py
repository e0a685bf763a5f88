"""Reads register/plans.yaml and rules.yaml, and holds each against the other and against the bodies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from aggregator import yamldoc
from aggregator.config.register.plans_file import (
    FactSchema,
    PlanSchema,
    PlansSchema,
    RecordsSchema,
    RuleSchema,
    RulesSchema,
    SearchSchema,
    build_register,
)
from aggregator.config.yaml_files.schema import ConfigIssues, Wrong, read, twice, unknown
from aggregator.model import Body, FactKind, Measure, Process, Register, Vocabulary
from aggregator.model.plans import PENDING, SCALE

ONCE: Final = frozenset(
    {
        *(FactKind.BEGUN, FactKind.CALL_OPENED, FactKind.CALL_CLOSES, FactKind.SUBMITTED),
        *(FactKind.PUBLISHED, FactKind.BEGINS, FactKind.ENDS),
    }
)
"""What happens once in the life of a plan: two claims of it disagree, and one of them is used."""

NEEDS: Final = {
    Measure.MEETING_INTERVAL: ("days",),
    Measure.MEETINGS_A_YEAR: ("count",),
    Measure.MEETINGS_IN_PLAN_YEARS: ("count",),
    Measure.REPOSITORY: ("count", "days"),
    Measure.LAST_RECORD: ("days",),
    Measure.NEXT_PLAN: ("months",),
    Measure.BRIEF: ("months",),
    Measure.REVIEW: ("months",),
    Measure.COMPLETION: ("months",),
}
"""The numbers without which a measure says nothing."""


def load_register(
    folder: Path, bodies: Mapping[str, Body], vocabulary: Vocabulary, mistakes: ConfigIssues
) -> Register:
    """The register of processes in `folder`; empty where a file has mistakes, which are noted."""
    plans, plans_file = read(folder / "plans.yaml", PlansSchema, mistakes)
    rules, rules_file = read(folder / "rules.yaml", RulesSchema, mistakes)
    if plans is None or rules is None:
        return Register()
    known = [process.id for process in plans.processes]
    mistakes.check(plans_file, _in_plans(plans, bodies, rules))
    mistakes.check(rules_file, _in_rules(rules, known))
    if rules.records:
        mistakes.check(rules_file, _in_records(rules.records, vocabulary))
    return build_register(plans, rules)


def _in_plans(form: PlansSchema, bodies: Mapping[str, Body], rules: RulesSchema) -> Wrong:
    known = [process.id for process in form.processes]
    yield from twice("processes", known)
    yield from twice("plans", [plan.id for plan in form.plans])
    for number, process in enumerate(form.processes):
        yield from _in_process(("processes", number), process, bodies)
    for number, plan in enumerate(form.plans):
        yield from unknown(("plans", number, "process"), "process", plan.process, known)
        yield from _in_plan(("plans", number), plan, form.read, [rule.id for rule in rules.rules])
    for number, search in enumerate(form.searches):
        yield from unknown(("searches", number, "process"), "process", search.process, known)
        yield from _in_search(("searches", number), search)


def _in_process(here: yamldoc.Path, process: Process, bodies: Mapping[str, Body]) -> Wrong:
    if bodies:
        yield from unknown((*here, "body"), "body", process.body, bodies)
        for place, id in enumerate(process.bodies):
            yield from unknown((*here, "bodies", place), "body", id, bodies)
        if process.forum:
            yield from unknown((*here, "forum", "body"), "body", process.forum.body, bodies)
            for place, id in enumerate(process.forum.told_by):
                yield from unknown((*here, "forum", "told_by", place), "body", id, bodies)
    if process.body not in process.bodies:
        yield (*here, "bodies"), f"name '{process.body}' among the bodies too"


def _in_plan(here: yamldoc.Path, plan: PlanSchema, read_on: date, rules: Sequence[str]) -> Wrong:
    yield from _disagreeing(here, plan.facts)
    placed = [((*here, "facts", number), fact) for number, fact in enumerate(plan.facts)]
    for place, commitment in enumerate(plan.commitments):
        inner = (*here, "commitments", place, "facts")
        placed += [((*inner, number), fact) for number, fact in enumerate(commitment.facts)]
    for where, fact in placed:
        yield from _in_fact(where, fact, fact.read or read_on)
        if fact.rule:
            yield from unknown((*where, "rule"), "rule", fact.rule, rules)


def _in_fact(here: yamldoc.Path, fact: FactSchema, read_on: date) -> Wrong:
    finding = fact.kind is FactKind.FINDING
    undated = fact.date is None and fact.kind in {FactKind.MILESTONE, FactKind.CALL_CLOSES}
    steps = (*SCALE, PENDING)
    early = fact.public_since and fact.public_since.at.date() > read_on
    checks = (
        (fact.used and not fact.why, ("used",), "say under 'why' why this one is used"),
        (early, ("public_since",), "it was read before this day; correct 'public_since' or 'read'"),
        (finding and not fact.rule, (), "name under 'rule' the rule that the finding is about"),
        (
            fact.verdict is not None and not finding,
            ("verdict",),
            "only a finding has a verdict; write 'is: finding' or take it out",
        ),
        (
            fact.kind is FactKind.COMPLETION and fact.what not in steps,
            ("what",),
            f"write one of: {', '.join(steps)}",
        ),
        (undated, (), f"'{fact.kind}' needs a date"),
    )
    yield from (((*here, *key), what) for wrong, key, what in checks if wrong)


def _disagreeing(here: yamldoc.Path, facts: Sequence[FactSchema]) -> Wrong:
    told = defaultdict(list)
    for number, fact in enumerate(facts):
        told[fact.kind].append((number, fact.used))
    for kind, claims in told.items():
        if kind in ONCE and len(claims) > 1 and sum(used for _, used in claims) != 1:
            remedy = "write 'used: yes' and 'why' at exactly one of them"
            yield (*here, "facts", claims[-1][0]), f"{len(claims)} claims tell '{kind}'; {remedy}"


def _in_search(here: yamldoc.Path, search: SearchSchema) -> Wrong:
    yield from unknown((*here, "is"), "kind of fact", search.kind, ("meeting", *FactKind))
    if search.on < search.since:
        yield (*here, "on"), "nobody can look on a day before 'since'; correct one of the two"


def _in_rules(form: RulesSchema, processes: Sequence[str]) -> Wrong:
    yield from twice("rules", [rule.id for rule in form.rules])
    for number, rule in enumerate(form.rules):
        here = ("rules", number)
        for place, id in enumerate(rule.binds):
            yield from unknown((*here, "binds", place), "process", id, processes)
        yield from _in_rule(here, rule)


def _in_records(form: RecordsSchema, vocabulary: Vocabulary) -> Wrong:
    for number, id in enumerate(form.topics):
        yield from unknown(("records", "topics", number), "topic", id, vocabulary.topic_names)
    for number, id in enumerate(form.never):
        yield from unknown(("records", "never", number), "type", id, vocabulary.names)


def _in_rule(here: yamldoc.Path, rule: RuleSchema) -> Wrong:
    if rule.source is None and rule.basis in {"ogp", "promise"}:
        yield here, "name the source of the rule, or write 'basis: unsourced'"
    if rule.basis == "unsourced" and rule.measure is not Measure.UNTOLD:
        yield (*here, "measure"), "nothing is said by a rule without a source; write 'measure: untold'"
    for need in NEEDS.get(rule.measure, ()):
        if not getattr(rule, need):
            yield (*here, "measure"), f"the measure '{rule.measure}' needs '{need}', a number above 0"
