"""The command that finds out how a site can be read: sources discover."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer

from aggregator.app import App
from aggregator.cli.options import AsJson, Replay, opened
from aggregator.cli.rows import Row
from aggregator.cli.screen import complain, say, show_json
from aggregator.cli.showing import sources
from aggregator.config.blocks import propose, standing_at, write_block
from aggregator.model import Failed, Seen, Source
from aggregator.pipeline.discovering import Found

UNREAD = 3

NOTHING = (
    "nothing found: no feed is named there, and no software is known that has one. If the page itself lists "
    "updates, kind listing reads it by selectors; kind page watches it as a whole."
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


def _row(one: Found, known: Sequence[Source]) -> Row:
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
