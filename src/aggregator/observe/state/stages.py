"""The stage of a plan on a day, since when, and by which fact; and the state of its commitments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from aggregator.model import (
    Claim,
    Commitment,
    CommitmentReport,
    Fact,
    FactKind,
    Membership,
    Plan,
    PlanReport,
    PlanStage,
    Precision,
)
from aggregator.model.days import first_day, is_over
from aggregator.model.plans import preferred_fact
from aggregator.observe.state.process_state import ProcessState, fact_evidence

WRITING_FACTS: Final = (FactKind.BEGUN, FactKind.GUIDANCE, FactKind.WORKSHOP, FactKind.DRAFT)
# Facts that say how a commitment is getting on.
PROGRESS_FACTS: Final = {FactKind.PUBLISHER_STATUS, FactKind.COMPLETION, FactKind.UPDATE}
# The stages of a plan that is not yet published or submitted.
STAGES_BEFORE_PLAN: Final = {
    PlanStage.NOT_BEGUN,
    PlanStage.WRITING,
    PlanStage.CALL_OPEN,
    PlanStage.RESPONSES,
    PlanStage.ANSWERED,
}


def plan_reports(state: ProcessState) -> tuple[PlanReport, ...]:
    """A report on every plan with at least one known fact, in the order of the register."""
    staged = [(plan, *plan_stage(plan, state)) for plan in state.plans if plan.facts]
    last = next((plan for plan, name, _ in reversed(staged) if name not in STAGES_BEFORE_PLAN), None)
    return tuple(
        _plan_report(plan, name, fact, state, live=_is_being_written(name) or plan is last)
        for plan, name, fact in staged
    )


def _is_being_written(name: PlanStage) -> bool:
    """Whether the plan is being written. The board shows these, and the last plan that came out."""
    return name in STAGES_BEFORE_PLAN and name is not PlanStage.NOT_BEGUN


def _plan_report(
    plan: Plan, name: PlanStage, fact: Fact | None, state: ProcessState, *, live: bool
) -> PlanReport:
    since = fact.claim.moment if fact else None
    # "524 days since 2024" would claim a day that nobody stated.
    day = state.reached_on(fact) if since and since.precision is not Precision.YEAR else None
    return PlanReport(
        plan=plan,
        stage=name,
        since=since,
        days=(state.day - day).days if day else None,
        live=live,
        evidence=(fact_evidence(fact),) if fact else (),
        ends=plan.fact(FactKind.ENDS),
        commitments=tuple(_commitment_report(commitment, plan, state) for commitment in plan.commitments),
    )


def available_on(plan: Plan, state: ProcessState) -> date | None:
    """The day on which the plan was published, else submitted; None before it."""
    return state.reached_on(_available_fact(plan))


def ended_on(plan: Plan, state: ProcessState) -> date | None:
    """The day on which the plan ended; None if it has not."""
    return state.reached_on(plan.fact(FactKind.ENDS)) if available_on(plan, state) else None


def plan_stage(plan: Plan, state: ProcessState) -> tuple[PlanStage, Fact | None]:
    """The stage, and the fact that began it; None where no dated fact did."""
    if available_on(plan, state) is None:
        return _stage_before_plan(plan, state)
    end, results = plan.fact(FactKind.ENDS), plan.fact(FactKind.RESULTS)
    if state.reached_on(end) is None:
        return PlanStage.IN_FORCE, _available_fact(plan)
    if state.reached_on(results):
        return PlanStage.CLOSED, results
    later = state.plans[state.plans.index(plan) + 1 :]
    reviewed = state.process.membership is Membership.NATIONAL and not any(
        ended_on(commitment, state) for commitment in later
    )
    return (PlanStage.REVIEW if reviewed else PlanStage.ENDED), end


def _available_fact(plan: Plan) -> Fact | None:
    return plan.fact(FactKind.PUBLISHED) or plan.fact(FactKind.SUBMITTED)


def _stage_before_plan(plan: Plan, state: ProcessState) -> tuple[PlanStage, Fact | None]:
    """The stage of a plan that is not out yet. A call is open until its closing moment or day is over."""
    response, closes = plan.fact(FactKind.RESPONSE), plan.fact(FactKind.CALL_CLOSES)
    if state.reached_on(response):
        return PlanStage.ANSWERED, response
    moment = closes.claim.moment if closes else None
    if moment and is_over(moment, state.at, state.zone):
        return PlanStage.RESPONSES, closes
    opened = plan.fact(FactKind.CALL_OPENED)
    if state.reached_on(opened):
        return PlanStage.CALL_OPEN, opened
    return _writing_stage(plan.facts_of(*WRITING_FACTS), state)


def _writing_stage(facts: Sequence[Fact], state: ProcessState) -> tuple[PlanStage, Fact | None]:
    """Being written since the first dated fact about it; with undated facts only, since an unknown day."""
    days = [(day, fact) for fact in facts if (day := state.reached_on(fact))]
    if days:
        return PlanStage.WRITING, min(days, key=lambda pair: pair[0])[1]
    undated = any(fact.claim.moment is None for fact in facts)
    return (PlanStage.WRITING if undated else PlanStage.NOT_BEGUN), None


def _commitment_report(commitment: Commitment, plan: Plan, state: ProcessState) -> CommitmentReport:
    stated = preferred_fact(fact for fact in commitment.facts if fact.kind is FactKind.PUBLISHER_STATUS)
    assessed = preferred_fact(fact for fact in commitment.facts if fact.kind is FactKind.COMPLETION)
    progress = [fact for fact in commitment.facts if fact.kind in PROGRESS_FACTS and state.reached_on(fact)]
    latest = max(progress, key=lambda fact: state.reached_on(fact) or date.min, default=None)
    return CommitmentReport(
        id=commitment.id,
        title=commitment.title,
        publisher_status=stated.claim.what if stated else "",
        completion=assessed.claim.what if assessed else "",
        assessments=tuple(fact.claim for fact in commitment.facts if fact.kind is FactKind.ASSESSED),
        updated=latest.claim.moment if latest else None,
        milestones=tuple(fact.claim for fact in commitment.facts if fact.kind is FactKind.MILESTONE),
        late=_late_milestones(commitment, plan, state),
        evidence=tuple(fact_evidence(fact) for fact in commitment.facts),
    )


def _late_milestones(commitment: Commitment, plan: Plan, state: ProcessState) -> tuple[Claim, ...]:
    """The milestones that are due after the plan's end."""
    end = plan.fact(FactKind.ENDS)
    if end is None or end.claim.moment is None:
        return ()
    last = state.last_day(end.claim.moment)
    # Where another source has a later end, the plan may last until then. A year that has this end in it says
    # nothing else.
    others = [fact.claim.moment for fact in plan.facts_of(FactKind.ENDS)]
    later = [moment for moment in others if moment and first_day(moment, state.zone) > last]
    last = max([last, *(state.last_day(moment) for moment in later)])
    due = [fact.claim for fact in commitment.facts if fact.kind is FactKind.MILESTONE]
    return tuple(claim for claim in due if claim.moment and first_day(claim.moment, state.zone) > last)
