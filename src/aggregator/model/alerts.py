"""Alerts: what somebody wants to hear of at once, and what they were told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import UnionType
from typing import Final, TypeAlias

from aggregator.model.document import Moment
from aggregator.model.subscriptions import Frequency

ALERT: Final = "alert-"
"""How the runs of alert letters begin."""

KEYWORDS: Final = frozenset({"AND", "OR", "NOT"})
"""Words that join others, in capitals only; as words to be looked for they stand in quotes."""

WORDS: Final = frozenset({"", "title"})
"""The fields whose value is a word or phrase of the document."""

CHANGED: Final = {
    "title": ("title",),
    "text": ("text",),
    "status": ("status",),
    "dates": ("opening date", "closing date", "dated facts"),
    "opening": ("opening date",),
    "closing": ("closing date",),
    "attachments": ("attachments",),
    "restored": ("restored",),
}
"""What `changed:` may ask for, and the parts of a revision that it means; `any` means every one."""

ANY: Final = "any"


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that is asked of a document; any of the `values` will do. `field` empty: words anywhere."""

    field: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        told = "|".join(self.values)
        needs_quotes = told in KEYWORDS or any(c.isspace() or c in "():" for c in told)
        return f"{self.field}:" * bool(self.field) + (f'"{told}"' if needs_quotes else told)


@dataclass(frozen=True, slots=True)
class Not:
    """What must not be so."""

    part: Condition

    def __str__(self) -> str:
        return f"NOT {_enclosed(self.part, All | AnyOf)}"


@dataclass(frozen=True, slots=True)
class All:
    """Everything that must be so; two parts at least."""

    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        return " ".join(_enclosed(part, All | AnyOf) for part in self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Of which one is enough; two parts at least."""

    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        return " OR ".join(_enclosed(part, AnyOf) for part in self.parts)


Condition: TypeAlias = Term | Not | All | AnyOf
"""What a rule asks of a document. Its text, read again, gives the same condition."""


def _enclosed(part: Condition, kinds: type | UnionType) -> str:
    return f"({part})" if isinstance(part, kinds) else str(part)


def terms(condition: Condition) -> Iterator[Term]:
    """Every term of a condition, as they are written."""
    match condition:
        case Term():
            yield condition
        case Not(part):
            yield from terms(part)
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from terms(part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where alerts are posted, and where the secret is found that signs them: a variable or a file."""

    url: str
    secret_env: str = ""
    secret_file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRule:
    """A rule as a reader keeps it: its words, not yet held against the vocabulary of today."""

    id: str
    when: str
    changes: bool = False
    rhythm: Frequency = Frequency.AT_ONCE
    mail: bool = True
    feed: str = field(default="", repr=False)
    """The word by which its feed is found, random and never used again; empty: it has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule:
    """What is watched for, and where word of it goes."""

    id: str
    name: str
    when: Condition
    changes: bool = False
    """Whether a document that changed alerts again; `changed:` and `removed:` say so, too."""
    rhythm: Frequency = Frequency.AT_ONCE
    mail: tuple[str, ...] = ()
    """Readers, by id or address."""
    webhook: Webhook | None = None
    feed: bool = False
    reader: str = ""
    """The id of the reader whose own rule it is; empty for the operator's."""
    paused: bool = False
    """Its reader has paused: nothing is sent, and only its feed goes on."""

    @property
    def key(self) -> str:
        """By what the rule is known in the store."""
        return f"{self.reader}/{self.id}" if self.reader else self.id

    @property
    def follows(self) -> bool:
        """Whether changes of a document alert."""
        return self.changes or bool({"changed", "removed"} & {term.field for term in terms(self.when)})


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedRule:
    """Since when a rule is watched for, with which words, and up to which instant that was done."""

    key: str
    when: str
    since: datetime
    looked: datetime


class Why(StrEnum):
    """What an alert is about."""

    NEW = "new"
    CHANGED = "changed"
    REMOVED = "removed"
    CLOSING = "closing soon"
    CORRECTION = "correction"
    """What an earlier alert said is no longer so."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class AlertEvent:
    """A reason to alert about a document, and when it came up."""

    at: datetime
    why: Why
    parts: tuple[str, ...] = ()
    """Which parts of the document changed."""
    note: str = ""
    """Whoever changed it, in their own words."""

    @property
    def key(self) -> str:
        """What makes it this occasion and no other of the same rule and document."""
        return self.why if self.why is Why.NEW else f"{self.why} {self.at.isoformat()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What a rule's people are told of one document, as it is kept until it is told and after."""

    rule: str
    entry: str
    occasion: AlertEvent
    found: datetime
    """When we found it."""
    due: datetime
    """When it goes out."""
    title: str
    url: str
    page: str
    """Our permanent page of the document."""
    body: str
    type: str
    topics: tuple[str, ...] = ()
    sentence: str = ""
    language: str = "en"
    dated: Moment | None = None
    closes: Moment | None = None


class HookState(StrEnum):
    """How far the post of one alert to a webhook got."""

    PLANNED = "planned"
    TAKEN = "taken"
    """The receiver answered 2xx."""
    GONE = "gone"
    """The receiver answered 410: it wants no more."""
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """The post of one alert to its rule's webhook; when it is sent again, it has the same id."""

    alert: Alert
    state: HookState
    due: datetime
    tries: int = 0
    first_tried: datetime | None = None
    reply: str = ""
    """The receiver's last word, or why there was none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFeed:
    """A rule that is published as a feed of its own, and what it found, the latest first."""

    rule: AlertRule
    told: tuple[Alert, ...]
