"""Checks rules about plans: the next plan in time, answers to a call, the independent review, the length."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from aggregator.model import Evidence, Fact, FactKind, Plan, Rule, RuleCheck
from aggregator.model.days import COARSE, day_in_words, first_day, is_over, moment_in_words, months_after
from aggregator.observe.rules.due_or_overdue import (
    Duty,
    due,
    late_after_all,
    late_unless_unseen,
    met,
    unknown,
)
from aggregator.observe.rules.plan_candidates import next_plan_candidates, perhaps_published
from aggregator.observe.state.process_state import ProcessState, document_evidence, fact_evidence
from aggregator.observe.state.stages import WRITING_FACTS, available_on, ended_on

# Months after the end of a plan by which the next one is due (rule P1 in register/rules.yaml).
NEXT_PLAN_MONTHS = 12
# Facts that show that a plan was still being written on their day.
BEFORE_PLAN_FACTS = (*WRITING_FACTS, FactKind.CALL_OPENED, FactKind.CALL_CLOSES)


def check_next_plan(rule: Rule, state: ProcessState) -> RuleCheck:
    """The plan after the last one that ended was published within `months` of that end."""
    last = next((plan for plan in reversed(state.plans) if ended_on(plan, state)), None)
    if last is None or (end := last.fact(FactKind.ENDS)) is None or end.claim.moment is None:
        return unknown(rule, state, [], "no plan is known that has ended")
    if rule.since and _latest_end(last, state) < rule.since:
        why = f"the last plan ended {moment_in_words(end.claim.moment, state.zone)}, before this was the rule"
        return unknown(rule, state, _used_facts(last, FactKind.ENDS), why)
    by = months_after(_latest_end(last, state), rule.months)
    after = state.plans[state.plans.index(last) + 1 :]
    next_published = next(((plan, day) for plan in after if (day := available_on(plan, state))), None)
    evidence = _used_facts(last, FactKind.ENDS)
    if next_published:
        plan, day = next_published
        evidence = [*_used_facts(plan, FactKind.PUBLISHED, FactKind.SUBMITTED), *evidence]
        return _published(rule, state, by, evidence, plan, day)
    ended = f"the last plan ended {moment_in_words(end.claim.moment, state.zone)}"
    return _not_published(rule, state, by, evidence, ended, last)


def _latest_end(plan: Plan, state: ProcessState) -> date:
    """The latest day on which the plan ended, where sources disagree: in doubt the limit is later."""
    moments = (fact.claim.moment for fact in plan.facts_of(FactKind.ENDS))
    return max(state.last_day(moment) for moment in moments if moment)


def _is_coarse(plan: Plan, end: date, state: ProcessState) -> bool:
    """Whether only the month or year of a plan's end is known, of which `end` is the last day.

    The fact that is used decides: that of the most exact source, and no day for which there is no source.
    """
    used = plan.fact(FactKind.ENDS)
    moment = used.claim.moment if used else None
    return moment is not None and moment.precision in COARSE and state.last_day(moment) == end


def _published(
    rule: Rule, state: ProcessState, by: date, evidence: Sequence[Evidence], plan: Plan, day: date
) -> RuleCheck:
    """The next plan is out; late only if even the first day that its date can mean is after the limit."""
    limit = f"the limit was {day_in_words(by)}"
    if day <= by:
        return met(rule, state, evidence, f"published by {day_in_words(day)}; {limit}", plan.id)
    moments = [one.claim.moment for one in plan.facts_of(FactKind.PUBLISHED, FactKind.SUBMITTED)]
    first = min(first_day(moment, state.zone) for moment in moments if moment)
    if first <= by:
        why = f"published between {day_in_words(first)} and {day_in_words(day)}; {limit}"
        return unknown(rule, state, evidence, why, plan=plan.id)
    why = f"published on {day_in_words(first)} or later; {limit}" if first < day else ""
    why = why or f"published on {day_in_words(day)}; {limit}"
    return late_after_all(rule, state, (first - by).days, evidence, why, plan.id)


def _not_published(
    rule: Rule, state: ProcessState, by: date, evidence: Sequence[Evidence], why: str, last: Plan
) -> RuleCheck:
    after = state.plans[state.plans.index(last) + 1 :]
    plan = after[0].id if after else ""
    # The register is edited by hand and may be behind: then P1 is unknown, not overdue (decision 14).
    if candidates := next_plan_candidates(state, after):
        why = f"{perhaps_published(candidates[0], by, state)}; {why}"
        found = [document_evidence(one, official=True) for one in candidates]
        return unknown(rule, state, [*found, *evidence], why, plan=plan)
    why = f"{why}; the next one was not found as published"
    if state.day <= by:
        coarse = _is_coarse(last, _latest_end(last, state), state)
        return due(rule, state, by, evidence, why, plan, coarse=coarse)
    duty = Duty(
        kind=FactKind.PUBLISHED,
        coverage=state.coverage,
        by=by,
        possible_from=_not_yet_out_on(last, after, state),
        evidence=evidence,
        why=why,
    )
    return late_unless_unseen(rule, state, duty, plan)


def _not_yet_out_on(last: Plan, after: Sequence[Plan], state: ProcessState) -> date:
    """The last day on which the next plan was known to be in writing, else the day the last one was out."""
    written = (state.reached_on(fact) for plan in after for fact in plan.facts_of(*BEFORE_PLAN_FACTS))
    return max([day for day in written if day], default=available_on(last, state) or date.min)


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
    why = _call_text(plan, closes, state)
    ended = (one for one in state.plans[: state.plans.index(plan)] if ended_on(one, state))
    # As in rule P1: where sources disagree on the end, in doubt the limit is later.
    ends = [(_latest_end(one, state), one) for one in ended]
    end, last = max(ends, key=lambda pair: pair[0], default=(None, None))
    by = months_after(end, NEXT_PLAN_MONTHS) if end else None
    if by and end and last and state.day <= by:
        why, coarse = f"{why}; no response was found yet", _is_coarse(last, end, state)
        return due(rule, state, by, evidence, why, plan.id, coarse=coarse)
    why += "; no response was found; it is due with the plan, which was not found either"
    return unknown(rule, state, evidence, why, plan=plan.id)


def _response_missing(rule: Rule, state: ProcessState, plan: Plan, closes: Fact, day: date) -> RuleCheck:
    """The plan came without a response: overdue only if the absence is proven from before that day."""
    evidence = [fact_evidence(closes), *_used_facts(plan, FactKind.PUBLISHED, FactKind.SUBMITTED)]
    why = f"the plan was there by {day_in_words(day)}; no response to the call was found beside it"
    duty = Duty(
        kind=FactKind.RESPONSE,
        coverage=state.coverage,
        by=day,
        possible_from=min(state.reached_on(closes) or day, day),
        evidence=evidence,
        why=why,
    )
    return late_unless_unseen(rule, state, duty, plan.id)


def _call_text(plan: Plan, closes: Fact, state: ProcessState) -> str:
    """`the call closed 12 days ago`, `the call closed in May 2026`, `the call is open` …"""
    moment, opened = closes.claim.moment, plan.fact(FactKind.CALL_OPENED)
    if moment is None:
        return "when the call closes is not known"
    if not is_over(moment, state.at, state.zone):
        not_yet = opened and opened.claim.moment and state.reached_on(opened) is None
        return "the call is announced" if not_yet else "the call is open"
    if moment.precision in COARSE:
        return f"the call closed {moment_in_words(moment, state.zone)}"
    days = (state.day - state.last_day(moment)).days
    return "the call closed today" if days == 0 else f"the call closed {days} day{'s' * (days != 1)} ago"


def check_briefs(rule: Rule, state: ProcessState) -> tuple[RuleCheck, ...]:
    """For each plan: the brief was delivered `months` before co-creation began."""
    written = [plan for plan in state.plans if available_on(plan, state) is None][-1:]
    plans = [*written, *_newest_and_last_ended(state)]
    bound = (plan for plan in plans if _binds(rule, _begun_on(plan, state)))
    return tuple(_check_brief(rule, state, plan) for plan in bound) or (_no_plan(rule, state),)


def _begun_on(plan: Plan, state: ProcessState) -> date | None:
    return state.reached_on(plan.fact(FactKind.BEGUN)) or available_on(plan, state)


def _check_brief(rule: Rule, state: ProcessState, plan: Plan) -> RuleCheck:
    """The brief of one plan; the day of delivery is seldom public, so it is never late."""
    begun, brief = plan.fact(FactKind.BEGUN), plan.fact(FactKind.BRIEF)
    day = state.reached_on(brief)
    evidence = [fact_evidence(brief)] if brief else []
    # In doubt co-creation began early: "met" must be certain.
    began = first_day(begun.claim.moment, state.zone) if begun and begun.claim.moment else None
    if began and day and day <= months_after(began, -rule.months):
        return met(rule, state, evidence, f"it was there by {day_in_words(day)}", plan.id)
    found = f"it was there by {day_in_words(day)}; " if day else ""
    why = (
        f"{found}the day of delivery is not known" if brief else "no brief was found; delivery is not public"
    )
    return unknown(rule, state, evidence, why, plan=plan.id)


def check_reviews(rule: Rule, state: ProcessState) -> tuple[RuleCheck, ...]:
    """For the newest plan and the last that ended: the review was delivered within `months` of submission."""
    dated = [(plan, available_on(plan, state)) for plan in _newest_and_last_ended(state)]
    found = (_check_review(rule, state, plan, day) for plan, day in dated if day and _binds(rule, day))
    return tuple(found) or (_no_plan(rule, state),)


def _check_review(rule: Rule, state: ProcessState, plan: Plan, day: date) -> RuleCheck:
    """The review of one plan, which was out on `day`. Delivery is not public, so it is never late."""
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
    if state.day <= by:
        why = f"it is due to be delivered by {day_in_words(by)}; delivery is not public"
        return due(rule, state, by, evidence, why, plan.id)
    why = f"it was due to be delivered by {day_in_words(by)}; delivery is not public"
    if published and review and review.claim.moment:
        why += f", and it was published {moment_in_words(review.claim.moment, state.zone)}"
    return unknown(rule, state, evidence, why, plan=plan.id)


def check_completions(rule: Rule, state: ProcessState) -> tuple[RuleCheck, ...]:
    """For the newest plan and the last that ended: completion is assessed `months` after the end."""
    ends = [(plan, plan.fact(FactKind.ENDS)) for plan in _newest_and_last_ended(state)]
    dated = [(plan, state.last_day(end.claim.moment)) for plan, end in ends if end and end.claim.moment]
    found = (_check_completion(rule, state, plan, day) for plan, day in dated if _binds(rule, day))
    return tuple(found) or (unknown(rule, state, [], "no plan with an end is known to which it applies"),)


def _check_completion(rule: Rule, state: ProcessState, plan: Plan, end: date) -> RuleCheck:
    """The assessment of one plan. The report has no due day, so it is never late."""
    by, evidence = months_after(end, rule.months), _used_facts(plan, FactKind.ENDS)
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


def _newest_and_last_ended(state: ProcessState) -> list[Plan]:
    """The newest plan that is out, and the last that ended, if that is another one."""
    last_ended = next((plan for plan in reversed(state.plans) if ended_on(plan, state)), None)
    newest = newest_plan(state)
    return [plan for plan in (newest, last_ended if last_ended is not newest else None) if plan]


def _binds(rule: Rule, day: date | None) -> bool:
    """Whether a rule was in force on the day on which its duty began."""
    return rule.since is None or day is None or day >= rule.since


def _no_plan(rule: Rule, state: ProcessState) -> RuleCheck:
    return unknown(rule, state, [], "no plan is known to which it applies")


def _call_closes(plan: Plan) -> Fact | None:
    return plan.fact(FactKind.CALL_CLOSES)


def _used_facts(plan: Plan, *kinds: FactKind) -> list[Evidence]:
    """The preferred fact of each kind as evidence, where there is one."""
    return [fact_evidence(fact) for kind in kinds if (fact := plan.fact(kind))]
