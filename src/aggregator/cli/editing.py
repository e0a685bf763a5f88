"""The commands that change the list of sources: add, pause, resume, rename, merge, export, import."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from aggregator.app import App
from aggregator.cli.options import opened
from aggregator.cli.screen import complain, say
from aggregator.cli.showing import sources
from aggregator.config.blocks import propose, standing_at, write_block
from aggregator.config.importing import plan_import
from aggregator.config.opml import read_opml, write_opml
from aggregator.config.source_text import SourceText
from aggregator.errors import ConfigError, Mistake
from aggregator.pipeline.moving import merge_sources, rename_source

Id = Annotated[str, typer.Argument(metavar="ID", help="The id of a source.")]


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
        _edit(program, lambda text: text.extended([write_block(said)]))
        say(f"{said['id']} was added; `aggregator try {said['id']}` asks it now.")


@sources.command("pause")
def sources_pause(context: typer.Context, source: Id) -> None:
    """Stop polling a source: `enabled: no` in sources.yaml. What is known of it stays."""
    _switch(context, source, enabled=False, said="is not polled any more")


@sources.command("resume")
def sources_resume(context: typer.Context, source: Id) -> None:
    """Poll a source again: `enabled: yes` in sources.yaml."""
    _switch(context, source, enabled=True, said="is polled again")


@sources.command("rename")
def sources_rename(
    context: typer.Context,
    old: Annotated[str, typer.Argument(metavar="OLD", help="The id that it has.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The id that it gets.")],
) -> None:
    """Give a source another id; everything that is known of it stays. May be run again."""
    with opened(context) as program:
        with program.alone():
            moved = rename_source(program.sources_file, program.store, old, new)
        say(f"The id is {new} now; {moved} documents of {old} came along.")


@sources.command("merge")
def sources_merge(
    context: typer.Context,
    old: Annotated[str, typer.Argument(metavar="FROM", help="The source that goes.")],
    into: Annotated[str, typer.Argument(metavar="INTO", help="The source that stays.")],
) -> None:
    """Give a source's documents to another one and switch it off. May be run again."""
    with opened(context) as program:
        with program.alone():
            moved = merge_sources(program.sources_file, program.store, old, into)
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


@sources.command("import")
def sources_import(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A list of feeds in OPML.")],
    body: Annotated[str, typer.Option(help="The body that publishes them: an id of bodies.yaml.")],
) -> None:
    """Add the feeds of an OPML list to sources.yaml; those that are there already are named and left."""
    with opened(context) as program:
        config = program.config
        plan = plan_import(read_opml(file), body, config.sources, config.bodies)
        for outline, why in plan.left:
            complain(f"left out: {outline.address}: {why}")
        if plan.added:
            _edit(program, lambda text: text.extended(map(write_block, plan.added)))
        say(f"{len(plan.added)} added, {len(plan.left)} left out.")


def _switch(context: typer.Context, source: str, *, enabled: bool, said: str) -> None:
    with opened(context) as program:
        _edit(program, lambda text: text.switched(source, enabled=enabled))
        say(f"{source} {said}.")


def _edit(program: App, change: Callable[[SourceText], str]) -> None:
    file = program.sources_file
    file.apply(file.prepare(change))
