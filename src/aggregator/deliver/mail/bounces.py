"""Parses inbound mail: bounces, complaints, and commands to subscribe, confirm or unsubscribe.

Anybody can send us mail under any name. So a mail acts on a subscriber only with something we signed: the tag
of a return address, or a token. Without one it can only ask to subscribe, and the answer goes to the address.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from enum import StrEnum
from itertools import islice
from typing import Final

from flufl.bounce import all_failures

from aggregator.deliver.mail.tokens import TAG_LENGTH, Tokens
from aggregator.model import ReceivedMail


class UnreadableBounce(Exception):
    """The library that reads bounces cannot bear this one. The text is the reason, for the operator."""


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


# A bounce names what failed at its start, before our own mail. Python's parser works line by line.
MAX_BOUNCE_BYTES: Final = 64 * 1024
# A complaint contains our mail, which has a few tokens. Each costs a signature.
MAX_COMPLAINT_BYTES, MAX_TOKENS = 1024 * 1024, 100
_PLAIN_BYTES: Final = bytes(byte if 0 < byte < 128 else ord("?") for byte in range(256))
NOBODY: Final = "nobody@invalid"
# Run, subscriber id and tag, as `MailContext.envelope_sender` writes them.
_RETURN_ADDRESS: Final = re.compile(rf"\+([\w-][\w.-]*?)\.([0-9a-f]{{16}})\.([0-9a-f]{{{TAG_LENGTH}}})@")
# Other commands repeated the web pages, and nobody asked for them (decision 16).
_COMMAND: Final = re.compile(r"\s*(?:re:\s*)*(?:join|confirm\s+([\w-]+(?:\.[\w-]+){2}))\s*", re.I)
# In a subject, and in the List-Unsubscribe header of a mail that a complaint contains.
_UNSUBSCRIBE_TOKEN: Final = re.compile(r"\bleave(?:\s+|%20|/)([\w-]+\.[\w-]+)")


def parse_inbound_mail(mail: ReceivedMail, tokens: Tokens) -> InboundMail | None:
    """What a mail asks of us; None when there is nothing to act on, as for an out-of-office reply.

    Raises UnreadableBounce.
    """
    # A feedback report contains our mail as it was sent, with its quoted-printable line breaks.
    if mail.is_feedback_report:
        text = mail.raw[:MAX_COMPLAINT_BYTES].replace(b"=\r\n", b"").replace(b"=\n", b"").decode("latin-1")
        subscriber = _find_unsubscriber(text, tokens)
        return InboundMail(InboundKind.COMPLAINT, subscriber) if subscriber else None
    delivery = _returned_delivery(mail, tokens)
    if delivery:
        kind = _bounce_kind(mail)
        return InboundMail(kind, delivery[1], delivery[0]) if kind else None
    subscriber = _find_unsubscriber(mail.subject, tokens)
    return InboundMail(InboundKind.UNSUBSCRIBE, subscriber) if subscriber else _parse_command(mail)


def _parse_command(mail: ReceivedMail) -> InboundMail | None:
    """A command to subscribe or confirm; None for mail that no person wrote (RFC 3834, 2)."""
    command = _COMMAND.fullmatch(mail.subject[:1000])  # bounds the work of the pattern
    if mail.is_automatic or not command:
        return None
    if command[1]:
        return InboundMail(InboundKind.CONFIRM, command[1])
    return InboundMail(InboundKind.SUBSCRIBE, mail.senders[0]) if len(mail.senders) == 1 else None


def _bounce_kind(mail: ReceivedMail) -> InboundKind | None:
    # One permanent failure among temporary ones makes a hard bounce.
    try:
        temporary, permanent = all_failures(_harmless_message(mail))
    except MemoryError:
        raise
    except Exception as error:  # the fault of the mail, not a bug
        raise UnreadableBounce(f"a bounce that cannot be read ({type(error).__name__})") from error
    if permanent:
        return InboundKind.HARD_BOUNCE
    return InboundKind.SOFT_BOUNCE if temporary else None


def _harmless_message(mail: ReceivedMail) -> Message:
    """The mail as flufl.bounce wants it: a message of Python's parser, without what its detectors trip over.

    The old class leaves the values of fields alone, where the new one raises.
    """
    # Fields with other bytes would be `Header` objects, which the detectors take for text.
    message = message_from_bytes(mail.raw[:MAX_BOUNCE_BYTES].translate(_PLAIN_BYTES))
    del message["From"]
    message["From"] = next(iter(mail.senders), NOBODY)  # they want one that is not empty
    for part in message.walk():
        _drop_odd_charset(part)
    return message


def _drop_odd_charset(part: Message) -> None:
    try:
        if isinstance(part.get_param("charset"), tuple):
            part.del_param("charset")
    except (TypeError, ValueError, LookupError):  # such as `charset*=a; charset*0=b` (3.11)
        part.replace_header("Content-Type", part.get_content_type())


def _returned_delivery(mail: ReceivedMail, tokens: Tokens) -> tuple[str, str] | None:
    """Run and subscriber of the return address that this mail was sent to, if we made that address."""
    for value in mail.recipients:
        for run, subscriber, tag in _RETURN_ADDRESS.findall(value):
            # In constant time, so that nobody can guess a tag byte by byte.
            if hmac.compare_digest(tag, tokens.return_address_tag(run, subscriber)):
                return run, subscriber
    return None


def _find_unsubscriber(text: str, tokens: Tokens) -> str | None:
    found = islice(_UNSUBSCRIBE_TOKEN.finditer(text), MAX_TOKENS)
    ids = (tokens.read_unsubscribe_token(match[1]) for match in found)
    return next((id for id in ids if id), None)
