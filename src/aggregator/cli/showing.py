"""The commands that only show: try, entries, status."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

import typer

from aggregator.app import App
from aggregator.cli import rows
from aggregator.cli.options import AsJson, At, Replay, StoreUrl, app, opened
from aggregator.cli.screen import say, show, show_json, show_table
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.model import Failed, Relevance, Source
from aggregator.services.polling import Tried
from aggregator.services.polling.read_source import Unchanged
from aggregator.services.publishing.snapshot import source_lines

WHY: Final = 3
"""How many reasons the table of `try` shows; `--json` has all."""


@app.command("try")
def try_source(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The id of a source.")],
    replay: Replay = None,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Ask one source now and show what each room made of it; writes nothing."""
    with opened(context, replay=replay, at=at) as program:
        chosen = next((one for one in program.poller.pollable() if one.id == source), None)
        if chosen is None:
            raise ConfigError((ConfigIssue(f"source {source}", 0, "no source that is read has this id"),))
        found = asyncio.run(_try(program, chosen))
        if isinstance(found.answer, Failed):
            say(f"fetch or parse: {found.answer}. {found.answer.hint}")
            raise typer.Exit(3)
        assert not isinstance(found.answer, Unchanged)  # noqa: S101  # asked without validators
        shown = [
            {
                **rows.told(entry),
                "change": found.changes.get(entry.id, "none"),
                **rows.labels(found.labels[entry.id]),
            }
            for entry in found.answer.entries
        ]
        rejects = [f"{reject.where}: {reject.why}" for reject in found.answer.rejects]
        if as_json:
            show_json({"address": found.answer.address, "entries": shown, "rejects": rejects})
            return
        say(f"fetch: {found.answer.address} answered; parse: {found.answer.items} items")
        say(f"normalise: {len(shown)} entries, {len(rejects)} rejected")
        for reject in rejects:
            say(f"  rejected: {reject}")
        show_table(
            ("change", "type", "relevance", "why", "dated", "title"),
            [
                (
                    row["change"],
                    row["type"],
                    f"{row['relevance']} ({row['score']})",
                    "; ".join(row["why"][:WHY]),
                    row["published"] or row["updated"] or "",
                    row["title"],
                )
                for row in shown
            ],
        )


async def _try(program: App, source: Source) -> Tried:
    async with program.fetch() as fetch:
        return await program.poller.try_out(source, fetch, program.clock())


entries = typer.Typer(help="The documents in the store.", invoke_without_command=True)
app.add_typer(entries, name="entries")


@entries.callback()
def entries_list(  # noqa: PLR0913, PLR0917  # each argument narrows the list
    context: typer.Context,
    body: Annotated[str | None, typer.Option(metavar="ID", help="Only this body's.")] = None,
    relevant: Annotated[bool, typer.Option("--relevant", help="Only those of the main feed.")] = False,
    borderline: Annotated[
        bool, typer.Option("--borderline", help="Only those that are doubtful, to find a wrong no.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, newest first.")] = 50,
    replay: Replay = None,
    store: StoreUrl = None,
    as_json: AsJson = False,
) -> None:
    """The documents that the store holds, newest first."""
    if context.invoked_subcommand:
        return
    with opened(context, replay=replay, store=store) as program:
        wanted = Relevance.YES if relevant else Relevance.BORDERLINE if borderline else None
        held = program.store.documents.all(body=body, relevance=wanted, limit=limit)
        shown = [rows.entry(one, program.config.bodies) for one in held]
        show(("dated", "body", "relevance", "type", "title"), shown, as_json=as_json)


@app.command()
def status(
    context: typer.Context,
    replay: Replay = None,
    at: At = None,
    store: StoreUrl = None,
    as_json: AsJson = False,
) -> None:
    """How each source is: last read, what is wrong with it, what to try, when it is due."""
    with opened(context, replay=replay, at=at, store=store) as program:
        lines = source_lines(program.config, program.store)
        shown = [rows.source(line, program.config.bodies) for line in lines]
        if as_json:
            show_json(
                {
                    "at": rows.instant(program.clock()),
                    "sources": shown,
                    "runs": [rows.run(one) for one in program.store.runs.all(limit=10)],
                }
            )
            return
        show(("id", "state", "answered", "due", "items", "rejected"), shown, as_json=False)
        for row in shown:
            for line in _troubles(row):
                say(line)


def _troubles(row: rows.Row) -> list[str]:
    never = row["state"] != "not read yet" and not row["answered"]
    troubles = (
        (row["cause"], f"failing since {row['failing_since']}: {row['cause']}. {row['hint']}"),
        (row["gap"], f"turned over whole before {row['gap']}; items in between may be missing"),
        (row["held"], f"{row['held']} documents vanished at once; see `aggregator removals`"),
        (not row["confirmed"], "its selectors were never seen to fit a live page (confirmed: no)"),
        (row["fallback"], f"its address failed, the fallback {row['fallback']} answered"),
        (
            row["moved_to"],
            f"has moved for good to {row['moved_to']}; change its address in sources.yaml",
        ),
        (row["seen"] == "likely" and never, "its address is only likely and has not answered yet"),
    )
    found = [f"rejected {reject}" for reject in row["rejects"]]
    found += [what for holds, what in troubles if holds]
    return [f"{row['id']}: {what}" for what in found]
