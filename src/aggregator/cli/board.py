"""The command that shows the board on any day: board."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from aggregator.cli.console import print_error, print_json, print_text
from aggregator.cli.options import AsJson, At, Replay, StoreUrl, app, open_program
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.model import Board, PlanReport, ProcessReport, RuleCheck, RuleResult, Site
from aggregator.publish.board.board_json import absolute_evidence_link, board_data
from aggregator.publish.board.wording import (
    board_heading,
    commitments_text,
    coverage_gap_text,
    coverage_text,
    deadline_text,
    meeting_text,
    other_document_text,
    result_text,
    silence_text,
    stage_text,
)
from aggregator.services.publishing.board_at import board_at


@app.command()
def board(
    context: typer.Context,
    at: At = None,
    as_known: Annotated[
        bool | None,
        typer.Option(
            "--as-known/--as-public",
            help="Use only what we knew by then, or what was public then by all that we know today. "
            "Default: what we knew; before our first poll, what was public.",
            show_default=False,
        ),
    ] = None,
    body: Annotated[
        str | None, typer.Option(metavar="ID", help="Only this process, such as scotland.")
    ] = None,
    replay: Replay = None,
    store: StoreUrl = None,
    as_json: AsJson = False,
) -> None:
    """Show the state of each open-government process on a day, by which rule and on what evidence."""
    with open_program(context, at=at, replay=replay, store=store, whole_day=True) as program:
        past = board_at(program.config, program.store, program.clock(), as_known=as_known)
        for id in sorted(past.left_out):
            print_error(f"document {id} breaks something: only its dates count here, if they can be read")
        found, chosen = past.board, _select_process(past.board, body)
        site = program.config.settings.site
        if as_json:
            print_json(board_data(chosen, site))
            return
        # Without --at it is today's: then there is nothing else to know.
        heading = board_heading(found, site.timezone, as_known=past.as_known and at is not None)
        print_text(f"The board of {heading}.")
        for process in chosen.processes:
            _print_process(process, site)
        print_text(f"\n{found.record_criteria}" if found.record_criteria else "")
        print_text(f"Something wrong or missing? Write to {site.contact or 'the operator'}.")


def _select_process(whole: Board, id: str | None) -> Board:
    """The whole board, or only the process with this id or with a body of this id."""
    if id is None:
        return whole
    matching = [one for one in whole.processes if one.process.id == id]
    matching = matching or [one for one in whole.processes if id in one.process.bodies]
    if not matching:
        ids = ", ".join(one.process.id for one in whole.processes)
        raise ConfigError((ConfigIssue(f"body {id}", 0, f"no process has this id; the ids are: {ids}"),))
    bodies = matching[0].process.bodies
    return replace(
        whole,
        rows=tuple(one for one in whole.rows if one.body.id in bodies),
        processes=(matching[0],),
    )


def _print_process(report: ProcessReport, site: Site) -> None:
    timezone = site.timezone
    print_text(f"\n{report.process.name}")
    for plan in report.plans:
        if plan.live:
            print_text(f"  {plan.plan.title}: {stage_text(plan, timezone)}")
            _print_commitments(plan)
    silence = silence_text(report.silence, timezone, report.process.name)
    other = other_document_text(report.silence, timezone)
    print_text(f"  {' '.join(filter(None, (silence, other, coverage_text(report))))}")
    for gap in report.coverage.gaps[-3:]:
        print_text(f"  Not watched: {coverage_gap_text(gap)}")
    for meeting in report.meetings[:1]:
        print_text(f"  Last meeting on record: {meeting_text(meeting)}")
    for deadline in report.deadlines[:1]:
        print_text(f"  Next deadline: {deadline_text(deadline, timezone)}. {deadline.title}")
    for check in report.checks:
        if check.result is not RuleResult.NOT_APPLICABLE:
            _print_check(check, site)


def _print_commitments(plan: PlanReport) -> None:
    if summary := commitments_text(plan):
        print_text(f"    {summary}")
    for one in plan.commitments:
        parts = (one.publisher_status, one.completion, *(claim.what for claim in one.assessments))
        if text := "; ".join(filter(None, parts)):
            print_text(f"    {one.title}: {text}")


def _print_check(check: RuleCheck, site: Site) -> None:
    reconstructed = " (reconstructed)" if check.reconstructed else ""
    rule = f"{check.rule.title} [{check.rule.basis.value}]"
    print_text(f"  {check.rule.id:<5} {result_text(check)}{reconstructed}: {rule}")
    print_text(f"        {check.why}")
    for one in check.evidence[:3]:
        unofficial = "" if one.official else " (not on an official page)"
        print_text(f"        {absolute_evidence_link(one, site) or one.title}{unofficial}")
