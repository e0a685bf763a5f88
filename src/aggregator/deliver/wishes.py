"""What people ask for by mail where there is no web page: to join, confirm, choose, move, watch.

A wish stands in the subject; what it needs besides stands in the text, a line each. A mail without a word of
ours can ask to join and nothing else, and the answer to that goes to the address itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from enum import StrEnum
from typing import Final

from aggregator.deliver.foot import mail_link
from aggregator.deliver.wish_lines import read_lines


class Wanted(StrEnum):
    """What a mail asks for; each is the first word of its subject."""

    JOIN = "join"
    CONFIRM = "confirm"
    CHOOSE = "choose"
    PAUSE = "pause"
    RESUME = "resume"
    MOVE = "move"
    """To another address, which is asked to confirm."""
    DATA = "data"
    """Everything that is kept of the reader."""
    TRY = "try"
    """A rule of alerts against the past year."""
    WATCH = "watch"
    """For what a rule says, from now on."""
    UNWATCH = "unwatch"


@dataclass(frozen=True, slots=True)
class Wish:
    """One mail's wish. `word` is the signed word that it shows; to join, the sender's address."""

    wanted: Wanted
    word: str
    lines: Mapping[str, str] = field(default_factory=dict)
    """What the text says, by the name before the colon."""


LONGEST: Final = 20_000
"""Characters of a mail's text that are looked at."""
_NAMES: Final = "|".join(wanted for wanted in Wanted if wanted is not Wanted.JOIN)
_SIGNED: Final = re.compile(rf"\s*(?:re:\s*)*({_NAMES})\s+([\w-]+(?:\.[\w-]+){{2}})\s*", re.I)
_JOIN: Final = re.compile(r"\s*(?:re:\s*)*join\s*", re.I)


def read_wish(payload: bytes) -> Wish | None:
    """What a mail asks for; None for any other mail, and for what no person wrote (RFC 3834, 2)."""
    message = message_from_bytes(payload, policy=policy.default)
    if _is_automatic(message):
        return None
    subject = str(message.get("subject", ""))[:1000]
    if _JOIN.fullmatch(subject):
        senders = [address for _, address in getaddresses([str(message.get("from", ""))]) if address]
        return Wish(Wanted.JOIN, senders[0]) if len(senders) == 1 else None
    found = _SIGNED.fullmatch(subject)
    return Wish(Wanted(found[1].lower()), found[2], read_lines(_text(message))) if found else None


def wish_by_mail(mailbox: str, wanted: Wanted, word: str = "", text: str = "") -> str:
    """The mail that asks for something, as a link."""
    return mail_link(mailbox, f"{wanted} {word}".strip(), text)


def _is_automatic(message: EmailMessage) -> bool:
    automatic = str(message.get("auto-submitted", "no")).strip().lower() != "no"
    bulk = str(message.get("precedence", "")).strip().lower() in {"bulk", "junk", "list"}
    return automatic or bulk or "list-id" in message


def _text(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    try:
        return str(part.get_content())[:LONGEST] if part else ""
    except (LookupError, UnicodeError):  # an encoding that nobody knows
        return ""
