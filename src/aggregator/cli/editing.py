"""The commands that change the list of sources: add, rename, merge, export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aggregator.cli.options import opened
from aggregator.cli.screen import say
from aggregator.cli.showing import sources
from aggregator.config.blocks import propose, standing_at, write_block
from aggregator.config.opml import write_opml
from aggregator.errors import ConfigError, Mistake


@sources.command("add")
def sources_add(  # noqa: PLR0913, PLR0917  # each argument is a key of a source
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="Where it is asked.")],
    id: Annotated[str | None, typer.Option(help="Default: by the host's name.")] = None,
    body: Annotated[str | None, typer.Option(help="Default: the body whose place the address is.")] = None,
    kind: Annotated[str | None, typer.Option(help="Default: feed.")] = None,
    title: Annotated[str | None, typer.Option(help="Default: the host's name.")] = None,
    every: Annotated[str | None, typer.Option(help="How often, such as '1 hour'.")] = None,
    scope: Annotated[str | None, typer.Option(help="all or relevant; default: relevant.")] = None,
    licence: Annotated[str | None, typer.Option(help="Default: the host's, else unknown.")] = None,
    seen: Annotated[str | None, typer.Option(help="answered or likely; default: likely.")] = None,
    language: Annotated[str | None, typer.Option(help="en, cy or gd.")] = None,
    page: Annotated[str | None, typer.Option(help="The page for people.")] = None,
    note: Annotated[str | None, typer.Option(help="What this rests on.")] = None,
) -> None:
    """Add a source at the end of sources.yaml; asks nobody."""
    given = {
        **{"id": id, "body": body, "kind": kind, "title": title, "every": every, "scope": scope},
        **{"licence": licence, "seen": seen, "language": language, "page": page, "note": note},
    }
    with opened(context) as program:
        config = program.config
        if there := standing_at(url, config.sources):
            raise ConfigError((Mistake(f"source {there.id}", 0, f"it asks {there.address} already"),))
        said = propose(url, given, config.sources, config.bodies)
        file = program.sources_file
        file.apply(file.prepare(lambda text: text.extended(write_block(said))))
        say(f"{said['id']} was added; `aggregator try {said['id']}` asks it now.")


@sources.command("rename")
def sources_rename(
    context: typer.Context,
    old: Annotated[str, typer.Argument(metavar="OLD", help="The id that it has.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The id that it gets.")],
) -> None:
    """Give a source another id; everything that is known of it stays. May be run again."""
    with opened(context) as program:
        moved = program.rename_source(old, new)
        say(f"The id is {new} now; {moved} documents of {old} came along.")


@sources.command("merge")
def sources_merge(
    context: typer.Context,
    old: Annotated[str, typer.Argument(metavar="FROM", help="The source that goes.")],
    into: Annotated[str, typer.Argument(metavar="INTO", help="The source that stays.")],
) -> None:
    """Give a source's documents to another one and switch it off. May be run again."""
    with opened(context) as program:
        moved = program.merge_sources(old, into)
        say(f"{moved} documents of {old} are now told by {into}; {old} is switched off.")


@sources.command("export")
def sources_export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="Written as OPML 2.0.")],
) -> None:
    """Write the feeds that are polled as a list for other feed readers (OPML 2.0)."""
    with opened(context) as program:
        config = program.config
        payload = write_opml(config.settings.title, config.sources, config.bodies)
        try:
            file.write_bytes(payload)
        except OSError as error:
            raise ConfigError((Mistake(str(file), 0, f"cannot be written: {error}"),)) from error
        say(f"{payload.count(b'xmlUrl=')} feeds written to {file}; other kinds of source are left out.")
