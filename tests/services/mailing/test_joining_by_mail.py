"""A subscriber who joins, confirms and leaves by mail alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from aggregator.deliver.mail.tokens import CONFIRM, Tokens
from aggregator.model import SubscriberStatus
from aggregator.services.mailing.inbound_mail import Replies
from tests.deliver.mail.inbound import mail
from tests.web.site_with_subscribers import Bench, bench

ANN = "ann@example.org"


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Bench]:
    """A store without a web page."""
    with bench(tmp_path) as made:
        made.url = ""
        yield made


def receive(post: Bench, *mails: bytes) -> Counter[str]:
    """The mails reach us, one minute after the last ones."""
    post.later(minutes=1)
    return Replies(post.service).act(mails, post.now)


def offered(text: str) -> bytes:
    """The one mail that a letter offers, as a mail program makes it of the link."""
    (link,) = re.findall(r"mailto:\S+", text)
    return mail(parse_qs(urlsplit(link).query)["subject"][0])


def test_by_mail_alone_one_joins_confirms_and_leaves(post: Bench) -> None:
    assert receive(post, mail("join")) == {"join": 1}
    ((to, asked),) = post.mails()
    assert (to, post.reader(ANN).standing) == (ANN, SubscriberStatus.UNCONFIRMED)

    assert receive(post, offered(asked)) == {"confirm": 1}
    assert post.reader(ANN).standing is SubscriberStatus.READING
    ((to, told),) = post.mails()
    assert to == ANN
    assert told.startswith("This address gets letters.")

    assert receive(post, offered(told)) == {"leave": 1}
    assert post.reader(ANN).standing is SubscriberStatus.LEFT


def test_a_token_confirms_once_and_for_seven_days(post: Bench) -> None:
    receive(post, mail("join"))
    ((_, asked),) = post.mails()
    post.later(days=7, minutes=1)

    receive(post, offered(asked))
    assert post.reader(ANN).standing is SubscriberStatus.UNCONFIRMED
    assert post.mails() == []


def test_tokens_of_others_and_what_only_the_page_can_do_change_nothing(post: Bench) -> None:
    receive(post, mail("join"))
    post.mails()
    id = post.reader(ANN).id
    forged = Tokens(b"k" * 32).timed(CONFIRM, id, post.now)
    assert receive(post, mail(f"confirm {forged}"), mail("confirm a.b.c")) == {"confirm": 2}
    assert post.reader(ANN).standing is SubscriberStatus.UNCONFIRMED

    choices = post.service.tokens.timed("choices", id, post.now)
    post.store.readers.stand(id, SubscriberStatus.READING, post.now)
    assert receive(post, *(mail(f"{what} {choices}") for what in ("pause", "choose", "move", "data"))) == {}
    assert post.reader(ANN).standing is SubscriberStatus.READING
    assert post.mails() == []


def test_a_stranger_is_asked_three_times_however_many_mails_bear_their_name(post: Bench) -> None:
    for number in range(6):
        receive(post, mail("join", f"{number}"))
        post.later(hours=1)

    assert len(post.mails()) == 3
    receive(post, mail("join", sender="no address"))
    assert post.mails() == []
    assert len(post.store.readers.all()) == 1


def test_who_is_asked_at_a_move_may_confirm_it_by_mail(post: Bench) -> None:
    receive(post, mail("join"))
    ((_, asked),) = post.mails()
    receive(post, offered(asked))
    post.mails()
    id = post.reader(ANN).id

    post.service.move(post.reader(ANN), "ann@example.com", post.now)
    ((_, asked),) = post.mails()
    receive(post, offered(asked))
    assert post.reader("ann@example.com").id == id
    assert post.store.readers.at(ANN) is None
    assert [to for to, _ in post.mails()] == ["ann@example.com"]
