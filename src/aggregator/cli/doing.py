"""The commands that do something: run, start, poll, publish."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from aggregator import log
from aggregator.app import App, Report
from aggregator.cli.options import At, Output, Replay, StoreUrl, app, opened
from aggregator.cli.screen import complain, progress_bar, say
from aggregator.config.settings import standing
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.model import Source
from aggregator.services.polling import Outcome
from aggregator.supervisor import run_on

SOME_FAILED = 3


@app.command()
def run(
    context: typer.Context,
    replay: Replay = None,
    at: At = None,
    output: Output = None,
    store: StoreUrl = None,
) -> None:
    """Poll every source, publish, and say where to look: the main job."""
    with opened(context, at=at, replay=replay, output=output, store=store) as program:
        pollable = program.poller.pollable()
        with progress_bar(len(pollable)) as progress:
            report = asyncio.run(program.run(progress))
        _tell_failures(program, report.failing)
        say(_in_one_line(program, report))
        raise typer.Exit(_exit_code(report))


@app.command()
def start(
    context: typer.Context,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Serve output/ on this port of localhost.")
    ] = 8000,
) -> None:
    """Keep polling what is due, publish, make Monday's letter, and serve output/ on localhost.

    An edited settings.yaml, sources.yaml, alerts.yaml or register file counts within a minute.
    """
    log.configure(verbose=True)
    run_on(partial(standing, context.obj), partial(opened, context), port)


@app.command()
def poll(
    context: typer.Context,
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Ids; default: all.")
    ] = None,
    replay: Replay = None,
    at: At = None,
    store: StoreUrl = None,
) -> None:
    """Poll sources and keep what changed; publish nothing."""
    with opened(context, at=at, replay=replay, store=store) as program:
        chosen = _chosen(program, sources or [])
        with progress_bar(len(chosen)) as progress:
            outcomes = asyncio.run(program.poll_only(chosen, progress))
        for outcome in outcomes:
            say(_line(outcome))
        if any(outcome.bug for outcome in outcomes):
            raise typer.Exit(1)
        raise typer.Exit(SOME_FAILED if any(outcome.failure for outcome in outcomes) else 0)


@app.command()
def publish(
    context: typer.Context,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; name the files that are not as they should be.")
    ] = False,
    at: At = None,
    output: Output = None,
    store: StoreUrl = None,
) -> None:
    """Make output/ what the store says; ask nobody."""
    with opened(context, at=at, output=output, store=store) as program:
        if check:
            with program.alone():
                _tell_differences(program.publisher.differing(program.clock()))
            return
        written = program.publish()
        asyncio.run(program.announce(written))
        changed, removed = len(written.changed), len(written.removed)
        say(f"{changed} files changed, {written.unchanged} unchanged, {removed} removed.")


@app.command()
def search_index(context: typer.Context, output: Output = None, store: StoreUrl = None) -> None:
    """Make the search index of output/ anew; ask nobody, change no page."""
    with opened(context, output=output, store=store) as program:
        say(f"{asyncio.run(program.search_index())} pages can be searched.")


@app.command()
def export(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(metavar="[FOLDER]", help="Where to; default: data/export.")
    ] = None,
    at: At = None,
    store: StoreUrl = None,
) -> None:
    """Write the whole record as tables: CSV, JSON Lines, SQLite, with a description of each column."""
    with opened(context, at=at, store=store) as program:
        where = folder or program.config.settings.path("data/export")
        program.publisher.export(where, program.clock())
        say(f"entries.csv, entries.jsonl, revisions.jsonl, updates.db and datapackage.json are in {where}")


def _tell_differences(paths: Sequence[str]) -> None:
    for path in paths:
        say(path)
    if paths:
        complain(f"{len(paths)} files are not what the store says; `aggregator publish` puts them right")
        raise typer.Exit(1)
    say("Every file is what the store says.")


def _chosen(program: App, wanted: Sequence[str]) -> tuple[Source, ...]:
    pollable = {source.id: source for source in program.poller.pollable()}
    unknown = [id for id in wanted if id not in pollable]
    if unknown:
        remedy = "`aggregator sources list` names those that are read"
        mistakes = tuple(
            ConfigIssue(f"source {id}", 0, f"no source that is read has this id; {remedy}") for id in unknown
        )
        raise ConfigError(mistakes)
    return tuple(pollable[id] for id in wanted) if wanted else tuple(pollable.values())


def _tell_failures(program: App, failing: Sequence[str]) -> None:
    states = program.store.sources.states()
    for id in failing:
        failure = states[id].failure
        if failure:
            complain(f"{id}: {failure}. {failure.hint}")


def _in_one_line(program: App, report: Report) -> str:
    new = sum(outcome.new for outcome in report.outcomes)
    revised = sum(outcome.revised for outcome in report.outcomes)
    where = program.config.settings.output_folder / "index.html"
    failed = f", {len(report.failing)} could not be read" if report.failing else ""
    asked = len({outcome.source for outcome in report.outcomes})
    alerts = f", {report.alerts} alert{'s' * (report.alerts > 1)}" if report.alerts else ""
    return f"{asked} sources asked{failed}; {new} new, {revised} revised{alerts}. Open {where}"


def _line(outcome: Outcome) -> str:
    if outcome.bug:
        return f"{outcome.source}: a fault of this program: {outcome.bug}"
    if outcome.failure:
        return f"{outcome.source}: {outcome.failure}. {outcome.failure.hint}"
    rejected = f", {outcome.rejected} rejected" if outcome.rejected else ""
    return f"{outcome.source}: {outcome.new} new, {outcome.revised} revised{rejected}"


def _exit_code(report: Report) -> int:
    if report.broken:
        return 1
    return SOME_FAILED if report.failing else 0
