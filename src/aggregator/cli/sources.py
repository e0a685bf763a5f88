"""The commands of sources: list, check, discover, add, dry-run, rename, merge, export."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from aggregator import tasks
from aggregator.app import App
from aggregator.cli import rows
from aggregator.cli.console import print_error, print_json, print_rows, print_table, print_text
from aggregator.cli.options import AsJson, At, Replay, StoreUrl, app, open_program
from aggregator.config.opml_export import write_opml
from aggregator.config.source_template import find_source_at, format_source, propose_source
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.model import Failed, Source
from aggregator.services.polling import DryRun
from aggregator.services.polling.autodiscovery import ProbeResult
from aggregator.services.polling.read_source import Unchanged
from aggregator.services.polling.rename_source import merge_sources, rename_source
from aggregator.services.publishing.snapshot import sources_with_state

# Exit code.
NOT_READ = 3

# How many reasons the table of `dry-run` shows; `--json` has all.
REASONS_SHOWN: Final = 3

NOTHING_FOUND: Final = (
    "nothing found: the page names no feed, and we know of none for its software. If the page itself lists "
    "updates, read it with kind listing and selectors; kind page watches it as a whole."
)

sources = typer.Typer(help="The sources that are polled.", no_args_is_help=True)
app.add_typer(sources, name="sources")


@sources.command("list")
def sources_list(context: typer.Context, replay: Replay = None, as_json: AsJson = False) -> None:
    """Show every source: its body, kind and address, and whether it is polled."""
    with open_program(context, replay=replay) as program:
        found = sources_with_state(program.config, program.store)
        shown = [rows.source(one, program.config.bodies) for one in found]
        print_rows(("id", "body", "kind", "state", "verified", "address"), shown, as_json=as_json)


@sources.command("check")
def sources_check(context: typer.Context, replay: Replay = None) -> None:
    """Check sources.yaml, settings, register and alert rules, and list every mistake; no network."""
    with open_program(context, replay=replay) as program:
        config = program.config
        polled = len(program.poller.enabled_sources())
        print_text(
            f"{len(config.sources)} sources of {len(config.bodies)} bodies, {polled} polled: no mistakes."
        )


@sources.command("discover")
def sources_discover(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="A page, or what may be a feed.")],
    replay: Replay = None,
    as_json: AsJson = False,
) -> None:
    """Look for feeds and known software at an address, try them, and print lines for sources.yaml."""
    with open_program(context, replay=replay) as program:
        found = tasks.run(program.discover(url))
        if isinstance(found, Failed):
            print_error(f"{url}: {found}. {found.hint}")
            raise typer.Exit(NOT_READ)
        if as_json:
            print_json([_probe_row(one, program.config.sources) for one in found])
            return
        for one in found:
            candidate = one.candidate
            print_text(f"{candidate.kind}: {candidate.address}\n  {candidate.why}; {_probe_text(one)}")
        _print_proposals(program, found)


@sources.command("add")
def sources_add(  # noqa: PLR0913, PLR0917  # each argument is a key of a source
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="The address to poll.")],
    id: Annotated[str | None, typer.Option(help="Default: from the host's name.")] = None,
    body: Annotated[str | None, typer.Option(help="Default: the body that owns the address.")] = None,
    kind: Annotated[str | None, typer.Option(help="Default: feed.")] = None,
    title: Annotated[str | None, typer.Option(help="Default: the host's name.")] = None,
    every: Annotated[str | None, typer.Option(help="The polling interval, such as '1 hour'.")] = None,
    scope: Annotated[str | None, typer.Option(help="all or relevant; default: relevant.")] = None,
    licence: Annotated[str | None, typer.Option(help="Default: the host's, else unknown.")] = None,
    verified: Annotated[bool, typer.Option("--verified", help="You have seen the address answer.")] = False,
    language: Annotated[str | None, typer.Option(help="en, cy or gd.")] = None,
    page: Annotated[str | None, typer.Option(help="The page for people.")] = None,
    note: Annotated[str | None, typer.Option(help="The evidence for these values.")] = None,
) -> None:
    """Add a source at the end of sources.yaml; no network."""
    given = {
        **{"id": id, "body": body, "kind": kind, "title": title, "every": every, "scope": scope},
        **{"licence": licence, "verified": verified, "language": language, "page": page, "note": note},
    }
    with open_program(context) as program:
        config = program.config
        if existing := find_source_at(url, config.sources):
            what = f"it has the address {existing.address} already"
            raise ConfigError((ConfigIssue(f"source {existing.id}", 0, what),))
        proposed = propose_source(url, given, config.sources, config.bodies)
        file = program.sources_file
        file.apply(file.prepare_list_edit(lambda text: text.with_item(format_source(proposed))))
        id = proposed["id"]
        print_text(f"{id} was added; `aggregator sources dry-run {id}` polls it and stores nothing.")


@sources.command("dry-run")
def sources_dry_run(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The id of a source.")],
    replay: Replay = None,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Poll one source now and show the result of each stage; nothing is stored."""
    with open_program(context, replay=replay, at=at) as program:
        chosen = next((one for one in program.poller.enabled_sources() if one.id == source), None)
        if chosen is None:
            what = "no source that is polled has this id; `aggregator sources list` shows the ids"
            raise ConfigError((ConfigIssue(f"source {source}", 0, what),))
        tried = tasks.run(_dry_run(program, chosen))
        if isinstance(tried.result, Failed):
            print_text(f"fetch or parse: {tried.result}. {tried.result.hint}")
            raise typer.Exit(NOT_READ)
        # A dry run sends no validators, so "not modified" cannot be the answer.
        assert not isinstance(tried.result, Unchanged)  # noqa: S101
        shown = [
            {
                **rows.entry(entry),
                "change": tried.changes.get(entry.id, "none"),
                **rows.labels(tried.labels[entry.id]),
            }
            for entry in tried.result.entries
        ]
        rejects = [f"{reject.item_name}: {reject.why}" for reject in tried.result.rejects]
        if as_json:
            print_json({"address": tried.result.address, "entries": shown, "rejects": rejects})
            return
        print_text(f"fetch: {tried.result.address} answered; parse: {tried.result.item_count} items")
        print_text(f"normalise: {len(shown)} entries, {len(rejects)} rejected")
        for reject in rejects:
            print_text(f"  rejected: {reject}")
        _print_entries(shown)


@sources.command("accept-list")
def sources_accept_list(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The id of a source.")],
    at: At = None,
    replay: Replay = None,
    store: StoreUrl = None,
) -> None:
    """Believe the list of a source although it has far fewer items than before, from the next poll on."""
    with open_program(context, at=at, replay=replay, store=store) as program:
        with program.locked():
            accepted = program.poller.accept_short_list(source, program.clock())
        print_text(
            f"The list of {source} is believed from the next poll on, which is due now."
            if accepted
            else f"No list of {source} is in doubt; nothing was changed."
        )


@sources.command("rename")
def sources_rename(
    context: typer.Context,
    old: Annotated[str, typer.Argument(metavar="OLD", help="The present id.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The new id.")],
) -> None:
    """Give a source another id, in the file and in the store. Safe to repeat."""
    with open_program(context) as program:
        with program.locked():
            moved = rename_source(program.sources_file, program.store, old, new)
        print_text(f"{old} is called {new} now, with its {moved} documents.")


@sources.command("merge")
def sources_merge(
    context: typer.Context,
    old: Annotated[str, typer.Argument(metavar="FROM", help="The source to switch off.")],
    into: Annotated[str, typer.Argument(metavar="INTO", help="The source that gets its documents.")],
) -> None:
    """Give a source's documents to another source and switch it off. Safe to repeat."""
    with open_program(context) as program:
        with program.locked():
            moved = merge_sources(program.sources_file, program.store, old, into)
        print_text(f"{moved} documents of {old} belong to {into} now; {old} is switched off.")


@sources.command("export")
def sources_export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="The OPML 2.0 file to write.")],
) -> None:
    """Write the feeds that we poll as OPML 2.0, for other feed readers."""
    with open_program(context) as program:
        config = program.config
        payload = write_opml(config.settings.title, config.sources, config.bodies)
        try:
            file.write_bytes(payload)
        except OSError as error:
            raise ConfigError((ConfigIssue(str(file), 0, f"cannot be written: {error}"),)) from error
        # Folders are outlines too, but only feeds have this attribute.
        count = payload.count(b"xmlUrl=")
        print_text(f"{count} feeds written to {file}; other kinds of source are left out.")


async def _dry_run(program: App, source: Source) -> DryRun:
    async with program.open_fetcher() as fetch:
        return await program.poller.dry_run(source, fetch, program.clock())


def _print_entries(shown: Sequence[rows.Row]) -> None:
    print_table(
        ("change", "type", "relevance", "why", "dated", "title"),
        [
            (
                row["change"],
                row["type"],
                f"{row['relevance']} ({row['score']})",
                "; ".join(row["why"][:REASONS_SHOWN]),
                row["published"] or row["updated"] or "",
                row["title"],
            )
            for row in shown
        ],
    )


def _print_proposals(program: App, found: Sequence[ProbeResult]) -> None:
    """Print lines for sources.yaml for each address that may be read and is not polled yet."""
    existing = program.config.sources
    usable = [one for one in found if not one.ruled_out]
    for one in usable:
        if source := find_source_at(one.candidate.address, existing):
            print_text(f"{one.candidate.address}: the source {source.id} polls it already")
    if not usable:
        print_text(NOTHING_FOUND)
    if fresh := [one for one in usable if not find_source_at(one.candidate.address, existing)]:
        print_text("\nLines for sources.yaml; check body, title and scope before you use them:\n")
    taken: list[str] = []
    for one in fresh:
        given = _values_from_probe(one)
        proposed = propose_source(one.candidate.address, given, existing, program.config.bodies, taken)
        taken.append(proposed["id"])
        print_text(format_source(proposed))


def _values_from_probe(probe: ProbeResult) -> dict[str, Any]:
    return {"kind": probe.candidate.kind, "title": probe.title, "verified": probe.item_count is not None}


def _probe_text(probe: ProbeResult) -> str:
    if probe.item_count is not None:
        titled = f", titled '{probe.title}'" if probe.title else ""
        return f"answered with {probe.item_count} items{titled}"
    if probe.failure:
        return f"not read: {probe.failure}"
    return "not tried: the limit of requests was reached"


def _probe_row(probe: ProbeResult, existing: Sequence[Source]) -> rows.Row:
    source = find_source_at(probe.candidate.address, existing)
    return {
        "kind": probe.candidate.kind,
        "address": probe.candidate.address,
        "why": probe.candidate.why,
        "title": probe.title,
        "items": probe.item_count,
        "cause": str(probe.failure) if probe.failure else None,
        "source": source.id if source else None,
    }
