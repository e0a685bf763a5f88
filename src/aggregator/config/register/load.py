"""Reads register/plans.yaml and register/rules.yaml, and checks them against each other and the bodies."""

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
from aggregator.config.yaml_files.schema import (
    ConfigIssues,
    Problems,
    duplicate_ids,
    read_yaml,
    unknown_id,
)
from aggregator.model import Body, FactKind, Measure, Process, Register, Vocabulary
from aggregator.model.plans import COMPLETION_PENDING, COMPLETION_SCALE

# What happens once in a plan: two facts about it disagree, and one must be preferred.
ONE_TIME_FACTS: Final = frozenset(
    {
        *(FactKind.BEGUN, FactKind.CALL_OPENED, FactKind.CALL_CLOSES, FactKind.SUBMITTED),
        *(FactKind.PUBLISHED, FactKind.BEGINS, FactKind.ENDS),
    }
)

# The numbers that each measure needs.
REQUIRED_NUMBERS: Final = {
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


def load_register(
    folder: Path, bodies: Mapping[str, Body], vocabulary: Vocabulary, issues: ConfigIssues
) -> Register:
    """The register in `folder`; empty if a file has mistakes, which are added to `issues`."""
    plans, plans_document = read_yaml(folder / "plans.yaml", PlansSchema, issues)
    rules, rules_document = read_yaml(folder / "rules.yaml", RulesSchema, issues)
    if plans is None or rules is None:
        return Register()
    process_ids = [process.id for process in plans.processes]
    issues.add_problems(plans_document, _plans_problems(plans, bodies, rules))
    issues.add_problems(rules_document, _rules_problems(rules, process_ids))
    if rules.records:
        issues.add_problems(rules_document, _records_problems(rules.records, vocabulary))
    return build_register(plans, rules)


def _plans_problems(file: PlansSchema, bodies: Mapping[str, Body], rules: RulesSchema) -> Problems:
    process_ids = [process.id for process in file.processes]
    rule_ids = [rule.id for rule in rules.rules]
    yield from duplicate_ids("processes", process_ids)
    yield from duplicate_ids("plans", [plan.id for plan in file.plans])
    for number, process in enumerate(file.processes):
        yield from _process_problems(("processes", number), process, bodies)
    for number, plan in enumerate(file.plans):
        yield from unknown_id(("plans", number, "process"), "process", plan.process, process_ids)
        yield from _plan_problems(("plans", number), plan, file.read, rule_ids)
    for number, search in enumerate(file.searches):
        yield from unknown_id(("searches", number, "process"), "process", search.process, process_ids)
        yield from _search_problems(("searches", number), search)
    for number, period in enumerate(file.quiet_periods):
        here = ("quiet_periods", number)
        for index, id in enumerate(period.processes):
            yield from unknown_id((*here, "processes", index), "process", id, process_ids)
        if period.last < period.first:
            yield (*here, "last"), "it ends before it begins; exchange the two days"


def _process_problems(here: yamldoc.KeyPath, process: Process, bodies: Mapping[str, Body]) -> Problems:
    # Without bodies their file is broken, and every process would be reported too.
    if bodies:
        yield from unknown_id((*here, "body"), "body", process.body, bodies)
        for index, id in enumerate(process.bodies):
            yield from unknown_id((*here, "bodies", index), "body", id, bodies)
        if process.forum:
            yield from unknown_id((*here, "forum", "body"), "body", process.forum.body, bodies)
            for index, id in enumerate(process.forum.carried_by):
                yield from unknown_id((*here, "forum", "carried_by", index), "body", id, bodies)
    if process.body not in process.bodies:
        yield (*here, "bodies"), f"add '{process.body}' to the bodies too"


def _plan_problems(
    here: yamldoc.KeyPath, plan: PlanSchema, read_on: date, rule_ids: Sequence[str]
) -> Problems:
    yield from _preference_problems(here, plan.facts)
    placed = [((*here, "facts", number), fact) for number, fact in enumerate(plan.facts)]
    for index, commitment in enumerate(plan.commitments):
        inner = (*here, "commitments", index, "facts")
        placed += [((*inner, number), fact) for number, fact in enumerate(commitment.facts)]
    for place, fact in placed:
        yield from _fact_problems(place, fact, fact.read or read_on)
        if fact.rule:
            yield from unknown_id((*place, "rule"), "rule", fact.rule, rule_ids)


def _fact_problems(here: yamldoc.KeyPath, fact: FactSchema, read_on: date) -> Problems:
    is_finding = fact.kind is FactKind.FINDING
    is_undated = fact.date is None and fact.kind in {FactKind.MILESTONE, FactKind.CALL_CLOSES}
    steps = (*COMPLETION_SCALE, COMPLETION_PENDING)
    read_too_early = fact.public_since and fact.public_since.day > read_on
    checks = (
        (fact.preferred and not fact.why, ("preferred",), "write under 'why' why this one is preferred"),
        (read_too_early, ("public_since",), "it was read before this day; correct 'public_since' or 'read'"),
        (is_finding and not fact.rule, (), "name under 'rule' the rule that the finding is about"),
        (
            fact.met is not None and not is_finding,
            ("met",),
            "only a finding says whether a rule is met; write 'is: finding' or remove it",
        ),
        (
            fact.kind is FactKind.COMPLETION and fact.what not in steps,
            ("what",),
            f"write one of: {', '.join(steps)}",
        ),
        (is_undated, (), f"'{fact.kind}' needs a date"),
    )
    yield from (((*here, *key), what) for wrong, key, what in checks if wrong)


def _preference_problems(here: yamldoc.KeyPath, facts: Sequence[FactSchema]) -> Problems:
    by_kind = defaultdict(list)
    for number, fact in enumerate(facts):
        by_kind[fact.kind].append((number, fact.preferred))
    for kind, found in by_kind.items():
        if kind in ONE_TIME_FACTS and len(found) > 1 and sum(preferred for _, preferred in found) != 1:
            remedy = "write 'preferred: yes' and 'why' at exactly one of them"
            yield (*here, "facts", found[-1][0]), f"{len(found)} facts are '{kind}'; {remedy}"


def _search_problems(here: yamldoc.KeyPath, search: SearchSchema) -> Problems:
    yield from unknown_id((*here, "is"), "kind of fact", search.kind, ("meeting", *FactKind))
    if search.on < search.since:
        yield (*here, "on"), "the search cannot be before 'since'; correct one of the two"
    if search.until and not search.since < search.until <= search.on:
        yield (*here, "until"), "it is a day after 'since', and not after 'on'"


def _rules_problems(file: RulesSchema, process_ids: Sequence[str]) -> Problems:
    yield from duplicate_ids("rules", [rule.id for rule in file.rules])
    for number, rule in enumerate(file.rules):
        here = ("rules", number)
        for index, id in enumerate(rule.applies_to):
            yield from unknown_id((*here, "applies_to", index), "process", id, process_ids)
        yield from _rule_problems(here, rule)


def _records_problems(records: RecordsSchema, vocabulary: Vocabulary) -> Problems:
    for number, id in enumerate(records.topics):
        yield from unknown_id(("records", "topics", number), "topic", id, vocabulary.topic_names)
    for number, id in enumerate(records.excluded_types):
        yield from unknown_id(("records", "excluded_types", number), "type", id, vocabulary.type_names)


def _rule_problems(here: yamldoc.KeyPath, rule: RuleSchema) -> Problems:
    if rule.source is None and rule.basis in {"ogp", "promise"}:
        yield here, "name the source of the rule, or write 'basis: unsourced'"
    if rule.basis == "unsourced" and rule.measure is not Measure.NOT_EVALUATED:
        yield (*here, "measure"), "a rule without a source is not evaluated; write 'measure: not-evaluated'"
    for number in REQUIRED_NUMBERS.get(rule.measure, ()):
        if not getattr(rule, number):
            yield (*here, "measure"), f"the measure '{rule.measure}' needs '{number}', a number above 0"
