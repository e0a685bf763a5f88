"""The commands of alerts: list, try, add, remove, status."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Final

import typer

from aggregator.app import App
from aggregator.cli import rows
from aggregator.cli.options import AsJson, At, Replay, app, opened
from aggregator.cli.screen import complain, say, show, show_json
from aggregator.model import Subscriber
from aggregator.model.alerts import AlertRule, HookState, Webhook
from aggregator.model.subscriptions import Frequency
from aggregator.services.alerts.matching import Trial

alerts = typer.Typer(help="Rules that say what somebody hears of at once.", no_args_is_help=True)
app.add_typer(alerts, name="alerts")

OWN_ONLY: Final = (
    "a reader's own rule goes to that reader, by mail or into a feed (--feed); leave out --mail, --webhook "
    "and its secret"
)

NEWEST: Final = 5
"""How many of the latest titles a trial shows."""

Id = Annotated[str, typer.Argument(metavar="ID", help="The id of a rule.")]
When = Annotated[str, typer.Argument(metavar="RULE", help="The rule in words; docs/alerts.md explains them.")]
Changes = Annotated[bool, typer.Option("--changes", help="A document that changed alerts again.")]
Daily = Annotated[bool, typer.Option("--daily", help="One letter a day at 08:00, not at once.")]
Who = Annotated[str | None, typer.Option(metavar="WHO", help="A reader's own rule: their address or id.")]


@alerts.command("list")
def alerts_list(context: typer.Context, replay: Replay = None, as_json: AsJson = False) -> None:
    """Every rule, the operator's and readers' own, with where word of it goes."""
    with opened(context, replay=replay) as program:
        alerting = program.alerting
        shown = [_row(program, rule) for rule in alerting.rules.values()]
        show(("id", "when", "changes", "rhythm", "goes to"), shown, as_json=as_json)
        for key, why in alerting.unreadable.items():
            complain(f"{key} finds nothing: {why}")


@alerts.command("try")
def alerts_try(  # each argument is a part of a rule
    context: typer.Context,
    when: When,
    changes: Changes = False,
    daily: Daily = False,
    replay: Replay = None,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """What a rule would have sent in the past year, with the latest titles; keeps nothing."""
    with opened(context, replay=replay, at=at) as program:
        rule = program.rulebook.drafted("tried", "tried", when, changes=changes, rhythm=_pace(daily))
        trial = program.alerting.try_rule(rule, program.clock())
        if as_json:
            show_json(_trial_rows(trial))
        else:
            _say_trial(rule, trial)


@alerts.command("add")
def alerts_add(  # noqa: PLR0913, PLR0917  # each argument is a part of a rule
    context: typer.Context,
    id: Id,
    when: When,
    name: Annotated[str, typer.Option(help="What letters call it; default: the rule itself.")] = "",
    changes: Changes = False,
    daily: Daily = False,
    mail: Annotated[
        list[str] | None, typer.Option(metavar="WHO", help="A reader, by address or id; once for each.")
    ] = None,
    webhook: Annotated[str, typer.Option(metavar="URL", help="Post each alert there.")] = "",
    secret_env: Annotated[
        str, typer.Option(metavar="NAME", help="The variable that holds the webhook's secret.")
    ] = "",
    secret_file: Annotated[
        str, typer.Option(metavar="FILE", help="The file that holds the webhook's secret.")
    ] = "",
    feed: Annotated[
        bool, typer.Option("--feed", help="Publish alerts/ID.atom; a reader's own has an address of its own.")
    ] = False,
    no_mail: Annotated[
        bool, typer.Option("--no-mail", help="With --reader: word goes elsewhere, and not by mail.")
    ] = False,
    reader: Who = None,
    replay: Replay = None,
    at: At = None,
) -> None:
    """Try a rule against the past year, then keep it: in alerts.yaml, or as a reader's own."""
    with opened(context, replay=replay, at=at) as program:
        whose = program.enrolment.found(reader) if reader else None
        if whose and (mail or webhook or secret_env or secret_file):
            raise typer.BadParameter(OWN_ONLY)
        if no_mail and not whose:
            raise typer.BadParameter("--no-mail is for a reader's own rule: name the reader with --reader")
        hook = Webhook(url=webhook, secret_env=secret_env, secret_file=secret_file) if webhook else None
        rule = program.rulebook.drafted(
            id,
            name or when,
            when,
            changes=changes,
            rhythm=_pace(daily),
            mail=tuple(mail or ()),
            webhook=hook,
            feed=feed,
            reader=whose.id if whose else "",
        )
        trial = program.alerting.try_rule(rule, program.clock())
        if whose:
            _keep_own(program, whose, rule, mail=not no_mail)
        else:
            program.rulebook.add(rule, program.clock())
        _say_trial(rule, trial)
        say(f"{rule.key} is watched for from now on.{_missing(program, rule)}")
        if whose and feed:
            say("The address of its feed stands on the reader's page of alerts, and nowhere else.")


@alerts.command("remove")
def alerts_remove(context: typer.Context, id: Id, reader: Who = None, replay: Replay = None) -> None:
    """Take a rule out, with what it found and what it has yet to send."""
    with opened(context, replay=replay) as program:
        if reader is None:
            program.rulebook.remove(id)
        elif not program.store.alerts.remove_own(program.enrolment.found(reader).id, id):
            raise typer.BadParameter(
                "this reader has no rule with this id; `aggregator alerts list` shows them"
            )
        say(f"{id} is watched for no more.")


@alerts.command("status")
def alerts_status(context: typer.Context, replay: Replay = None, as_json: AsJson = False) -> None:
    """What each rule found, who hears of it, and what became of its posts to a webhook."""
    with opened(context, replay=replay) as program:
        alerting, kept = program.alerting, program.store.alerts
        watched, counts = kept.watched(), kept.counts()
        shown = []
        for key, rule in alerting.rules.items():
            counted, watch = counts.get(key, Counter[str]()), watched.get(key)
            last = next(iter(kept.recent(key, 1)), None)
            shown.append(
                {
                    "id": key,
                    "since": rows.instant(watch.since) if watch else None,
                    "alerts": counted.get("alerts", 0),
                    "last": rows.instant(last.found) if last else None,
                    "readers": f"{len(alerting.hearers(rule))} of {len(rule.mail)}",
                    "posts": [f"{counted[state]} {state}" for state in HookState if counted[state]],
                    "reply": kept.last_reply(key),
                }
            )
        columns = ("id", "since", "alerts", "last", "readers", "posts", "reply")
        show(columns, shown, as_json=as_json)


def _pace(daily: bool) -> Frequency:
    return Frequency.DAILY if daily else Frequency.AT_ONCE


def _row(program: App, rule: AlertRule) -> rows.Row:
    """Without addresses: only `subscribers export` shows those."""
    count = len(program.alerting.hearers(rule))
    places = (
        f"{count} of {len(rule.mail)} readers by mail" * bool(rule.mail),
        f"webhook {rule.webhook.url}" if rule.webhook else "",
        ("a feed of its own" if rule.reader else f"alerts/{rule.id}.atom") * rule.feed,
        "its reader has paused" * rule.paused,
    )
    return {
        "id": rule.key,
        "name": rule.name,
        "when": str(rule.when),
        "changes": rule.follows,
        "rhythm": rule.rhythm.value,
        "goes to": "; ".join(place for place in places if place),
    }


def _keep_own(program: App, reader: Subscriber, rule: AlertRule, *, mail: bool) -> None:
    try:
        program.own_rules.add(reader, rule, program.clock(), mail=mail, feed=rule.feed)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _missing(program: App, rule: AlertRule) -> str:
    """Who of those that a rule names is no reader yet."""
    count = len(rule.mail) - len(program.alerting.hearers(rule))
    if count <= 0:
        return ""
    remedy = "`aggregator subscribers add ADDRESS --only-alerts` takes somebody in who asked you"
    return f" {count} of those that it names read no letters here, and get none; {remedy}."


def _say_trial(rule: AlertRule, trial: Trial) -> None:
    count = len(trial.letters)
    letters = "1 letter" if count == 1 else f"{count} letters"
    say(f"{rule.when}: would have sent {letters} in the past year.")
    told = [(at, occasion, held) for at, letter in trial.letters for occasion, held in letter]
    for at, occasion, held in reversed(told[-NEWEST:]):
        say(f"  {at:%Y-%m-%d}  {occasion.why}: {held.entry.title}")


def _trial_rows(trial: Trial) -> rows.Row:
    return {
        "letters": len(trial.letters),
        "since": rows.instant(trial.since),
        "alerts": [
            {
                "at": rows.instant(at),
                "why": occasion.why.value,
                "id": held.entry.id,
                "title": held.entry.title,
            }
            for at, letter in trial.letters
            for occasion, held in letter
        ],
    }
