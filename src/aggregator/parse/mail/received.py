"""Reads a mail that was sent to the operator's own mailbox into plain values, whatever is in it."""

from __future__ import annotations

import re
from typing import Final

from aggregator.model import ReceivedMail
from aggregator.parse.mail.message import MailHeader, content_parameter, decode_header_text, read_header

# Mail servers differ in where they note the address to which a mail was delivered.
RECIPIENT_FIELDS: Final = ("to", "delivered-to", "x-original-to", "envelope-to", "x-failed-recipients")
BULK: Final = frozenset({"bulk", "junk", "list"})

# A quoted name may look like an address. Unclosed quotes and comments end with the field.
_NAMES_AND_COMMENTS: Final = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\Z)|\([^()]*(?:\)|\Z)', re.DOTALL)
_ADDRESS: Final = re.compile(r"[^\s<>()\[\],;:\"@]+@[^\s<>()\[\],;:\"@]+")


def read_received_mail(raw: bytes) -> ReceivedMail:
    """The values that we use. Raises UnreadableMail for a header beyond the limits.

    Python's own parser of addresses is never asked: it raises IndexError for `To: <` (3.11).
    """
    header = read_header(raw)
    return ReceivedMail(
        recipients=tuple(value for name in RECIPIENT_FIELDS for value in header.all(name)),
        senders=tuple(_ADDRESS.findall(_NAMES_AND_COMMENTS.sub(" ", header.first("from")))),
        subject=decode_header_text(header.first("subject")),
        is_automatic=_is_automatic(header),
        is_feedback_report=content_parameter(header, "report-type").lower() == "feedback-report",
        raw=raw,
    )


def _is_automatic(header: MailHeader) -> bool:
    automatic = header.first("auto-submitted").lower() not in {"", "no"}
    return automatic or header.first("precedence").lower() in BULK or bool(header.all("list-id"))
