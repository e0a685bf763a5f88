"""The options that commands share, and how a command gets at the program."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from aggregator import VERSION, log
from aggregator.app import App, open_app
from aggregator.cli.screen import OUT
from aggregator.config.settings import load_settings

app = typer.Typer(
    help="One feed, one page and one weekly letter of what the UK's open-government bodies publish.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

At = Annotated[
    str | None,
    typer.Option(
        metavar="INSTANT", help="Stand at this instant (2026-06-05T12:00:00Z) instead of the clock's."
    ),
]
Replay = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        exists=True,
        file_okay=False,
        help="Take the recorded answers of this folder instead of the network.",
    ),
]
Output = Annotated[str | None, typer.Option(metavar="FOLDER", help="Publish into this folder.")]
StoreUrl = Annotated[str | None, typer.Option("--store", metavar="URL", help="Use this store.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback(invoke_without_command=True)
def given(
    context: typer.Context,
    settings: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Settings file (default: settings.yaml here).")
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="One line for each poll.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """One feed, one page and one weekly letter of what the UK's open-government bodies publish."""
    if version:
        OUT.print(f"aggregator {VERSION}")
        raise typer.Exit
    log.configure(verbose=verbose)
    context.obj = settings


@contextmanager
def opened(
    context: typer.Context,
    *,
    at: str | None = None,
    replay: Path | None = None,
    output: str | None = None,
    store: str | None = None,
) -> Iterator[App]:
    """The program as the options want it, closed again at the end."""
    settings = load_settings(context.obj, output=output, store=store)
    instant = parse_instant(at, settings.zone) if at else None
    with open_app(settings, at=instant, replay=replay) as program:
        yield program


def parse_instant(text: str, zone: ZoneInfo) -> datetime:
    """An instant as a person writes it; without a zone it is local time in `zone`."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is no instant; write 2026-06-05T12:00:00Z, or 2026-06-05 for the start of that day"
        ) from error
    return instant if instant.tzinfo else instant.replace(tzinfo=zone)
