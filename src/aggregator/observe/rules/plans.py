"""Checks rules about plans: the next plan in time, answers to a call, the independent review, the length."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from aggregator.model import Evidence, Fact, FactKind, Plan, Rule, RuleCheck
from aggregator.model.days import day_in_words, months_after
from aggregator.observe.rules.due_or_overdue import absence_unproven, due, met, overdue, unknown
from aggregator.observe.rules.plan_candidates import next_plan_candidates, perhaps_published
from aggregator.observe.state.coverage import prove_absence
from aggregator.observe.state.process_state import ProcessState, document_evidence, fact_evidence
from aggregator.observe.state.stages import available_on, ended_on

# Months after the end of a plan by which the next one is due (rule P1 in register/rules.yaml).
NEXT_PLAN_MONTHS = 12


def check_next_plan(rule: Rule, state: ProcessState) -> RuleCheck:
    """The plan after the last one that ended was published within `months` of that end."""
    last = next((plan for plan in reversed(state.plans) if ended_on(plan, state)), None)
    if last is None or (end := ended_on(last, state)) is None:
        return unknown(rule, state, [], "no plan is known that has ended")
    by = months_after(end, rule.months)
    after = state.plans[state.plans.index(last) + 1 :]
    next_published = next(((plan, day) for plan in after if (day := available_on(plan, state))), None)
    evidence = _used_facts(last, FactKind.ENDS)
    if next_published:
        plan, day = next_published
        evidence = [*_used_facts(plan, FactKind.PUBLISHED, FactKind.SUBMITTED), *evidence]
        if day <= by:
            return met(
                rule,
                state,
                evidence,
                f"published by {day_in_words(day)}; the limit was {day_in_words(by)}",
                plan.id,
            )
        return overdue(
            rule,
            state,
            (day - by).days,
            evidence,
            f"published by {day_in_words(day)}; the limit was {day_in_words(by)}",
            plan.id,
        )
    return _not_published(rule, state, by, evidence, f"the last plan ended on {day_in_words(end)}", after)


def _not_published(
    rule: Rule, state: ProcessState, by: date, evidence: Sequence[Evidence], why: str, after: Sequence[Plan]
) -> RuleCheck:
    plan = after[0].id if after else ""
    # The register is edited by hand and may be behind: then P1 is unknown, not overdue (decision 14).
    if candidates := next_plan_candidates(state, after):
        why = f"{perhaps_published(candidates[0], by, state)}; {why}"
        found = [document_evidence(one, official=True) for one in candidates]
        return unknown(rule, state, [*found, *evidence], why, plan=plan)
    if state.day <= by:
        return due(rule, state, by, evidence, f"{why}; the next one was not found as published", plan)
    absence = prove_absence(FactKind.PUBLISHED, None, state.day, state.coverage, state.searches)
    if absence.proven_from is None or absence.proven_from > by:
        return absence_unproven(
            rule, state, absence, evidence, f"{why}; the next one was not found as published", plan
        )
    where = f"{why}; the next one was looked for in: {absence.searched}"
    return overdue(rule, state, (state.day - by).days, evidence, where, plan)


def check_response(rule: Rule, state: ProcessState) -> RuleCheck:
    """Contributions to the newest plan's call were answered, with the plan or before it."""
    in_writing = next(
        (plan for plan in reversed(state.plans) if available_on(plan, state) is None and _call_closes(plan)),
        None,
    )
    plan = in_writing or newest_plan(state)
    if plan is None:
        return unknown(rule, state, [], "no plan is known")
    if answered := [fact for fact in plan.facts_of(FactKind.RESPONSE) if state.reached_on(fact)]:
        return met(
            rule, state, [fact_evidence(fact) for fact in answered], "a response was published", plan.id
        )
    if pages := _outcome_pages(plan, state):
        return met(rule, state, pages, "the page of the call bears a response", plan.id)
    if (closes := _call_closes(plan)) is None:
        return unknown(rule, state, [], "no response to contributions is known to us", plan=plan.id)
    if day := available_on(plan, state):
        return _response_missing(rule, state, plan, closes, day)
    return _response_awaited(rule, state, plan, closes)


def _outcome_pages(plan: Plan, state: ProcessState) -> list[Evidence]:
    """The page of the call itself, where GOV.UK has turned it into the page of the outcome."""
    pages = {fact.claim.source for fact in plan.facts_of(FactKind.CALL_OPENED)}
    return [
        document_evidence(one, official=True)
        for one in state.documents
        if one.entry.url in pages and one.labels.type == "consultation-response"
    ]


def _response_awaited(rule: Rule, state: ProcessState, plan: Plan, closes: Fact) -> RuleCheck:
    """The response is due with the plan at the latest. Once the plan is late (rule P1) it has no due day."""
    evidence = [fact_evidence(closes)]
    closed = state.reached_on(closes)
    why = f"the call closed {(state.day - closed).days} days ago" if closed else "the call is open"
    ends = [
        end
        for earlier_plan in state.plans[: state.plans.index(plan)]
        if (end := ended_on(earlier_plan, state))
    ]
    by = months_after(max(ends), NEXT_PLAN_MONTHS) if ends else None
    if by and state.day <= by:
        return due(rule, state, by, evidence, f"{why}; no response was found yet", plan.id)
    why += "; no response was found; it is due with the plan, which was not found either"
    return unknown(rule, state, evidence, why, plan=plan.id)


def _response_missing(rule: Rule, state: ProcessState, plan: Plan, closes: Fact, day: date) -> RuleCheck:
    """The plan came without a response: overdue only if the absence is proven from before that day."""
    evidence = [fact_evidence(closes), *_used_facts(plan, FactKind.PUBLISHED, FactKind.SUBMITTED)]
    why = f"the plan was there by {day_in_words(day)}; no response to the call was found"
    absence = prove_absence(
        FactKind.RESPONSE, state.reached_on(closes), state.day, state.coverage, state.searches
    )
    if absence.proven_from is None or absence.proven_from > day:
        return absence_unproven(rule, state, absence, evidence, why, plan.id)
    return overdue(
        rule,
        state,
        (state.day - day).days,
        evidence,
        f"{why}; looked for in: {absence.searched}",
        plan.id,
    )


def check_brief(rule: Rule, state: ProcessState) -> RuleCheck:
    """The brief was delivered `months` before co-creation began; the day of delivery is seldom public."""
    plan = state.plans[-1] if state.plans else None
    if plan is None:
        return unknown(rule, state, [], "no plan is known")
    begun, brief = state.reached_on(plan.fact(FactKind.BEGUN)), plan.fact(FactKind.BRIEF)
    day = state.reached_on(brief)
    evidence = [fact_evidence(brief)] if brief else []
    if begun and day and day <= months_after(begun, -rule.months):
        return met(rule, state, evidence, f"it was there by {day_in_words(day)}", plan.id)
    why = "the day of delivery is not known" if brief else "no brief was found; its delivery is not public"
    return unknown(rule, state, evidence, why, plan=plan.id)


def check_review(rule: Rule, state: ProcessState) -> RuleCheck:
    """The review was delivered within `months` of submission. Delivery is not public, so never overdue."""
    plan = newest_plan(state)
    if plan is None or (day := available_on(plan, state)) is None:
        return unknown(rule, state, [], "no plan is known")
    by, review = months_after(day, rule.months), plan.fact(FactKind.REVIEW)
    evidence = [fact_evidence(review)] if review else []
    published = state.reached_on(review)
    if published and published <= by:
        return met(
            rule,
            state,
            evidence,
            f"published by {day_in_words(published)}; the limit was {day_in_words(by)}",
            plan.id,
        )
    why = f"it was due to be delivered by {day_in_words(by)}; delivery is not public"
    return unknown(rule, state, evidence, why, plan=plan.id)


def check_completion(rule: Rule, state: ProcessState) -> RuleCheck:
    """Completion is assessed `months` after the end. The report has no due day, so it is never overdue."""
    plan = newest_plan(state)
    end = plan.fact(FactKind.ENDS) if plan else None
    if plan is None or end is None or end.claim.moment is None:
        return unknown(rule, state, [], "no plan with an end is known")
    by, evidence = (
        months_after(state.last_day(end.claim.moment), rule.months),
        _used_facts(plan, FactKind.ENDS),
    )
    if results := _used_facts(plan, FactKind.RESULTS):
        return met(rule, state, results, "the Results Report is published", plan.id)
    if state.day <= by:
        return due(
            rule, state, by, evidence, f"completion is assessed as it stands on {day_in_words(by)}", plan.id
        )
    why = f"assessed as it stood on {day_in_words(by)}; no Results Report was found, and no day is set for it"
    return unknown(rule, state, evidence, why, plan=plan.id)


def check_length(rule: Rule, state: ProcessState) -> RuleCheck:
    """The newest plan lasts two or four years, by the years in which it begins and ends."""
    plan = newest_plan(state)
    begins, ends = (plan.fact(FactKind.BEGINS), plan.fact(FactKind.ENDS)) if plan else (None, None)
    if not (plan and begins and ends and begins.claim.moment and ends.claim.moment):
        return unknown(rule, state, [], "first and last year of the plan are not both known")
    years = state.last_day(ends.claim.moment).year - state.last_day(begins.claim.moment).year + 1
    evidence = [fact_evidence(begins), fact_evidence(ends)]
    # Titles name years, not days: three years in a title may be less in fact, so the result is unknown.
    if years in {2, 4}:
        return met(rule, state, evidence, f"{years} years", plan.id)
    return unknown(
        rule, state, evidence, f"{years} years by the titles, which are no exact period", plan=plan.id
    )


def newest_plan(state: ProcessState) -> Plan | None:
    """The newest plan that has been published or submitted."""
    return next((plan for plan in reversed(state.plans) if available_on(plan, state)), None)


def _call_closes(plan: Plan) -> Fact | None:
    return plan.fact(FactKind.CALL_CLOSES)


def _used_facts(plan: Plan, *kinds: FactKind) -> list[Evidence]:
    """The preferred fact of each kind as evidence, where there is one."""
    return [fact_evidence(fact) for kind in kinds if (fact := plan.fact(kind))]
