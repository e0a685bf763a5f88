"""What readers do for themselves, where two of them, or an old word, come in each other's way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from aggregator.deliver.mail.email_addresses import address_fingerprint
from aggregator.deliver.mail.tokens import CHOICES, CONFIRM
from aggregator.model import Choices, SubscriberStatus
from tests.deliver.mail.subscribers import TOKENS, reader
from tests.web.site_with_subscribers import SubscriberSite, open_subscriber_site

ME, NEW = "reader@example.org", "new@example.org"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[SubscriberSite]:
    with open_subscriber_site(tmp_path) as made:
        made.store.subscribers.add([reader(choices=Choices(bodies=("wales-gov",)))])
        yield made


def word(desk: SubscriberSite) -> str:
    """The word to confirm that was mailed."""
    return desk.mailed_link().rpartition("/")[2]


def test_a_word_to_confirm_holds_once_also_for_who_left_and_is_asked_again(desk: SubscriberSite) -> None:
    desk.service.request_subscription(NEW, desk.now)
    old = word(desk)
    assert desk.service.confirm(old, desk.now)
    desk.advance(hours=1)
    desk.service.unsubscribe(desk.subscriber(NEW).id, desk.now)
    desk.service.request_subscription(NEW, desk.now)
    fresh = word(desk)

    assert desk.service.confirm(old, desk.now) is None
    assert desk.subscriber(NEW).status is SubscriberStatus.UNCONFIRMED
    assert desk.service.confirm(fresh, desk.now)
    assert desk.subscriber(NEW).status is SubscriberStatus.ACTIVE


def test_of_two_words_that_were_mailed_each_confirms_but_only_once(desk: SubscriberSite) -> None:
    desk.service.request_subscription(NEW, desk.now)
    first = word(desk)
    desk.advance(hours=1)
    desk.service.request_subscription(NEW, desk.now)
    second = word(desk)

    assert first != second
    assert desk.service.confirm(first, desk.now)
    assert desk.service.confirm(second, desk.now) is None


def test_who_asks_for_letters_does_not_confirm_somebody_elses_move_to_their_address(desk: SubscriberSite) -> None:
    desk.service.request_address_change(desk.subscriber(), NEW, desk.now)
    moving = word(desk)
    desk.advance(hours=1)
    desk.service.request_subscription(NEW, desk.now)
    desk.service.confirm(word(desk), desk.now)

    assert desk.subscriber(NEW).id != reader().id
    assert desk.subscriber(NEW).choices == Choices()
    assert desk.subscriber().status is SubscriberStatus.ACTIVE
    assert desk.service.confirm(moving, desk.now) is None


def test_an_address_that_must_not_be_written_to_or_is_being_asked_cannot_be_moved_to(desk: SubscriberSite) -> None:
    desk.store.subscribers.suppress(address_fingerprint("shunned@example.org", TOKENS.key), "it bounced", desk.now)
    desk.service.request_subscription(NEW, desk.now)
    desk.send_mails()
    desk.advance(hours=1)

    for address in ("shunned@example.org", NEW, ME):
        desk.service.request_address_change(desk.subscriber(), address, desk.now)

    assert desk.send_mails() == []
    assert desk.subscriber(NEW).replaces_id == ""


def test_what_was_stopped_or_left_stays_so_whatever_an_old_page_still_offers(desk: SubscriberSite) -> None:
    before = desk.subscriber()
    for standing in (SubscriberStatus.SUPPRESSED, SubscriberStatus.UNSUBSCRIBED, SubscriberStatus.UNCONFIRMED):
        desk.store.subscribers.set_status(before.id, standing, desk.now)
        desk.service.set_paused(before, desk.now, paused=True)
        desk.service.set_paused(before, desk.now, paused=False)
        assert desk.subscriber().status is standing
    desk.store.subscribers.set_status(before.id, SubscriberStatus.SUPPRESSED, desk.now)
    desk.service.unsubscribe(before.id, desk.now)
    assert desk.subscriber().status is SubscriberStatus.SUPPRESSED


def test_a_word_of_one_purpose_serves_no_other(desk: SubscriberSite) -> None:
    id, now = reader().id, desk.now
    words = {"leave": TOKENS.unsubscribe_token(id), **{name: TOKENS.timed_token(name, id, now) for name in (CONFIRM, CHOICES)}}

    opened = {name for name, one in words.items() if desk.service.find_by_choices_token(one, now)}
    left = {name for name, one in words.items() if TOKENS.read_unsubscribe_token(one)}
    desk.store.subscribers.set_status(id, SubscriberStatus.UNCONFIRMED, now)
    confirmed = {name for name, one in words.items() if desk.service.find_unconfirmed(one, now)}

    assert (opened, left, confirmed) == ({CHOICES}, {"leave"}, {CONFIRM})


def test_the_old_address_of_who_moved_is_nowhere_in_the_stores_files(desk: SubscriberSite) -> None:
    desk.service.request_address_change(desk.subscriber(), NEW, desk.now)
    desk.service.confirm(word(desk), desk.now)

    files = [file for file in desk.folder.iterdir() if file.name.startswith("store.db")]
    assert files
    assert not any(ME.encode() in file.read_bytes() for file in files)
