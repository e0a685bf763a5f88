"""Builds a mail once for all subscribers with the same choices, and personalises it for each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from aggregator.deliver.digest.filtering import filter_digest
from aggregator.deliver.digest.footer import (
    Footer,
    list_footer,
    list_unsubscribe_link,
    mail_footer,
    unsubscribe_mailto,
)
from aggregator.deliver.digest.formatting import contents_text
from aggregator.deliver.digest.render import render_html_and_text
from aggregator.deliver.mail.tokens import Tokens
from aggregator.model import Body, Digest, Frequency, Message, Site, Subscriber
from aggregator.model.days import day_in_words
from aggregator.values.text import one_line

# Ends a line of quoted-printable without ending the line of text (RFC 2045, 6.7).
SOFT_BREAK = b"=\r\n"

# Also the length of quoted-printable lines, which may have 76 characters (RFC 2045, 6.7).
MAIL_POLICY = SMTP.clone(max_line_length=76)


@dataclass(frozen=True, kw_only=True)
class MailContext:
    """What all mails of this instance have in common."""

    site: Site
    # The From address.
    sender_address: str
    # Gets bounces, and mails that subscribe, confirm or unsubscribe.
    replies_mailbox: str
    tokens: Tokens

    @property
    def domain(self) -> str:
        """The domain of the From address."""
        return self.sender_address.rpartition("@")[2]

    @property
    def list_id(self) -> str:
        """The List-Id (RFC 2919). It never changes, so that subscribers' mail filters keep working."""
        name = re.sub(r"[^a-z0-9]+", "-", self.site.instance.lower()).strip("-")
        # "letters" is part of the id since the first mail, so it stays.
        return f"<{name}.letters.{self.domain}>"

    def message_id(self, run: str, subscriber_id: str) -> str:
        """The same for the same delivery, so that a mail program can drop a second copy."""
        return f"<{run}.{subscriber_id}@{self.domain}>"

    def envelope_sender(self, run: str, subscriber_id: str) -> str:
        """The return address: names the delivery (VERP), with a tag that shows that we made it."""
        # Mailboxes must accept anything behind the plus (docs/mail.md, "What your mail server must do").
        name, _, domain = self.replies_mailbox.rpartition("@")
        tag = self.tokens.return_address_tag(run, subscriber_id)
        return f"{name}+{run}.{subscriber_id}.{tag}@{domain}"


@dataclass(frozen=True)
class PreparedMessage:
    """A finished mail, except for the recipient and the unsubscribe token, which `personalise` fills in."""

    run: str
    context: MailContext
    is_list: bool
    # What is replaced by the token in `unsubscribe_headers`. The body is split at it.
    placeholder: str
    unsubscribe_headers: str
    headers: bytes
    # The body without the placeholders; the token goes between the pieces.
    body_pieces: tuple[bytes, ...] = field(repr=False)

    def personalise(self, subscriber: Subscriber) -> Message:
        """The message to one subscriber, whose address must be known."""
        token = self.context.tokens.unsubscribe_token(subscriber.id)
        own_headers = (
            f"To: {subscriber.address}\r\n"
            f"Message-ID: {self.context.message_id(self.run, subscriber.id)}\r\n"
            f"{self.unsubscribe_headers.replace(self.placeholder, token)}"
        )
        # Every member of a list reads its mail, so it must not contain a token.
        own_token = b"" if self.is_list else token.encode()
        return Message(
            run=self.run,
            subscriber_id=subscriber.id,
            sender=self.context.envelope_sender(self.run, subscriber.id),
            recipient=subscriber.address or "",
            payload=own_headers.encode() + self.headers + own_token.join(self.body_pieces),
        )


def prepare_digest_mail(
    digest: Digest, subscriber: Subscriber, context: MailContext, bodies: Mapping[str, Body]
) -> PreparedMessage:
    """The mail of an issued digest, for all who share `subscriber`'s choices, `is_list` and list address.

    Raises ValueError for a draft.
    """
    if digest.issued_at is None:
        raise ValueError(f"{digest.period} is a draft; only issued digests are sent")
    # Built once for equal choices: building a mail for each subscriber took six times as long (decision 16).
    filtered = filter_digest(digest, subscriber.choices)
    placeholder = context.tokens.placeholder(digest.period)
    footer = _footer(subscriber, context, digest.frequency, placeholder)
    html, text = render_html_and_text(
        filtered, context.site, bodies, footer, titles=subscriber.choices.title_language
    )
    message = _common_headers(context)
    message["List-Archive"] = f"<{context.site.base_url}digests/{digest.period}.html>"
    message["Subject"] = _subject(filtered, context.site)
    message["Date"] = format_datetime(digest.issued_at)
    return _prepare(digest.period, subscriber, context, message, text.decode(), html.decode())


def _footer(subscriber: Subscriber, context: MailContext, frequency: Frequency, placeholder: str) -> Footer:
    if subscriber.is_list:
        return list_footer(subscriber.leave_instructions, frequency)
    return mail_footer(context.site, frequency, mailbox=context.replies_mailbox, token=placeholder)


def _subject(digest: Digest, site: Site) -> str:
    is_empty = not (digest.item_count or digest.unread_periods)
    count = "nothing this week" if is_empty else contents_text(digest)
    day = day_in_words(digest.window.start.astimezone(site.timezone))
    when = f"week of {day}" if digest.frequency is Frequency.WEEKLY else day
    return f"{one_line(site.title, 60)}: {count}, {when}"


def sender_header(context: MailContext) -> Address:
    """The From header: our address, with the site's title as the name."""
    user, _, domain = context.sender_address.rpartition("@")
    return Address(display_name=one_line(context.site.title, 60), username=user, domain=domain)


def prepare_text_mail(
    run: str, subscriber: Subscriber, context: MailContext, *, subject: str, at: datetime, text: str
) -> PreparedMessage:
    """A plain-text mail dated `at`, for all who share `subscriber`'s `is_list` and list address.

    In `text`, `context.tokens.placeholder(run)` is replaced by the unsubscribe token.
    """
    message = _common_headers(context)
    message["Subject"] = subject
    message["Date"] = format_datetime(at)
    return _prepare(run, subscriber, context, message, text)


def _common_headers(context: MailContext) -> EmailMessage:
    message = EmailMessage(policy=MAIL_POLICY)
    message["From"] = sender_header(context)
    message["List-Id"] = context.list_id
    # Both ask for no automatic replies: RFC 3834, 5 for programs that follow it, "bulk" for older ones.
    message["Auto-Submitted"] = "auto-generated"
    message["Precedence"] = "bulk"
    return message


def _prepare(
    run: str, subscriber: Subscriber, context: MailContext, message: EmailMessage, text: str, html: str = ""
) -> PreparedMessage:
    message.set_content(text, cte="quoted-printable")
    if html:
        message.add_alternative(html, subtype="html", cte="quoted-printable")
        # Python picks a random boundary; ours depends on the run, so that the same mail is the same bytes.
        message.set_boundary(f"=_{context.tokens.placeholder(f'boundary {run}')}")
    headers, _, body = message.as_bytes(policy=MAIL_POLICY).partition(b"\r\n\r\n")
    placeholder = context.tokens.placeholder(run)
    return PreparedMessage(
        run=run,
        context=context,
        is_list=subscriber.is_list,
        placeholder=placeholder,
        unsubscribe_headers="".join(
            f"{line}\r\n" for line in _unsubscribe_headers(subscriber, context, placeholder)
        ),
        headers=headers + b"\r\n\r\n",
        body_pieces=_split_at_placeholder(body, placeholder.encode()),
    )


def _unsubscribe_headers(subscriber: Subscriber, context: MailContext, token: str) -> tuple[str, ...]:
    """List-Unsubscribe (RFC 2369), and that one POST to it is enough (RFC 8058)."""
    if subscriber.is_list:
        link = list_unsubscribe_link(subscriber.leave_instructions)
        return (f"List-Unsubscribe: <{link}>",) if link else ()
    # A mail may be passed on, so the token in it can unsubscribe and nothing else (decision 16).
    mail = f"<{unsubscribe_mailto(context.replies_mailbox, token)}>"
    page = context.site.subscriptions_url
    if not page:
        return (f"List-Unsubscribe: {mail}",)
    return (
        f"List-Unsubscribe: <{page}leave/{token}>,\r\n {mail}",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
    )


def _split_at_placeholder(body: bytes, placeholder: bytes) -> tuple[bytes, ...]:
    """The parts of `body` between the placeholders."""
    # Quoted-printable may have broken a line anywhere, also inside a placeholder. Each token then gets a
    # line of its own, so that no line grows over 76 characters.
    pattern = b"(?:=\r\n)?".join(re.escape(bytes([byte])) for byte in placeholder)
    pieces = re.split(pattern, body)
    last = len(pieces) - 1
    return tuple(
        (SOFT_BREAK if n else b"") + piece + (SOFT_BREAK if n < last else b"")
        for n, piece in enumerate(pieces)
    )
