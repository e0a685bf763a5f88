"""A run's letters: planned once, handed over in batches, tried again, given up; and who must get none."""

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
    SendOutcome,
    Message,
    SendResult,
    Subscriber,
    SubscriberStatus,
)
from aggregator.model.alerts import SubscriberRule
from aggregator.services.mailing.delivery import DeliveryService
from aggregator.services.mailing.mailer import MAIL_LOCK, Mailer, open_transport
from aggregator.store import Store, open_store
from tests.conftest import PROJECT
from tests.deliver.digest.digests import digest, item, next_due, under
from tests.deliver.mail.scripted_server import message, scripted
from tests.deliver.mail.subscribers import TOKENS, reader, stationery
from tests.support.builders import instant

MONDAY = instant("2024-01-29 08:00")
RUN = "2024-W04"


@dataclass
class Postbox:
    """Takes letters as it is told, by the recipient's name."""

    says: Callable[[str], SendOutcome] = lambda _: SendOutcome.ACCEPTED
    batches: list[list[Message]] = field(default_factory=list)

    async def __call__(self, messages: Sequence[Message]) -> tuple[SendResult, ...]:
        self.batches.append(list(messages))
        return tuple(SendResult(message, self.says(message.recipient), "told") for message in messages)

    @property
    def recipients(self) -> list[str]:
        return sorted(message.recipient for batch in self.batches for message in batch)


@pytest.fixture
def letters(tmp_path: Path) -> Iterator[DeliveryService]:
    """The letter of the week is issued; nobody reads it yet."""
    settings = load_settings(PROJECT / "settings.yaml", store=f"sqlite:///{tmp_path}/store.db")
    config = load_config(settings.model_copy(update={"mail_batch": 3, "mail_allow": ("@example.org",)}))
    with open_store(config.settings.store_url) as store:
        store.digests.issue([digest(under("Documents", item()), issued=MONDAY)])
        yield DeliveryService(config, store, stationery())


def join(store: Store, *names: str, **changes: object) -> list[Subscriber]:
    """Readers by name."""
    told = [reader(id=f"id-{name}", address=f"{name}@example.org", **changes) for name in names]
    store.subscribers.add(told)
    return told


def send(letters: DeliveryService, postbox: Postbox | Outbox, at: datetime = MONDAY) -> dict[DeliveryStatus, int]:
    """One round."""
    return dict(asyncio.run(letters.send_due(postbox, lambda: at)))


def posting(letters: DeliveryService, name: str) -> Delivery:
    """How far a reader's letter got."""
    return letters.store.deliveries.of_subscriber(f"id-{name}")[0]


def test_a_run_is_planned_once_and_goes_out_in_batches(letters: DeliveryService) -> None:
    join(letters.store, *"abcdefg")
    postbox = Postbox()

    assert letters.plan_digests(MONDAY) == (RUN,)
    assert letters.plan_digests(MONDAY) == ()
    assert send(letters, postbox) == {DeliveryStatus.ACCEPTED: 7}
    assert send(letters, postbox) == {}
    assert letters.plan_digests(MONDAY + timedelta(days=1)) == ()
    assert max(len(batch) for batch in postbox.batches) == 3
    assert postbox.recipients == [f"{name}@example.org" for name in "abcdefg"]
    assert letters.store.deliveries.counts_by_run() == {RUN: {"accepted": 7, "unsure": 0}}


@pytest.mark.parametrize(("days", "planned"), [(6.9, (RUN,)), (7.1, ())])
def test_a_missed_monday_is_made_good_within_the_week(
    letters: DeliveryService, days: float, planned: tuple[str, ...]
) -> None:
    join(letters.store, "a")

    assert letters.plan_digests(MONDAY + timedelta(days=days)) == planned


def test_while_nobody_reads_a_run_waits_for_its_first_reader(letters: DeliveryService) -> None:
    assert letters.plan_digests(MONDAY) == ()
    join(letters.store, "a")
    assert letters.plan_digests(MONDAY) == (RUN,)


def test_only_those_who_read_and_for_whom_there_is_something_get_a_letter(letters: DeliveryService) -> None:
    join(letters.store, "reads")
    join(letters.store, "wales", choices=Choices(bodies=("wales",)))
    join(letters.store, "asked", choices=Choices(bodies=("wales",), when_empty=True))
    for standing in (
        SubscriberStatus.PAUSED,
        SubscriberStatus.UNSUBSCRIBED,
        SubscriberStatus.SUPPRESSED,
        SubscriberStatus.UNCONFIRMED,
    ):
        join(letters.store, standing.value, standing=standing)
    postbox = Postbox()

    letters.plan_digests(MONDAY)
    send(letters, postbox)

    assert postbox.recipients == ["asked@example.org", "reads@example.org"]


def test_who_leaves_between_the_plan_and_their_turn_gets_nothing(letters: DeliveryService) -> None:
    join(letters.store, "stays", "leaves", "erased")
    letters.plan_digests(MONDAY)
    letters.store.subscribers.set_status("id-leaves", SubscriberStatus.UNSUBSCRIBED, MONDAY)
    letters.store.subscribers.erase(["id-erased"])
    postbox = Postbox()

    send(letters, postbox)

    assert postbox.recipients == ["stays@example.org"]
    assert posting(letters, "leaves").status is DeliveryStatus.GIVEN_UP
    assert posting(letters, "leaves").reply == "the subscriber had left"
    assert letters.store.deliveries.of_subscriber("id-erased") == ()


def test_who_leaves_while_batches_are_under_way_gets_nothing(letters: DeliveryService) -> None:
    join(letters.store, *"abcdef")
    letters.plan_digests(MONDAY)

    def accept_and_let_f_go(_: str) -> SendOutcome:
        letters.store.subscribers.set_status("id-f", SubscriberStatus.UNSUBSCRIBED, MONDAY)
        return SendOutcome.ACCEPTED

    postbox = Postbox(accept_and_let_f_go)

    assert send(letters, postbox) == {DeliveryStatus.ACCEPTED: 5}
    assert [len(batch) for batch in postbox.batches] == [3, 2]
    assert postbox.recipients == [f"{name}@example.org" for name in "abcde"]
    assert send(letters, postbox, MONDAY + timedelta(minutes=1)) == {}
    assert posting(letters, "f").status is DeliveryStatus.GIVEN_UP


def test_a_second_sender_is_kept_out_while_one_is_at_it(letters: DeliveryService, tmp_path: Path) -> None:
    join(letters.store, "a")
    settings = letters.config.settings.model_copy(update={"home": tmp_path})
    postman = Mailer(replace(letters.config, settings=settings), letters.store, lambda: MONDAY)

    with letters.store.job_lock(MAIL_LOCK), pytest.raises(StoreError, match="holds this lock"):
        asyncio.run(postman.send_due())
    assert letters.store.deliveries.counts_by_run() == {}
    assert list(tmp_path.rglob("*.eml")) == []

    assert asyncio.run(postman.send_due()) == {DeliveryStatus.ACCEPTED: 1}
    assert len(list(tmp_path.rglob("*.eml"))) == 1


def test_whom_the_operators_list_does_not_name_is_given_up_unasked(letters: DeliveryService) -> None:
    letters.store.subscribers.add([reader(id="id-far", address="a@elsewhere.org")])
    join(letters.store, "near")
    letters.plan_digests(MONDAY)
    postbox = Postbox()

    assert send(letters, postbox) == {DeliveryStatus.ACCEPTED: 1, DeliveryStatus.GIVEN_UP: 1}
    assert postbox.recipients == ["near@example.org"]
    assert posting(letters, "far").reply == "not on the list in the setting mail_allow"


def test_a_permanent_refusal_is_kept_and_not_tried_again(letters: DeliveryService) -> None:
    join(letters.store, "a")
    letters.plan_digests(MONDAY)

    assert send(letters, Postbox(lambda _: SendOutcome.PERMANENT_FAILURE)) == {DeliveryStatus.REFUSED: 1}
    assert send(letters, Postbox(), MONDAY + timedelta(days=1)) == {}


def test_a_temporary_refusal_is_tried_again_for_two_days(letters: DeliveryService) -> None:
    join(letters.store, "a")
    letters.plan_digests(MONDAY)
    postbox, tried = Postbox(lambda _: SendOutcome.TEMPORARY_FAILURE), list[timedelta]()
    while due := next_due(letters.store):
        send(letters, postbox, due - timedelta(seconds=1))
        assert len(postbox.batches) == len(tried)
        send(letters, postbox, due)
        tried.append(due - MONDAY)

    minutes = [int(one.total_seconds()) // 60 for one in tried]
    assert minutes[:4] == [0, 2, 6, 14]
    assert 48 * 60 <= minutes[-1] < 52 * 60
    assert max(later - sooner for sooner, later in pairwise(minutes)) == 4 * 60
    assert posting(letters, "a").status is DeliveryStatus.GIVEN_UP
    assert posting(letters, "a").attempts == len(tried)


def test_an_unknown_outcome_is_sent_again_as_the_same_message_and_counted(letters: DeliveryService) -> None:
    join(letters.store, "a")
    letters.plan_digests(MONDAY)
    lost, found = Postbox(lambda _: SendOutcome.UNKNOWN), Postbox()

    assert send(letters, lost) == {DeliveryStatus.PLANNED: 1}
    assert send(letters, found, MONDAY + timedelta(minutes=1)) == {}
    assert send(letters, found, MONDAY + timedelta(minutes=2)) == {DeliveryStatus.ACCEPTED: 1}
    assert lost.batches == found.batches
    assert letters.store.deliveries.counts_by_run()[RUN]["unsure"] == 1


def test_a_mail_server_that_cannot_be_used_costs_no_letter_a_try(letters: DeliveryService) -> None:
    join(letters.store, *"abcd")
    letters.plan_digests(MONDAY)

    async def closed(_: Sequence[Message]) -> tuple[SendResult, ...]:
        raise DeliveryError("mail.example.org: closed")

    with pytest.raises(DeliveryError, match="closed"):
        asyncio.run(letters.send_due(closed, lambda: MONDAY))

    kept = [posting(letters, name) for name in "abcd"]
    assert {one.status for one in kept} == {DeliveryStatus.PLANNED}
    assert {(one.attempts, one.unknown_outcomes, one.first_attempt) for one in kept} == {(0, 0, None)}
    assert send(letters, Postbox(), MONDAY + timedelta(minutes=2)) == {DeliveryStatus.ACCEPTED: 4}


def test_what_was_in_flight_when_the_sender_died_is_sent_again(letters: DeliveryService) -> None:
    join(letters.store, *"abcd")
    letters.plan_digests(MONDAY)
    taken = letters.store.deliveries.next_batch((), MONDAY, 3)
    assert [one.status for one, _ in taken] == [DeliveryStatus.HANDED_OVER] * 3
    postbox = Postbox()

    send(letters, postbox, MONDAY + timedelta(minutes=1))

    assert postbox.recipients == [f"{name}@example.org" for name in "abcd"]
    assert letters.store.deliveries.counts_by_run() == {RUN: {"accepted": 4, "unsure": 3}}


GOES = [SubscriberStatus.UNSUBSCRIBED, SubscriberStatus.SUPPRESSED, SubscriberStatus.UNCONFIRMED]


@pytest.mark.parametrize(("days", "erased"), [(27.9, 0), (28.1, 3)])
def test_who_left_is_erased_after_four_weeks_with_their_letters_in_the_outbox(
    letters: DeliveryService, tmp_path: Path, days: float, erased: int
) -> None:
    join(letters.store, "stays", "pauses", *GOES)
    letters.plan_digests(MONDAY)
    send(letters, Outbox(tmp_path / "outbox"))
    for footing in GOES:
        letters.store.subscribers.set_status(f"id-{footing}", footing, MONDAY)
    letters.store.subscribers.set_status("id-pauses", SubscriberStatus.PAUSED, MONDAY)
    now = (MONDAY + timedelta(days=days)).replace(microsecond=0)

    assert letters.erase_gone(now, tmp_path / "outbox") == erased
    assert len(letters.store.subscribers.all()) == 5 - erased
    assert len(list((tmp_path / "outbox").rglob("*.eml"))) == 5 - erased


def test_an_erased_address_is_nowhere_in_the_stores_files(letters: DeliveryService) -> None:
    join(letters.store, "leaves")
    letters.plan_digests(MONDAY)
    send(letters, Postbox())
    letters.store.subscribers.erase(["id-leaves"])

    files = list(Path(letters.config.settings.store_url.removeprefix("sqlite:///")).parent.iterdir())
    assert not any(b"leaves@example.org" in file.read_bytes() for file in files)


def test_a_mailing_list_never_gets_the_letter_that_was_made_for_a_person(letters: DeliveryService) -> None:
    join(letters.store, "a", "z")
    join(letters.store, "list", is_list=True, leave="https://lists.example.org/leave")
    letters.plan_digests(MONDAY)
    postbox = Postbox()

    send(letters, postbox)

    for one in (one for batch in postbox.batches for one in batch):
        own = TOKENS.unsubscribe_token(one.subscriber_id).encode() in one.payload.replace(b"=\r\n", b"")
        assert own == (one.subscriber_id != "id-list")
        assert (b"lists.example.org/leave" in one.payload.replace(b"=\r\n", b"")) != own


def test_a_run_that_was_planned_takes_nobody_in_later(letters: DeliveryService) -> None:
    join(letters.store, "a", "b")

    assert letters.store.deliveries.plan(RUN, ["id-a"], MONDAY)
    assert not letters.store.deliveries.plan(RUN, ["id-a", "id-b"], MONDAY)
    assert letters.store.deliveries.of_subscriber("id-b") == ()


def test_who_is_erased_leaves_no_bounce_and_no_rule_behind(letters: DeliveryService) -> None:
    store = letters.store
    for round in range(2):
        join(store, "a")
        assert store.subscribers.save_bounce(f"2024-W0{round}", "id-a", "soft bounce", MONDAY) == 1
        store.alerts.save_subscriber_rule("id-a", SubscriberRule(id="r", when="plan"))
        store.subscribers.erase(["id-a"])
        assert store.alerts.subscriber_rules() == ()


def test_a_mail_server_elsewhere_is_spoken_to_over_tls_or_not_at_all(letters: DeliveryService) -> None:
    async def work() -> None:
        async with scripted(host="127.0.0.2") as found:  # not this machine, for all that the settings know
            on = {
                "mail_send": True,
                "mail_from": "a@example.org",
                "mail_server": f"smtp://127.0.0.2:{found.port}",
            }
            settings = letters.config.settings.model_copy(update=on)
            async with open_transport(settings, None) as (postbox, everybody):
                with pytest.raises(DeliveryError, match="STARTTLS"):
                    await postbox([message("a")])
            assert not everybody
            assert {line[:4] for line in found.told[0]} <= {"EHLO", "QUIT"}

    asyncio.run(work())


def test_who_wants_alerts_alone_gets_no_weekly_letter(letters: DeliveryService) -> None:
    join(letters.store, "reads")
    join(letters.store, "alerts", choices=Choices(only_alerts=True, when_empty=True))
    postbox = Postbox()

    letters.plan_digests(MONDAY)
    send(letters, postbox)

    assert postbox.recipients == ["reads@example.org"]
