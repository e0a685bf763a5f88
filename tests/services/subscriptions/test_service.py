"""What readers do for themselves, where two of them, or an old word, come in each other's way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from aggregator.deliver.mail.email_addresses import fingerprint
from aggregator.deliver.mail.tokens import CHOICES, CONFIRM
from aggregator.model import Choices, SubscriberStatus
from tests.deliver.mail.subscribers import TOKENS, reader
from tests.web.site_with_subscribers import Bench, bench

ME, NEW = "reader@example.org", "new@example.org"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        made.store.readers.add([reader(choices=Choices(bodies=("wales-gov",)))])
        yield made


def word(desk: Bench) -> str:
    """The word to confirm that was mailed."""
    return desk.link().rpartition("/")[2]


def test_a_word_to_confirm_holds_once_also_for_who_left_and_is_asked_again(desk: Bench) -> None:
    desk.service.ask(NEW, desk.now)
    old = word(desk)
    assert desk.service.confirm(old, desk.now)
    desk.later(hours=1)
    desk.service.leave(desk.reader(NEW).id, desk.now)
    desk.service.ask(NEW, desk.now)
    fresh = word(desk)

    assert desk.service.confirm(old, desk.now) is None
    assert desk.reader(NEW).standing is SubscriberStatus.UNCONFIRMED
    assert desk.service.confirm(fresh, desk.now)
    assert desk.reader(NEW).standing is SubscriberStatus.READING


def test_of_two_words_that_were_mailed_each_confirms_but_only_once(desk: Bench) -> None:
    desk.service.ask(NEW, desk.now)
    first = word(desk)
    desk.later(hours=1)
    desk.service.ask(NEW, desk.now)
    second = word(desk)

    assert first != second
    assert desk.service.confirm(first, desk.now)
    assert desk.service.confirm(second, desk.now) is None


def test_who_asks_for_letters_does_not_confirm_somebody_elses_move_to_their_address(desk: Bench) -> None:
    desk.service.move(desk.reader(), NEW, desk.now)
    moving = word(desk)
    desk.later(hours=1)
    desk.service.ask(NEW, desk.now)
    desk.service.confirm(word(desk), desk.now)

    assert desk.reader(NEW).id != reader().id
    assert desk.reader(NEW).choices == Choices()
    assert desk.reader().standing is SubscriberStatus.READING
    assert desk.service.confirm(moving, desk.now) is None


def test_an_address_that_must_not_be_written_to_or_is_being_asked_cannot_be_moved_to(desk: Bench) -> None:
    desk.store.readers.shun(fingerprint("shunned@example.org", TOKENS.key), "it bounced", desk.now)
    desk.service.ask(NEW, desk.now)
    desk.mails()
    desk.later(hours=1)

    for address in ("shunned@example.org", NEW, ME):
        desk.service.move(desk.reader(), address, desk.now)

    assert desk.mails() == []
    assert desk.reader(NEW).replaces == ""


def test_what_was_stopped_or_left_stays_so_whatever_an_old_page_still_offers(desk: Bench) -> None:
    before = desk.reader()
    for standing in (SubscriberStatus.STOPPED, SubscriberStatus.LEFT, SubscriberStatus.UNCONFIRMED):
        desk.store.readers.stand(before.id, standing, desk.now)
        desk.service.set_paused(before, desk.now, paused=True)
        desk.service.set_paused(before, desk.now, paused=False)
        assert desk.reader().standing is standing
    desk.store.readers.stand(before.id, SubscriberStatus.STOPPED, desk.now)
    desk.service.leave(before.id, desk.now)
    assert desk.reader().standing is SubscriberStatus.STOPPED


def test_a_word_of_one_purpose_serves_no_other(desk: Bench) -> None:
    id, now = reader().id, desk.now
    words = {"leave": TOKENS.leave(id), **{name: TOKENS.timed(name, id, now) for name in (CONFIRM, CHOICES)}}

    opened = {name for name, one in words.items() if desk.service.subscriber(one, now)}
    left = {name for name, one in words.items() if TOKENS.leaver(one)}
    desk.store.readers.stand(id, SubscriberStatus.UNCONFIRMED, now)
    confirmed = {name for name, one in words.items() if desk.service.asker(one, now)}

    assert (opened, left, confirmed) == ({CHOICES}, {"leave"}, {CONFIRM})


def test_the_old_address_of_who_moved_is_nowhere_in_the_stores_files(desk: Bench) -> None:
    desk.service.move(desk.reader(), NEW, desk.now)
    desk.service.confirm(word(desk), desk.now)

    files = [file for file in desk.folder.iterdir() if file.name.startswith("store.db")]
    assert files
    assert not any(ME.encode() in file.read_bytes() for file in files)
