"""Bounces, complaints and mails that unsubscribe: what happens to the subscriber."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from aggregator.errors import ConfigError
from aggregator.model import Choices, SubscriberStatus
from aggregator.services.mailing.inbound_mail import InboundMailHandler
from aggregator.services.subscriptions.admin import SubscriberAdmin
from aggregator.services.subscriptions.service import SubscriptionService, choice_options
from aggregator.store import Store, open_store
from tests.deliver.mail.inbound import make_bounce, make_complaint, personal_mail
from tests.deliver.mail.subscribers import TOKENS, make_subscriber
from tests.support.builders import instant
from tests.support.projects import SMALL_REGISTER, small_project
from tests.web.site_with_subscribers import config

NOW = instant("2024-01-30 09:00")


@pytest.fixture
def store() -> Iterator[Store]:
    with open_store("sqlite://") as store:
        store.subscribers.add([make_subscriber()])
        yield store


def handle(store: Store, mails: list[bytes], now: datetime) -> Counter[str]:
    return asyncio.run(InboundMailHandler(SubscriptionService(store, TOKENS)).handle(mails, now))


def status_of(store: Store) -> SubscriberStatus:
    (subscriber,) = store.subscribers.all()
    return subscriber.status


@pytest.mark.parametrize(
    ("mails", "after"),
    [
        ([personal_mail()], SubscriberStatus.UNSUBSCRIBED),
        ([make_bounce()], SubscriberStatus.SUPPRESSED),
        ([make_complaint()], SubscriberStatus.SUPPRESSED),
        (
            [make_bounce(action="delayed", status="4.2.2", run=f"2024-W0{n}") for n in (1, 2)],
            SubscriberStatus.ACTIVE,
        ),
        (
            [make_bounce(action="delayed", status="4.2.2", run=f"2024-W0{n}") for n in (1, 2, 3)],
            SubscriberStatus.SUPPRESSED,
        ),
        ([make_bounce(action="delayed", status=f"4.2.{n}") for n in (1, 2, 3)], SubscriberStatus.ACTIVE),
        ([personal_mail(subject="hello")], SubscriberStatus.ACTIVE),
    ],
)
def test_an_inbound_mail_changes_the_status(
    store: Store, mails: list[bytes], after: SubscriberStatus
) -> None:
    handle(store, mails, NOW)

    assert status_of(store) is after


def test_a_mail_is_handled_once_so_that_who_subscribes_again_stays(store: Store) -> None:
    assert handle(store, [personal_mail()], NOW) == {"leave": 1}
    store.subscribers.set_status(make_subscriber().id, SubscriberStatus.ACTIVE, NOW)

    assert handle(store, [personal_mail()], NOW) == {}
    assert status_of(store) is SubscriberStatus.ACTIVE


@pytest.mark.parametrize("hostile", [b"To: <\n\n", b"Subject: join\nFrom: <\n\n"])
def test_a_mail_that_cannot_be_parsed_does_not_stop_the_others(store: Store, hostile: bytes) -> None:
    assert handle(store, [hostile, personal_mail()], NOW) == {"leave": 1}
    assert status_of(store) is SubscriberStatus.UNSUBSCRIBED


def test_a_suppressed_address_cannot_be_added_until_it_is_unsuppressed(store: Store) -> None:
    admin = SubscriberAdmin(store, TOKENS.key, Path("outbox"), choice_options(config()))
    handle(store, [make_complaint()], NOW)
    store.subscribers.erase([make_subscriber().id])

    with pytest.raises(ConfigError, match="must not be written to: its owner complained"):
        admin.add("reader@example.org", NOW, Choices(), is_list=False, leave_instructions="")
    assert admin.import_csv("reader@example.org\n", "readers", NOW) == (0, 1)
    assert admin.erase("reader@example.org", unsuppress=True) == "0 erased, and may be written to again."
    admin.add("reader@example.org", NOW, Choices(), is_list=False, leave_instructions="")
    assert status_of(store) is SubscriberStatus.ACTIVE


def test_the_replies_mailbox_is_read_before_mail_is_sent(tmp_path: Path) -> None:
    project = small_project(tmp_path / "project", register=SMALL_REGISTER)
    project.sources({})
    folder = project.folder
    with (folder / "settings.yaml").open("a") as settings:
        settings.write("replies_mailbox: maildir:replies\n")
    (folder / "data").mkdir()
    (folder / "data/secret").write_bytes(TOKENS.key)
    for name in ("cur", "new", "tmp"):
        (folder / "replies" / name).mkdir(parents=True)
    (folder / "replies/new/1.mail").write_bytes(personal_mail())
    with open_store(f"sqlite:///{folder}/data/aggregator.db") as store:
        store.subscribers.add([make_subscriber()])

    ended = project.run("--verbose", "digest", "send")

    assert ended.code == 0, ended.err
    assert "leave=1" in ended.err
    assert "example.org" not in ended.err
    with open_store(f"sqlite:///{folder}/data/aggregator.db") as store:
        assert status_of(store) is SubscriberStatus.UNSUBSCRIBED
