"""The commands of subscribers: add, list, import, export, remove, erase."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from aggregator.cli import rows
from aggregator.cli.console import print_rows, print_text
from aggregator.cli.options import AsJson, At, Replay, app, open_program
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.model import Choices, Frequency, Subscriber, TitleLanguage
from aggregator.services.mailing.mailer import describe_mail_route
from aggregator.services.subscriptions.csv_file import write_subscribers_csv

subscribers = typer.Typer(help="The people and mailing lists that get mail.", no_args_is_help=True)
app.add_typer(subscribers, name="subscribers")

Who = Annotated[str, typer.Argument(metavar="WHO", help="An address, or an id that `list` shows.")]
Ids = Annotated[list[str] | None, typer.Option(metavar="ID", help="Only this one; repeat it for more.")]


@subscribers.command("add")
def subscribers_add(  # noqa: PLR0913, PLR0917  # each argument is a choice of the subscriber
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The address of somebody who asked you.")],
    body: Ids = None,
    topic: Ids = None,
    type: Ids = None,
    when_empty: Annotated[
        bool, typer.Option("--when-empty", help="Send the weekly digest also when it is empty.")
    ] = False,
    daily: Annotated[
        bool, typer.Option("--daily", help="A digest each day that has updates, not each week.")
    ] = False,
    welsh_first: Annotated[
        bool, typer.Option("--welsh-first", help="Welsh titles first, where there are any.")
    ] = False,
    only_alerts: Annotated[bool, typer.Option("--only-alerts", help="Alerts, and no digest.")] = False,
    is_list: Annotated[
        bool, typer.Option("--list", help="A mailing list: its mail has no personal link.")
    ] = False,
    leave_instructions: Annotated[
        str, typer.Option(metavar="ADDRESS", help="For a list: the web or mail address to leave it.")
    ] = "",
    replay: Replay = None,
    at: At = None,
) -> None:
    """Add a subscriber; one who had left is active again, an existing one gets the choices given."""
    choices = Choices(
        bodies=tuple(body or ()),
        topics=tuple(topic or ()),
        types=tuple(type or ()),
        when_empty=when_empty,
        frequency=Frequency.DAILY if daily else Frequency.WEEKLY,
        title_language=TitleLanguage.WELSH if welsh_first else TitleLanguage.ENGLISH,
        only_alerts=only_alerts,
    )
    with open_program(context, replay=replay, at=at) as program:
        vocabulary = program.config.vocabulary
        _check_ids(choices.bodies, "body", program.config.bodies)
        _check_ids(choices.types, "type", vocabulary.type_names)
        _check_ids(choices.topics, "topic", vocabulary.topic_names)
        added = program.subscriber_admin.add(
            address, program.clock(), choices, is_list=is_list, leave_instructions=leave_instructions
        )
        route = describe_mail_route(program.config.settings, program.replay)
        print_text(f"{added.id} is subscribed. {route}")


@subscribers.command("list")
def subscribers_list(context: typer.Context, replay: Replay = None, as_json: AsJson = False) -> None:
    """Show every subscriber by id, with status and choices, without addresses."""
    with open_program(context, replay=replay) as program:
        shown = [_row(one) for one in program.store.subscribers.all()]
        columns = ("id", "status", "since", "list", "frequency", "bodies", "topics", "types")
        print_rows(columns, shown, as_json=as_json)


@subscribers.command("import")
def subscribers_import(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV as `export` writes it, or addresses.")],
    replay: Replay = None,
    at: At = None,
) -> None:
    """Add everybody in a file; existing and former subscribers and suppressed addresses stay unchanged."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError((ConfigIssue(str(file), 0, f"cannot be read as UTF-8 text: {error}"),)) from error
    with open_program(context, replay=replay, at=at) as program:
        new, unchanged = program.subscriber_admin.import_csv(text, str(file), program.clock())
        print_text(f"{new} added, {unchanged} left unchanged.")


@subscribers.command("export")
def subscribers_export(context: typer.Context, replay: Replay = None) -> None:
    """Print every subscriber with address and choices as CSV; the only command that shows addresses."""
    with open_program(context, replay=replay) as program:
        print_text(write_subscribers_csv(program.store.subscribers.all()).rstrip("\n"))


@subscribers.command("remove")
def subscribers_remove(context: typer.Context, who: Who, replay: Replay = None, at: At = None) -> None:
    """Unsubscribe somebody: nothing more is sent, and the address is erased after 28 days."""
    with open_program(context, replay=replay, at=at) as program:
        removed = program.subscriber_admin.unsubscribe(who, program.clock())
        print_text(f"{removed.id} is unsubscribed; the address will be erased in 28 days.")


@subscribers.command("erase")
def subscribers_erase(
    context: typer.Context,
    who: Who,
    unsuppress: Annotated[
        bool, typer.Option("--unsuppress", help="Also take the address off the suppression list.")
    ] = False,
    replay: Replay = None,
) -> None:
    """Erase a subscriber from the store now."""
    with open_program(context, replay=replay) as program:
        print_text(program.subscriber_admin.erase(who, unsuppress=unsuppress))


def _row(subscriber: Subscriber) -> rows.Row:
    return {
        # No address: the rows end up in terminals and logs. Only `export` shows addresses.
        "id": subscriber.id,
        "status": subscriber.status.value,
        "since": rows.instant(subscriber.status_since),
        "list": subscriber.is_list,
        **asdict(subscriber.choices),
    }


def _check_ids(ids: tuple[str, ...], kind: str, valid: Collection[str]) -> None:
    unknown = [ConfigIssue(f"{kind} {id}", 0, "this id does not exist") for id in ids if id not in valid]
    if unknown:
        raise ConfigError(tuple(unknown))
