"""Gives the vocabulary what it must know of the register of plans to find their names in documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from aggregator.model import Body, Phrase, Plan, PlanName, PlanSeries, Register, Vocabulary
from aggregator.model.vocabulary import ORDINAL_WORDS


def with_plans(vocabulary: Vocabulary, register: Register, bodies: Mapping[str, Body]) -> Vocabulary:
    """Return the vocabulary with the plans of the register."""
    places = {process.id: process.places or (process.name,) for process in register.processes}
    publishers = _publishers(register, bodies)
    return replace(
        vocabulary,
        plans=tuple(_plan_name(plan, places.get(plan.process, ("",))[0]) for plan in register.plans),
        plan_series=tuple(
            PlanSeries(
                id=id, places=named, bodies=tuple(body for body, means in publishers.items() if means == id)
            )
            for id, named in places.items()
        ),
    )


def _plan_name(plan: Plan, place: str) -> PlanName:
    return PlanName(
        id=plan.id,
        name=plan.title,
        # A title is not written as a phrase: it may be longer, and no sign in it has a meaning.
        phrases=(Phrase(words=plan.title), *plan.names),
        series=plan.process,
        number=plan.number,
        years=plan.years,
        within=plan.within,
        spellings=tuple(dict.fromkeys(_spellings(plan, place))),
    )


def _spellings(plan: Plan, place: str) -> Iterator[str]:
    """The usual names of a plan: title, names, `third action plan`, `NAP 3`, and those with its years."""
    yield plan.title
    yield from (name.words for name in plan.names if not set("*%^") & set(name.words))
    title = plan.title.casefold()
    names = ["action plan", "open government action plan"]
    if "national action plan" in title:
        names += ["national action plan", "NAP"]
    elif "action plan" not in title:
        names = ["open government commitments"]
    if plan.number:
        yield from _spellings_with_number(plan.number, place, names)
    for first, last in plan.years:
        for years in dict.fromkeys((f"{first}-{last}", f"{first}-{last % 100}", f"{first} to {last}")):
            yield from (f"{place} {name} {years}" for name in names if first < last)


def _spellings_with_number(number: int, place: str, names: Sequence[str]) -> Iterator[str]:
    english, welsh, *_ = ORDINAL_WORDS.get(number, ("", ""))
    digits = f"{number}{_ENDINGS.get(number, 'th')}"
    for ordinal in filter(None, (english, digits)):
        yield from (f"{place} {ordinal} {name}" for name in names)
    if "NAP" in names:
        yield from (f"NAP{number}", f"NAP {number}")
    if welsh:
        yield _WELSH_PLANS.get(number, "{} cynllun gweithredu llywodraeth agored").format(welsh)


# `1st`, `2nd`, `3rd`; the others have `th`.
_ENDINGS: Final = {1: "st", 2: "nd", 3: "rd"}
# Welsh has `first` after the noun, and changes the noun after `second`.
_WELSH_PLANS: Final = {
    1: "cynllun gweithredu llywodraeth agored {}",
    2: "{} gynllun gweithredu llywodraeth agored",
}


def _publishers(register: Register, bodies: Mapping[str, Body]) -> Mapping[str, str]:
    """The process whose plan each body means, by the body's id: its own, its parent's, or its nation's."""
    members: dict[str, str] = {}
    nations: dict[str, str] = {}
    for process in register.processes:
        forum = (process.forum.body, *process.forum.carried_by) if process.forum else ()
        for body in (*process.bodies, *forum):
            members.setdefault(body, process.id)
        if process.body in bodies:
            # The first process of a nation: bodies of Scotland mean Scotland's plan, not Glasgow's.
            nations.setdefault(bodies[process.body].nation, process.id)
    found = {
        id: next(
            (members[one] for one in _with_parents(id, bodies) if one in members), nations.get(body.nation)
        )
        for id, body in bodies.items()
    }
    return {**members, **{id: process for id, process in found.items() if process}}


def _with_parents(id: str, bodies: Mapping[str, Body]) -> Iterator[str]:
    """The body, its parent, the parent of that, and so on; parents in a circle end it."""
    seen: set[str] = set()
    body = bodies.get(id)
    while body and body.id not in seen:
        seen.add(body.id)
        yield body.id
        body = bodies.get(body.parent) if body.parent else None
