"""Subscribers, their choices, and the deliveries of mail to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

ANSWER_RUN_PREFIX: Final = "ask-"
"""Prefix of the delivery runs that answer a request: a confirmation, or a link to one's choices."""


# Stored: changing a value needs a migration.
class SubscriberStatus(StrEnum):
    """Whether a subscriber gets mail."""

    UNCONFIRMED = "unconfirmed"
    """Somebody asked for this address; its owner has not confirmed yet."""
    ACTIVE = "active"
    PAUSED = "paused"
    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"
    """On the suppression list: the address bounced, or its owner complained."""


# Stored, and written in alerts.yaml and in forms of pages: changing a value needs a migration.
class Frequency(StrEnum):
    """How often something is sent."""

    AT_ONCE = "at once"
    DAILY = "daily"
    """Collected and sent at 08:00 in the site's time zone."""
    WEEKLY = "weekly"


DIGEST_FREQUENCIES: Final = (Frequency.WEEKLY, Frequency.DAILY)
ALERT_FREQUENCIES: Final = (Frequency.AT_ONCE, Frequency.DAILY)
"""The frequencies of digests and of alerts; the first of each is the default."""


class TitleLanguage(StrEnum):
    """The language whose title comes first when a document has several."""

    ENGLISH = "en"
    WELSH = "cy"


# Stored as JSON: renaming a field needs a migration.
@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a subscriber wants to get; an empty list means everything."""

    bodies: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    when_empty: bool = False
    """Whether to send a weekly digest that has nothing for this subscriber; an empty daily one is never
    sent."""
    frequency: Frequency = Frequency.WEEKLY
    title_language: TitleLanguage = TitleLanguage.ENGLISH
    only_alerts: bool = False
    """Whether the subscriber gets alerts only, and no digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """Somebody who gets mail: a person, or a mailing list that passes it on."""

    id: str
    """Random. Logs, files and mails refer to a subscriber by it alone."""
    address: str | None
    """None once erased."""
    status: SubscriberStatus
    status_since: datetime
    """When the status began."""
    choices: Choices = field(default_factory=Choices)
    is_list: bool = False
    """A mailing list: its mails have no personal links, because every member sees them."""
    leave_instructions: str = ""
    """For a list: how its members leave it (a web or mail address), in the operator's words."""
    replaces_id: str = ""
    """For an unconfirmed address: the id of the subscriber who asked to move to it."""


# Stored: changing a value needs a migration.
class DeliveryStatus(StrEnum):
    """State of one delivery."""

    PLANNED = "planned"
    HANDED_OVER = "handed over"
    """Given to the mail server, result not known yet. After a crash it is sent again with the same
    Message-ID."""
    ACCEPTED = "accepted"
    REFUSED = "refused"
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message of a run to one subscriber."""

    run: str
    subscriber_id: str
    status: DeliveryStatus
    status_since: datetime
    """When the status began."""
    due: datetime
    """For a planned delivery: not to be tried before."""
    attempts: int = 0
    first_attempt: datetime | None = None
    unknown_outcomes: int = 0
    """How often its result stayed unknown, so that it was or will be sent again."""
    reply: str = ""
    """The mail server's last reply, without addresses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A mail ready to send: envelope and bytes (CRLF, RFC 5322)."""

    run: str
    subscriber_id: str
    sender: str
    recipient: str
    payload: bytes


class SendOutcome(StrEnum):
    """Result of sending one message."""

    ACCEPTED = "accepted"
    TEMPORARY_FAILURE = "not now"
    """A temporary refusal (4xx): to be tried again."""
    PERMANENT_FAILURE = "never"
    """A permanent refusal (5xx)."""
    UNKNOWN = "unknown"
    """The connection was lost after the message had gone out: it may have been accepted."""
    NOT_SENT = "untried"
    """The server got nothing of it."""


@dataclass(frozen=True, slots=True)
class SendResult:
    """The result for one message, with the server's reply."""

    message: Message
    outcome: SendOutcome
    reply: str = ""
