"""A letter built once for all who get the same, and filled in for each reader."""

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
from aggregator.model.days import in_words
from aggregator.values.text import one_line

SOFT_BREAK = b"=\r\n"
"""Ends a line of quoted-printable without ending the line of text (RFC 2045, 6.7)."""

DEEP = SMTP.clone(max_line_length=76)


@dataclass(frozen=True, kw_only=True)
class MailContext:
    """What all letters of this instance have in common."""

    site: Site
    sender_address: str
    """Whom letters come from."""
    replies_mailbox: str
    """Where bounces go, and mails that ask to leave."""
    tokens: Tokens

    @property
    def domain(self) -> str:
        """The domain that letters come from."""
        return self.sender_address.rpartition("@")[2]

    @property
    def list_id(self) -> str:
        """RFC 2919: does not change when the letter's title or address does."""
        name = re.sub(r"[^a-z0-9]+", "-", self.site.instance.lower()).strip("-")
        return f"<{name}.letters.{self.domain}>"

    def message_id(self, run: str, reader: str) -> str:
        """The same letter has the same Message-ID however often it is sent."""
        return f"<{run}.{reader}@{self.domain}>"

    def envelope_sender(self, run: str, reader: str) -> str:
        """Where a bounce goes: the address itself says of which letter (VERP), and that we made it."""
        name, _, domain = self.replies_mailbox.rpartition("@")
        return f"{name}+{run}.{reader}.{self.tokens.return_address_tag(run, reader)}@{domain}"


@dataclass(frozen=True)
class PreparedMessage:
    """A letter with a gap where the reader's own word goes; filling it in costs next to nothing."""

    run: str
    context: MailContext
    is_list: bool
    placeholder: str
    """Stands for the reader's own word in `ways_out`, as it stood between the pieces."""
    unsubscribe_headers: str
    """Header lines that say how to leave."""
    headers: bytes
    body_pieces: tuple[bytes, ...] = field(repr=False)

    def personalise(self, reader: Subscriber) -> Message:
        """The letter to `reader`, who has an address."""
        token = self.context.tokens.unsubscribe_token(reader.id)
        own = (
            f"To: {reader.address}\r\n"
            f"Message-ID: {self.context.message_id(self.run, reader.id)}\r\n"
            f"{self.unsubscribe_headers.replace(self.placeholder, token)}"
        )
        gap = b"" if self.is_list else token.encode()
        return Message(
            run=self.run,
            reader=reader.id,
            sender=self.context.envelope_sender(self.run, reader.id),
            recipient=reader.address or "",
            payload=own.encode() + self.headers + gap.join(self.body_pieces),
        )


def prepare_digest_mail(
    digest: Digest, reader: Subscriber, stationery: MailContext, bodies: Mapping[str, Body]
) -> PreparedMessage:
    """The letter of an issued digest for everybody who has `reader`'s choices and way to leave.

    Raises ValueError for a draft.
    """
    if digest.issued is None:
        raise ValueError(f"the letter of {digest.week} is a draft")
    seen = filter_digest(digest, reader.choices)
    slot = stationery.tokens.placeholder(digest.week)
    foot = _foot(reader, stationery, digest.rhythm, slot)
    page, text = render_html_and_text(seen, stationery.site, bodies, foot, titles=reader.choices.titles)
    made = _common(stationery)
    made["List-Archive"] = f"<{stationery.site.base_url}digests/{digest.week}.html>"
    made["Subject"] = _subject(seen, stationery.site)
    made["Date"] = format_datetime(digest.issued)
    return _frozen(digest.week, reader, stationery, made, text.decode(), page.decode())


def _foot(reader: Subscriber, stationery: MailContext, rhythm: Frequency, slot: str) -> Footer:
    if reader.is_list:
        return list_footer(reader.leave, rhythm)
    return mail_footer(stationery.site, rhythm, mailbox=stationery.replies_mailbox, token=slot)


def _subject(digest: Digest, site: Site) -> str:
    count = contents_text(digest) if digest.count else "nothing this week"
    day = in_words(digest.window.start.astimezone(site.timezone))
    when = f"week of {day}" if digest.rhythm is Frequency.WEEKLY else day
    return f"{one_line(site.title, 60)}: {count}, {when}"


def sender_header(stationery: MailContext) -> Address:
    """Who a letter comes from, with the site's title as the name."""
    user, _, domain = stationery.sender_address.rpartition("@")
    return Address(display_name=one_line(stationery.site.title, 60), username=user, domain=domain)


def prepare_text_mail(
    run: str, reader: Subscriber, stationery: MailContext, *, subject: str, at: datetime, text: str
) -> PreparedMessage:
    """A letter of plain text, dated `at`, for everybody who leaves as `reader` does.

    Where `stationery.tokens.slot(run)` stands in the text, the reader's own word to leave will stand.
    """
    made = _common(stationery)
    made["Subject"] = subject
    made["Date"] = format_datetime(at)
    return _frozen(run, reader, stationery, made, text)


def _common(stationery: MailContext) -> EmailMessage:
    made = EmailMessage(policy=DEEP)
    made["From"] = sender_header(stationery)
    made["List-Id"] = stationery.list_id
    made["Auto-Submitted"] = "auto-generated"
    made["Precedence"] = "bulk"
    return made


def _frozen(
    run: str, reader: Subscriber, stationery: MailContext, made: EmailMessage, text: str, page: str = ""
) -> PreparedMessage:
    made.set_content(text, cte="quoted-printable")
    if page:
        made.add_alternative(page, subtype="html", cte="quoted-printable")
        # The parts are marked by their run, not at random: the same letter is the same bytes.
        made.set_boundary(f"=_{stationery.tokens.placeholder(f'boundary {run}')}")
    head, _, body = made.as_bytes(policy=DEEP).partition(b"\r\n\r\n")
    slot = stationery.tokens.placeholder(run)
    return PreparedMessage(
        run=run,
        context=stationery,
        is_list=reader.is_list,
        placeholder=slot,
        unsubscribe_headers="".join(f"{line}\r\n" for line in _ways_out(reader, stationery, slot)),
        headers=head + b"\r\n\r\n",
        body_pieces=_pieces(body, slot.encode()),
    )


def _ways_out(reader: Subscriber, stationery: MailContext, token: str) -> tuple[str, ...]:
    """List-Unsubscribe (RFC 2369), and that a single POST is enough (RFC 8058)."""
    if reader.is_list:
        way = list_unsubscribe_link(reader.leave)
        return (f"List-Unsubscribe: <{way}>",) if way else ()
    mail = f"<{unsubscribe_mailto(stationery.replies_mailbox, token)}>"
    page = stationery.site.subscriptions_url
    if not page:
        return (f"List-Unsubscribe: {mail}",)
    return (
        f"List-Unsubscribe: <{page}leave/{token}>,\r\n {mail}",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
    )


def _pieces(body: bytes, slot: bytes) -> tuple[bytes, ...]:
    """What stands between the gaps. Each gap gets a line of its own, so that no line grows over its limit."""
    broken = b"(?:=\r\n)?".join(re.escape(bytes([letter])) for letter in slot)
    found = re.split(broken, body)
    last = len(found) - 1
    return tuple(
        (SOFT_BREAK if n else b"") + piece + (SOFT_BREAK if n < last else b"")
        for n, piece in enumerate(found)
    )
