"""The commands of the letter: digest preview, issue, send, status."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from aggregator.app import App
from aggregator.cli import rows
from aggregator.cli.options import AsJson, At, Replay, app, opened
from aggregator.cli.screen import say, show, show_json
from aggregator.deliver import render_digest
from aggregator.model import DeliveryStatus, Digest
from aggregator.services.mailing.mailer import where_letters_go

digest = typer.Typer(help="The letter: look at it, issue it, send it.", no_args_is_help=True)
app.add_typer(digest, name="digest")

Week = Annotated[
    str | None, typer.Option(metavar="WEEK", help="ISO week such as 2024-W04; default: the open week.")
]
Day = Annotated[
    str | None, typer.Option(metavar="DAY", help="A daily letter, by the day on which it opens: 2024-01-24.")
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
    """Show a week's or a day's letter: as it was issued, or as a draft while it was not."""
    if week and day:
        raise typer.BadParameter("give a week or a day, not both")
    with opened(context, at=at, replay=replay) as program:
        letter = program.digest(day or week)
        if as_json:
            show_json(rows.digest(letter))
        else:
            say(_as_text(program, letter))


@digest.command("issue")
def digest_issue(context: typer.Context, replay: Replay = None, at: At = None) -> None:
    """Freeze and publish the letter of every week and day that has closed and has none yet; sends nothing."""
    with opened(context, at=at, replay=replay) as program:
        issued = asyncio.run(program.issue_digests())
        for letter in issued:
            say(f"{letter.week} is issued, with {letter.count} updates.")
        if not issued:
            say("No week or day has closed that has no letter.")


@digest.command("send")
def digest_send(context: typer.Context, replay: Replay = None, at: At = None) -> None:
    """Issue and plan what is missing of the last week, and hand over every letter that is due."""
    with opened(context, at=at, replay=replay) as program:
        counts = asyncio.run(program.send_due())
        told = ", ".join(f"{counts[state]} {state}" for state in DeliveryStatus if counts[state])
        say(f"{told or 'No letter was due'}. {where_letters_go(program.config.settings, program.replay)}")


@digest.command("status")
def digest_status(context: typer.Context, replay: Replay = None, as_json: AsJson = False) -> None:
    """How far the letters of each run got; `again`: sent once more because an outcome was not known."""
    with opened(context, replay=replay) as program:
        counted = program.store.postings.counts()
        columns = ("run", *(state.value for state in DeliveryStatus), "again")
        shown = [
            {"run": run, **{s.value: found.get(s, 0) for s in DeliveryStatus}, "again": found["unsure"]}
            for run, found in counted.items()
        ]
        show(columns, shown, as_json=as_json)
        if not as_json:
            say(where_letters_go(program.config.settings, program.replay))


def _as_text(program: App, digest: Digest) -> str:
    made = render_digest(digest, program.config.settings.site, program.config.bodies)
    return next(one.payload.decode() for one in made if one.media_type.startswith("text/plain"))
