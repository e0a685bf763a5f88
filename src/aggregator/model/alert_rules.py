"""Alert rules, the alerts they produce, and how each alert is delivered to a webhook."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import UnionType
from typing import Final, TypeAlias

from aggregator.model.days import Moment
from aggregator.model.subscriptions import Frequency

# Prefix of the delivery runs that carry alerts.
ALERT_RUN_PREFIX: Final = "alert-"

# Operators, in capitals only. To search for one of these words, quote it.
KEYWORDS: Final = frozenset({"AND", "OR", "NOT"})

# Fields that match a word or phrase of the document; the empty name means anywhere.
TEXT_FIELDS: Final = frozenset({"", "title"})

# The values of `changed:`, and the parts of a revision that each covers (see also ANY_VALUE).
CHANGED_PARTS: Final = {
    "title": ("title",),
    "text": ("text",),
    "status": ("status",),
    "dates": ("opening date", "closing date", "dated facts"),
    "opening": ("opening date",),
    "closing": ("closing date",),
    "attachments": ("attachments",),
    "restored": ("restored",),
}

ANY_VALUE: Final = "any"


@dataclass(frozen=True, slots=True)
class Term:
    """One test of a document: it matches if any of `values` does. An empty `field` means words anywhere."""

    field: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        # The text of a condition must parse back to the same condition: the store saves rules as text.
        value = "|".join(self.values)
        needs_quotes = value in KEYWORDS or any(c.isspace() or c in "():" for c in value)
        return f"{self.field}:" * bool(self.field) + (f'"{value}"' if needs_quotes else value)


@dataclass(frozen=True, slots=True)
class Not:
    """Matches when `part` does not."""

    part: Condition

    def __str__(self) -> str:
        return f"NOT {_enclosed(self.part, AllOf | AnyOf)}"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Matches when every part does; has at least two parts."""

    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        return " ".join(_enclosed(part, AllOf | AnyOf) for part in self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Matches when one part does; has at least two parts."""

    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        return " OR ".join(_enclosed(part, AnyOf) for part in self.parts)


# What a rule requires of a document. `str()` of a condition parses back to an equal one.
Condition: TypeAlias = Term | Not | AllOf | AnyOf


def _enclosed(part: Condition, kinds: type | UnionType) -> str:
    return f"({part})" if isinstance(part, kinds) else str(part)


def terms(condition: Condition) -> Iterator[Term]:
    """Every term of a condition, from left to right."""
    match condition:
        case Term():
            yield condition
        case Not(part):
            yield from terms(part)
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from terms(part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where alerts are posted. The signing secret is in an environment variable or in a file."""

    url: str
    secret_env: str = ""
    secret_file: str = ""


# Stored as JSON: renaming a field needs a migration.
@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberRule:
    """A subscriber's own alert rule as stored. `when` is text: it is parsed with each use, because the
    vocabulary may have changed since."""

    id: str
    when: str
    changes: bool = False
    frequency: Frequency = Frequency.AT_ONCE
    mail: bool = True
    # Random part of its feed's address, never used again; empty when it has no feed.
    feed_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule:
    """An alert rule, the operator's or a subscriber's, and its destinations."""

    id: str
    name: str
    when: Condition
    # Whether a changed document alerts again; `changed:` and `removed:` in `when` imply it.
    changes: bool = False
    frequency: Frequency = Frequency.AT_ONCE
    # Subscribers, by id or address.
    mail: tuple[str, ...] = ()
    webhook: Webhook | None = None
    feed: bool = False
    # Id of the subscriber who owns the rule; empty for the operator's rules.
    subscriber: str = ""
    # The subscriber has paused: no mail is sent, but the rule's feed goes on.
    paused: bool = False

    @property
    def key(self) -> str:
        """The rule's key in the store."""
        return f"{self.subscriber}/{self.id}" if self.subscriber else self.id

    @property
    def alerts_on_changes(self) -> bool:
        """Whether changes to a known document alert."""
        return self.changes or bool({"changed", "removed"} & {term.field for term in terms(self.when)})


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRuleState:
    """How far a rule has been checked. Another `when` text makes it a new rule, watched from then on."""

    rule_key: str
    when: str
    watched_since: datetime
    checked_until: datetime


# Part of AlertEvent.key, which is stored: another value would raise all alerts of this kind again.
class AlertReason(StrEnum):
    """Why an alert was raised."""

    NEW = "new"
    CHANGED = "changed"
    REMOVED = "removed"
    CLOSING = "closing soon"
    # What an earlier alert said is no longer true.
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class AlertEvent:
    """Something about a document that raises an alert, and when it happened."""

    at: datetime
    reason: AlertReason
    # Which parts of the document changed.
    parts: tuple[str, ...] = ()
    # The publisher's own words for the change.
    note: str = ""

    @property
    def key(self) -> str:
        """Identifies the event among those of one rule and document; `new` happens once."""
        return self.reason if self.reason is AlertReason.NEW else f"{self.reason} {self.at.isoformat()}"


# Stored as JSON: renaming a field needs a migration. Likewise AlertEvent.
@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert about one document, with all that a message or feed shows of it.

    Stored before it is sent and afterwards, so that the same event never alerts twice.
    """

    rule_key: str
    document_id: str
    event: AlertEvent
    # When we found the event.
    found_at: datetime
    # When it is to be sent.
    due: datetime
    title: str
    url: str
    # Address of our permanent page for the document.
    page: str
    body: str
    type: str
    topics: tuple[str, ...] = ()
    sentence: str = ""
    language: str = "en"
    dated: Moment | None = None
    closes: Moment | None = None


# Stored: changing a value needs a migration.
class WebhookStatus(StrEnum):
    """State of one alert's delivery to a webhook."""

    PLANNED = "planned"
    # The receiver answered 2xx.
    ACCEPTED = "accepted"
    # The receiver answered 410: it wants no more alerts of this rule.
    GONE = "gone"
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDelivery:
    """One alert to be posted to its rule's webhook. A retry has the same id, so that the receiver can
    recognise it."""

    alert: Alert
    status: WebhookStatus
    due: datetime
    attempts: int = 0
    first_attempt: datetime | None = None
    # The receiver's last answer, or why there was none.
    reply: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFeed:
    """A rule that is published as a feed, with its alerts, newest first."""

    rule: AlertRule
    alerts: tuple[Alert, ...]
