"""Subscribers, their choices, and the deliveries of mail to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

# Prefix of the delivery runs that answer a request: a confirmation, or a link to one's choices.
ANSWER_RUN_PREFIX: Final = "ask-"

# The reply of a delivery to somebody whom the operator does not allow.
NOT_ALLOWED: Final = "not on the list in the setting mail_allow"
# So often a delivery is sent again whose outcome is not known: the mail server may have taken it, or not.
MAX_RESENDS: Final = 2

# Replies that we write ourselves, for deliveries that got none from a mail server.
SUBSCRIBER_LEFT: Final = "the subscriber had left"
NEVER_KNOWN: Final = (
    f"handed over {MAX_RESENDS + 1} times without a known outcome: it may have arrived, and is not sent again"
)
# Before the reason why the message could not be made: it is tried again later.
SET_ASIDE: Final = "set aside: "


# Stored: changing a value needs a migration.
class SubscriberStatus(StrEnum):
    """Whether a subscriber gets mail."""

    # Somebody asked for this address; its owner has not confirmed yet.
    UNCONFIRMED = "unconfirmed"
    ACTIVE = "active"
    PAUSED = "paused"
    UNSUBSCRIBED = "unsubscribed"
    # On the suppression list: the address bounced, or its owner complained.
    SUPPRESSED = "suppressed"


# Stored, and written in alerts.yaml and in forms of pages: changing a value needs a migration.
class Frequency(StrEnum):
    """How often something is sent."""

    AT_ONCE = "at once"
    # Collected and sent at 08:00 in the site's time zone.
    DAILY = "daily"
    WEEKLY = "weekly"


DIGEST_FREQUENCIES: Final = (Frequency.WEEKLY, Frequency.DAILY)
# The frequencies of digests and of alerts; the first of each is the default.
ALERT_FREQUENCIES: Final = (Frequency.AT_ONCE, Frequency.DAILY)


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
    # Whether to send a weekly digest that has nothing for this subscriber; an empty daily one is never sent.
    when_empty: bool = False
    frequency: Frequency = Frequency.WEEKLY
    title_language: TitleLanguage = TitleLanguage.ENGLISH
    # Whether the subscriber gets alerts only, and no digest.
    only_alerts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """Somebody who gets mail: a person, or a mailing list that passes it on."""

    # Random. Logs, files and mails refer to a subscriber by it alone.
    id: str
    # None once erased.
    address: str | None
    status: SubscriberStatus
    # When the status began.
    status_since: datetime
    choices: Choices = field(default_factory=Choices)
    # A mailing list: its mails have no personal links, because every member sees them.
    is_list: bool = False
    # For a list: how its members leave it (a web or mail address), in the operator's words.
    leave_instructions: str = ""
    # For an unconfirmed address: the id of the subscriber who asked to move to it.
    replaces_id: str = ""


# Stored: changing a value needs a migration.
class DeliveryStatus(StrEnum):
    """State of one delivery."""

    PLANNED = "planned"
    # Given to the mail server, result not known yet. After a crash it is sent again with the same Message-ID.
    HANDED_OVER = "handed over"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message of a run to one subscriber."""

    run: str
    subscriber_id: str
    status: DeliveryStatus
    # When the status began.
    status_since: datetime
    # For a planned delivery: not to be tried before.
    due: datetime
    attempts: int = 0
    first_attempt: datetime | None = None
    # How often its result stayed unknown, so that it was or will be sent again.
    unknown_outcomes: int = 0
    # The mail server's last reply, without addresses.
    reply: str = ""


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
    # A temporary refusal (4xx): to be tried again.
    TEMPORARY_FAILURE = "not now"
    # A permanent refusal (5xx).
    PERMANENT_FAILURE = "never"
    # The connection was lost after the message had gone out: it may have been accepted.
    UNKNOWN = "unknown"
    # The server got nothing of it.
    NOT_SENT = "untried"
    # The subscriber left while the batch was under way; the server got nothing of it.
    NOT_WANTED = "not wanted"
    # The program stopped before its turn came; the server got nothing of it.
    GIVEN_BACK = "given back"


@dataclass(frozen=True, slots=True)
class SendResult:
    """The result for one message, with the server's reply."""

    message: Message
    outcome: SendOutcome
    reply: str = ""
    # The unexpected exception that ended the attempt: a bug of ours, or of a library.
    error: Exception | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMail:
    """What we use of a mail that was sent to us: plain values, within limits. Nothing in them is checked."""

    # The values of all fields in which mail servers note an address that a mail was delivered to.
    recipients: tuple[str, ...]
    # The addresses in the From field.
    senders: tuple[str, ...]
    subject: str
    # Whether a program wrote it, or a mailing list passed it on (RFC 3834, 2).
    is_automatic: bool
    # Whether it is a feedback report (RFC 5965): a complaint about one of our mails, which it contains.
    is_feedback_report: bool
    raw: bytes
