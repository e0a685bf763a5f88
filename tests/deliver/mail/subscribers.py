"""Builders for tests of mail: subscribers, the mail context, and parsed messages."""

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


def make_subscriber(**changes: Any) -> Subscriber:
    """A person who has been subscribed since New Year."""
    default = Subscriber(
        id="00c0ffee00c0ffee",
        address="reader@example.org",
        status=SubscriberStatus.ACTIVE,
        status_since=instant("2024-01-01 00:00"),
    )
    return replace(default, **changes)


def make_context(site: Site | None = None) -> MailContext:
    """Mail from letters@updates.example.org."""
    return MailContext(
        site=site or make_site(),
        sender_address="letters@updates.example.org",
        replies_mailbox="post@example.org",
        tokens=TOKENS,
    )


def parse_message(message: Message) -> EmailMessage:
    """The message as a mail program parses it."""
    made = message_from_bytes(message.payload, policy=policy.default)
    assert isinstance(made, EmailMessage)
    return made


def text_and_html(message: Message) -> tuple[str, str]:
    """The text and the HTML of a message, decoded."""
    text, page = parse_message(message).iter_parts()
    assert isinstance(text, EmailMessage)
    assert isinstance(page, EmailMessage)
    assert (text.get_content_type(), page.get_content_type()) == ("text/plain", "text/html")
    return text.get_content(), page.get_content()
