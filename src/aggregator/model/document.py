"""Documents in our words: what a source tells, what changed, and what we hold."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model.fetched import Head, RemovalKind
from aggregator.model.kinds import KINDS
from aggregator.model.labels import Labels

FILE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class Precision(StrEnum):
    """How exactly a moment is known."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Zone(StrEnum):
    """How the zone of a moment was known."""

    STATED = "stated"
    ASSUMED = "assumed Europe/London"
    UTC_BY_FORM = "UTC by the publisher's form"


LONDON: Final = ZoneInfo("Europe/London")
"""Where days, months and years of publishers begin, and by whose clocks a time without a zone is read: a fact
about these publishers, whatever zone the operator counts days in."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Moment:
    """A date as exactly as its source gave it; `at` is the first instant of it, in UTC."""

    at: datetime
    precision: Precision = Precision.SECOND
    zone: Zone = Zone.STATED

    def __post_init__(self) -> None:
        if self.at.utcoffset() != timedelta(0):
            raise ValueError(f"a Moment is aware and in UTC, not {self.at!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An absolute link that belongs to an entry (attachment, source of a record)."""

    href: str
    rel: str
    type: str | None = None
    title: str | None = None
    length: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A dated statement with its source. `source` None: known, but not yet sourced, and shown so."""

    what: str
    moment: Moment | None
    source: str | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """The same document in another language."""

    language: str
    url: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """The publisher's own words for a change of the document."""

    moment: Moment | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """A document was taken away: how, and what the publisher says about it."""

    kind: RemovalKind
    moment: Moment | None = None
    """The publisher's own date of it."""
    note: str = ""
    to: str | None = None


def page_of(own_id: str, id: str) -> str:
    """Where our own page of a document without one stands, by its own id (`record:NAME`) and that of ours."""
    name = own_id.partition(":")[2]
    ours = any(kind.ours and own_id.startswith(kind.own_ids) for kind in KINDS.values())
    plain = ours and FILE_NAME.fullmatch(name)
    return f"records/{name if plain else id.removeprefix('urn:uuid:')}.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One document in our words, as one source tells it. Cannot be built without id and title."""

    id: str
    """`urn:uuid:…` made from `key`; never changes and is never reused."""
    key: str
    """What identifies the document: its canonical link at first sight, `record:NAME` where it has no page."""
    url: str | None
    """The document's own page, absolute; None only for a record that has none."""
    source: str
    native_id: str | None
    body: str
    title: str
    summary: str
    """Plain text, one paragraph."""
    content: str
    """Safe HTML; may be empty."""
    text: str
    """The words of summary and content as plain text; what is compared and searched."""
    language: str
    published: Moment | None
    updated: Moment | None
    opens: Moment | None = None
    closes: Moment | None = None
    publisher_type: str | None = None
    categories: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    claims: tuple[Claim, ...] = ()
    licence: str = ""
    content_id: str | None = None
    names: tuple[str, ...] = ()
    """Other names by which the publisher's software keeps knowing the document (`wordpress:HOST:6897`)."""
    translations: tuple[Translation, ...] = ()
    notes: tuple[Note, ...] = ()
    """The publisher's history of the document, newest first."""
    removal: Removal | None = None
    partial: bool = False
    """Told by a line of a list alone; the document's own page was not read."""
    origin: Head | None = None
    """The feed that it was first taken from, where another instance of this program passed it on."""

    @property
    def second_hand(self) -> bool:
        """Whether another instance passed it on: it is credited, but whoever has it first-hand speaks."""
        return self.origin is not None

    def __post_init__(self) -> None:
        if not (self.id.startswith("urn:uuid:") and self.key and self.title.strip()):
            raise ValueError(f"an Entry needs an id, a key and a title: {self.key!r}")

    @property
    def goes_by(self) -> tuple[str, ...]:
        """Every name by which this telling makes its document known, its own address first."""
        return (self.key, *([f"content:{self.content_id}"] if self.content_id else []), *self.names)

    @property
    def rank(self) -> tuple[bool, bool, str, str]:
        """Of several tellings of one document the one with the least rank leads, and of documents seen first
        at one instant which turn out to be one, that one's id stays: English, and a record of ours."""
        return self.language != "en", self.url is not None, self.url or "", self.key

    def beside(self, other: Entry) -> Entry:
        """This telling, knowing that `other` tells of the same document at another address: a translation."""
        if other.language == self.language or other.url is None:
            return self
        told = Translation(language=other.language, url=other.url, title=other.title)
        rest = tuple(known for known in self.translations if known.language != other.language)
        return replace(self, translations=tuple(sorted((*rest, told), key=lambda one: one.language)))

    @property
    def own_page(self) -> str | None:
        """Where our own page of a document without one stands in the output folder; else None."""
        return page_of(self.key, self.id) if self.url is None else None


class ChangeKind(StrEnum):
    """What a poll found out about a document, by the word of one source."""

    NEW = "new"
    REVISED = "revised"
    RESTATED = "restated"
    """This source now tells what was already known: kept, but no news to anybody."""
    WITHDRAWN = "withdrawn"
    """Two looks, hours apart, found that it was taken away. What was there stays readable."""
    RESTORED = "restored"
    """It is there again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An intent that the store applies: what kind of change, and the entry as it now stands."""

    kind: ChangeKind
    entry: Entry
    seen_at: datetime
    backlog: bool
    parts: tuple[str, ...] = ()
    """For a revision: which parts changed (`title`, `text`, `updated` …)."""
    note: str = ""
    """The publisher's own words for the change, where there are any."""
    payload_sha256: str = ""
    """Of the answer in which it was seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """An entry as it stood from `seen_at` on, by the word of one source; number 1 is the first."""

    entry: Entry
    number: int
    seen_at: datetime
    parts: tuple[str, ...] = ()
    note: str = ""
    payload_sha256: str = ""
    last_seen: datetime | None = None
    """When it was last seen so; None for the revision that stands now (its carrier knows)."""

    def stamp(self, after: Revision | None = None) -> datetime:
        """The publisher's own time for it, if that is past and newer than the revision before; else ours."""
        claimed = self._claimed()
        if claimed is None or claimed.at > self.seen_at:
            return self.seen_at
        before = after._claimed() if after else None
        return self.seen_at if before and claimed <= before else claimed.at

    def _claimed(self) -> Moment | None:
        """The date that it bears itself: updated, else published, else the first dated claim of a record."""
        claims = (claim.moment for claim in self.entry.claims if claim.moment)
        return self.entry.updated or self.entry.published or next(claims, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingRemoval:
    """A first look found a document taken away; a second one, hours later, will make it sure."""

    since: datetime
    removal: Removal


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """A source that carries a document: what it says now, and every revision of its word."""

    entry: Entry
    first_seen: datetime
    backlog: bool
    revisions: tuple[Revision, ...]
    last_seen: datetime | None = None
    vanishing: PendingRemoval | None = None
    removed: Removal | None = None
    told_at: datetime | None = None
    """When it last told something that moved `entry`; None for what stands since `first_seen`."""
    before: Entry | None = None
    """What it told before `told_at`; None where that was its first word."""

    @property
    def source(self) -> str:
        """The id of the source."""
        return self.entry.source

    @property
    def since(self) -> datetime:
        """Since when it tells what it tells."""
        return self.told_at or self.first_seen

    def told_before(self, now: datetime) -> Entry | None:
        """What it told before this instant; None where it first told of the document now."""
        return self.entry if self.since < now else self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document as we hold it: the entry that its carriers add up to, and our own dates and labels.

    Three dates are kept apart: `entry.published` (the publisher's, never moves), `updated` (moves only
    for a change of substance) and `first_seen` (ours; decides the week of the letter).
    """

    entry: Entry
    labels: Labels
    carriers: tuple[Carrier, ...]
    first_seen: datetime
    updated: datetime
    backlog: bool
    removed: Removal | None = None

    @property
    def dated(self) -> Moment | None:
        """The document's own date: published, else updated, else the first dated claim of a record."""
        claimed = (claim.moment for claim in self.entry.claims if claim.moment)
        return self.entry.published or self.entry.updated or next(claimed, None)

    @property
    def revised(self) -> tuple[datetime, ...]:
        """When changes of substance were seen, oldest first."""
        seen = {r.seen_at for c in self.carriers for r in c.revisions if r.number > 1}
        return tuple(sorted(seen))
