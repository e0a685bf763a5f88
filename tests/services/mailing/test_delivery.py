"""Deliveries of a digest: planned once, sent in batches, retried, given up; and who must get none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from aggregator.config import load_config
from aggregator.config.settings import load_settings
from aggregator.deliver.mail.outbox import Outbox
from aggregator.errors import DeliveryError, StoreError
from aggregator.model import (
    Choices,
    Delivery,
    DeliveryStatus,
    Message,
    SendOutcome,
    SendResult,
    Subscriber,
    SubscriberStatus,
)
from aggregator.model.alert_rules import SubscriberRule
from aggregator.services.mailing.delivery import DeliveryService
from aggregator.services.mailing.mailer import MAIL_LOCK, Mailer, open_transport
from aggregator.store import Store, open_store
from tests.conftest import PROJECT
from tests.deliver.digest.digests import make_digest, make_item, make_section, next_due, publish_pages
from tests.deliver.mail.scripted_server import make_message, run_scripted_server
from tests.deliver.mail.subscribers import TOKENS, make_context, make_subscriber
from tests.support.builders import instant

MONDAY = instant("2024-01-29 08:00")
RUN = "2024-W04"


@dataclass
class FakeTransport:
    """Records the messages; `outcome_for` gives the outcome by recipient."""

    outcome_for: Callable[[str], SendOutcome] = lambda _: SendOutcome.ACCEPTED
    batches: list[list[Message]] = field(default_factory=list)

    async def __call__(self, messages: Sequence[Message]) -> tuple[SendResult, ...]:
        self.batches.append(list(messages))
        return tuple(
            SendResult(message, self.outcome_for(message.recipient), "reply") for message in messages
        )

    @property
    def recipients(self) -> list[str]:
        return sorted(message.recipient for batch in self.batches for message in batch)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[DeliveryService]:
    """The week's digest is issued; nobody is subscribed yet."""
    settings = load_settings(PROJECT / "settings.yaml", store=f"sqlite:///{tmp_path}/store.db")
    config = load_config(settings.model_copy(update={"mail_batch": 3, "mail_allow": ("@example.org",)}))
    with open_store(config.settings.store_url) as store:
        store.digests.issue([make_digest(make_section("Documents", make_item()), issued_at=MONDAY)])
        yield DeliveryService(config, store, make_context())


def add_subscribers(store: Store, *names: str, **changes: object) -> list[Subscriber]:
    """Add subscribers by name."""
    subscribers = [
        make_subscriber(id=f"id-{name}", address=f"{name}@example.org", **changes) for name in names
    ]
    store.subscribers.add(subscribers)
    return subscribers


def send(
    service: DeliveryService, transport: FakeTransport | Outbox, at: datetime = MONDAY
) -> dict[DeliveryStatus, int]:
    """Send what is due, once."""
    return dict(asyncio.run(service.send_due(transport, lambda: at)))


def delivery_of(service: DeliveryService, name: str) -> Delivery:
    """A subscriber's delivery."""
    return service.store.deliveries.of_subscriber(f"id-{name}")[0]


def test_a_run_is_planned_once_and_sent_in_batches(service: DeliveryService) -> None:
    add_subscribers(service.store, *"abcdefg")
    transport = FakeTransport()

    assert service.plan_digests(MONDAY) == (RUN,)
    assert service.plan_digests(MONDAY) == ()
    assert send(service, transport) == {DeliveryStatus.ACCEPTED: 7}
    assert send(service, transport) == {}
    assert service.plan_digests(MONDAY + timedelta(days=1)) == ()
    assert max(len(batch) for batch in transport.batches) == 3
    assert transport.recipients == [f"{name}@example.org" for name in "abcdefg"]
    assert service.store.deliveries.counts_by_run() == {RUN: {"accepted": 7, "unsure": 0}}


@pytest.mark.parametrize(("days", "planned"), [(6.9, (RUN,)), (7.1, ())])
def test_a_missed_monday_is_made_up_for_within_the_week(
    service: DeliveryService, days: float, planned: tuple[str, ...]
) -> None:
    add_subscribers(service.store, "a")

    assert service.plan_digests(MONDAY + timedelta(days=days)) == planned


def test_a_weekly_run_waits_for_the_first_subscriber(service: DeliveryService) -> None:
    assert service.plan_digests(MONDAY) == ()
    add_subscribers(service.store, "a")
    assert service.plan_digests(MONDAY) == (RUN,)


def test_only_active_subscribers_with_an_update_for_them_get_a_digest(service: DeliveryService) -> None:
    add_subscribers(service.store, "active")
    add_subscribers(service.store, "wales", choices=Choices(bodies=("wales",)))
    add_subscribers(service.store, "asked", choices=Choices(bodies=("wales",), when_empty=True))
    for status in (
        SubscriberStatus.PAUSED,
        SubscriberStatus.UNSUBSCRIBED,
        SubscriberStatus.SUPPRESSED,
        SubscriberStatus.UNCONFIRMED,
    ):
        add_subscribers(service.store, status.value, status=status)
    transport = FakeTransport()

    service.plan_digests(MONDAY)
    send(service, transport)

    assert transport.recipients == ["active@example.org", "asked@example.org"]


def test_who_unsubscribes_after_the_planning_gets_nothing(service: DeliveryService) -> None:
    add_subscribers(service.store, "stays", "leaves", "erased")
    service.plan_digests(MONDAY)
    service.store.subscribers.set_status("id-leaves", SubscriberStatus.UNSUBSCRIBED, MONDAY)
    service.store.subscribers.erase(["id-erased"])
    transport = FakeTransport()

    send(service, transport)

    assert transport.recipients == ["stays@example.org"]
    assert delivery_of(service, "leaves").status is DeliveryStatus.GIVEN_UP
    assert delivery_of(service, "leaves").reply == "the subscriber had left"
    assert service.store.deliveries.of_subscriber("id-erased") == ()


def test_who_unsubscribes_while_batches_are_being_sent_gets_nothing(service: DeliveryService) -> None:
    add_subscribers(service.store, *"abcdef")
    service.plan_digests(MONDAY)

    def accept_and_unsubscribe_f(_: str) -> SendOutcome:
        service.store.subscribers.set_status("id-f", SubscriberStatus.UNSUBSCRIBED, MONDAY)
        return SendOutcome.ACCEPTED

    transport = FakeTransport(accept_and_unsubscribe_f)

    assert send(service, transport) == {DeliveryStatus.ACCEPTED: 5}
    assert [len(batch) for batch in transport.batches] == [3, 2]
    assert transport.recipients == [f"{name}@example.org" for name in "abcde"]
    assert send(service, transport, MONDAY + timedelta(minutes=1)) == {}
    assert delivery_of(service, "f").status is DeliveryStatus.GIVEN_UP


def test_a_second_sender_is_refused_while_one_is_sending(service: DeliveryService, tmp_path: Path) -> None:
    add_subscribers(service.store, "a")
    settings = service.config.settings.model_copy(update={"home": tmp_path})
    mailer = Mailer(replace(service.config, settings=settings), service.store, lambda: MONDAY)
    publish_pages(settings.output_folder, *service.store.digests.all())

    with service.store.job_lock(MAIL_LOCK), pytest.raises(StoreError, match="holds this lock"):
        asyncio.run(mailer.send_due())
    assert service.store.deliveries.counts_by_run() == {}
    assert list(tmp_path.rglob("*.eml")) == []

    assert asyncio.run(mailer.send_due()) == {DeliveryStatus.ACCEPTED: 1}
    assert len(list(tmp_path.rglob("*.eml"))) == 1


def test_an_address_that_is_not_allowed_is_given_up_without_an_attempt(service: DeliveryService) -> None:
    service.store.subscribers.add([make_subscriber(id="id-far", address="a@elsewhere.org")])
    add_subscribers(service.store, "near")
    service.plan_digests(MONDAY)
    transport = FakeTransport()

    assert send(service, transport) == {DeliveryStatus.ACCEPTED: 1, DeliveryStatus.GIVEN_UP: 1}
    assert transport.recipients == ["near@example.org"]
    assert delivery_of(service, "far").reply == "not on the list in the setting mail_allow"


def test_a_permanent_refusal_is_not_retried(service: DeliveryService) -> None:
    add_subscribers(service.store, "a")
    service.plan_digests(MONDAY)

    assert send(service, FakeTransport(lambda _: SendOutcome.PERMANENT_FAILURE)) == {
        DeliveryStatus.REFUSED: 1
    }
    assert send(service, FakeTransport(), MONDAY + timedelta(days=1)) == {}


def test_a_temporary_refusal_is_retried_for_two_days(service: DeliveryService) -> None:
    add_subscribers(service.store, "a")
    service.plan_digests(MONDAY)
    transport, attempts = FakeTransport(lambda _: SendOutcome.TEMPORARY_FAILURE), list[timedelta]()
    while due := next_due(service.store):
        send(service, transport, due - timedelta(seconds=1))
        assert len(transport.batches) == len(attempts)
        send(service, transport, due)
        attempts.append(due - MONDAY)

    minutes = [int(one.total_seconds()) // 60 for one in attempts]
    assert minutes[:4] == [0, 2, 6, 14]
    assert 48 * 60 <= minutes[-1] < 52 * 60
    assert max(later - sooner for sooner, later in pairwise(minutes)) == 4 * 60
    assert delivery_of(service, "a").status is DeliveryStatus.GIVEN_UP
    assert delivery_of(service, "a").attempts == len(attempts)


def test_an_unknown_outcome_is_sent_again_as_the_same_message_and_counted(service: DeliveryService) -> None:
    add_subscribers(service.store, "a")
    service.plan_digests(MONDAY)
    failing, working = FakeTransport(lambda _: SendOutcome.UNKNOWN), FakeTransport()

    assert send(service, failing) == {DeliveryStatus.PLANNED: 1}
    assert send(service, working, MONDAY + timedelta(minutes=1)) == {}
    assert send(service, working, MONDAY + timedelta(minutes=2)) == {DeliveryStatus.ACCEPTED: 1}
    assert failing.batches == working.batches
    assert service.store.deliveries.counts_by_run()[RUN]["unsure"] == 1


def test_a_mail_server_that_cannot_be_used_costs_no_delivery_an_attempt(service: DeliveryService) -> None:
    add_subscribers(service.store, *"abcd")
    service.plan_digests(MONDAY)

    async def closed(_: Sequence[Message]) -> tuple[SendResult, ...]:
        raise DeliveryError("mail.example.org: closed")

    with pytest.raises(DeliveryError, match="closed"):
        asyncio.run(service.send_due(closed, lambda: MONDAY))

    deliveries = [delivery_of(service, name) for name in "abcd"]
    assert {one.status for one in deliveries} == {DeliveryStatus.PLANNED}
    assert {(one.attempts, one.unknown_outcomes, one.first_attempt) for one in deliveries} == {(0, 0, None)}
    assert send(service, FakeTransport(), MONDAY + timedelta(minutes=2)) == {DeliveryStatus.ACCEPTED: 4}


def test_deliveries_in_flight_when_the_sender_died_are_sent_again(service: DeliveryService) -> None:
    add_subscribers(service.store, *"abcd")
    service.plan_digests(MONDAY)
    batch = service.store.deliveries.next_batch((), MONDAY, 3)
    assert [one.status for one, _ in batch] == [DeliveryStatus.HANDED_OVER] * 3
    transport = FakeTransport()

    send(service, transport, MONDAY + timedelta(minutes=1))

    assert transport.recipients == [f"{name}@example.org" for name in "abcd"]
    assert service.store.deliveries.counts_by_run() == {RUN: {"accepted": 4, "unsure": 3}}


ERASED_STATUSES = [SubscriberStatus.UNSUBSCRIBED, SubscriberStatus.SUPPRESSED, SubscriberStatus.UNCONFIRMED]


@pytest.mark.parametrize(("days", "erased"), [(27.9, 0), (28.1, 3)])
def test_former_subscribers_are_erased_after_four_weeks_with_their_mail_in_the_outbox(
    service: DeliveryService, tmp_path: Path, days: float, erased: int
) -> None:
    add_subscribers(service.store, "stays", "pauses", *ERASED_STATUSES)
    service.plan_digests(MONDAY)
    send(service, Outbox(tmp_path / "outbox"))
    for status in ERASED_STATUSES:
        service.store.subscribers.set_status(f"id-{status}", status, MONDAY)
    service.store.subscribers.set_status("id-pauses", SubscriberStatus.PAUSED, MONDAY)
    now = (MONDAY + timedelta(days=days)).replace(microsecond=0)

    assert service.erase_former_subscribers(now, tmp_path / "outbox") == erased
    assert len(service.store.subscribers.all()) == 5 - erased
    assert len(list((tmp_path / "outbox").rglob("*.eml"))) == 5 - erased


def test_an_erased_address_is_nowhere_in_the_stores_files(service: DeliveryService) -> None:
    add_subscribers(service.store, "leaves")
    service.plan_digests(MONDAY)
    send(service, FakeTransport())
    service.store.subscribers.erase(["id-leaves"])

    files = list(Path(service.config.settings.store_url.removeprefix("sqlite:///")).parent.iterdir())
    assert not any(b"leaves@example.org" in file.read_bytes() for file in files)


def test_a_mailing_list_never_gets_the_mail_that_was_prepared_for_a_person(service: DeliveryService) -> None:
    add_subscribers(service.store, "a", "z")
    add_subscribers(service.store, "list", is_list=True, leave_instructions="https://lists.example.org/leave")
    service.plan_digests(MONDAY)
    transport = FakeTransport()

    send(service, transport)

    for one in (one for batch in transport.batches for one in batch):
        has_token = TOKENS.unsubscribe_token(one.subscriber_id).encode() in one.payload.replace(b"=\r\n", b"")
        assert has_token == (one.subscriber_id != "id-list")
        assert (b"lists.example.org/leave" in one.payload.replace(b"=\r\n", b"")) != has_token


def test_nobody_is_added_to_a_run_that_was_planned(service: DeliveryService) -> None:
    add_subscribers(service.store, "a", "b")

    assert service.store.deliveries.plan(RUN, ["id-a"], MONDAY)
    assert not service.store.deliveries.plan(RUN, ["id-a", "id-b"], MONDAY)
    assert service.store.deliveries.of_subscriber("id-b") == ()


def test_erasing_a_subscriber_also_erases_bounces_and_rules(service: DeliveryService) -> None:
    store = service.store
    for round in range(2):
        add_subscribers(store, "a")
        assert store.subscribers.save_bounce(f"2024-W0{round}", "id-a", "soft bounce", MONDAY) == 1
        store.alerts.save_subscriber_rule("id-a", SubscriberRule(id="r", when="plan"))
        store.subscribers.erase(["id-a"])
        assert store.alerts.subscriber_rules() == ()


def test_a_mail_server_on_another_machine_is_used_over_tls_or_not_at_all(service: DeliveryService) -> None:
    async def work() -> None:
        async with run_scripted_server(
            host="127.0.0.2"
        ) as server:  # another machine, as far as the settings can tell
            settings_on = {
                "mail_send": True,
                "mail_from": "a@example.org",
                "mail_server": f"smtp://127.0.0.2:{server.port}",
            }
            settings = service.config.settings.model_copy(update=settings_on)
            async with open_transport(settings, None) as (transport, everybody):
                with pytest.raises(DeliveryError, match="STARTTLS"):
                    await transport([make_message("a")])
            assert not everybody
            assert {command[:4] for command in server.commands[0]} <= {"EHLO", "QUIT"}

    asyncio.run(work())


def test_who_wants_only_alerts_gets_no_digest(service: DeliveryService) -> None:
    add_subscribers(service.store, "active")
    add_subscribers(service.store, "alerts", choices=Choices(only_alerts=True, when_empty=True))
    transport = FakeTransport()

    service.plan_digests(MONDAY)
    send(service, transport)

    assert transport.recipients == ["active@example.org"]
