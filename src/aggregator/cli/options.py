"""The options that commands share, how a command opens the program, and which old names are refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, time
from pathlib import Path
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer
from typer.core import TyperGroup

from aggregator import VERSION, log
from aggregator.app import App, open_app
from aggregator.cli.console import OUT
from aggregator.clock import wall_clock
from aggregator.config.settings import load_settings
from aggregator.errors import ConfigError, ConfigIssue

# Old command → the command that does the same now.
RENAMED_COMMANDS: Final[Mapping[str, str]] = {
    "alerts try": "alerts dry-run",
    "classify labels": "classify export",
    "entries": "documents list",
    "entries mark": "documents label",
    "history": "documents history",
    "reclassify": "classify apply",
    "removals": "documents removals",
    "retract": "documents retract",
    "search-index": "search index",
    "try": "sources dry-run",
}

# Command and old option → the option that does the same now.
RENAMED_OPTIONS: Final[Mapping[tuple[str, str], str]] = {
    ("alerts add", "--reader"): "--subscriber",
    ("alerts remove", "--reader"): "--subscriber",
    ("board", "--as-seen"): "--as-known",
    ("sources add", "--seen"): "--verified",
    ("subscribers add", "--leave"): "--leave-instructions",
    ("subscribers erase", "--welcome"): "--unsuppress",
}


def refuse_old_names(arguments: Sequence[str]) -> None:
    """Raise ConfigError, with the present name, if a command or option is written by its old name.

    `arguments` begin with the command.
    """
    # The longer name first: `entries mark` begins with `entries`.
    words = (" ".join(arguments[:2]), " ".join(arguments[:1]))
    for command in words:
        if new := RENAMED_COMMANDS.get(command):
            raise ConfigError((ConfigIssue(f"command {command}", 0, f"it is `aggregator {new}` now"),))
    for argument in arguments:
        option = argument.partition("=")[0]
        for command in words:
            if new := RENAMED_OPTIONS.get((command, option)):
                what = f"it is {new} now; `aggregator {command} --help` explains it"
                raise ConfigError((ConfigIssue(f"option {option}", 0, what),))


class RootGroup(TyperGroup):
    """The top level of the command line."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command, unless it has another name now."""
        # Before Typer looks: its own error would only say that there is no such command.
        refuse_old_names(args)
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=RootGroup,
    help="One feed, one page and one weekly email of what the UK's open-government bodies publish.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

# In a context's `meta`: whether a lost store may be made anew.
NEW: Final = "aggregator.new"

At = Annotated[
    str | None,
    typer.Option(metavar="INSTANT", help="Use this instant (2026-06-05T12:00:00Z) instead of the clock's."),
]
Replay = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        exists=True,
        file_okay=False,
        help="Use the recorded answers in this folder instead of the network.",
    ),
]
Output = Annotated[str | None, typer.Option(metavar="FOLDER", help="Publish into this folder.")]
StoreUrl = Annotated[str | None, typer.Option("--store", metavar="URL", help="Use this store.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback(invoke_without_command=True)
def global_options(
    context: typer.Context,
    settings: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Settings file (default: settings.yaml here).")
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log each poll.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
    new: Annotated[
        bool, typer.Option("--new", help="Make a new store, though there was one that is lost.")
    ] = False,
) -> None:
    """One feed, one page and one weekly email of what the UK's open-government bodies publish."""
    if version:
        OUT.print(f"aggregator {VERSION}")
        raise typer.Exit
    log.configure(verbose=verbose)
    context.obj = settings
    context.meta[NEW] = new


@contextmanager
def open_program(
    context: typer.Context,
    *,
    at: str | None = None,
    replay: Path | None = None,
    output: str | None = None,
    store: str | None = None,
    whole_day: bool = False,
) -> Iterator[App]:
    """Open the program as the options say, and close it at the end.

    `whole_day`: where `at` is a day, it is its end that counts, and today the present.

    Raises ConfigError, StoreError, and BadParameter for an instant that cannot be read.
    """
    settings = load_settings(context.obj, replay=replay, output=output, store=store)
    instant = parse_instant(at, settings.timezone) if at else None
    if at and instant and whole_day and len(at) == len("2026-06-05"):
        instant = _end_of_day(instant)
    new = context.meta.pop(NEW, False)  # `start` opens the program again whenever files have changed
    with open_app(settings, at=instant, replay=replay, new=new) as program:
        yield program


def _end_of_day(start: datetime) -> datetime:
    end, now = datetime.combine(start.date(), time(23, 59, 59), start.tzinfo), wall_clock()
    return now if start <= now < end else end


def parse_instant(text: str, timezone: ZoneInfo) -> datetime:
    """Read an instant; one without an offset is local time in `timezone`."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is not an instant; write 2026-06-05T12:00:00Z, or 2026-06-05 for the start of that day"
        ) from error
    return instant if instant.tzinfo else instant.replace(tzinfo=timezone)
