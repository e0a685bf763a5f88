"""Subscribing, confirming and unsubscribing by mail alone."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from aggregator.deliver.mail.tokens import CONFIRM, Tokens
from aggregator.model import SubscriberStatus
from aggregator.services.mailing.inbound_mail import InboundMailHandler
from tests.deliver.mail.inbound import make_mail
from tests.web.site_with_subscribers import SubscriberSite, open_subscriber_site

ANN = "ann@example.org"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[SubscriberSite]:
    """A store without a web page."""
    with open_subscriber_site(tmp_path) as made:
        made.url = ""
        yield made


def receive(bench: SubscriberSite, *mails: bytes) -> Counter[str]:
    """These mails arrive, one minute after the last ones."""
    bench.advance(minutes=1)
    return asyncio.run(InboundMailHandler(bench.service).handle(mails, bench.now))


def mail_from_link(text: str) -> bytes:
    """The mail that a mail program writes from the only mailto link in `text`."""
    (link,) = re.findall(r"mailto:\S+", text)
    return make_mail(parse_qs(urlsplit(link).query)["subject"][0])


def test_somebody_subscribes_confirms_and_unsubscribes_by_mail_alone(bench: SubscriberSite) -> None:
    assert receive(bench, make_mail("join")) == {"join": 1}
    ((to, question),) = bench.send_mails()
    assert (to, bench.subscriber(ANN).status) == (ANN, SubscriberStatus.UNCONFIRMED)

    assert receive(bench, mail_from_link(question)) == {"confirm": 1}
    assert bench.subscriber(ANN).status is SubscriberStatus.ACTIVE
    ((to, answer),) = bench.send_mails()
    assert to == ANN
    assert answer.startswith("This address gets letters.")

    assert receive(bench, mail_from_link(answer)) == {"leave": 1}
    assert bench.subscriber(ANN).status is SubscriberStatus.UNSUBSCRIBED


def test_a_token_to_confirm_expires_after_seven_days(bench: SubscriberSite) -> None:
    receive(bench, make_mail("join"))
    ((_, question),) = bench.send_mails()
    bench.advance(days=7, minutes=1)

    receive(bench, mail_from_link(question))
    assert bench.subscriber(ANN).status is SubscriberStatus.UNCONFIRMED
    assert bench.send_mails() == []


def test_forged_tokens_and_commands_that_only_the_page_has_change_nothing(bench: SubscriberSite) -> None:
    receive(bench, make_mail("join"))
    bench.send_mails()
    id = bench.subscriber(ANN).id
    forged = Tokens(b"k" * 32).timed_token(CONFIRM, id, bench.now)
    assert receive(bench, make_mail(f"confirm {forged}"), make_mail("confirm a.b.c")) == {"confirm": 2}
    assert bench.subscriber(ANN).status is SubscriberStatus.UNCONFIRMED

    choices = bench.service.tokens.timed_token("choices", id, bench.now)
    bench.store.subscribers.set_status(id, SubscriberStatus.ACTIVE, bench.now)
    assert (
        receive(bench, *(make_mail(f"{what} {choices}") for what in ("pause", "choose", "move", "data")))
        == {}
    )
    assert bench.subscriber(ANN).status is SubscriberStatus.ACTIVE
    assert bench.send_mails() == []


def test_a_stranger_is_asked_three_times_however_many_mails_have_their_address(bench: SubscriberSite) -> None:
    for number in range(6):
        receive(bench, make_mail("join", f"{number}"))
        bench.advance(hours=1)

    assert len(bench.send_mails()) == 3
    receive(bench, make_mail("join", sender="no address"))
    assert bench.send_mails() == []
    assert len(bench.store.subscribers.all()) == 1


def test_an_address_change_can_be_confirmed_by_mail(bench: SubscriberSite) -> None:
    receive(bench, make_mail("join"))
    ((_, question),) = bench.send_mails()
    receive(bench, mail_from_link(question))
    bench.send_mails()
    id = bench.subscriber(ANN).id

    bench.service.request_address_change(bench.subscriber(ANN), "ann@example.com", bench.now)
    ((_, question),) = bench.send_mails()
    receive(bench, mail_from_link(question))
    assert bench.subscriber("ann@example.com").id == id
    assert bench.store.subscribers.with_address(ANN) is None
    assert [to for to, _ in bench.send_mails()] == ["ann@example.com"]
