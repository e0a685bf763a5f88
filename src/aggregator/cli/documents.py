"""The commands about single documents: history, retract, removals."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Annotated

import typer

from aggregator.app import App
from aggregator.cli import rows
from aggregator.cli.options import AsJson, At, Replay, StoreUrl, app, opened
from aggregator.cli.screen import say, show, show_json
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.model import Carrier, Document, Entry
from aggregator.publish.presentation.diff import steps

Id = Annotated[
    str, typer.Argument(metavar="ID", help="A document's id, urn:uuid:…; `entries --json` shows it.")
]


@app.command()
def history(
    context: typer.Context, id: Id, replay: Replay = None, store: StoreUrl = None, as_json: AsJson = False
) -> None:
    """A document with every revision: when each was seen, the publisher's note, and what changed in words."""
    with opened(context, replay=replay, store=store) as program:
        held = _held(program, id)
        if as_json:
            show_json(rows.history(held, program.config.bodies))
            return
        say(f"{held.entry.title}\n{held.entry.url or 'no page of its own'}")
        if held.removed:
            say(f"removed: {held.removed.kind} {rows.moment(held.removed.moment) or ''}".rstrip())
        for carrier in held.carriers:
            for line in _told(carrier):
                say(line)


@app.command()
def retract(
    context: typer.Context,
    id: Id,
    why: Annotated[str, typer.Option(help="The reason; it stays in the store, and is not published.")],
    at: At = None,
    store: StoreUrl = None,
) -> None:
    """Take a document's words out of the store for good (a legal or privacy request)."""
    with opened(context, at=at, store=store) as program:
        standing = _held(program, id).entry.id
        asyncio.run(program.retract(standing, why))
        say(f"{standing} is retracted: its words are gone, a tombstone stays.")
        say("Delete old backups and exports as well, and put output/ on your host anew.")


@app.command()
def removals(
    context: typer.Context,
    accept: Annotated[
        str | None, typer.Option(metavar="SOURCE", help="Say that what vanished from this source is gone.")
    ] = None,
    at: At = None,
    replay: Replay = None,
    store: StoreUrl = None,
    as_json: AsJson = False,
) -> None:
    """What was taken away, what is doubted, and what waits for you because too much vanished at once."""
    with opened(context, at=at, replay=replay, store=store) as program:
        if accept:
            count = program.poller.accept_removals(accept, program.clock())
            say(f"{count} documents of {accept} are removed. Their words stay readable.")
            return
        show(("state", "kind", "since", "source", "title"), rows.removals(program.store), as_json=as_json)


def _held(program: App, id: str) -> Document:
    held = program.store.documents.one(id)
    if held is None:
        raise no_such_document(program, id)
    return held


def no_such_document(program: App, id: str) -> ConfigError:
    """What to raise when the store has no document of this id."""
    gone = next((one for one in program.store.documents.retractions() if one.id == id), None)
    why = "nothing with this id is held; `aggregator entries --json` shows the ids"
    if gone:
        why = f"it was retracted on {rows.instant(gone.at)} ({gone.why}); its words are gone for good"
    return ConfigError((ConfigIssue(f"document {id}", 0, why),))


def _told(carrier: Carrier) -> list[str]:
    lines = [f"\nby {carrier.source}:"]
    for revision in carrier.revisions:
        until = rows.instant(revision.last_seen or carrier.last_seen)
        parts = f" ({', '.join(revision.parts)})" if revision.parts else ""
        lines.append(f"  {revision.number}. seen {rows.instant(revision.seen_at)} to {until}{parts}")
        lines += [f"     “{revision.note}”"] * bool(revision.note)
        lines += [f"     answer sha256 {revision.payload_sha256}"] * bool(revision.payload_sha256)
    for before, after in pairwise(carrier.revisions):
        lines.append(f"\n  from {before.number} to {after.number}:")
        for step in steps(_words(before.entry), _words(after.entry)):
            if not step.same:
                lines += [f"    -{line}" for line in step.before]
                lines += [f"    +{line}" for line in step.after]
    return lines


def _words(entry: Entry) -> list[str]:
    return [entry.title, *entry.text.replace(". ", ".\n").splitlines()]
