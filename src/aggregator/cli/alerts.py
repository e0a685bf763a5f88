"""The commands of alert rules: list, dry-run, add, remove, status."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Final

import typer

from aggregator.app import App
from aggregator.cli import rows
from aggregator.cli.console import print_error, print_json, print_rows, print_text
from aggregator.cli.options import AsJson, At, Replay, app, open_program
from aggregator.model import Subscriber
from aggregator.model.alert_rules import AlertRule, Webhook, WebhookStatus
from aggregator.model.subscriptions import Frequency
from aggregator.services.alerts.matching import Trial

alerts = typer.Typer(help="The rules that send alerts about documents.", no_args_is_help=True)
app.add_typer(alerts, name="alerts")

SUBSCRIBER_RULE_ONLY: Final = (
    "a subscriber's own rule sends to that subscriber, by mail or into a private feed (--feed); leave out "
    "--mail, --webhook and its secret"
)

# How many of the latest titles a dry run prints.
TITLES_SHOWN: Final = 5

Id = Annotated[str, typer.Argument(metavar="ID", help="The id of a rule.")]
When = Annotated[str, typer.Argument(metavar="RULE", help="The rule; docs/alerts.md explains the language.")]
Changes = Annotated[bool, typer.Option("--changes", help="A document that changed alerts again.")]
Daily = Annotated[bool, typer.Option("--daily", help="One mail a day at 08:00, not at once.")]
Owner = Annotated[
    str | None,
    typer.Option("--subscriber", metavar="WHO", help="A subscriber's own rule: their address or id."),
]


@alerts.command("list")
def alerts_list(context: typer.Context, replay: Replay = None, as_json: AsJson = False) -> None:
    """Show every rule, the operator's and subscribers' own, with its destinations."""
    with open_program(context, replay=replay) as program:
        matcher = program.alert_matcher
        shown = [_row(program, rule) for rule in matcher.rules.values()]
        print_rows(("id", "when", "changes", "frequency", "destinations"), shown, as_json=as_json)
        for key, why in matcher.unreadable_rules.items():
            print_error(f"the rule {key} cannot be read and sends nothing: {why}")


@alerts.command("dry-run")
def alerts_dry_run(
    context: typer.Context,
    when: When,
    changes: Changes = False,
    daily: Daily = False,
    replay: Replay = None,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Show what a rule would have sent in the past year, with the latest titles; nothing is saved."""
    with open_program(context, replay=replay, at=at) as program:
        rule = program.operator_rules.draft(
            "dry-run", "dry-run", when, changes=changes, frequency=_frequency(daily)
        )
        trial = program.alert_matcher.try_rule(rule, program.clock())
        if as_json:
            print_json(_trial_row(trial))
        else:
            _print_trial(rule, trial)


@alerts.command("add")
def alerts_add(  # noqa: PLR0913, PLR0917  # each argument is a part of a rule
    context: typer.Context,
    id: Id,
    when: When,
    name: Annotated[str, typer.Option(help="Its name in mail; default: the rule itself.")] = "",
    changes: Changes = False,
    daily: Daily = False,
    mail: Annotated[
        list[str] | None,
        typer.Option(metavar="WHO", help="A subscriber, by address or id; repeat it for more."),
    ] = None,
    webhook: Annotated[str, typer.Option(metavar="URL", help="Post each alert to this address.")] = "",
    secret_env: Annotated[
        str, typer.Option(metavar="NAME", help="The environment variable with the webhook's secret.")
    ] = "",
    secret_file: Annotated[
        str, typer.Option(metavar="FILE", help="The file with the webhook's secret.")
    ] = "",
    feed: Annotated[
        bool, typer.Option("--feed", help="Publish alerts/ID.atom; with --subscriber: a private feed.")
    ] = False,
    no_mail: Annotated[bool, typer.Option("--no-mail", help="With --subscriber: no mail.")] = False,
    owner: Owner = None,
    replay: Replay = None,
    at: At = None,
) -> None:
    """Show what a rule would have sent, then add it: to alerts.yaml, or as a subscriber's own."""
    with open_program(context, replay=replay, at=at) as program:
        subscriber = program.subscriber_admin.find(owner) if owner else None
        if subscriber and (mail or webhook or secret_env or secret_file):
            raise typer.BadParameter(SUBSCRIBER_RULE_ONLY)
        if no_mail and not subscriber:
            raise typer.BadParameter(
                "--no-mail is for a subscriber's own rule: name the subscriber with --subscriber"
            )
        hook = Webhook(url=webhook, secret_env=secret_env, secret_file=secret_file) if webhook else None
        rule = program.operator_rules.draft(
            id,
            name or when,
            when,
            changes=changes,
            frequency=_frequency(daily),
            mail=tuple(mail or ()),
            webhook=hook,
            feed=feed,
            subscriber=subscriber.id if subscriber else "",
        )
        trial = program.alert_matcher.try_rule(rule, program.clock())
        if subscriber:
            _add_subscriber_rule(program, subscriber, rule, mail=not no_mail)
        else:
            program.operator_rules.add(rule, program.clock())
        _print_trial(rule, trial)
        print_text(f"{rule.key} is watched from now on.{_not_subscribed_text(program, rule)}")
        if subscriber and feed:
            print_text("The address of the private feed is shown on the subscriber's alerts page only.")


@alerts.command("remove")
def alerts_remove(context: typer.Context, id: Id, owner: Owner = None, replay: Replay = None) -> None:
    """Remove a rule, with its alerts and what it has yet to send."""
    with open_program(context, replay=replay) as program:
        if owner is None:
            program.operator_rules.remove(id)
        elif not program.store.alerts.delete_subscriber_rule(program.subscriber_admin.find(owner).id, id):
            raise typer.BadParameter(
                "this subscriber has no rule with this id; `aggregator alerts list` shows them"
            )
        print_text(f"{id} is removed.")


@alerts.command("status")
def alerts_status(context: typer.Context, replay: Replay = None, as_json: AsJson = False) -> None:
    """Show for each rule its alerts, its subscribers, and its webhook posts."""
    with open_program(context, replay=replay) as program:
        matcher, stored = program.alert_matcher, program.store.alerts
        states, counts_by_rule = stored.rule_states(), stored.counts_by_rule()
        shown = []
        for key, rule in matcher.rules.items():
            counts, state = counts_by_rule.get(key, Counter[str]()), states.get(key)
            latest = next(iter(stored.recent(key, 1)), None)
            shown.append(
                {
                    "id": key,
                    "since": rows.instant(state.watched_since) if state else None,
                    "alerts": counts.get("alerts", 0),
                    "latest": rows.instant(latest.found_at) if latest else None,
                    "subscribers": f"{len(matcher.recipients(rule))} of {len(rule.mail)}",
                    "posts": [f"{counts[status]} {status}" for status in WebhookStatus if counts[status]],
                    "reply": stored.last_webhook_reply(key),
                }
            )
        columns = ("id", "since", "alerts", "latest", "subscribers", "posts", "reply")
        print_rows(columns, shown, as_json=as_json)


def _frequency(daily: bool) -> Frequency:
    return Frequency.DAILY if daily else Frequency.AT_ONCE


def _row(program: App, rule: AlertRule) -> rows.Row:
    """A rule without addresses: only `subscribers export` shows those."""
    count = len(program.alert_matcher.recipients(rule))
    destinations = (
        f"{count} of {len(rule.mail)} subscribers by mail" * bool(rule.mail),
        f"webhook {rule.webhook.url}" if rule.webhook else "",
        ("a private feed" if rule.subscriber else f"alerts/{rule.id}.atom") * rule.feed,
        "paused by the subscriber" * rule.paused,
    )
    return {
        "id": rule.key,
        "name": rule.name,
        "when": str(rule.when),
        "changes": rule.alerts_on_changes,
        "frequency": rule.frequency.value,
        "destinations": "; ".join(one for one in destinations if one),
    }


def _add_subscriber_rule(program: App, subscriber: Subscriber, rule: AlertRule, *, mail: bool) -> None:
    try:
        program.subscriber_rules.add(subscriber, rule, program.clock(), mail=mail, feed=rule.feed)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _not_subscribed_text(program: App, rule: AlertRule) -> str:
    count = len(rule.mail) - len(program.alert_matcher.recipients(rule))
    if count <= 0:
        return ""
    remedy = "`aggregator subscribers add ADDRESS --only-alerts` adds somebody who asked you"
    return f" {count} of those under mail are not subscribed and get nothing; {remedy}."


def _print_trial(rule: AlertRule, trial: Trial) -> None:
    count = len(trial.mails)
    mails = "1 mail" if count == 1 else f"{count} mails"
    print_text(f"{rule.when}: would have sent {mails} in the past year.")
    events = [(at, event, document) for at, mail in trial.mails for event, document in mail]
    for at, event, document in reversed(events[-TITLES_SHOWN:]):
        print_text(f"  {at:%Y-%m-%d}  {event.reason}: {document.entry.title}")


def _trial_row(trial: Trial) -> rows.Row:
    return {
        "mails": len(trial.mails),
        "since": rows.instant(trial.since),
        "alerts": [
            {
                "at": rows.instant(at),
                "reason": event.reason.value,
                "id": document.entry.id,
                "title": document.entry.title,
            }
            for at, mail in trial.mails
            for event, document in mail
        ],
    }
