"""The commands around the list of sources: list, check, discover, add, rename, merge, export."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from aggregator.app import App
from aggregator.cli import rows
from aggregator.cli.options import AsJson, Replay, app, opened
from aggregator.cli.screen import complain, say, show, show_json
from aggregator.config.opml_export import write_opml
from aggregator.config.source_template import propose, standing_at, write_block
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.model import Failed, Seen, Source
from aggregator.services.polling.autodiscovery import Found
from aggregator.services.polling.rename_source import merge_sources, rename_source
from aggregator.services.publishing.snapshot import source_lines

UNREAD = 3

NOTHING = (
    "nothing found: no feed is named there, and no software is known that has one. If the page itself lists "
    "updates, kind listing reads it by selectors; kind page watches it as a whole."
)


sources = typer.Typer(help="The sources: what is polled.", no_args_is_help=True)
app.add_typer(sources, name="sources")


@sources.command("list")
def sources_list(context: typer.Context, replay: Replay = None, as_json: AsJson = False) -> None:
    """Every source of sources.yaml: whose it is, its kind and address, and whether it is read."""
    with opened(context, replay=replay) as program:
        lines = source_lines(program.config, program.store)
        shown = [rows.source(line, program.config.bodies) for line in lines]
        show(("id", "body", "kind", "state", "seen", "address"), shown, as_json=as_json)


@sources.command("check")
def sources_check(context: typer.Context, replay: Replay = None) -> None:
    """Read sources.yaml, settings and register, and say what is wrong in them; ask nobody."""
    with opened(context, replay=replay) as program:
        config = program.config
        read = len(program.poller.pollable())
        say(
            f"{len(config.sources)} sources of {len(config.bodies)} bodies, {read} of them read: no mistakes."
        )


@sources.command("discover")
def sources_discover(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="A page, or what may be a feed.")],
    replay: Replay = None,
    as_json: AsJson = False,
) -> None:
    """Ask a page for feeds and known software, try what it finds, and print lines for sources.yaml."""
    with opened(context, replay=replay) as program:
        found = asyncio.run(program.discover(url))
        if isinstance(found, Failed):
            complain(f"{url}: {found}. {found.hint}")
            raise typer.Exit(UNREAD)
        if as_json:
            show_json([_row(one, program.config.sources) for one in found])
            return
        for one in found:
            say(f"{one.candidate.kind}: {one.candidate.address}\n  {one.candidate.why}; {_outcome(one)}")
        _show_lines(program, found)


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
            raise ConfigError((ConfigIssue(f"source {there.id}", 0, f"it asks {there.address} already"),))
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
            raise ConfigError((ConfigIssue(str(file), 0, f"cannot be written: {error}"),)) from error
        say(f"{payload.count(b'xmlUrl=')} feeds written to {file}; other kinds of source are left out.")


def _show_lines(program: App, found: Sequence[Found]) -> None:
    """The lines for what may be read and is not yet."""
    known = program.config.sources
    usable = [one for one in found if not one.refuted]
    fresh = [one for one in usable if not standing_at(one.candidate.address, known)]
    for one in usable:
        if there := standing_at(one.candidate.address, known):
            say(f"{one.candidate.address}: the source {there.id} is there already")
    if not usable:
        say(NOTHING)
    if fresh:
        say("\nLines for sources.yaml; look at body, title and scope before you use them:\n")
    taken: list[str] = []
    for one in fresh:
        said = propose(one.candidate.address, _given(one), known, program.config.bodies, taken)
        taken.append(said["id"])
        say(write_block(said))


def _given(one: Found) -> dict[str, str | None]:
    seen = Seen.LIKELY if one.items is None else Seen.ANSWERED
    return {"kind": one.candidate.kind, "title": one.title, "seen": seen.value}


def _outcome(one: Found) -> str:
    if one.items is not None:
        named = f", titled '{one.title}'" if one.title else ""
        return f"answered with {one.items} items{named}"
    if one.failure:
        return f"not read: {one.failure}"
    return "not asked: enough requests were made"


def _row(one: Found, known: Sequence[Source]) -> rows.Row:
    there = standing_at(one.candidate.address, known)
    return {
        "kind": one.candidate.kind,
        "address": one.candidate.address,
        "why": one.candidate.why,
        "title": one.title,
        "items": one.items,
        "cause": str(one.failure) if one.failure else None,
        "source": there.id if there else None,
    }
