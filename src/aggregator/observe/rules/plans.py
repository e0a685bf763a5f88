"""Rules about plans: the next one in time, answers to a call, what the independent review brings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from aggregator.model import Check, Evidence, Fact, FactKind, Plan, Rule
from aggregator.model.days import in_words, months_after
from aggregator.observe.rules.results import due, met, over, unproven, untold
from aggregator.observe.state.coverage import absence
from aggregator.observe.state.process_state import ProcessState, document, evidence
from aggregator.observe.state.stages import ended, out

GRACE = 12
"""Months after the end of a plan by which the next one is published (rule P1)."""


def next_plan(rule: Rule, known: ProcessState) -> Check:
    """The plan after the last one that ended was published within `months` of that end."""
    last = next((plan for plan in reversed(known.plans) if ended(plan, known)), None)
    if last is None or (end := ended(last, known)) is None:
        return untold(rule, known, [], "no plan is known that has ended")
    by = months_after(end, rule.months)
    after = known.plans[known.plans.index(last) + 1 :]
    there = next(((plan, day) for plan in after if (day := out(plan, known))), None)
    found = _of(last, FactKind.ENDS)
    if there:
        plan, day = there
        found = [*_of(plan, FactKind.PUBLISHED, FactKind.SUBMITTED), *found]
        if day <= by:
            return met(
                rule, known, found, f"published by {in_words(day)}; the limit was {in_words(by)}", plan.id
            )
        return over(
            rule,
            known,
            (day - by).days,
            found,
            f"published by {in_words(day)}; the limit was {in_words(by)}",
            plan.id,
        )
    return _not_there(rule, known, by, found, f"the last plan ended on {in_words(end)}", after)


def _not_there(
    rule: Rule, known: ProcessState, by: date, found: Sequence[Evidence], why: str, after: Sequence[Plan]
) -> Check:
    plan = after[0].id if after else ""
    if perhaps := _perhaps_plans(known):
        told = f"{why}; a document that may be the next one was found, and the register does not tell yet"
        return untold(rule, known, [*perhaps, *found], told, plan=plan)
    if known.day <= by:
        return due(rule, known, by, found, f"{why}; the next one was not found as published", plan)
    gone = absence(FactKind.PUBLISHED, None, known.day, known.watch, known.searches)
    if gone.proven is None or gone.proven > by:
        return unproven(rule, known, gone, found, f"{why}; the next one was not found as published", plan)
    where = f"{why}; the next one was looked for in: {gone.where}"
    return over(rule, known, (known.day - by).days, found, where, plan)


def _perhaps_plans(known: ProcessState) -> list[Evidence]:
    """Official documents of the type of a plan that came out after the last plan that the register knows."""
    last = max((day for plan in known.plans if (day := out(plan, known))), default=date.min)
    dated = [one for one in known.documents if one.labels.type == "action-plan" and one.entry.published]
    dated = [one for one in dated if one.entry.url and one.entry.body in known.process.bodies]
    late = [one for one in dated if one.entry.published and known.last(one.entry.published) > last]
    return [document(one, official=True) for one in late]


def response(rule: Rule, known: ProcessState) -> Check:
    """What was sent in to the newest plan's call was answered, with the plan or before it."""
    written = next(
        (plan for plan in reversed(known.plans) if out(plan, known) is None and _closes(plan)), None
    )
    plan = written or newest(known)
    if plan is None:
        return untold(rule, known, [], "no plan is known")
    if answered := [fact for fact in plan.facts_of(FactKind.RESPONSE) if known.reached(fact)]:
        return met(rule, known, [evidence(fact) for fact in answered], "a response was published", plan.id)
    if told := _outcome(plan, known):
        return met(rule, known, told, "the page of the call bears a response", plan.id)
    if (closes := _closes(plan)) is None:
        return untold(rule, known, [], "no response to contributions is known to us", plan=plan.id)
    if day := out(plan, known):
        return _left_out(rule, known, plan, closes, day)
    return _awaited(rule, known, plan, closes)


def _outcome(plan: Plan, known: ProcessState) -> list[Evidence]:
    """The page of the call itself, where it has become the page of its outcome (GOV.UK)."""
    pages = {fact.claim.source for fact in plan.facts_of(FactKind.CALL_OPENED)}
    return [
        document(one, official=True)
        for one in known.documents
        if one.entry.url in pages and one.labels.type == "consultation-response"
    ]


def _awaited(rule: Rule, known: ProcessState, plan: Plan, closes: Fact) -> Check:
    """It comes with the plan at the latest. Where that is late itself (rule P1) no day is set for it."""
    found = [evidence(closes)]
    closed = known.reached(closes)
    why = f"the call closed {(known.day - closed).days} days ago" if closed else "the call is open"
    ends = [end for before in known.plans[: known.plans.index(plan)] if (end := ended(before, known))]
    by = months_after(max(ends), GRACE) if ends else None
    if by and known.day <= by:
        return due(rule, known, by, found, f"{why}; no response was found yet", plan.id)
    why += "; no response was found; it is due with the plan, which was not found either"
    return untold(rule, known, found, why, plan=plan.id)


def _left_out(rule: Rule, known: ProcessState, plan: Plan, closes: Fact, day: date) -> Check:
    """The plan is there and no response is: a finding only if somebody looked before that day."""
    found = [evidence(closes), *_of(plan, FactKind.PUBLISHED, FactKind.SUBMITTED)]
    why = f"the plan was there by {in_words(day)}; no response to the call was found"
    gone = absence(FactKind.RESPONSE, known.reached(closes), known.day, known.watch, known.searches)
    if gone.proven is None or gone.proven > day:
        return unproven(rule, known, gone, found, why, plan.id)
    return over(rule, known, (known.day - day).days, found, f"{why}; looked for in: {gone.where}", plan.id)


def brief(rule: Rule, known: ProcessState) -> Check:
    """The brief was there `months` before co-creation began; the day of delivery is seldom public."""
    plan = known.plans[-1] if known.plans else None
    if plan is None:
        return untold(rule, known, [], "no plan is known")
    begun, told = known.reached(plan.fact(FactKind.BEGUN)), plan.fact(FactKind.BRIEF)
    day = known.reached(told)
    found = [evidence(told)] if told else []
    if begun and day and day <= months_after(begun, -rule.months):
        return met(rule, known, found, f"it was there by {in_words(day)}", plan.id)
    why = "the day of delivery is not known" if told else "no brief was found; its delivery is not public"
    return untold(rule, known, found, why, plan=plan.id)


def review(rule: Rule, known: ProcessState) -> Check:
    """The review was delivered within `months` of submission; delivery is not public, so never overdue."""
    plan = newest(known)
    if plan is None or (day := out(plan, known)) is None:
        return untold(rule, known, [], "no plan is known")
    by, told = months_after(day, rule.months), plan.fact(FactKind.REVIEW)
    found = [evidence(told)] if told else []
    seen = known.reached(told)
    if seen and seen <= by:
        return met(
            rule, known, found, f"published by {in_words(seen)}; the limit was {in_words(by)}", plan.id
        )
    why = f"it was due to be delivered by {in_words(by)}; delivery is not public"
    return untold(rule, known, found, why, plan=plan.id)


def completion(rule: Rule, known: ProcessState) -> Check:
    """Completion is assessed `months` after the end. No day is set for the report: it is never overdue."""
    plan = newest(known)
    end = plan.fact(FactKind.ENDS) if plan else None
    if plan is None or end is None or end.claim.moment is None:
        return untold(rule, known, [], "no plan with an end is known")
    by, found = months_after(known.last(end.claim.moment), rule.months), _of(plan, FactKind.ENDS)
    if results := _of(plan, FactKind.RESULTS):
        return met(rule, known, results, "the Results Report is published", plan.id)
    if known.day <= by:
        return due(rule, known, by, found, f"completion is assessed as it stands on {in_words(by)}", plan.id)
    why = f"assessed as it stood on {in_words(by)}; no Results Report was found, and no day is set for it"
    return untold(rule, known, found, why, plan=plan.id)


def length(rule: Rule, known: ProcessState) -> Check:
    """The newest plan lasts two or four years, by the years in which it begins and ends."""
    plan = newest(known)
    begins, ends = (plan.fact(FactKind.BEGINS), plan.fact(FactKind.ENDS)) if plan else (None, None)
    if not (plan and begins and ends and begins.claim.moment and ends.claim.moment):
        return untold(rule, known, [], "first and last year of the plan are not both known")
    years = known.last(ends.claim.moment).year - known.last(begins.claim.moment).year + 1
    found = [evidence(begins), evidence(ends)]
    if years in {2, 4}:
        return met(rule, known, found, f"{years} years", plan.id)
    return untold(rule, known, found, f"{years} years by the titles, which are no exact period", plan=plan.id)


def newest(known: ProcessState) -> Plan | None:
    """The newest plan that is there."""
    return next((plan for plan in reversed(known.plans) if out(plan, known)), None)


def _closes(plan: Plan) -> Fact | None:
    return plan.fact(FactKind.CALL_CLOSES)


def _of(plan: Plan, *kinds: FactKind) -> list[Evidence]:
    """The used fact of each kind as evidence, where there is one."""
    return [evidence(fact) for kind in kinds if (fact := plan.fact(kind))]
