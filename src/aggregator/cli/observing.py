"""The command that observes: board."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from aggregator.cli.options import AsJson, At, Replay, StoreUrl, app, opened
from aggregator.cli.screen import say, show_json
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.model import Board, Check, PlanLine, ProcessLine, RuleResult, Site
from aggregator.publish.board.board_json import address, board_data
from aggregator.publish.board.wording import (
    heading,
    say_check,
    say_commitments,
    say_gap,
    say_meeting,
    say_silence,
    say_stage,
    say_watch,
)
from aggregator.services.publishing.board_at import board_at


@app.command()
def board(
    context: typer.Context,
    at: At = None,
    as_seen: Annotated[
        bool, typer.Option("--as-seen", help="Use only what we had seen by then, not what was public.")
    ] = False,
    body: Annotated[
        str | None, typer.Option(metavar="ID", help="Only this process, such as scotland.")
    ] = None,
    replay: Replay = None,
    store: StoreUrl = None,
    as_json: AsJson = False,
) -> None:
    """Where each open-government process stands on a day, by which rule, and on what evidence."""
    with opened(context, at=at, replay=replay, store=store) as program:
        found = board_at(program.config, program.store, program.clock(), as_seen=as_seen)
        chosen = _chosen(found, body)
        site = program.config.settings.site
        if as_json:
            show_json(board_data(chosen, site))
            return
        say(f"The board of {heading(found, site.zone, as_seen=as_seen)}.")
        for line in chosen.processes:
            _tell(line, site)
        say(f"\n{found.counting}" if found.counting else "")
        say(f"Something wrong or missing? Write to {site.contact or 'the operator'}.")


def _chosen(found: Board, wanted: str | None) -> Board:
    """The whole board, or one process of it, named by its id or by the id of one of its bodies."""
    if wanted is None:
        return found
    named = [one for one in found.processes if one.process.id == wanted]
    named = named or [one for one in found.processes if wanted in one.process.bodies]
    if not named:
        known = ", ".join(one.process.id for one in found.processes)
        raise ConfigError((ConfigIssue(f"body {wanted}", 0, f"no process has this id; known are: {known}"),))
    bodies = named[0].process.bodies
    lines = tuple(one for one in found.lines if one.body.id in bodies)
    return replace(found, lines=lines, processes=(named[0],))


def _tell(line: ProcessLine, site: Site) -> None:
    zone = site.zone
    say(f"\n{line.process.name}")
    for plan in line.plans:
        if plan.live:
            say(f"  {plan.plan.title}: {say_stage(plan, zone)}")
            _tell_commitments(plan)
    say(f"  {say_silence(line.silence, zone, line.process.name)} {say_watch(line)}")
    for gap in line.watch.gaps[-3:]:
        say(f"  Out of our sight: {say_gap(gap)}")
    for meeting in line.meetings[:1]:
        say(f"  Last meeting on record: {say_meeting(meeting)}")
    for deadline in line.deadlines[:1]:
        say(f"  Next deadline: {deadline.day.isoformat()}, in {deadline.days} days. {deadline.title}")
    for check in line.checks:
        if check.standing is not RuleResult.NOT_BOUND:
            _tell_check(check, site)


def _tell_commitments(plan: PlanLine) -> None:
    if said := say_commitments(plan):
        say(f"    {said}")
    for one in plan.commitments:
        told = "; ".join(filter(None, (one.said, one.completion, *(claim.what for claim in one.assessed))))
        if told:
            say(f"    {one.title}: {told}")


def _tell_check(check: Check, site: Site) -> None:
    put_together = " (reconstructed)" if check.reconstructed else ""
    rule = f"{check.rule.title} [{check.rule.basis.value}]"
    say(f"  {check.rule.id:<5} {say_check(check)}{put_together}: {rule}")
    say(f"        {check.why}")
    for one in check.evidence[:3]:
        kept = "" if one.official else " (not on an official page)"
        say(f"        {address(one, site) or one.title}{kept}")
