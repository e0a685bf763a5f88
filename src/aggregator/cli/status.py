"""The commands that show how things are: status shows each source, inbox what waits for a person."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from aggregator.app import App
from aggregator.cli import rows
from aggregator.cli.console import print_json, print_rows, print_text
from aggregator.cli.options import AsJson, At, Replay, StoreUrl, app, open_program
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.services.inbox.queues import fault_text, inbox, item_text
from aggregator.services.inbox.retry import retry
from aggregator.services.publishing.snapshot import sources_with_state


@app.command()
def status(
    context: typer.Context,
    replay: Replay = None,
    at: At = None,
    store: StoreUrl = None,
    as_json: AsJson = False,
) -> None:
    """Show each source: last read, what is wrong, what to try, when it is due."""
    with open_program(context, replay=replay, at=at, store=store) as program:
        sources = sources_with_state(program.config, program.store)
        shown = [rows.source(one, program.config.bodies) for one in sources]
        if as_json:
            runs = [rows.run(one) for one in program.store.runs.all(limit=10)]
            print_json({"at": rows.instant(program.clock()), "sources": shown, "runs": runs})
            return
        print_rows(("id", "state", "last_read", "due", "items", "rejected"), shown, as_json=False)
        for row in shown:
            for problem in _problems(row):
                print_text(problem)
        for fault in program.store.faults.all():
            print_text(f"{fault_text(fault)}; see `aggregator inbox`")


@app.command("inbox")
def show_inbox(
    context: typer.Context,
    key: Annotated[
        str | None,
        typer.Option(
            "--retry",
            metavar="KEY",
            help="Try what was set aside under this key again at once; `all`: everything.",
        ),
    ] = None,
    accept_clock: Annotated[
        bool, typer.Option("--accept-clock", help="The clock is right, although the store has later times.")
    ] = False,
    replay: Replay = None,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Show what waits for a person: what, since when, and the command that settles it."""
    with open_program(context, replay=replay, at=at) as program:
        if accept_clock:
            program.accept_clock()
        if key:
            _retry(program, key)
            return
        items = inbox(program.config, program.store, program.clock())
        if as_json:
            print_json([{**asdict(item), "since": rows.instant(item.since)} for item in items])
            return
        for item in items:
            print_text(f"{item_text(item)}\n    {item.command}")
        if not items:
            print_text("Nothing waits for you.")


def _retry(program: App, key: str) -> None:
    if not (count := retry(program.store, key, program.clock())):
        what = "nothing is set aside under this key; `aggregator inbox` shows what is"
        raise ConfigError((ConfigIssue(f"option --retry {key}", 0, what),))
    print_text(f"{count} set aside before: tried again by the next run.")


def _problems(row: rows.Row) -> list[str]:
    problems = (
        (row["cause"], f"failing since {row['failing_since']}: {row['cause']}. {row['hint']}"),
        (
            row["items_missed_at"],
            f"everything had changed at the poll of {row['items_missed_at']}; items may have been missed",
        ),
        (
            row["removals_to_confirm"],
            f"{row['removals_to_confirm']} documents vanished at once; see `aggregator documents removals`",
        ),
        (
            row["questions"],
            f"{row['questions']} questions about the identity of its documents wait for you; see "
            "`aggregator documents identity`",
        ),
        (not row["confirmed"], "its selectors were never checked on a live page (confirmed: no)"),
        (row["fallback"], f"its address failed, the fallback {row['fallback']} answered"),
        (
            row["moved_to"],
            f"has moved permanently to {row['moved_to']}; change its address in sources.yaml",
        ),
        (
            not row["verified"] and not row["last_read"],
            "its address was never verified and has not answered yet (verified: no)",
        ),
    )
    found = [f"rejected {reject}" for reject in row["rejects"]]
    found += [what for applies, what in problems if applies]
    return [f"{row['id']}: {what}" for what in found]
