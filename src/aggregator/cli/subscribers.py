"""The commands about who gets letters: subscribers add, list, import, export, remove, erase."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from aggregator.cli import rows
from aggregator.cli.options import AsJson, At, Replay, app, opened
from aggregator.cli.screen import say, show
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.model import Choices, Frequency, Subscriber, Titles
from aggregator.services.mailing.mailer import where_letters_go
from aggregator.services.subscriptions.csv_file import write_roster

subscribers = typer.Typer(help="Who gets letters.", no_args_is_help=True)
app.add_typer(subscribers, name="subscribers")

Who = Annotated[str, typer.Argument(metavar="WHO", help="An address, or an id that `list` shows.")]
Words = Annotated[list[str] | None, typer.Option(metavar="ID", help="Only these; give it once for each.")]


@subscribers.command("add")
def subscribers_add(  # noqa: PLR0913, PLR0917  # each argument is a choice of a reader
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Somebody who asked you for letters.")],
    body: Words = None,
    topic: Words = None,
    type: Words = None,
    when_empty: Annotated[bool, typer.Option("--when-empty", help="Tell an empty week, too.")] = False,
    daily: Annotated[
        bool, typer.Option("--daily", help="A letter each day with something in it, not each week.")
    ] = False,
    welsh_first: Annotated[
        bool, typer.Option("--welsh-first", help="Welsh titles first, where there are any.")
    ] = False,
    only_alerts: Annotated[
        bool, typer.Option("--only-alerts", help="No weekly letter: alerts alone.")
    ] = False,
    is_list: Annotated[
        bool, typer.Option("--list", help="A mailing list: its letters carry no personal link.")
    ] = False,
    leave: Annotated[
        str, typer.Option(metavar="ADDRESS", help="For a list: the web or mail address to leave it.")
    ] = "",
    replay: Replay = None,
    at: At = None,
) -> None:
    """Take in a reader, a person or a list; who had left reads again, who is known gets the choices given."""
    chosen = Choices(
        bodies=tuple(body or ()),
        topics=tuple(topic or ()),
        types=tuple(type or ()),
        when_empty=when_empty,
        rhythm=Frequency.DAILY if daily else Frequency.WEEKLY,
        titles=Titles.WELSH if welsh_first else Titles.ENGLISH,
        only_alerts=only_alerts,
    )
    with opened(context, replay=replay, at=at) as program:
        _check(chosen.bodies, "body", program.config.bodies)
        _check(chosen.types, "type", program.config.vocabulary.names)
        _check(chosen.topics, "topic", [topic.id for topic in program.config.vocabulary.topics])
        reader = program.enrolment.add(address, program.clock(), chosen, is_list=is_list, leave=leave)
        say(f"{reader.id} gets letters. {where_letters_go(program.config.settings, program.replay)}")


@subscribers.command("list")
def subscribers_list(context: typer.Context, replay: Replay = None, as_json: AsJson = False) -> None:
    """Every reader by id, with standing and choices, and without addresses."""
    with opened(context, replay=replay) as program:
        shown = [_row(one) for one in program.store.readers.all()]
        show(
            ("id", "standing", "since", "list", "rhythm", "bodies", "topics", "types"), shown, as_json=as_json
        )


@subscribers.command("import")
def subscribers_import(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV as `export` writes it, or addresses.")],
    replay: Replay = None,
    at: At = None,
) -> None:
    """Take in everybody in a file; who is known, has left or was stopped stays as they are."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError((ConfigIssue(str(file), 0, f"cannot be read as UTF-8 text: {error}"),)) from error
    with opened(context, replay=replay, at=at) as program:
        new, left = program.enrolment.take_in(text, str(file), program.clock())
        say(f"{new} taken in, {left} left as they are.")


@subscribers.command("export")
def subscribers_export(context: typer.Context, replay: Replay = None) -> None:
    """Print every reader with address and choices, as CSV; the only command that shows addresses."""
    with opened(context, replay=replay) as program:
        say(write_roster(program.store.readers.all()).rstrip("\n"))


@subscribers.command("remove")
def subscribers_remove(context: typer.Context, who: Who, replay: Replay = None, at: At = None) -> None:
    """Let a reader go: nothing more is sent, and the address is erased after 28 days."""
    with opened(context, replay=replay, at=at) as program:
        reader = program.enrolment.remove(who, program.clock())
        say(f"{reader.id} gets no more letters; the address is erased in 28 days.")


@subscribers.command("erase")
def subscribers_erase(
    context: typer.Context,
    who: Who,
    welcome: Annotated[
        bool, typer.Option("--welcome", help="Also forget that the address bounced or complained.")
    ] = False,
    replay: Replay = None,
) -> None:
    """Take a reader out of the store for good, now."""
    with opened(context, replay=replay) as program:
        told = program.enrolment.erase(who, welcome=welcome)
        say(told)


def _row(reader: Subscriber) -> rows.Row:
    return {
        "id": reader.id,
        "standing": reader.standing.value,
        "since": rows.instant(reader.since),
        "list": reader.is_list,
        **asdict(reader.choices),
    }


def _check(wanted: tuple[str, ...], kind: str, known: Collection[str]) -> None:
    unknown = [
        ConfigIssue(f"{kind} {word}", 0, "no such id is known") for word in wanted if word not in known
    ]
    if unknown:
        raise ConfigError(tuple(unknown))
