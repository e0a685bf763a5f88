"""The commands of the search: index."""

from __future__ import annotations

import asyncio

import typer

from aggregator.cli.console import print_text
from aggregator.cli.options import Output, StoreUrl, app, open_program

search = typer.Typer(help="The search of the published pages.", no_args_is_help=True)
app.add_typer(search, name="search")


@search.callback()
def search_group() -> None:
    """The search of the published pages."""
    # Typer turns a group with one command into that command, unless the group has a callback.


@search.command("index")
def search_index(context: typer.Context, output: Output = None, store: StoreUrl = None) -> None:
    """Rebuild the search index of output/; no network, no page changes."""
    with open_program(context, output=output, store=store) as program:
        print_text(f"{asyncio.run(program.rebuild_search_index())} pages can be searched.")
