"""The commands of digests: preview, issue, send, status."""

from __future__ import annotations

from typing import Annotated

import typer

from aggregator import tasks
from aggregator.app import App
from aggregator.cli import rows
from aggregator.cli.console import exit_if_set_aside, print_json, print_rows, print_text
from aggregator.cli.options import AsJson, At, Replay, app, open_program
from aggregator.deliver import render_digest
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.model import DeliveryStatus, Digest
from aggregator.services.mailing.mailer import describe_mail_route

digest = typer.Typer(help="The weekly and daily digests.", no_args_is_help=True)
app.add_typer(digest, name="digest")

Week = Annotated[
    str | None, typer.Option(metavar="WEEK", help="ISO week such as 2024-W04; default: the open week.")
]
Day = Annotated[
    str | None, typer.Option(metavar="DAY", help="The daily digest that begins on this day: 2024-01-24.")
]


@digest.command("preview")
def digest_preview(
    context: typer.Context,
    week: Week = None,
    day: Day = None,
    replay: Replay = None,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Print the digest of a week or day, as issued or as a draft."""
    if week and day:
        raise typer.BadParameter("give a week or a day, not both")
    with open_program(context, at=at, replay=replay) as program:
        found = program.get_digest(day or week)
        if as_json:
            print_json(rows.digest(found))
        else:
            print_text(_digest_text(program, found))


@digest.command("issue")
def digest_issue(context: typer.Context, replay: Replay = None, at: At = None) -> None:
    """Issue and publish the digest of every week and day that has closed and has none; send nothing."""
    with open_program(context, at=at, replay=replay) as program:
        issued = tasks.run(program.issue_digests())
        for one in issued:
            print_text(f"{one.period} is issued: {one.updates_text}.")
        if not issued:
            print_text("Every week and day that has closed has its digest.")


@digest.command("send")
def digest_send(
    context: typer.Context,
    again: Annotated[
        str | None,
        typer.Option(metavar="RUN", help="First plan again what was given up of this run."),
    ] = None,
    replay: Replay = None,
    at: At = None,
) -> None:
    """Issue and plan what is missing of the last week, and send every delivery that is due."""
    with open_program(context, at=at, replay=replay) as program:
        program.refuse_future()
        if again and not program.store.deliveries.plan_again(again, program.clock()):
            what = "it has no delivery that was given up; `aggregator digest status` shows the runs"
            raise ConfigError((ConfigIssue(f"run {again}", 0, what),))
        with exit_if_set_aside(program.store):
            counts = tasks.run(program.send_due())
            sent = ", ".join(f"{counts[status]} {status}" for status in DeliveryStatus if counts[status])
            route = describe_mail_route(program.config.settings, program.replay)
            print_text(f"{sent or 'No delivery was due'}. {route}")


@digest.command("status")
def digest_status(context: typer.Context, replay: Replay = None, as_json: AsJson = False) -> None:
    """Count the deliveries of each run; `again`: sent once more because an outcome was not known."""
    with open_program(context, replay=replay) as program:
        columns = ("run", *(status.value for status in DeliveryStatus), "again")
        shown = [
            {
                "run": run,
                **{status.value: counts.get(status, 0) for status in DeliveryStatus},
                "again": counts["unsure"],
            }
            for run, counts in program.store.deliveries.counts_by_run().items()
        ]
        unsettled = (*program.store.deliveries.never_known(), *program.store.deliveries.set_aside())
        for row in shown:
            row["unsettled"] = [
                {"subscriber": one.subscriber_id, "status": one.status.value, "why": one.reply}
                for one in unsettled
                if one.run == row["run"]
            ]
        print_rows(columns, shown, as_json=as_json)
        if not as_json:
            for one in unsettled:
                print_text(f"{one.run} {one.subscriber_id}: {one.status}, {one.reply}")
            print_text(describe_mail_route(program.config.settings, program.replay))


@digest.command("settle")
def digest_settle(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="The run, as `digest status` shows it.")],
    subscriber: Annotated[str, typer.Argument(help="The subscriber's id, as `digest status` shows it.")],
    arrived: Annotated[
        bool,
        typer.Option("--arrived/--again", help="It arrived (your mail server's log says so), or send it."),
    ],
    at: At = None,
) -> None:
    """Settle a delivery that was given up because its outcome never became known."""
    with open_program(context, at=at) as program:
        if not program.store.deliveries.settle(run, subscriber, program.clock(), arrived=arrived):
            problem = "no delivery waits for you under this run and subscriber; see: aggregator digest status"
            raise ConfigError((ConfigIssue(f"{run} {subscriber}", 0, problem),))
        print_text(f"{run} {subscriber}: {'settled' if arrived else 'sent again with the next mail'}.")


def _digest_text(program: App, digest: Digest) -> str:
    made = render_digest(digest, program.config.settings.site, program.config.bodies)
    return next(one.payload.decode() for one in made if one.media_type.startswith("text/plain"))
