"""Where a plan is in its life on a day, since when, and by which fact."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from aggregator.model import (
    Claim,
    Commitment,
    CommitmentLine,
    Fact,
    FactKind,
    Membership,
    Plan,
    PlanLine,
    StageName,
)
from aggregator.model.plans import used
from aggregator.observe.state.process_state import ProcessState, evidence

WRITTEN: Final = (FactKind.BEGUN, FactKind.GUIDANCE, FactKind.WORKSHOP, FactKind.DRAFT)
TOLD: Final = {FactKind.SAID, FactKind.COMPLETION, FactKind.UPDATE}
"""What tells how a commitment is getting on."""
BEFORE: Final = {
    StageName.NOT_BEGUN,
    StageName.WRITING,
    StageName.CALL_OPEN,
    StageName.RESPONSES,
    StageName.ANSWERED,
}
"""The stages of a plan that is not there yet."""


def plan_lines(known: ProcessState) -> tuple[PlanLine, ...]:
    """Every plan of which something could be known, with its stage."""
    staged = [(plan, *stage(plan, known)) for plan in known.plans if plan.facts]
    last = next((plan for plan, name, _ in reversed(staged) if name not in BEFORE), None)
    return tuple(
        _line(plan, name, fact, known, live=_is_live(name) or plan is last) for plan, name, fact in staged
    )


def _is_live(name: StageName) -> bool:
    """What is being written is shown, and beside it the last plan that was there (`plan_lines`)."""
    return name in BEFORE and name is not StageName.NOT_BEGUN


def _line(plan: Plan, name: StageName, fact: Fact | None, known: ProcessState, *, live: bool) -> PlanLine:
    day = known.reached(fact)
    return PlanLine(
        plan=plan,
        stage=name,
        since=fact.claim.moment if fact else None,
        days=(known.day - day).days if day else None,
        live=live,
        evidence=(evidence(fact),) if fact else (),
        ends=plan.fact(FactKind.ENDS),
        commitments=tuple(_commitment(one, plan, known) for one in plan.commitments),
    )


def out(plan: Plan, known: ProcessState) -> date | None:
    """The day by which the plan was there: published, else submitted."""
    return known.reached(_out(plan))


def ended(plan: Plan, known: ProcessState) -> date | None:
    """The day on which the plan ended, if it has."""
    return known.reached(plan.fact(FactKind.ENDS)) if out(plan, known) else None


def stage(plan: Plan, known: ProcessState) -> tuple[StageName, Fact | None]:
    """The stage, and the fact that began it; None where that bears no date."""
    if out(plan, known) is None:
        return _before(plan, known)
    end, results = plan.fact(FactKind.ENDS), plan.fact(FactKind.RESULTS)
    if known.reached(end) is None:
        return StageName.IN_FORCE, _out(plan)
    if known.reached(results):
        return StageName.CLOSED, results
    later = known.plans[known.plans.index(plan) + 1 :]
    reviewed = known.process.membership is Membership.NATIONAL and not any(ended(one, known) for one in later)
    return (StageName.REVIEW if reviewed else StageName.ENDED), end


def _out(plan: Plan) -> Fact | None:
    return plan.fact(FactKind.PUBLISHED) or plan.fact(FactKind.SUBMITTED)


def _before(plan: Plan, known: ProcessState) -> tuple[StageName, Fact | None]:
    """A plan that is being written. A call is open all through its last day."""
    response, closes = plan.fact(FactKind.RESPONSE), plan.fact(FactKind.CALL_CLOSES)
    if known.reached(response):
        return StageName.ANSWERED, response
    closed = known.reached(closes)
    if closed and closed < known.day:
        return StageName.RESPONSES, closes
    opened = plan.fact(FactKind.CALL_OPENED)
    if known.reached(opened):
        return StageName.CALL_OPEN, opened
    return _begun(plan.facts_of(*WRITTEN), known)


def _begun(facts: Sequence[Fact], known: ProcessState) -> tuple[StageName, Fact | None]:
    """By the first thing that is told of its writing; without a date nobody knows since when."""
    days = [(day, fact) for fact in facts if (day := known.reached(fact))]
    if days:
        return StageName.WRITING, min(days, key=lambda pair: pair[0])[1]
    undated = any(fact.claim.moment is None for fact in facts)
    return (StageName.WRITING if undated else StageName.NOT_BEGUN), None


def _commitment(one: Commitment, plan: Plan, known: ProcessState) -> CommitmentLine:
    said = used(fact for fact in one.facts if fact.kind is FactKind.SAID)
    scale = used(fact for fact in one.facts if fact.kind is FactKind.COMPLETION)
    told = [fact for fact in one.facts if fact.kind in TOLD and known.reached(fact)]
    latest = max(told, key=lambda fact: known.reached(fact) or date.min, default=None)
    return CommitmentLine(
        id=one.id,
        title=one.title,
        said=said.claim.what if said else "",
        completion=scale.claim.what if scale else "",
        assessed=tuple(fact.claim for fact in one.facts if fact.kind is FactKind.ASSESSED),
        updated=latest.claim.moment if latest else None,
        milestones=tuple(fact.claim for fact in one.facts if fact.kind is FactKind.MILESTONE),
        late=_late(one, plan, known),
        evidence=tuple(evidence(fact) for fact in one.facts),
    )


def _late(one: Commitment, plan: Plan, known: ProcessState) -> tuple[Claim, ...]:
    """The milestones that are due after the plan has ended."""
    end = plan.fact(FactKind.ENDS)
    if end is None or end.claim.moment is None:
        return ()
    last = known.last(end.claim.moment)
    due = [fact.claim for fact in one.facts if fact.kind is FactKind.MILESTONE]
    return tuple(claim for claim in due if claim.moment and known.last(claim.moment) > last)
