"""Letters that answer somebody who asked: how to confirm, or to reach one's choices. Plain text."""

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
from aggregator.model import ANSWER, Message, Subscriber
from aggregator.values.text import one_line

NOT_YOU: Final = "If it was not you, do nothing: without {what} nothing happens, and nothing more is sent."


@dataclass(frozen=True, slots=True)
class MailTexts:
    """What an answer says; `by_mail` where there is no page to open."""

    subject: str
    text: str
    by_mail: str


MAIL_TEXTS: Final[Mapping[str, MailTexts]] = {
    CONFIRM: MailTexts(
        "please confirm your address",
        "Somebody, we hope you, asked for letters to this address. To get them, open this page and confirm:\n"
        "\n{link}\n\n"
        f"The link holds for seven days, and once.\n{NOT_YOU.format(what='this link')}",
        "Somebody, we hope you, asked for letters to this address. To get them, send this mail as it is:\n\n"
        "{confirm}\n\n"
        "Or write to {mailbox} with this subject:\n\nconfirm {token}\n\n"
        f"It holds for seven days, and once.\n{NOT_YOU.format(what='that mail')}",
    ),
    CHOICES: MailTexts(
        "your letters",
        "Here you choose what you get, pause, change your address, take your data with you, or leave:\n\n"
        "{link}\n\n"
        "The link holds for one day. Do not pass it on: who has it can do the same.\n"
        f"{NOT_YOU.format(what='this link')}",
        "This address gets letters. To leave, send this mail as it is:\n\n{leave}",
    ),
}


def answer_run(purpose: str, request_id: str) -> str:
    """The run of an answer. `mark` is of the request that it answers: one request has one answer."""
    return f"{ANSWER}{purpose}.{request_id}"


def build_answer(run: str, reader: Subscriber, stationery: MailContext, now: datetime) -> Message:
    """The answer of `run` to `reader`, who has an address; what opens or asks is signed at `now`."""
    purpose = CONFIRM if run.startswith(answer_run(CONFIRM, "")) else CHOICES
    site = stationery.site
    foot = "\n".join(
        one_line(line) for line in (site.title, site.base_url, site.contact, site.postal_address) if line
    )
    made = EmailMessage(policy=SMTP)
    made["From"] = sender_header(stationery)
    made["To"] = reader.address or ""
    made["Message-ID"] = stationery.message_id(run, reader.id)
    made["Date"] = format_datetime(now)
    made["Subject"] = f"{one_line(site.title, 60)}: {MAIL_TEXTS[purpose].subject}"
    made["Auto-Submitted"] = "auto-replied"
    made.set_content(f"{_text(purpose, reader, stationery, now)}\n\n-- \n{foot}\n", cte="quoted-printable")
    return Message(
        run=run,
        reader=reader.id,
        sender=stationery.envelope_sender(run, reader.id),
        recipient=reader.address or "",
        payload=made.as_bytes(),
    )


def _text(purpose: str, reader: Subscriber, stationery: MailContext, now: datetime) -> str:
    words, page, mailbox = MAIL_TEXTS[purpose], stationery.site.subscriptions_url, stationery.replies_mailbox
    token = stationery.tokens.timed_token(purpose, reader.id, now)
    return (words.text if page else words.by_mail).format(
        link=f"{page}{purpose}/{token}",
        confirm=mailto_link(mailbox, f"confirm {token}"),
        leave=unsubscribe_mailto(mailbox, stationery.tokens.unsubscribe_token(reader.id)),
        mailbox=mailbox,
        token=token,
    )
