"""One delivery or mail that raises never stops the others, and none is repeated without bound."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiosmtplib import SMTP
from aiosmtplib.protocol import SMTPProtocol

from aggregator import log
from aggregator.config import Config, load_config
from aggregator.config.settings import load_settings
from aggregator.deliver import prepare_digest_mail
from aggregator.deliver.mail.prepared import PreparedMessage
from aggregator.errors import StoreError
from aggregator.fetch.mailbox.fetcher import MailboxFetcher
from aggregator.model import (
    MAX_RESENDS,
    NEVER_KNOWN,
    Choices,
    DeliveryStatus,
    Fetched,
    Message,
    SendOutcome,
    SendResult,
    Subscriber,
    SubscriberStatus,
)
from aggregator.model.faults import FaultKind
from aggregator.services.mailing import message_builder, replies_mailbox
from aggregator.services.mailing.delivery import DeliveryService
from aggregator.services.mailing.mailer import Mailer
from aggregator.services.subscriptions.service import SubscriptionService
from aggregator.store import open_store
from tests.conftest import PROJECT
from tests.crash import killed_child
from tests.crash.mail_server import RunningMailServer, run_mail_server
from tests.deliver.digest.digests import make_digest, make_item, make_section, publish_pages
from tests.deliver.mail.inbound import personal_mail
from tests.deliver.mail.subscribers import TOKENS, make_context, make_subscriber
from tests.support.builders import instant

MONDAY = instant("2024-01-29 08:00")
MINUTE, LATER = timedelta(minutes=1), timedelta(minutes=11)
RUN = "2024-W04"
SEED = 20240129
TEN = [f"reader{n}" for n in range(10)]
BUG = ZeroDivisionError("a bug")


@cache
def _project_config() -> Config:
    return load_config(load_settings(PROJECT / "settings.yaml"))


class Bench:
    """A project with an issued digest and ten subscribers, and a real mail server on this machine."""

    def __init__(self, folder: Path, server: RunningMailServer, names: Sequence[str] = TEN) -> None:
        changes: dict[str, object] = {
            "home": folder,
            "store": f"sqlite:///{folder}/data/store.db",
            "mail_send": True,
            "mail_from": "letters@updates.example.org",
            "mail_server": f"smtp://127.0.0.1:{server.port}",
            "mail_allow": ("*",),
            "mail_connections": 1,
        }
        (folder / "data").mkdir()
        (folder / "data/secret").write_bytes(TOKENS.key)
        self.config, self.server = _project_config(), server
        self.with_settings(**changes)
        digest = make_digest(make_section("Documents", make_item()), issued_at=MONDAY)
        publish_pages(self.config.settings.output_folder, digest)
        with self.open() as store:
            store.digests.issue([digest])
            store.subscribers.add(_subscriber(name) for name in names)

    def open(self) -> Any:
        return open_store(self.config.settings.store_url)

    def send(self, at: datetime) -> dict[DeliveryStatus, int]:
        """Send what is due, as after a restart: with a store that was opened anew."""
        with self.open() as store:
            return dict(asyncio.run(Mailer(self.config, store, lambda: at).send_due()))

    def work(self, at: datetime) -> Callable[[], None]:
        """The same as the work of a process of its own."""

        def send() -> None:
            self.send(at)

        return send

    def with_settings(self, **changes: object) -> None:
        settings = self.config.settings.model_copy(update=changes)
        self.config = replace(self.config, settings=settings)

    def copies(self) -> Counter[str]:
        """How many copies each subscriber got."""
        return Counter(mail["to"].partition("@")[0] for mail in self.server.accepted_mails())

    def faults(self) -> list[tuple[FaultKind, str]]:
        with self.open() as store:
            return [(one.kind, one.key) for one in store.faults.all()]


def _subscriber(name: str, **changes: Any) -> Subscriber:
    return make_subscriber(id=name, address=f"{name}@example.org", **changes)


@pytest.fixture(autouse=True)
def _plain_log() -> Iterator[None]:
    """Log tracebacks as the program does: structlog's default prints all local variables, for seconds."""
    log.configure(verbose=False)
    yield
    structlog.reset_defaults()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with run_mail_server(tmp_path / "mails.jsonl") as server:
        yield Bench(tmp_path, server)


def one_of_ten() -> str:
    return random.Random(SEED).choice(TEN)  # noqa: S311  # nothing is secret here


def raise_for(name: str, call: Callable[..., Any], argument: int) -> Callable[..., Any]:
    """The call, which raises for this subscriber or address."""

    def raising(*arguments: Any, **keywords: Any) -> Any:
        found = arguments[argument]
        if name in (getattr(found, "id", ""), str(found).partition("@")[0]):
            raise BUG
        return call(*arguments, **keywords)

    return raising


@pytest.mark.parametrize(
    ("where", "argument"), [((PreparedMessage, "personalise"), 1), ((SMTP, "rcpt"), 1)], ids=["built", "sent"]
)
def test_nine_of_ten_are_sent_and_the_tenth_once_the_fault_is_gone(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, where: tuple[type, str], argument: int
) -> None:
    name = one_of_ten()
    key = (FaultKind.DELIVERY, f"{RUN}/{name}")
    with monkeypatch.context() as broken:
        broken.setattr(*where, raise_for(name, getattr(*where), argument))
        assert bench.send(MONDAY) == {DeliveryStatus.ACCEPTED: 9, DeliveryStatus.PLANNED: 1}
        assert bench.copies() == Counter(set(TEN) - {name})
        assert bench.faults() == [key]
        # The pause is not over, then it grows.
        assert bench.send(MONDAY + MINUTE) == {}
        assert bench.send(MONDAY + LATER) == {DeliveryStatus.PLANNED: 1}
        assert bench.send(MONDAY + 2 * LATER) == {}

    assert bench.send(MONDAY + 3 * LATER) == {DeliveryStatus.ACCEPTED: 1}
    assert bench.copies() == Counter(TEN)
    assert bench.faults() == []


def test_a_preparation_that_fails_keeps_only_those_back_who_share_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bench.open() as store:
        for name in TEN[:3]:
            store.subscribers.save(_subscriber(name, choices=Choices(when_empty=True)))
    prepare, calls = prepare_digest_mail, Counter[bool]()

    def broken(digest: Any, subscriber: Subscriber, *rest: Any) -> PreparedMessage:
        calls[subscriber.choices.when_empty] += 1
        if subscriber.choices.when_empty:
            raise BUG
        return prepare(digest, subscriber, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(message_builder, "prepare_digest_mail", broken)
        assert bench.send(MONDAY) == {DeliveryStatus.ACCEPTED: 7, DeliveryStatus.PLANNED: 3}
        assert calls == {True: 1, False: 1}
        assert bench.faults() == [(FaultKind.DIGEST, RUN)]

    assert bench.send(MONDAY + LATER) == {DeliveryStatus.ACCEPTED: 3}
    assert bench.faults() == []


def test_a_run_whose_digest_is_gone_does_not_stop_the_others(bench: Bench) -> None:
    with bench.open() as store:
        store.deliveries.plan("2024-W03", TEN[:2], MONDAY)

    assert bench.send(MONDAY) == {DeliveryStatus.ACCEPTED: 10, DeliveryStatus.PLANNED: 2}
    assert bench.faults() == [(FaultKind.DIGEST, "2024-W03")]


def test_a_transport_that_raises_repeats_nobody_more_than_twice(bench: Bench) -> None:
    """After it has taken some of a batch; the one that raises is found, and given up."""
    taken, bad = Counter[str](), one_of_ten()

    async def transport(messages: Sequence[Message]) -> tuple[SendResult, ...]:
        for message in messages:
            taken[message.subscriber_id] += 1
            if message.subscriber_id == bad:
                raise BUG
        return tuple(SendResult(message, SendOutcome.ACCEPTED) for message in messages)

    with bench.open() as store:
        service = DeliveryService(bench.config, store, make_context())
        service.plan_digests(MONDAY)
        assert asyncio.run(service.send_due(transport, lambda: MONDAY))[DeliveryStatus.ACCEPTED] == 9
        for hours in range(1, 60):
            asyncio.run(service.send_due(transport, lambda at=MONDAY + timedelta(hours=hours): at))  # type: ignore[misc]
        assert taken[bad] == MAX_RESENDS + 1
        assert max(taken.values()) == MAX_RESENDS + 1
        (given_up,) = store.deliveries.never_known()
        assert (given_up.subscriber_id, given_up.status) == (bad, DeliveryStatus.GIVEN_UP)
        assert given_up.reply.startswith(NEVER_KNOWN)
        assert store.faults.all() == ()


def die_at(name: str) -> Callable[[killed_child.FaultPoints], None]:
    """The child kills itself when the mail server has taken the message to `name`."""

    def install(_points: killed_child.FaultPoints) -> None:
        send: Callable[..., Any] = SMTPProtocol.execute_data_command

        async def execute(self: SMTPProtocol, message: bytes, **keywords: Any) -> Any:
            reply = await send(self, message, **keywords)
            if f"To: {name}@".encode() in message:
                os.kill(os.getpid(), signal.SIGKILL)
            return reply

        SMTPProtocol.execute_data_command = execute  # type: ignore[method-assign,assignment]  # only in the child

    return install


def test_a_process_that_dies_at_the_same_message_repeats_nobody_more_than_twice(bench: Bench) -> None:
    bad = TEN[4]
    for round in range(5):
        work = bench.work(MONDAY + round * MINUTE)
        killed_child.run_to_end(bench.config.settings.home, work, die_at(bad))

    copies = bench.copies()
    assert set(copies) == set(TEN)
    assert copies[bad] == MAX_RESENDS + 1
    # Sent again alone, so that only those that were in flight with it the first time got a second copy.
    assert max(copies[name] for name in TEN if name != bad) == 2
    with bench.open() as store:
        (given_up,) = store.deliveries.never_known()
        assert (given_up.subscriber_id, given_up.reply) == (bad, NEVER_KNOWN)
        assert store.deliveries.counts_by_run()[RUN]["accepted"] == 9


def test_two_senders_at_once_send_each_message_once(tmp_path: Path) -> None:
    """As with cron beside `start`: the second waits or is refused, and never takes what is in flight."""
    with run_mail_server(tmp_path / "mails.jsonl") as server:
        names = [f"slow{n}" for n in range(10)]
        bench = Bench(tmp_path, server, names)

        def send() -> None:
            with suppress(StoreError):
                bench.send(MONDAY)

        first = threading.Thread(target=send)
        first.start()
        server.wait_for(3)
        send()
        first.join()
        send()

        assert bench.copies() == Counter(names)


def test_a_batch_lost_in_the_middle_is_finished_and_repeats_only_what_was_in_flight(tmp_path: Path) -> None:
    with run_mail_server(tmp_path / "mails.jsonl") as server:
        names = [f"slow{n}" for n in range(10)]
        bench = Bench(tmp_path, server, names)
        bench.with_settings(mail_batch=4)
        child, pipe = killed_child.start(tmp_path, bench.work(MONDAY))
        server.wait_for(6)
        assert killed_child.kill_running(child, pipe, 0)

        bench.send(MONDAY + MINUTE)

        copies = bench.copies()
        assert set(copies) == set(names)
        assert 1 <= sum(copies.values()) - len(names) <= 4
        assert max(copies.values()) == 2


def test_who_unsubscribes_while_their_batch_is_under_way_gets_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    data: Callable[..., Any] = SMTP.data

    async def leave_after_the_third(self: SMTP, *arguments: Any, **keywords: Any) -> Any:
        if bench.server.count() == 2:
            with bench.open() as store:
                store.subscribers.set_status(TEN[7], SubscriberStatus.UNSUBSCRIBED, MONDAY)
        return await data(self, *arguments, **keywords)

    monkeypatch.setattr(SMTP, "data", leave_after_the_third)

    assert bench.send(MONDAY) == {DeliveryStatus.ACCEPTED: 9, DeliveryStatus.GIVEN_UP: 1}
    assert bench.copies() == Counter(set(TEN) - {TEN[7]})


# ---------------------------------------------------------------- the replies mailbox
def maildir(bench: Bench, *mails: bytes) -> None:
    """Put mails into the replies mailbox."""
    bench.with_settings(replies_mailbox="maildir:replies")
    for name in ("cur", "new", "tmp"):
        (bench.config.settings.home / "replies" / name).mkdir(parents=True)
    for number, mail in enumerate(mails):
        (bench.config.settings.home / f"replies/new/{number}.mail").write_bytes(mail)


def leave(name: str) -> bytes:
    return personal_mail(subject=f"leave {TOKENS.unsubscribe_token(name)}")


def test_hostile_mails_are_handled_and_the_digest_goes_out(bench: Bench) -> None:
    hostile = ("To: <", 'To: "', "To: a@[", "From: <")
    maildir(bench, *(f"{field}\nSubject: join\n\n".encode() for field in hostile), leave(TEN[0]))

    assert bench.send(MONDAY) == {DeliveryStatus.ACCEPTED: 9}
    assert bench.faults() == []


def test_one_of_ten_mails_that_raises_is_set_aside_and_read_again_once_the_fault_is_gone(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = one_of_ten()
    maildir(bench, *map(leave, TEN))
    with bench.open() as store:
        # One mailer, which remembers the state of the mailbox.
        now = [MONDAY]
        mailer = Mailer(bench.config, store, lambda: now[0])
        with monkeypatch.context() as broken:
            unsubscribe = raise_for(name, SubscriptionService.unsubscribe, 1)
            broken.setattr(SubscriptionService, "unsubscribe", unsubscribe)
            assert asyncio.run(mailer.send_due()) == {DeliveryStatus.ACCEPTED: 1}
            ((kind, _),) = [(one.kind, one.key) for one in store.faults.all()]
            assert kind is FaultKind.MAIL
            assert [one.id for one in store.subscribers.all(SubscriberStatus.ACTIVE)] == [name]
        now[0] += MINUTE
        asyncio.run(mailer.send_due())
        assert [one.id for one in store.subscribers.all(SubscriberStatus.ACTIVE)] == [name]
        now[0] += LATER
        asyncio.run(mailer.send_due())
        assert store.subscribers.all(SubscriberStatus.ACTIVE) == ()
        assert store.faults.all() == ()


@pytest.mark.parametrize("error", [IndexError("x"), asyncio.CancelledError()])
def test_a_mailbox_whose_fetch_raises_anything_does_not_stop_sending(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    maildir(bench)

    async def raising(*_: object) -> Fetched:
        raise error

    monkeypatch.setattr(MailboxFetcher, "__call__", raising)

    assert bench.send(MONDAY) == {DeliveryStatus.ACCEPTED: 10}


@pytest.mark.timeout(20)
def test_a_mailbox_that_never_answers_does_not_keep_mail_back(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    maildir(bench)

    async def hang(*_: object) -> Fetched:
        await asyncio.sleep(600)
        raise AssertionError

    monkeypatch.setattr(MailboxFetcher, "__call__", hang)
    monkeypatch.setattr(replies_mailbox, "HEAD_START", timedelta(seconds=0.05))
    monkeypatch.setattr(replies_mailbox, "LONGEST_READING", timedelta(seconds=0.05))

    assert bench.send(MONDAY) == {DeliveryStatus.ACCEPTED: 10}
