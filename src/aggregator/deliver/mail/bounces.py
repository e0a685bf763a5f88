"""Parses inbound mail: bounces, complaints, and commands to subscribe, confirm or unsubscribe.

Anybody can send us mail under any name. So a mail acts on a subscriber only with something we signed: the tag
of a return address, or a token. Without one it can only ask to subscribe, and the answer goes to the address.
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
    """What an inbound mail means."""

    SUBSCRIBE = "join"
    CONFIRM = "confirm"
    UNSUBSCRIBE = "leave"
    # The subscriber marked our mail as spam, and their provider reported it (RFC 5965).
    COMPLAINT = "complaint"
    HARD_BOUNCE = "hard bounce"
    SOFT_BOUNCE = "soft bounce"


@dataclass(frozen=True, slots=True)
class InboundMail:
    """An inbound mail that we act on."""

    kind: InboundKind
    # The subscriber's id; for SUBSCRIBE the address, for CONFIRM the token.
    reference: str
    # For a bounce: the run of the delivery that bounced.
    run: str = ""


# Mail servers differ in where they note the address to which a mail was delivered.
RECIPIENT_HEADERS: Final = ("to", "delivered-to", "x-original-to", "envelope-to", "x-failed-recipients")
# Run, subscriber id and tag, as `MailContext.envelope_sender` writes them.
_RETURN_ADDRESS: Final = re.compile(rf"\+([\w-][\w.-]*?)\.([0-9a-f]{{16}})\.([0-9a-f]{{{TAG_LENGTH}}})@")
# Other commands repeated the web pages, and nobody asked for them (decision 16).
_COMMAND: Final = re.compile(r"\s*(?:re:\s*)*(?:join|confirm\s+([\w-]+(?:\.[\w-]+){2}))\s*", re.I)
# In a subject, and in the List-Unsubscribe header of a mail that a complaint contains.
_UNSUBSCRIBE_TOKEN: Final = re.compile(r"\bleave(?:\s+|%20|/)([\w-]+\.[\w-]+)")


def parse_inbound_mail(payload: bytes, tokens: Tokens) -> InboundMail | None:
    """What a mail asks of us; None when there is nothing to act on, as for an out-of-office reply."""
    message = message_from_bytes(payload, policy=policy.default)
    # A feedback report contains our mail as it was sent, with its quoted-printable line breaks.
    if message.get_param("report-type") == "feedback-report":
        subscriber = _find_unsubscriber(
            payload.replace(b"=\r\n", b"").replace(b"=\n", b"").decode("latin-1"), tokens
        )
        return InboundMail(InboundKind.COMPLAINT, subscriber) if subscriber else None
    delivery = _returned_delivery(message, tokens)
    if delivery:
        kind = _bounce_kind(payload)
        return InboundMail(kind, delivery[1], delivery[0]) if kind else None
    subscriber = _find_unsubscriber(str(message.get("subject", "")), tokens)
    return InboundMail(InboundKind.UNSUBSCRIBE, subscriber) if subscriber else _parse_command(message)


def _parse_command(message: EmailMessage) -> InboundMail | None:
    """A command to subscribe or confirm; None for mail that no person wrote (RFC 3834, 2)."""
    automatic = str(message.get("auto-submitted", "no")).strip().lower() != "no"
    bulk = str(message.get("precedence", "")).strip().lower() in {"bulk", "junk", "list"}
    command = _COMMAND.fullmatch(str(message.get("subject", ""))[:1000])  # bounds the work of the pattern
    if automatic or bulk or "list-id" in message or not command:
        return None
    if command[1]:
        return InboundMail(InboundKind.CONFIRM, command[1])
    senders = [address for _, address in getaddresses([str(message.get("from", ""))]) if address]
    return InboundMail(InboundKind.SUBSCRIBE, senders[0]) if len(senders) == 1 else None


def _bounce_kind(payload: bytes) -> InboundKind | None:
    # flufl.bounce expects the old message class, which does not decode header values. One permanent failure
    # among temporary ones makes a hard bounce.
    temporary, permanent = all_failures(message_from_bytes(payload))
    if permanent:
        return InboundKind.HARD_BOUNCE
    return InboundKind.SOFT_BOUNCE if temporary else None


def _returned_delivery(message: EmailMessage, tokens: Tokens) -> tuple[str, str] | None:
    """Run and subscriber of the return address that this mail was sent to, if we made that address."""
    for name in RECIPIENT_HEADERS:
        for value in message.get_all(name, []):
            for run, subscriber, tag in _RETURN_ADDRESS.findall(str(value)):
                # In constant time, so that nobody can guess a tag byte by byte.
                if hmac.compare_digest(tag, tokens.return_address_tag(run, subscriber)):
                    return run, subscriber
    return None


def _find_unsubscriber(text: str, tokens: Tokens) -> str | None:
    ids = (tokens.read_unsubscribe_token(token) for token in _UNSUBSCRIBE_TOKEN.findall(text))
    return next((id for id in ids if id), None)
