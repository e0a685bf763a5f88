"""Values for tests of letters by mail: readers, stationery, and the mail that comes of them."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aggregator.deliver import MailContext
from aggregator.deliver.mail.tokens import Tokens
from aggregator.model import Message, Site, Subscriber, SubscriberStatus
from tests.support.builders import instant, make_site

TOKENS = Tokens(b"a key that is long enough for a test")


def reader(**changes: Any) -> Subscriber:
    """A person who reads since New Year."""
    default = Subscriber(
        id="00c0ffee00c0ffee",
        address="reader@example.org",
        status=SubscriberStatus.ACTIVE,
        status_since=instant("2024-01-01 00:00"),
    )
    return replace(default, **changes)


def stationery(of: Site | None = None) -> MailContext:
    """Letters from letters@updates.example.org."""
    return MailContext(
        site=of or make_site(), sender_address="letters@updates.example.org", replies_mailbox="post@example.org", tokens=TOKENS
    )


def opened(message: Message) -> EmailMessage:
    """The mail as a mail program reads it."""
    made = message_from_bytes(message.payload, policy=policy.default)
    assert isinstance(made, EmailMessage)
    return made


def parts(message: Message) -> tuple[str, str]:
    """Its text and its HTML, decoded."""
    text, page = opened(message).iter_parts()
    assert isinstance(text, EmailMessage)
    assert isinstance(page, EmailMessage)
    assert (text.get_content_type(), page.get_content_type()) == ("text/plain", "text/html")
    return text.get_content(), page.get_content()
