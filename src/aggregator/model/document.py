"""Documents: the entry that each source has, its changes and revisions, and the document they make up.

The stages pass these on: Entry (normalise) → Change (classify) → Revision and Carrier (store) → Document.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from aggregator.model.days import Moment
from aggregator.model.fetched import FeedMetadata, RemovalKind
from aggregator.model.kinds import KINDS
from aggregator.model.labels import Labels

FILE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link of an entry, such as an attachment or a record's source; `href` is absolute."""

    href: str
    rel: str
    type: str | None = None
    title: str | None = None
    length: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A dated statement and the address of its source; without a source it is shown as not sourced."""

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
    # What it says, if one source shows both: only to notice its edits and to show what changed.
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """The publisher's own words about a change of the document."""

    moment: Moment | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """How a document was taken away, and what the publisher says about it."""

    kind: RemovalKind
    # The publisher's date for it.
    moment: Moment | None = None
    note: str = ""
    # Where it moved to, or what replaces it.
    to: str | None = None


def own_page_path(own_id: str, id: str) -> str:
    """The path of our page for a document that has none of its own.

    `own_id` is its key (`record:NAME`, `mail:…`), `id` our id for it.
    """
    name = own_id.partition(":")[2]
    ours = any(kind.written_by_us and own_id.startswith(kind.own_id_prefix) for kind in KINDS.values())
    # Only names that we wrote ourselves become file names: a key such as `record:../../x` must not.
    safe = ours and FILE_NAME.fullmatch(name)
    return f"records/{name if safe else id.removeprefix('urn:uuid:')}.html"


# Stored as JSON: renaming a field needs a migration. Likewise the classes of its fields.
@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One document as one source has it, normalised.

    Raises ValueError without an id, key or title.
    """

    # `urn:uuid:…`, made from the first `key`. It never changes and is never reused: feeds and citations use
    # it.
    id: str
    # Identifies the document: its canonical link, or `record:NAME` or `mail:…` where it has no page.
    key: str
    # The document's own page, absolute; None for a document without one.
    url: str | None
    source: str
    native_id: str | None
    body: str
    title: str
    # Plain text, one paragraph.
    summary: str
    # Safe HTML; may be empty.
    content: str
    # Summary and content as plain text, for comparison and search.
    text: str
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
    # Ids of the publisher's software that survive a change of address (`wordpress:HOST:6897`).
    names: tuple[str, ...] = ()
    translations: tuple[Translation, ...] = ()
    # The publisher's history of the document, newest first.
    notes: tuple[Note, ...] = ()
    removal: Removal | None = None
    # Read from a list alone; the document's own page was not read.
    partial: bool = False
    # The feed where another instance of this program found it, if we have it from that instance.
    source_feed: FeedMetadata | None = None

    @property
    def relayed(self) -> bool:
        """Whether another instance passed it on. A carrier that has the document first-hand takes
        precedence."""
        return self.source_feed is not None

    def __post_init__(self) -> None:
        if not (self.id.startswith("urn:uuid:") and self.key and self.title.strip()):
            raise ValueError(f"an Entry needs an id, a key and a title: {self.key!r}")

    @property
    def all_names(self) -> tuple[str, ...]:
        """Every name that identifies the document: key, content id, ids of the publisher's software.

        Documents that share a name are merged.
        """
        return (self.key, *([f"content:{self.content_id}"] if self.content_id else []), *self.names)

    @property
    def rank(self) -> tuple[bool, bool, str, str]:
        """Sort key among the entries of one document; the lowest leads: English first, then our own records.

        When documents first seen at one instant are merged, the one with the lowest rank keeps its id.
        """
        return self.language != "en", self.url is not None, self.url or "", self.key

    def with_translation(self, other: Entry) -> Entry:
        """This entry with `other`, the same document in another language, among its translations."""
        if other.language == self.language or other.url is None:
            return self
        translation = Translation(language=other.language, url=other.url, title=other.title, text=other.text)
        rest = tuple(known for known in self.translations if known.language != other.language)
        return replace(self, translations=tuple(sorted((*rest, translation), key=lambda one: one.language)))

    @property
    def dated(self) -> Moment | None:
        """The document's own date: published, else updated, else the first dated claim of a record."""
        claimed = (claim.moment for claim in self.claims if claim.moment)
        return self.published or self.updated or next(claimed, None)

    def moment_at(self, instant: datetime) -> Moment:
        """`instant`, or the date of the entry that is written as this instant for want of a time of day."""
        claimed = (self.updated, self.published, self.dated)
        same = (moment for moment in claimed if moment and moment.written_at == instant)
        return next(same, Moment(at=instant))

    @property
    def own_page(self) -> str | None:
        """The path of our page for a document without one of its own, relative to the output folder."""
        return own_page_path(self.key, self.id) if self.url is None else None


class ChangeKind(StrEnum):
    """What a poll of one source found about a document."""

    NEW = "new"
    REVISED = "revised"
    # The source now says what we already knew from another: stored, but not an update.
    RESTATED = "restated"
    # Two polls, hours apart, found it taken away. Its last text stays readable.
    WITHDRAWN = "withdrawn"
    # It is back.
    RESTORED = "restored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change for the store to apply: its kind, and the entry as it is now."""

    kind: ChangeKind
    entry: Entry
    seen_at: datetime
    backlog: bool
    # For a revision: the parts that changed (`title`, `text`, `updated` …).
    parts: tuple[str, ...] = ()
    # The publisher's own words about the change, if any.
    note: str = ""
    # Hash of the response in which we saw it.
    payload_sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """An entry as one source had it from `seen_at` on. `number` counts from 1."""

    entry: Entry
    number: int
    seen_at: datetime
    parts: tuple[str, ...] = ()
    note: str = ""
    payload_sha256: str = ""
    # When it was last seen; None for the current revision (see its carrier's `last_seen`).
    last_seen: datetime | None = None

    def effective_at(self, previous: Revision | None = None) -> datetime:
        """When the revision took effect, in UTC: by the publisher's date if that is plausible, else
        `seen_at`. A day counts by its noon, so that it is the same day wherever it is written.

        A date in the future, or not later than the one of the `previous` revision, is not plausible.
        """
        claimed = self._claimed()
        if claimed is None or claimed.written_at > self.seen_at:
            return self.seen_at
        before = previous._claimed() if previous else None
        return self.seen_at if before and claimed <= before else claimed.written_at

    def _claimed(self) -> Moment | None:
        """The publisher's date: updated, else published, else the first dated claim of a record."""
        claims = (claim.moment for claim in self.entry.claims if claim.moment)
        return self.entry.updated or self.entry.published or next(claims, None)


# Stored as JSON: renaming a field needs a migration.
@dataclass(frozen=True, slots=True, kw_only=True)
class PendingRemoval:
    """A poll found a document gone. Only a second poll, hours later, makes it a removal."""

    since: datetime
    removal: Removal


# Stored as JSON: renaming a field needs a migration.
@dataclass(frozen=True, slots=True, kw_only=True)
class PendingRevision:
    """A poll found something unlike the document in its place. Only a second look makes it a revision."""

    since: datetime
    # What stood there.
    title: str
    text: str
    # Whether the operator said that it is the document.
    accepted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """A source that has a document: its current entry and every revision of it."""

    entry: Entry
    first_seen: datetime
    backlog: bool
    revisions: tuple[Revision, ...]
    last_seen: datetime | None = None
    pending_removal: PendingRemoval | None = None
    removal: Removal | None = None
    # When `entry` last changed; None if it is unchanged since `first_seen`.
    changed_at: datetime | None = None
    # The entry before `changed_at`; None if there was none.
    previous_entry: Entry | None = None
    pending_revision: PendingRevision | None = None
    # The newest `updated` that any version of the document had; None if it is that of a revision.
    newest_updated: Moment | None = None

    @property
    def source(self) -> str:
        """The id of the source."""
        return self.entry.source

    def effective_at(self, revision: Revision, previous: Revision | None = None) -> datetime:
        """When one of its revisions took effect, by the date of publication as it has been mended since."""
        return self._mended(revision).effective_at(self._mended(previous) if previous else None)

    def _mended(self, revision: Revision) -> Revision:
        now, then = self.entry.published, revision.entry.published
        if now is None or then is None or now == then:
            return revision
        return replace(revision, entry=replace(revision.entry, published=now))

    @property
    def unchanged_since(self) -> datetime:
        """When `entry` last changed or was first seen."""
        return self.changed_at or self.first_seen

    def entry_before(self, now: datetime) -> Entry | None:
        """The entry as it was before this instant; None if the source first had the document at it.

        Polls of one instant are compared with what was known before it, so that their order does not matter.
        """
        return self.entry if self.unchanged_since < now else self.previous_entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document: the entry that its carriers combine to, with our dates and labels.

    Three dates are separate: `entry.published` (the publisher's, never moves), `updated` (moves only for a
    change of substance) and `first_seen` (ours; decides the week of the digest).
    """

    entry: Entry
    labels: Labels
    carriers: tuple[Carrier, ...]
    first_seen: datetime
    updated: datetime
    backlog: bool
    removal: Removal | None = None

    @property
    def last_change(self) -> Moment:
        """`updated`, as exactly as it is known."""
        return self.entry.moment_at(self.updated)

    @property
    def dated(self) -> Moment | None:
        """The document's own date, as its publisher gives it."""
        return self.entry.dated

    @property
    def revision_times(self) -> tuple[datetime, ...]:
        """When we saw changes of substance, oldest first."""
        times = {r.seen_at for c in self.carriers for r in c.revisions if r.number > 1}
        return tuple(sorted(times))
