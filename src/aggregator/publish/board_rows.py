"""What the pages of the board ask of a process: the checks of the front table, and where evidence is read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from aggregator.model import Check, Evidence, FactKind, Moment, PlanLine, ProcessLine, Standing
from aggregator.publish.addresses import web

FRONT: Final = {
    "Forum meets": ("R1.1", "S1"),
    "Website kept": ("R2.1",),
    "Records appear": ("R2.2", "C2"),
    "Two meetings a plan year": ("R5.1",),
    "Next plan in time": ("P1",),
}
"""The checks of the front table; where a rule does not bind, its own promise or our mark stands there."""
LOOK: Final = {
    Standing.MET: "met",
    Standing.DUE: "due",
    Standing.OVERDUE: "overdue",
    Standing.NOT_MET: "overdue",
    Standing.PAST_MARK: "past",
    Standing.CANNOT_TELL: "untold",
}


def binding(process: ProcessLine) -> list[Check]:
    """The checks of the rules that bind a process."""
    return [check for check in process.checks if check.standing is not Standing.NOT_BOUND]


def front_checks(process: ProcessLine) -> Iterator[tuple[str, Check | None]]:
    """Each heading of the front table with the first of its rules that binds the process, if one does."""
    bound = {check.rule.id: check for check in binding(process)}
    for head, ids in FRONT.items():
        yield head, next((bound[id] for id in ids if id in bound), None)


def published(plan: PlanLine) -> Moment | None:
    """When a plan came out: published, else submitted."""
    out = plan.plan.fact(FactKind.PUBLISHED) or plan.plan.fact(FactKind.SUBMITTED)
    return out.claim.moment if out else None


def proof_address(one: Evidence) -> str | None:
    """Where evidence is read: its address, relative to the output folder for a record of ours."""
    ours = one.url if one.url and one.url.startswith("records/") else None
    return web(one.url) or ours
