"""Gives the vocabulary what it must know of the register of plans to find their names in documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from aggregator.model import Body, Phrase, Plan, PlanName, PlanSeries, Process, Register, Vocabulary


def with_plans(vocabulary: Vocabulary, register: Register, bodies: Mapping[str, Body]) -> Vocabulary:
    """Return the vocabulary with the plans of the register."""
    return replace(
        vocabulary,
        plans=tuple(map(_plan_name, register.plans)),
        plan_series=tuple(_series(process, register, bodies) for process in register.processes),
    )


def _plan_name(plan: Plan) -> PlanName:
    return PlanName(
        id=plan.id,
        name=plan.title,
        # A title is not written as a phrase: it may be longer, and no sign in it has a meaning.
        phrases=(Phrase(words=plan.title), *plan.names),
        series=plan.process,
        number=plan.number,
        years=plan.years,
        within=plan.within,
    )


def _series(process: Process, register: Register, bodies: Mapping[str, Body]) -> PlanSeries:
    forum = (process.forum.body, *process.forum.carried_by) if process.forum else ()
    by_body = {one.body: one.id for one in reversed(register.processes)}
    # The first process of a nation: bodies of Scotland mean Scotland's plan, not Glasgow's.
    nations = {bodies[body].nation: id for body, id in by_body.items() if body in bodies}
    of_nation = [body.id for body in bodies.values() if nations.get(body.nation) == process.id]
    members = dict.fromkeys((*process.bodies, *forum, *of_nation))
    return PlanSeries(id=process.id, places=process.places or (process.name,), bodies=tuple(members))
