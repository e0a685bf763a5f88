"""The inbox names everything that waits for a person, with a command that exists."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import typer

from aggregator.cli import app
from aggregator.config import Config, load_config
from aggregator.config.settings import load_settings
from aggregator.errors import Cause
from aggregator.model import MAX_RESENDS, DeliveryStatus, Failed, Source, SourceState
from aggregator.model.alert_rules import AlertRule, Term, Webhook
from aggregator.model.faults import FaultKind
from aggregator.model.fetched import IdentityQuestion, QuestionKind
from aggregator.services.inbox import queues
from aggregator.services.inbox.queues import FAULT_TEXTS, QUEUES, InboxItem, inbox, item_text
from aggregator.services.inbox.retry import retry
from aggregator.services.mailing.delivery import TOO_LATE
from aggregator.store import Store, open_store
from tests.conftest import PROJECT
from tests.deliver.mail.subscribers import make_subscriber
from tests.store.values import make_change, save_changes
from tests.support.builders import NOON, make_entry, make_source

WEEK_AGO = NOON - timedelta(days=8)


@pytest.fixture
def store() -> Iterator[Store]:
    with open_store("sqlite://") as store:
        yield store


@pytest.fixture(scope="module")
def config() -> Config:
    loaded = load_config(load_settings(PROJECT / "settings.yaml"))
    rule = AlertRule(
        id="plans",
        name="Plans",
        when=Term("title", ("plan",)),
        webhook=Webhook(url="https://hook.example.org/", secret_env="SECRET"),  # noqa: S106  # a name
    )
    return replace(loaded, sources=(), alerts=(rule,))


def with_source(config: Config, store: Store, source: Source, **state: object) -> Config:
    store.sources.save_state(replace(SourceState(source=source.id), **state))  # type: ignore[arg-type]
    return replace(config, sources=(*config.sources, source))


def failed(cause: Cause) -> Failed:
    return Failed(url="https://www.gov.uk/", cause=cause, detail="seen", hint="Try that.")


def fill(config: Config, store: Store) -> Config:
    """Put something into every queue; what does not wait for a person stands beside it."""
    entry = make_entry(source="gone-at-once")
    save_changes(store, make_change(entry, seen_at=WEEK_AGO))
    config = with_source(config, store, make_source("gone-at-once"), removals_to_confirm=(entry.id,))
    question = IdentityQuestion(kind=QuestionKind.OTHER_HOST, since=NOON, subject="stage.example.net")
    config = with_source(config, store, make_source("other-host"), questions=(question,))
    config = with_source(config, store, make_source("moved"), moved_to="https://new.example.org/")
    layout = {"failure": failed(Cause.LAYOUT), "failing_since": NOON}
    config = with_source(config, store, make_source("layout"), **layout)
    config = with_source(config, store, make_source("login"), failure=failed(Cause.LOGIN), failing_since=NOON)
    config = with_source(
        config, store, make_source("long"), failure=failed(Cause.TIMEOUT), failing_since=WEEK_AGO
    )
    config = with_source(
        config, store, make_source("short"), failure=failed(Cause.TIMEOUT), failing_since=NOON
    )
    config = with_source(
        config, store, make_source("unconfirmed", confirmed=False), last_read=NOON, first_read=NOON
    )
    config = with_source(config, store, make_source("off", enabled=False), moved_to="https://x.example.org/")
    for kind in FaultKind:
        store.faults.record(kind, f"one {kind}", "ValueError: broken\x1b[31m", "publish/x.py:1", NOON)
    subscriber = make_subscriber(id="id-a")
    store.subscribers.add([subscriber])
    never_known(store, subscriber.id)
    store.deliveries.plan("2026-W22", [subscriber.id], NOON, given_up=TOO_LATE)
    store.deliveries.plan("2026-W09", [subscriber.id], WEEK_AGO, given_up=TOO_LATE)
    return config


def never_known(store: Store, subscriber_id: str) -> None:
    """Hand a delivery over so often that it is given up, and die each time."""
    store.deliveries.plan("2026-W10", [subscriber_id], WEEK_AGO)
    for hour in range(MAX_RESENDS + 1):
        at = WEEK_AGO + timedelta(hours=hour)
        assert store.deliveries.next_batch((), at, 1)
        store.deliveries.replan_handed_over(at)


def webhook_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """One receiver wants no more, and another did not get what it wants."""
    given_up = (("notices", 1, NOON, "timed out"),)
    monkeypatch.setattr("aggregator.store.alerts.Alerts.webhooks_given_up", lambda _, since: given_up)
    monkeypatch.setattr("aggregator.store.alerts.Alerts.is_webhook_gone", lambda _, key: key == "plans")


def test_every_queue_and_every_kind_of_fault_is_in_the_inbox(
    config: Config, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook_gone(monkeypatch)
    items = inbox(fill(config, store), store, NOON)

    assert {item.kind for item in items} == {make(config, store).kind for make in QUEUES}
    assert FAULT_TEXTS.keys() == set(FaultKind)
    text = "\n".join(f"{item_text(item)} → {item.command}" for item in items)
    assert all(f"one {kind}" in text for kind in FaultKind)
    for shown in (
        "moved: has moved",
        "layout: needs new selectors",
        "long: does not recover",
        "login: does not recover",
        "2026-W22: 1",
    ):
        assert shown in text
    for hidden in ("short:", "off:", "2026-W09", "\x1b"):
        assert hidden not in text


def test_every_queue_that_there_is_stands_in_the_list() -> None:
    made = {one for one in vars(queues).values() if isinstance(one, type) and hasattr(one, "waiting")}

    assert made - {queues.Queue} == set(QUEUES)


def test_each_item_says_since_when_and_its_command_exists(
    config: Config, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook_gone(monkeypatch)
    by_kind = {item.kind: item for item in inbox(fill(config, store), store, NOON)}

    assert by_kind["removals to confirm"].since == WEEK_AGO
    assert by_kind["delivery given up"].since == NOON
    for item in by_kind.values():
        check_command(item)


def check_command(item: InboxItem) -> None:
    program, *arguments = shlex.split(item.command)
    assert program == "aggregator"
    command = typer.main.get_command(app)
    while hasattr(command, "commands"):
        command = command.commands[arguments.pop(0)]
    command.make_context("x", arguments)  # raises for an unknown option or a missing argument


def test_what_is_given_up_can_be_planned_again(config: Config, store: Store) -> None:
    fill(config, store)

    assert store.deliveries.plan_again("2026-W22", NOON) == 1

    assert "delivery given up" not in {item.kind for item in inbox(config, store, NOON)}
    (delivery,) = [one for one in store.deliveries.of_subscriber("id-a") if one.run == "2026-W22"]
    assert (delivery.status, delivery.due, delivery.reply) == (DeliveryStatus.PLANNED, NOON, "")


def test_what_has_an_unknown_outcome_waits_until_it_is_settled(config: Config, store: Store) -> None:
    store.subscribers.add([make_subscriber(id="id-a")])
    never_known(store, "id-a")

    (item,) = inbox(config, store, NOON)
    assert item.command == "aggregator digest settle 2026-W10 id-a --arrived"
    check_command(item)
    assert store.deliveries.settle("2026-W10", "id-a", NOON, arrived=True)
    assert inbox(config, store, NOON) == ()


def test_what_is_tried_again_is_due_at_once(config: Config, store: Store) -> None:
    config = with_source(config, store, make_source("one"), due=NOON + timedelta(days=1))
    store.faults.record(FaultKind.SOURCE, "one", "ValueError", "parse/feed.py:1", NOON)
    store.subscribers.add([make_subscriber(id="id-a")])
    store.deliveries.plan("2026-W23", ["id-a"], NOON)
    ((planned, _),) = store.deliveries.next_batch((), NOON, 1)
    waiting = replace(
        planned, status=DeliveryStatus.PLANNED, due=NOON + timedelta(days=1), reply="set aside: x"
    )
    store.deliveries.next_batch([waiting], NOON, 0)
    store.faults.record(FaultKind.DELIVERY, "2026-W23/id-a", "ValueError", "deliver/x.py:1", NOON)

    assert retry(store, "2026-W23/id-a", NOON) == 1
    assert len(store.deliveries.next_batch((), NOON, 1)) == 1
    assert retry(store, "all", NOON) == 1
    assert store.sources.state("one").due == NOON
    assert inbox(config, store, NOON) == ()


def test_a_bug_in_one_queue_does_not_hide_the_others(
    config: Config, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = fill(config, store)
    whole = {item.kind for item in inbox(config, store, NOON)}
    monkeypatch.setattr(queues, "fault_text", lambda _: 1 / 0)

    items = inbox(config, store, NOON)

    assert {item.kind for item in items} == whole
    assert "ZeroDivisionError" in "".join(item.what for item in items if item.kind == "set aside")
