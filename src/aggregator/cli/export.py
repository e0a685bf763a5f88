"""The command that writes all documents as tables: export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aggregator.cli.console import print_text
from aggregator.cli.options import At, StoreUrl, app, open_program


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
