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
from aggregator.services.mailing.inbound_mail import InboundMailHandler
from tests.deliver.mail.inbound import mail
from tests.web.site_with_subscribers import SubscriberSite, open_subscriber_site

ANN = "ann@example.org"


@pytest.fixture
def post(tmp_path: Path) -> Iterator[SubscriberSite]:
    """A store without a web page."""
    with open_subscriber_site(tmp_path) as made:
        made.url = ""
        yield made


def receive(post: SubscriberSite, *mails: bytes) -> Counter[str]:
    """The mails reach us, one minute after the last ones."""
    post.advance(minutes=1)
    return InboundMailHandler(post.service).handle(mails, post.now)


def offered(text: str) -> bytes:
    """The one mail that a letter offers, as a mail program makes it of the link."""
    (link,) = re.findall(r"mailto:\S+", text)
    return mail(parse_qs(urlsplit(link).query)["subject"][0])


def test_by_mail_alone_one_joins_confirms_and_leaves(post: SubscriberSite) -> None:
    assert receive(post, mail("join")) == {"join": 1}
    ((to, asked),) = post.send_mails()
    assert (to, post.subscriber(ANN).status) == (ANN, SubscriberStatus.UNCONFIRMED)

    assert receive(post, offered(asked)) == {"confirm": 1}
    assert post.subscriber(ANN).status is SubscriberStatus.ACTIVE
    ((to, told),) = post.send_mails()
    assert to == ANN
    assert told.startswith("This address gets letters.")

    assert receive(post, offered(told)) == {"leave": 1}
    assert post.subscriber(ANN).status is SubscriberStatus.UNSUBSCRIBED


def test_a_token_confirms_once_and_for_seven_days(post: SubscriberSite) -> None:
    receive(post, mail("join"))
    ((_, asked),) = post.send_mails()
    post.advance(days=7, minutes=1)

    receive(post, offered(asked))
    assert post.subscriber(ANN).status is SubscriberStatus.UNCONFIRMED
    assert post.send_mails() == []


def test_tokens_of_others_and_what_only_the_page_can_do_change_nothing(post: SubscriberSite) -> None:
    receive(post, mail("join"))
    post.send_mails()
    id = post.subscriber(ANN).id
    forged = Tokens(b"k" * 32).timed_token(CONFIRM, id, post.now)
    assert receive(post, mail(f"confirm {forged}"), mail("confirm a.b.c")) == {"confirm": 2}
    assert post.subscriber(ANN).status is SubscriberStatus.UNCONFIRMED

    choices = post.service.tokens.timed_token("choices", id, post.now)
    post.store.subscribers.set_status(id, SubscriberStatus.ACTIVE, post.now)
    assert receive(post, *(mail(f"{what} {choices}") for what in ("pause", "choose", "move", "data"))) == {}
    assert post.subscriber(ANN).status is SubscriberStatus.ACTIVE
    assert post.send_mails() == []


def test_a_stranger_is_asked_three_times_however_many_mails_bear_their_name(post: SubscriberSite) -> None:
    for number in range(6):
        receive(post, mail("join", f"{number}"))
        post.advance(hours=1)

    assert len(post.send_mails()) == 3
    receive(post, mail("join", sender="no address"))
    assert post.send_mails() == []
    assert len(post.store.subscribers.all()) == 1


def test_who_is_asked_at_a_move_may_confirm_it_by_mail(post: SubscriberSite) -> None:
    receive(post, mail("join"))
    ((_, asked),) = post.send_mails()
    receive(post, offered(asked))
    post.send_mails()
    id = post.subscriber(ANN).id

    post.service.request_address_change(post.subscriber(ANN), "ann@example.com", post.now)
    ((_, asked),) = post.send_mails()
    receive(post, offered(asked))
    assert post.subscriber("ann@example.com").id == id
    assert post.store.subscribers.with_address(ANN) is None
    assert [to for to, _ in post.send_mails()] == ["ann@example.com"]
