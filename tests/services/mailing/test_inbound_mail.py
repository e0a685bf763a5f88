"""Bounces, complaints and readers who leave by mail: what becomes of the readers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from aggregator.errors import ConfigError
from aggregator.model import Choices, SubscriberStatus
from aggregator.services.mailing.inbound_mail import InboundMailHandler
from aggregator.services.subscriptions.admin import SubscriberAdmin
from aggregator.services.subscriptions.service import SubscriptionService, choice_options
from aggregator.store import Store, open_store
from tests.deliver.mail.inbound import bounce, complaint, note
from tests.deliver.mail.subscribers import TOKENS, reader
from tests.support.builders import instant
from tests.support.projects import SMALL_REGISTER, small_project
from tests.web.site_with_subscribers import config

NOW = instant("2024-01-30 09:00")


@pytest.fixture
def store() -> Iterator[Store]:
    with open_store("sqlite://") as store:
        store.subscribers.add([reader()])
        yield store


def replies_of(store: Store) -> InboundMailHandler:
    return InboundMailHandler(SubscriptionService(store, TOKENS))


def standing(store: Store) -> SubscriberStatus:
    (only,) = store.subscribers.all()
    return only.status


@pytest.mark.parametrize(
    ("mails", "after"),
    [
        ([note()], SubscriberStatus.UNSUBSCRIBED),
        ([bounce()], SubscriberStatus.SUPPRESSED),
        ([complaint()], SubscriberStatus.SUPPRESSED),
        (
            [bounce(action="delayed", status="4.2.2", run=f"2024-W0{n}") for n in (1, 2)],
            SubscriberStatus.ACTIVE,
        ),
        (
            [bounce(action="delayed", status="4.2.2", run=f"2024-W0{n}") for n in (1, 2, 3)],
            SubscriberStatus.SUPPRESSED,
        ),
        ([bounce(action="delayed", status=f"4.2.{n}") for n in (1, 2, 3)], SubscriberStatus.ACTIVE),
        ([note(subject="hello")], SubscriberStatus.ACTIVE),
    ],
)
def test_what_a_mail_makes_of_a_reader(store: Store, mails: list[bytes], after: SubscriberStatus) -> None:
    replies_of(store).handle(mails, NOW)

    assert standing(store) is after


def test_a_mail_is_acted_on_once_so_that_who_comes_back_stays(store: Store) -> None:
    replies = replies_of(store)
    assert replies.handle([note()], NOW) == {"leave": 1}
    store.subscribers.set_status(reader().id, SubscriberStatus.ACTIVE, NOW)

    assert replies.handle([note()], NOW) == {}
    assert standing(store) is SubscriberStatus.ACTIVE


@pytest.mark.parametrize("hostile", [b"To: <\n\n", b"Subject: join\nFrom: <\n\n"])
def test_a_mail_that_cannot_be_read_keeps_no_other_from_being_acted_on(store: Store, hostile: bytes) -> None:
    assert replies_of(store).handle([hostile, note()], NOW) == {"leave": 1}
    assert standing(store) is SubscriberStatus.UNSUBSCRIBED


def test_an_address_that_was_stopped_is_not_taken_in_again_until_it_is_welcome(store: Store) -> None:
    enrolment = SubscriberAdmin(store, TOKENS.key, Path("outbox"), choice_options(config()))
    replies_of(store).handle([complaint()], NOW)
    store.subscribers.erase([reader().id])

    with pytest.raises(ConfigError, match="must not be written to: its owner complained"):
        enrolment.add("reader@example.org", NOW, Choices(), is_list=False, leave_instructions="")
    assert enrolment.import_csv("reader@example.org\n", "readers", NOW) == (0, 1)
    assert enrolment.erase("reader@example.org", unsuppress=True) == "0 erased, and may be written to again."
    enrolment.add("reader@example.org", NOW, Choices(), is_list=False, leave_instructions="")
    assert standing(store) is SubscriberStatus.ACTIVE


def test_the_mailbox_of_the_settings_is_read_before_letters_are_sent(tmp_path: Path) -> None:
    project = small_project(tmp_path / "project", register=SMALL_REGISTER)
    project.sources({})
    folder = project.folder
    with (folder / "settings.yaml").open("a") as settings:
        settings.write("replies_mailbox: maildir:replies\n")
    (folder / "data").mkdir()
    (folder / "data/secret").write_bytes(TOKENS.key)
    for name in ("cur", "new", "tmp"):
        (folder / "replies" / name).mkdir(parents=True)
    (folder / "replies/new/1.mail").write_bytes(note())
    with open_store(f"sqlite:///{folder}/data/aggregator.db") as store:
        store.subscribers.add([reader()])

    ended = project.run("--verbose", "digest", "send")

    assert ended.code == 0, ended.err
    assert "leave=1" in ended.err
    assert "example.org" not in ended.err
    with open_store(f"sqlite:///{folder}/data/aggregator.db") as store:
        assert standing(store) is SubscriberStatus.UNSUBSCRIBED
