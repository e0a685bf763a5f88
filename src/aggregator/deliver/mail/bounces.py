"""Reads mails to us: bounces, complaints, who joins or leaves; only here flufl.bounce is imported.

Only what carries a word of ours is believed: the tag of a return address, or a subscriber's own token. A mail
without one can ask to join and nothing else, and the answer to that goes to the address itself.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from enum import StrEnum
from typing import Final

from flufl.bounce import all_failures

from aggregator.deliver.mail.tokens import TAG_LENGTH, Tokens


class InboundKind(StrEnum):
    """What a mail to us says."""

    SUBSCRIBE = "join"
    CONFIRM = "confirm"
    UNSUBSCRIBE = "leave"
    COMPLAINT = "complaint"
    """The reader told their mail provider that the letter is unwanted (RFC 5965)."""
    HARD_BOUNCE = "hard bounce"
    SOFT_BOUNCE = "soft bounce"


@dataclass(frozen=True, slots=True)
class InboundMail:
    """A mail to us that means something; `run` is empty unless it is about one letter."""

    kind: InboundKind
    reference: str
    """The subscriber's id; of who joins the address, of who confirms the token."""
    run: str = ""


RECIPIENT_HEADERS: Final = ("to", "delivered-to", "x-original-to", "envelope-to", "x-failed-recipients")
_RETURN: Final = re.compile(rf"\+([\w-][\w.-]*?)\.([0-9a-f]{{16}})\.([0-9a-f]{{{TAG_LENGTH}}})@")
_ASKS: Final = re.compile(r"\s*(?:re:\s*)*(?:join|confirm\s+([\w-]+(?:\.[\w-]+){2}))\s*", re.I)
_LEAVE: Final = re.compile(r"\bleave(?:\s+|%20|/)([\w-]+\.[\w-]+)")


def parse_inbound_mail(payload: bytes, tokens: Tokens) -> InboundMail | None:
    """What a mail says; None for what carries no word of ours, or says nothing that we act on.

    An absence note to a return address is nothing. A bounce is as hard as the worst that it tells.
    """
    message = message_from_bytes(payload, policy=policy.default)
    if message.get_param("report-type") == "feedback-report":
        complained = _leaver(payload.replace(b"=\r\n", b"").replace(b"=\n", b"").decode("latin-1"), tokens)
        return InboundMail(InboundKind.COMPLAINT, complained) if complained else None
    letter = _letter(message, tokens)
    if letter:
        kind = _bounce(payload)
        return InboundMail(kind, letter[1], letter[0]) if kind else None
    leaver = _leaver(str(message.get("subject", "")), tokens)
    return InboundMail(InboundKind.UNSUBSCRIBE, leaver) if leaver else _asked(message)


def _asked(message: EmailMessage) -> InboundMail | None:
    """Who asks to join, or confirms that they did; nothing for what no person wrote (RFC 3834, 2)."""
    automatic = str(message.get("auto-submitted", "no")).strip().lower() != "no"
    bulk = str(message.get("precedence", "")).strip().lower() in {"bulk", "junk", "list"}
    found = _ASKS.fullmatch(str(message.get("subject", ""))[:1000])
    if automatic or bulk or "list-id" in message or not found:
        return None
    if found[1]:
        return InboundMail(InboundKind.CONFIRM, found[1])
    senders = [address for _, address in getaddresses([str(message.get("from", ""))]) if address]
    return InboundMail(InboundKind.SUBSCRIBE, senders[0]) if len(senders) == 1 else None


def _bounce(payload: bytes) -> InboundKind | None:
    # Detectors read the older kind of message, which keeps header values as they came.
    temporary, permanent = all_failures(message_from_bytes(payload))
    if permanent:
        return InboundKind.HARD_BOUNCE
    return InboundKind.SOFT_BOUNCE if temporary else None


def _letter(message: EmailMessage, tokens: Tokens) -> tuple[str, str] | None:
    """Run and reader of the letter whose return address this mail was sent to, if we made that address."""
    for name in RECIPIENT_HEADERS:
        for value in message.get_all(name, []):
            for run, reader, tag in _RETURN.findall(str(value)):
                if hmac.compare_digest(tag, tokens.return_address_tag(run, reader)):
                    return run, reader
    return None


def _leaver(text: str, tokens: Tokens) -> str | None:
    found = (tokens.read_unsubscribe_token(word) for word in _LEAVE.findall(text))
    return next((reader for reader in found if reader), None)
