"""Writes the mail that tells the operator that something is wrong, or well again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from aggregator.deliver.mail.prepared import MAIL_POLICY
from aggregator.model import Message, Site
from aggregator.values.text import one_line

# Of the message in the outbox; no subscriber has this id.
OPERATOR_ID: Final = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorNotice:
    """One mail to the operator. `run` names it for good, so that it keeps its Message-ID."""

    run: str
    subject: str
    lines: tuple[str, ...]


def build_operator_mail(
    notice: OperatorNotice, address: str, site: Site, sender: str, now: datetime
) -> Message:
    """Return the mail to the operator's address. It needs no key: that may be what is broken."""
    user, _, domain = sender.rpartition("@")
    message = EmailMessage(policy=MAIL_POLICY)
    message["From"] = Address(display_name=one_line(site.title, 60), username=user, domain=domain)
    message["To"] = address
    message["Message-ID"] = f"<{notice.run}.{OPERATOR_ID}@{domain}>"
    message["Date"] = format_datetime(now)
    message["Subject"] = f"{one_line(site.title, 60)}: {one_line(notice.subject, 120)}"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834, 5: no automatic reply to this
    # Lines may quote what a publisher or a mail said.
    text = "\n".join(one_line(line, 1000) for line in notice.lines)
    message.set_content(f"{text}\n\n-- \n{one_line(site.title)}\n{site.base_url}\n", cte="quoted-printable")
    return Message(
        run=notice.run,
        subscriber_id=OPERATOR_ID,
        # Names no delivery, so that a bounce is not taken for one of a subscriber.
        sender=sender,
        recipient=address,
        payload=message.as_bytes(),
    )
