"""The commands that make other files from what is stored or published: export, search index."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aggregator import tasks
from aggregator.cli.console import print_text
from aggregator.cli.options import At, Output, Replay, StoreUrl, app, open_program

search = typer.Typer(help="The search of the published pages.", no_args_is_help=True)
app.add_typer(search, name="search")


@app.command()
def export(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(metavar="[FOLDER]", help="The folder to write to; default: data/export.")
    ] = None,
    at: At = None,
    store: StoreUrl = None,
) -> None:
    """Write all documents as tables: CSV, JSON Lines, SQLite, with a description of each column."""
    with open_program(context, at=at, store=store) as program:
        target = folder or program.config.settings.path("data/export")
        program.publisher.export(target, program.clock())
        print_text(
            f"entries.csv, entries.jsonl, revisions.jsonl, updates.db, datapackage.json are in {target}"
        )


@search.callback()
def search_group() -> None:
    """The search of the published pages."""
    # Typer turns a group with one command into that command, unless the group has a callback.


@search.command("index")
def search_index(
    context: typer.Context, replay: Replay = None, output: Output = None, store: StoreUrl = None
) -> None:
    """Rebuild the search index of output/; no network, no page changes."""
    with open_program(context, replay=replay, output=output, store=store) as program:
        print_text(f"{tasks.run(program.rebuild_search_index())} pages can be searched.")
