"""Who gets letters, and how far each letter got."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

ANSWER: Final = "ask-"
"""How the runs of letters begin that answer somebody who asked: a confirmation, a link to one's choices."""


class SubscriberStatus(StrEnum):
    """Whether a reader gets letters."""

    UNCONFIRMED = "unconfirmed"
    """Asked for, and not yet confirmed from the address itself."""
    READING = "reading"
    PAUSED = "paused"
    LEFT = "left"
    STOPPED = "stopped"
    """We stopped: the address bounced, or its owner complained."""


class Frequency(StrEnum):
    """How often something is sent."""

    AT_ONCE = "at once"
    DAILY = "daily"
    """Gathered, and sent at 08:00 in the site's zone."""
    WEEKLY = "weekly"


LETTER_FREQUENCIES: Final = (Frequency.WEEKLY, Frequency.DAILY)
ALERT_FREQUENCIES: Final = (Frequency.AT_ONCE, Frequency.DAILY)
"""What letters and alerts may be; the first is what they are where nobody says anything."""


class Titles(StrEnum):
    """The language whose title of a document stands first where several are known."""

    ENGLISH = "en"
    WELSH = "cy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a reader wants to hear of; an empty list wants everything."""

    bodies: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    when_empty: bool = False
    """Whether a week without anything for this reader is told, too; a day without is never."""
    rhythm: Frequency = Frequency.WEEKLY
    titles: Titles = Titles.ENGLISH
    only_alerts: bool = False
    """Whether the weekly or daily letter is unwanted: the reader gets alerts alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """Somebody who gets letters: a person, or a mailing list that hands them on."""

    id: str
    """Random, and all that logs, files and letters know of the reader."""
    address: str | None
    """None once it was erased."""
    standing: SubscriberStatus
    since: datetime
    """When the standing began."""
    choices: Choices = field(default_factory=Choices)
    is_list: bool = False
    """A mailing list: its letters carry no personal link, since every member reads them."""
    leave: str = ""
    """For a list: how its members leave it (a web or mail address), in the operator's words."""
    replaces: str = ""
    """The id of the reader who asked for this unconfirmed address in place of the one that they have."""


class DeliveryStatus(StrEnum):
    """How far one reader's letter got."""

    PLANNED = "planned"
    HANDED_OVER = "handed over"
    """Given to the mail server, outcome not known yet; after a crash it is sent again as the same message."""
    ACCEPTED = "accepted"
    REFUSED = "refused"
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One reader's letter of one run."""

    run: str
    reader: str
    state: DeliveryStatus
    at: datetime
    """When the state began."""
    due: datetime
    """For a planned letter: not to be tried before."""
    tries: int = 0
    first_tried: datetime | None = None
    unsure: int = 0
    """How often its outcome stayed unknown, so that it was, or will be, sent again."""
    reply: str = ""
    """The mail server's last word on it, without addresses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A letter as it is handed over: its envelope and its bytes (CRLF, RFC 5322)."""

    run: str
    reader: str
    sender: str
    recipient: str
    payload: bytes


class Handed(StrEnum):
    """What came of handing a message over."""

    ACCEPTED = "accepted"
    NOT_NOW = "not now"
    """A temporary refusal (4xx): the server asks to be tried again."""
    NEVER = "never"
    """A permanent refusal (5xx)."""
    UNKNOWN = "unknown"
    """The line was lost after the message had gone out: it may have been taken."""
    UNTRIED = "untried"
    """Nothing of it reached the server."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The outcome for one message."""

    message: Message
    handed: Handed
    reply: str = ""
