"""Bounces, complaints and readers who leave by mail: what becomes of the readers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from aggregator.errors import ConfigError
from aggregator.model import Choices, SubscriberStatus
from aggregator.services.mailing.inbound_mail import Replies
from aggregator.services.subscriptions.admin import Enrolment
from aggregator.services.subscriptions.service import SubscriptionService, choosable
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
        store.readers.add([reader()])
        yield store


def replies_of(store: Store) -> Replies:
    return Replies(SubscriptionService(store, TOKENS))


def standing(store: Store) -> SubscriberStatus:
    (only,) = store.readers.all()
    return only.standing


@pytest.mark.parametrize(
    ("mails", "after"),
    [
        ([note()], SubscriberStatus.LEFT),
        ([bounce()], SubscriberStatus.STOPPED),
        ([complaint()], SubscriberStatus.STOPPED),
        (
            [bounce(action="delayed", status="4.2.2", run=f"2024-W0{n}") for n in (1, 2)],
            SubscriberStatus.READING,
        ),
        (
            [bounce(action="delayed", status="4.2.2", run=f"2024-W0{n}") for n in (1, 2, 3)],
            SubscriberStatus.STOPPED,
        ),
        ([bounce(action="delayed", status=f"4.2.{n}") for n in (1, 2, 3)], SubscriberStatus.READING),
        ([note(subject="hello")], SubscriberStatus.READING),
    ],
)
def test_what_a_mail_makes_of_a_reader(store: Store, mails: list[bytes], after: SubscriberStatus) -> None:
    replies_of(store).act(mails, NOW)

    assert standing(store) is after


def test_a_mail_is_acted_on_once_so_that_who_comes_back_stays(store: Store) -> None:
    replies = replies_of(store)
    assert replies.act([note()], NOW) == {"leave": 1}
    store.readers.stand(reader().id, SubscriberStatus.READING, NOW)

    assert replies.act([note()], NOW) == {}
    assert standing(store) is SubscriberStatus.READING


@pytest.mark.parametrize("hostile", [b"To: <\n\n", b"Subject: join\nFrom: <\n\n"])
def test_a_mail_that_cannot_be_read_keeps_no_other_from_being_acted_on(store: Store, hostile: bytes) -> None:
    assert replies_of(store).act([hostile, note()], NOW) == {"leave": 1}
    assert standing(store) is SubscriberStatus.LEFT


def test_an_address_that_was_stopped_is_not_taken_in_again_until_it_is_welcome(store: Store) -> None:
    enrolment = Enrolment(store, TOKENS.key, Path("outbox"), choosable(config()))
    replies_of(store).act([complaint()], NOW)
    store.readers.erase([reader().id])

    with pytest.raises(ConfigError, match="must not be written to: its owner complained"):
        enrolment.add("reader@example.org", NOW, Choices(), is_list=False, leave="")
    assert enrolment.take_in("reader@example.org\n", "readers", NOW) == (0, 1)
    assert enrolment.erase("reader@example.org", welcome=True) == "0 erased, and may be written to again."
    enrolment.add("reader@example.org", NOW, Choices(), is_list=False, leave="")
    assert standing(store) is SubscriberStatus.READING


def test_the_mailbox_of_the_settings_is_read_before_letters_are_sent(tmp_path: Path) -> None:
    project = small_project(tmp_path / "project", register=SMALL_REGISTER)
    project.sources({})
    folder = project.folder
    with (folder / "settings.yaml").open("a") as settings:
        settings.write("mail_replies_box: maildir:replies\n")
    (folder / "data").mkdir()
    (folder / "data/secret").write_bytes(TOKENS.key)
    for name in ("cur", "new", "tmp"):
        (folder / "replies" / name).mkdir(parents=True)
    (folder / "replies/new/1.mail").write_bytes(note())
    with open_store(f"sqlite:///{folder}/data/aggregator.db") as store:
        store.readers.add([reader()])

    ended = project.run("--verbose", "digest", "send")

    assert ended.code == 0, ended.err
    assert "leave=1" in ended.err
    assert "example.org" not in ended.err
    with open_store(f"sqlite:///{folder}/data/aggregator.db") as store:
        assert standing(store) is SubscriberStatus.LEFT
