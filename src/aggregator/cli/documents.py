"""The commands of stored documents: list, label, history, retract, removals."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

import typer

from aggregator import tasks
from aggregator.app import App
from aggregator.cli import rows
from aggregator.cli.console import print_json, print_rows, print_text
from aggregator.cli.options import AsJson, At, Replay, StoreUrl, app, open_program
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.model import Carrier, Document, Entry, LabelOverride, Relevance, Vocabulary
from aggregator.publish.presentation.diff import diff_runs

documents = typer.Typer(help="The documents in the store.", no_args_is_help=True)
app.add_typer(documents, name="documents")

Id = Annotated[
    str, typer.Argument(metavar="ID", help="A document's id, urn:uuid:…; `documents list --json` shows it.")
]


@documents.command("list")
def documents_list(  # noqa: PLR0913, PLR0917  # each argument narrows the list
    context: typer.Context,
    body: Annotated[str | None, typer.Option(metavar="ID", help="Only of this body.")] = None,
    relevant: Annotated[bool, typer.Option("--relevant", help="Only those in the main feed.")] = False,
    borderline: Annotated[
        bool, typer.Option("--borderline", help="Only those with a borderline score, to find errors.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many at most, newest first.")] = 50,
    replay: Replay = None,
    store: StoreUrl = None,
    as_json: AsJson = False,
) -> None:
    """Show the stored documents, newest first."""
    with open_program(context, replay=replay, store=store) as program:
        relevance = Relevance.YES if relevant else Relevance.BORDERLINE if borderline else None
        found = program.store.documents.all(body=body, relevance=relevance, limit=limit)
        shown = [rows.document(one, program.config.bodies) for one in found]
        print_rows(("dated", "body", "relevance", "type", "title"), shown, as_json=as_json)


@documents.command("label")
def documents_label(  # noqa: PLR0913, PLR0917  # each argument is a part of the override
    context: typer.Context,
    id: Id,
    why: Annotated[str, typer.Option(help="Your reason; it is shown with the document.")] = "",
    relevance: Annotated[Relevance | None, typer.Option(help="Whether it is about open government.")] = None,
    type: Annotated[str | None, typer.Option(metavar="ID", help="Its type.")] = None,
    topics: Annotated[
        str | None, typer.Option(metavar="IDS", help="Its topics, separated by commas; '' for none.")
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Remove your override.")] = False,
    at: At = None,
    replay: Replay = None,
    store: StoreUrl = None,
) -> None:
    """Override a document's labels; the override stays when the vocabulary changes."""
    with open_program(context, at=at, replay=replay, store=store) as program:
        override = None
        if not clear:
            listed = None if topics is None else tuple(t.strip() for t in topics.split(",") if t.strip())
            override = LabelOverride(
                why=why.strip(), at=program.clock(), relevance=relevance, type=type, topics=listed
            )
            _check_override(override, program.config.vocabulary)
        # A running `aggregator start` writes labels too.
        with program.locked():
            document = program.labelling.correct(id, override)
        if document is None:
            raise _no_such_document(program, id)
        labels = document.labels
        print_text(
            f"{document.entry.title}: {labels.relevance.value}, {labels.type}, "
            f"{', '.join(labels.topics) or 'no topic'}"
        )


@documents.command("history")
def documents_history(
    context: typer.Context, id: Id, replay: Replay = None, store: StoreUrl = None, as_json: AsJson = False
) -> None:
    """Show a document with every revision: when we saw it, the publisher's note, and what changed."""
    with open_program(context, replay=replay, store=store) as program:
        document = _find_document(program, id)
        if as_json:
            print_json(rows.history(document, program.config.bodies))
            return
        print_text(f"{document.entry.title}\n{document.entry.url or 'no page of its own'}")
        if document.removal:
            day = rows.moment(document.removal.moment) or ""
            print_text(f"removed: {document.removal.kind} {day}".rstrip())
        for carrier in document.carriers:
            for line in _history_lines(carrier):
                print_text(line)


@documents.command("retract")
def documents_retract(
    context: typer.Context,
    id: Id,
    why: Annotated[str, typer.Option(help="The reason; it is stored, and not published.")],
    at: At = None,
    store: StoreUrl = None,
) -> None:
    """Erase a document's text from the store for good (a legal or privacy request)."""
    with open_program(context, at=at, store=store) as program:
        # `id` may be one that the document had before it was merged.
        present_id = id if program.store.documents.damage_of(id) else _find_document(program, id).entry.id
        tasks.run(program.retract(present_id, why))
        print_text(f"{present_id} is retracted: its text is erased, a tombstone stays.")
        print_text("Delete old backups and exports too, and upload output/ to your host again.")


@documents.command("repair")
def documents_repair(context: typer.Context, id: Id, at: At = None, store: StoreUrl = None) -> None:
    """Make a document that is damaged in the store readable, from what is left of it."""
    with open_program(context, at=at, store=store) as program:
        with program.locked():
            damaged = program.labelling.repair(id, program.clock())
        if not damaged:
            _find_document(program, id)
            print_text(f"{id} can be read: there is nothing to repair.")
            return
        print_text(f"{id} can be read again; made anew from its other entries: {', '.join(damaged)}.")
        print_text("Compare `aggregator documents history` with a backup: what was damaged is lost.")


@documents.command("removals")
def documents_removals(
    context: typer.Context,
    accept: Annotated[
        str | None, typer.Option(metavar="SOURCE", help="Confirm the removals of this source that wait.")
    ] = None,
    at: At = None,
    replay: Replay = None,
    store: StoreUrl = None,
    as_json: AsJson = False,
) -> None:
    """Show removed documents, those missing at one look, and removals that wait for you."""
    with open_program(context, at=at, replay=replay, store=store) as program:
        if accept:
            count = program.poller.accept_removals(accept, program.clock())
            print_text(f"{count} documents of {accept} are removed. Their text stays readable.")
            return
        shown = rows.removals(program.store)
        print_rows(("state", "kind", "since", "source", "title"), shown, as_json=as_json)


@documents.command("identity")
def documents_identity(  # each argument is a part of the answer
    context: typer.Context,
    accept: Annotated[
        str | None,
        typer.Option(metavar="QUESTION", help="Say yes: the same documents, the body's host or feed."),
    ] = None,
    refuse: Annotated[
        str | None, typer.Option(metavar="QUESTION", help="Say no: other documents, another's host or feed.")
    ] = None,
    at: At = None,
    replay: Replay = None,
    store: StoreUrl = None,
    as_json: AsJson = False,
) -> None:
    """Show what waits for you because it is not clear which document it is, and answer it."""
    if accept and refuse:
        raise typer.BadParameter("either --accept or --refuse")
    with open_program(context, at=at, replay=replay, store=store) as program:
        if name := accept or refuse:
            # A running `aggregator start` saves the states of sources too.
            with program.locked():
                answered = program.poller.answer(name, program.clock(), accept=accept is not None)
            if answered is None:
                what = "no question has this name; `aggregator documents identity` shows them"
                raise ConfigError((ConfigIssue(f"question {name}", 0, what),))
            print_text(f"{name} is {'accepted' if accept else 'refused'}. The next poll does the rest.")
            return
        shown = rows.questions(program.store)
        print_rows(("question", "since", "what", "seen", "was"), shown, as_json=as_json)


def _find_document(program: App, id: str) -> Document:
    document = program.store.documents.get(id)
    if document is None:
        raise _no_such_document(program, id)
    return document


def _no_such_document(program: App, id: str) -> ConfigError:
    retraction = next((one for one in program.store.documents.retractions() if one.id == id), None)
    if program.store.documents.damage_of(id):
        what = f"it is damaged in the store; run `aggregator documents repair {id}`"
        return ConfigError((ConfigIssue(f"document {id}", 0, what),))
    what = "no stored document has this id; `aggregator documents list --json` shows the ids"
    if retraction:
        what = f"it was retracted on {rows.instant(retraction.at)} ({retraction.why}); its text is erased"
    return ConfigError((ConfigIssue(f"document {id}", 0, what),))


def _check_override(override: LabelOverride, vocabulary: Vocabulary) -> None:
    types, topics = vocabulary.type_names, vocabulary.topic_names
    empty = override.relevance is None and override.type is None and override.topics is None
    unknown_topic = next((topic for topic in override.topics or () if topic not in topics), None)
    for wrong, what in (
        (not override.why, "give a reason: --why 'about a company, not about government'"),
        (empty, "give a label: --relevance, --type or --topics (or --clear)"),
        (
            override.type is not None and override.type not in types,
            f"{override.type!r} is not a type; write one of {', '.join(types)}",
        ),
        (
            unknown_topic is not None,
            f"{unknown_topic!r} is not a topic; write some of {', '.join(topics)}",
        ),
    ):
        if wrong:
            raise typer.BadParameter(what)


def _history_lines(carrier: Carrier) -> list[str]:
    lines = [f"\nby {carrier.source}:"]
    for revision in carrier.revisions:
        until = rows.instant(revision.last_seen or carrier.last_seen)
        parts = f" ({', '.join(revision.parts)})" if revision.parts else ""
        lines.append(f"  {revision.number}. seen {rows.instant(revision.seen_at)} to {until}{parts}")
        lines += [f"     “{revision.note}”"] * bool(revision.note)
        lines += [f"     answer sha256 {revision.payload_sha256}"] * bool(revision.payload_sha256)
    for before, after in pairwise(carrier.revisions):
        lines.append(f"\n  from {before.number} to {after.number}:")
        for run in diff_runs(_sentences(before.entry), _sentences(after.entry)):
            if not run.same:
                lines += [f"    -{line}" for line in run.before]
                lines += [f"    +{line}" for line in run.after]
    return lines


def _sentences(entry: Entry) -> list[str]:
    return [entry.title, *entry.text.replace(". ", ".\n").splitlines()]
