"""The commands that poll and publish: run, start, poll, publish."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated

import typer

from aggregator import log, tasks
from aggregator.app import App, RunReport
from aggregator.cli.console import exit_if_set_aside, polling_progress, print_error, print_text
from aggregator.cli.options import At, Output, Replay, StoreUrl, app, open_program
from aggregator.config.settings import config_fingerprint
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.model import Source
from aggregator.services.inbox.queues import fault_text
from aggregator.services.polling import PollOutcome
from aggregator.supervisor import run_forever

# Exit code.
SOME_SOURCES_FAILED = 3


@app.command()
def run(
    context: typer.Context,
    replay: Replay = None,
    at: At = None,
    output: Output = None,
    store: StoreUrl = None,
) -> None:
    """Poll every source, issue the digests that are due, publish, and print where to look."""
    with open_program(context, at=at, replay=replay, output=output, store=store) as program:
        with polling_progress(len(program.poller.enabled_sources())) as progress:
            report = tasks.run(program.run_once(progress))
        _print_failures(program, report.failing)
        for fault in report.faults:
            print_error(fault_text(fault))
        print_text(_report_text(program, report))
        raise typer.Exit(_exit_code(report))


@app.command()
def start(
    context: typer.Context,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Serve output/ on this port of localhost.")
    ] = 8000,
) -> None:
    """Run until stopped: poll what is due, publish, issue digests, send mail, serve output/ on localhost.

    An edited settings.yaml, sources.yaml, alerts.yaml or register file takes effect within a minute.
    """
    # A service has no progress bar: its log is all that the operator sees.
    log.configure(verbose=True)
    run_forever(partial(config_fingerprint, context.obj), partial(open_program, context), port)


@app.command()
def poll(
    context: typer.Context,
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Ids of sources; default: all.")
    ] = None,
    replay: Replay = None,
    at: At = None,
    store: StoreUrl = None,
) -> None:
    """Poll sources and store what changed; publish nothing."""
    with open_program(context, at=at, replay=replay, store=store) as program:
        chosen = _chosen_sources(program, sources or [])
        with polling_progress(len(chosen)) as progress:
            outcomes = tasks.run(program.poll_only(chosen, progress))
        for outcome in outcomes:
            print_text(_outcome_text(outcome))
        if any(outcome.bug for outcome in outcomes):
            raise typer.Exit(1)
        raise typer.Exit(SOME_SOURCES_FAILED if any(outcome.failure for outcome in outcomes) else 0)


@app.command()
def publish(
    context: typer.Context,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; name the files that differ from the store.")
    ] = False,
    accept_loss: Annotated[
        bool, typer.Option("--accept-loss", help="Publish although many documents are gone from the store.")
    ] = False,
    at: At = None,
    output: Output = None,
    store: StoreUrl = None,
) -> None:
    """Make output/ match the store; poll nothing."""
    with open_program(context, at=at, output=output, store=store) as program:
        if check:
            with program.locked():
                _report_differences(program.publisher.differing_paths(program.clock()))
            return
        with exit_if_set_aside(program.store):
            written = program.publish(with_loss=accept_loss)
            tasks.run(program.notify_hubs_of(written))
            changed, removed = len(written.changed), len(written.removed)
            print_text(f"{changed} files changed, {written.unchanged} unchanged, {removed} removed.")


def _report_differences(paths: Sequence[str]) -> None:
    for path in paths:
        print_text(path)
    if paths:
        print_error(f"{len(paths)} files differ from the store; `aggregator publish` writes them again")
        raise typer.Exit(1)
    print_text("Every file matches the store.")


def _chosen_sources(program: App, ids: Sequence[str]) -> tuple[Source, ...]:
    enabled = {source.id: source for source in program.poller.enabled_sources()}
    if unknown := [id for id in ids if id not in enabled]:
        what = "no source that is polled has this id; `aggregator sources list` shows the ids"
        raise ConfigError(tuple(ConfigIssue(f"source {id}", 0, what) for id in unknown))
    return tuple(enabled[id] for id in ids) if ids else tuple(enabled.values())


def _print_failures(program: App, failing: Sequence[str]) -> None:
    states = program.store.sources.states()
    for id in failing:
        failure = states[id].failure
        if failure:
            print_error(f"{id}: {failure}. {failure.hint}")


def _report_text(program: App, report: RunReport) -> str:
    new = sum(outcome.new for outcome in report.outcomes)
    revised = sum(outcome.revised for outcome in report.outcomes)
    page = program.config.settings.output_folder / "index.html"
    failed = f", {len(report.failing)} could not be read" if report.failing else ""
    # A replay polls each source several times.
    polled = len({outcome.source for outcome in report.outcomes})
    alerts = f", {report.alerts} alert{'s' * (report.alerts > 1)}" if report.alerts else ""
    return f"{polled} sources polled{failed}; {new} new, {revised} revised{alerts}. Open {page}"


def _outcome_text(outcome: PollOutcome) -> str:
    if outcome.bug:
        return f"{outcome.source}: a bug in this program: {outcome.bug}"
    if outcome.failure:
        return f"{outcome.source}: {outcome.failure}. {outcome.failure.hint}"
    rejected = f", {outcome.rejected} rejected" if outcome.rejected else ""
    return f"{outcome.source}: {outcome.new} new, {outcome.revised} revised{rejected}"


def _exit_code(report: RunReport) -> int:
    # A bug comes first: somebody has to act, while a failing source may recover by itself.
    if report.has_bug:
        return 1
    return SOME_SOURCES_FAILED if report.failing else 0
