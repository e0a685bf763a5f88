"""Mails that answer a request: the link to confirm an address, and the link to one's choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from aggregator.deliver.digest.footer import mailto_link, unsubscribe_mailto
from aggregator.deliver.mail.prepared import MailContext, sender_header
from aggregator.deliver.mail.tokens import CHOICES, CONFIRM
from aggregator.model import ANSWER_RUN_PREFIX, Message, Subscriber
from aggregator.values.text import one_line

IF_NOT_YOU: Final = "If it was not you, do nothing: without {what} nothing happens, and nothing more is sent."


@dataclass(frozen=True, slots=True)
class MailTexts:
    """The texts of an answer. `by_mail` is used where there is no web page to open."""

    subject: str
    text: str
    by_mail: str


MAIL_TEXTS: Final[Mapping[str, MailTexts]] = {
    CONFIRM: MailTexts(
        "please confirm your address",
        "Somebody, we hope you, asked for letters to this address. To get them, open this page and confirm:\n"
        "\n{link}\n\n"
        f"The link holds for seven days, and once.\n{IF_NOT_YOU.format(what='this link')}",
        "Somebody, we hope you, asked for letters to this address. To get them, send this mail as it is:\n\n"
        "{confirm}\n\n"
        "Or write to {mailbox} with this subject:\n\nconfirm {token}\n\n"
        f"It holds for seven days, and once.\n{IF_NOT_YOU.format(what='that mail')}",
    ),
    CHOICES: MailTexts(
        "your letters",
        "Here you choose what you get, pause, change your address, take your data with you, or leave:\n\n"
        "{link}\n\n"
        "The link holds for one day. Do not pass it on: who has it can do the same.\n"
        f"{IF_NOT_YOU.format(what='this link')}",
        "This address gets letters. To leave, send this mail as it is:\n\n{leave}",
    ),
}


def answer_run(purpose: str, request_id: str) -> str:
    """The run of an answer. `request_id` makes it unique, so that one request has one answer."""
    return f"{ANSWER_RUN_PREFIX}{purpose}.{request_id}"


def build_answer(run: str, subscriber: Subscriber, context: MailContext, now: datetime) -> Message:
    """The answer of `run`, with a token signed at `now`. The subscriber's address must be known."""
    # Signed now, not when the answer was planned: no token is stored, and its lifetime starts here.
    purpose = CONFIRM if run.startswith(answer_run(CONFIRM, "")) else CHOICES
    site = context.site
    footer = "\n".join(
        one_line(line) for line in (site.title, site.base_url, site.contact, site.postal_address) if line
    )
    message = EmailMessage(policy=SMTP)
    message["From"] = sender_header(context)
    message["To"] = subscriber.address or ""
    message["Message-ID"] = context.message_id(run, subscriber.id)
    message["Date"] = format_datetime(now)
    message["Subject"] = f"{one_line(site.title, 60)}: {MAIL_TEXTS[purpose].subject}"
    message["Auto-Submitted"] = "auto-replied"  # RFC 3834, 5: no automatic reply to this
    message.set_content(
        f"{_text(purpose, subscriber, context, now)}\n\n-- \n{footer}\n", cte="quoted-printable"
    )
    return Message(
        run=run,
        subscriber_id=subscriber.id,
        sender=context.envelope_sender(run, subscriber.id),
        recipient=subscriber.address or "",
        payload=message.as_bytes(),
    )


def _text(purpose: str, subscriber: Subscriber, context: MailContext, now: datetime) -> str:
    texts, page, mailbox = MAIL_TEXTS[purpose], context.site.subscriptions_url, context.replies_mailbox
    token = context.tokens.timed_token(purpose, subscriber.id, now)
    # Without web pages a confirmed subscriber can only unsubscribe by mail; the operator does the rest.
    return (texts.text if page else texts.by_mail).format(
        link=f"{page}{purpose}/{token}",
        confirm=mailto_link(mailbox, f"confirm {token}"),
        leave=unsubscribe_mailto(mailbox, context.tokens.unsubscribe_token(subscriber.id)),
        mailbox=mailbox,
        token=token,
    )
