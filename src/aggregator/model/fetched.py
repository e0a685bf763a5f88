"""Requests, their results, and what a kind's module parses from them: the publisher's words, unchecked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from aggregator.errors import Cause


# Stored and published: changing a value needs a migration, and changes feeds.
class RemovalKind(StrEnum):
    """How a document was taken away, as far as we can see."""

    # The page is there and says that it is withdrawn.
    WITHDRAWN = "withdrawn"
    # The publisher says that it was taken away (410, a GOV.UK `gone` item).
    GONE = "gone"
    # It is not there, without an explanation (404, or missing from a complete listing).
    MISSING = "missing"
    # Its address redirects elsewhere.
    REDIRECTED = "redirected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave for conditional requests; sent back byte for byte (RFC 9110, 8.8)."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to fetch. `url` is an http(s) address, a folder of this project (`records/`) or a mailbox."""

    url: str
    # The least time between two requests to the same host.
    pause: timedelta = timedelta(seconds=5)
    accept: str = "*/*"
    # For a detail page or an API call about one item: that item's link. None: the answer is part of the list.
    about: str | None = None
    validators: Validators = field(default_factory=Validators)
    # Form fields to POST, only to a service that the operator named; empty: a GET.
    form: tuple[tuple[str, str], ...] = ()
    # JSON to POST, only to a service that the operator named; redirects are not followed.
    body: bytes = b""
    # Further headers for that service.
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedPart:
    """One file of a folder, or one message of a mailbox."""

    name: str
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A complete response. `url` was requested; `final_url` answered, after redirects."""

    url: str
    final_url: str
    status: int
    # Names in lower case.
    headers: Mapping[str, str]
    payload: bytes
    parts: tuple[FetchedPart, ...] = ()
    # Where a chain of permanent redirects (301, 308) led, if there was one.
    moved_to: str | None = None

    @property
    def validators(self) -> Validators:
        """The validators to send with the next request."""
        return Validators(etag=self.headers.get("etag"), last_modified=self.headers.get("last-modified"))


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """The server says that nothing has changed (304)."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def update(self, sent: Validators) -> Validators:
        """The validators to send with the next request: those that came with the 304, else those `sent`."""
        return Validators(
            etag=self.headers.get("etag") or sent.etag,
            last_modified=self.headers.get("last-modified") or sent.last_modified,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A source could not be read: the cause, what we saw, and what to try."""

    url: str
    cause: Cause
    detail: str
    hint: str
    status: int | None = None
    retry_after: timedelta | None = None

    def __str__(self) -> str:
        return f"{self.cause}: {self.detail}"


FetchResult = Fetched | NotModified | Failed


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsTxt:
    """A site's robots.txt as fetched; stored for a day by the site's origin (`https://www.gov.uk`)."""

    fetched_at: datetime
    status: int
    # Empty for an answer of 400 to 499: without a robots.txt all is allowed (RFC 9309, 2.3.1.3).
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RawLink:
    """A link as the publisher wrote it, perhaps relative."""

    href: str
    rel: str = "alternate"
    type: str | None = None
    title: str | None = None
    length: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawNote:
    """One line of the publisher's change history of a document."""

    at: str | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRemoval:
    """The publisher's statement that a document was taken away."""

    kind: RemovalKind
    at: str | None = None
    # The publisher's explanation, perhaps HTML.
    note: str | None = None
    # Where it moved to, or what replaces it.
    to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawClaim:
    """A dated statement as a record words it."""

    what: str
    date: str | None
    source: str | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedMetadata:
    """What a feed says about itself; becomes `atom:source` of its entries."""

    id: str | None = None
    title: str | None = None
    link: str | None = None
    updated: str | None = None
    rights: str | None = None
    language: str | None = None
    # The feed's own address as it states it (`rel="self"`).
    self_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEntry:
    """One item as the publisher wrote it: unchecked strings that `normalise/` interprets."""

    # Names the item in messages: `item 3`, or a file's name.
    item_name: str
    id: str | None = None
    link: str | None = None
    title: str | None = None
    title_is_html: bool = False
    # The title is text without any markup: what looks like a tag in it is meant to be read.
    title_is_verbatim: bool = False
    summary: str | None = None
    summary_is_html: bool = True
    # Plain text, as for the title.
    summary_is_verbatim: bool = False
    content: str | None = None
    # The content was plain text, and is HTML only because the parser has escaped it.
    content_is_verbatim: bool = False
    published: str | None = None
    updated: str | None = None
    opens: str | None = None
    closes: str | None = None
    type: str | None = None
    categories: tuple[str, ...] = ()
    language: str | None = None
    # The base of the item's relative links (xml:base); None means the address of the response.
    base: str | None = None
    links: tuple[RawLink, ...] = ()
    # The body that a record names; other items belong to the body of their source.
    body: str | None = None
    claims: tuple[RawClaim, ...] = ()
    # The language of the page that `link` leads to, if the publisher says so of it and of `translations`.
    link_language: str | None = None
    # The publisher's own id of the document, shared by its translations (GOV.UK).
    content_id: str | None = None
    # The same document in other languages.
    translations: tuple[RawLink, ...] = ()
    # The publisher's change history, newest first.
    notes: tuple[RawNote, ...] = ()
    removal: RawRemoval | None = None
    # Read from a list that says less than the document's own page, which was not read this time.
    partial: bool = False
    # The feed where another instance of this program says it found the item (`atom:source`).
    source_feed: FeedMetadata | None = None
    # The address of the item's own licence (RFC 4946), where another instance gives it.
    licence: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """An item that cannot be used, and why. Rejects are counted and shown, never dropped silently."""

    item_name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedPage:
    """What a kind's module read in one response."""

    entries: tuple[RawEntry, ...]
    next_requests: tuple[Request, ...] = ()
    # Whether the list has everything that the source has: only then does a missing item mean a removal.
    complete: bool = False
    feed_metadata: FeedMetadata = field(default_factory=FeedMetadata)
    rejects: tuple[Reject, ...] = ()
    # The CSS selector that found the items, if one did. Far fewer items than last time then mean a changed
    # layout, not removals.
    selector: str | None = None


# Stored: changing a value needs a migration.
class QuestionKind(StrEnum):
    """What the operator is asked."""

    # Links of known documents lead to a host that is not their body's.
    OTHER_HOST = "other host"
    # Most of a source is new at once, with ids or titles that are known.
    MANY_AT_ONCE = "many at once"
    # Another feed answers at the address.
    OTHER_FEED = "other feed"


# Stored as JSON: renaming a field needs a migration.
@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityQuestion:
    """One question about a source; what it is about waits until it is answered."""

    kind: QuestionKind
    since: datetime
    # The host, or the title of the other feed; empty for MANY_AT_ONCE.
    subject: str = ""
    # By the key of each entry that waits, the document that it seems to be.
    moved: tuple[tuple[str, str], ...] = ()
    # Keys of the entries that wait and seem to be no known document.
    unknown: tuple[str, ...] = ()
    # Whether the operator refused: then it is not asked again, and waits on.
    refused: bool = False

    def name(self, source: str) -> str:
        """What the operator names the question by."""
        return f"{source}:{self.subject or 'items'}" if self.kind is not QuestionKind.OTHER_FEED else source

    @property
    def topic(self) -> tuple[QuestionKind, str]:
        """What makes it the same question at the next poll."""
        return self.kind, self.subject


# Stored as JSON: renaming a field needs a migration.
@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityAnswers:
    """What the operator decided about the documents of a source."""

    # Hosts to which links may lead, and those to which they may not.
    hosts: tuple[str, ...] = ()
    refused_hosts: tuple[str, ...] = ()
    # Documents by the keys of entries that are these.
    same: tuple[tuple[str, str], ...] = ()
    # Keys of entries that are documents of their own, though they look like known ones.
    new: tuple[str, ...] = ()
    # The title of the feed that took the place of another one.
    feed: str | None = None


# Stored as JSON: renaming a field needs a migration. Likewise the classes of its fields.
@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What the polls of a source have found so far, and when the next one is due."""

    source: str
    # By address: a source may have several.
    validators: Mapping[str, Validators] = field(default_factory=dict)
    # `Source.fingerprint` at the last poll. If it differs now, the validators are not sent.
    fingerprint: str = ""
    due: datetime | None = None
    last_polled: datetime | None = None
    # The last poll that could be read; a 304 counts.
    last_read: datetime | None = None
    # The last poll that was answered with the whole text and not with a 304.
    read_whole_at: datetime | None = None
    first_read: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    failure: Failed | None = None
    # The address that answered last; a fallback if the first one failed.
    address: str | None = None
    moved_to: str | None = None
    feed_metadata: FeedMetadata = field(default_factory=FeedMetadata)
    # What the last list that was believed had.
    items: int = 0
    # Polls in a row that found far fewer, and the first of them.
    shrunk_looks: int = 0
    shrunk_since: datetime | None = None
    rejects: tuple[Reject, ...] = ()
    # The last poll whose feed did not reach back to the poll before: items in between may have been missed.
    items_missed_at: datetime | None = None
    # Ids of documents that were all gone at once, more than a fifth of the source's: the operator decides.
    removals_to_confirm: tuple[str, ...] = ()
    # What the operator is asked about the identity of its documents, and what was answered.
    questions: tuple[IdentityQuestion, ...] = ()
    answers: IdentityAnswers = field(default_factory=IdentityAnswers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A past period in which a source could not be read, was not polled, or lost items from its feed
    unseen."""

    source: str
    # The last poll before it that could be read; `failing_since` if there was none.
    since: datetime
    # The first poll after it that could be read.
    until: datetime
    # The first poll that failed; None if none did, because nobody polled.
    failing_since: datetime | None = None
    # The last failure.
    failure: Failed | None = None
    # Whether the feed's items had all been replaced meanwhile, so that some may never have been seen.
    items_missed: bool = False

    @property
    def at_first(self) -> bool:
        """Whether the source had never been read before the outage."""
        return self.since == self.failing_since


@dataclass(frozen=True, slots=True, kw_only=True)
class LastReading:
    """The last time up to an instant at which a source was read, and at which it gave its whole text."""

    at: datetime
    # None: only unchanged (304), or not known.
    whole: datetime | None = None
