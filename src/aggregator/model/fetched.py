"""What is asked, what comes back, and what a kind reads in it: the publisher's words, unchecked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from aggregator.errors import Cause


class RemovalKind(StrEnum):
    """What became of a document, by what was seen."""

    WITHDRAWN = "withdrawn"
    """The page is there and says so."""
    GONE = "gone"
    """The publisher says that it was taken away (410, a GOV.UK `gone` item)."""
    MISSING = "missing"
    """It is no longer there, and nobody says why (404, left out of a complete listing)."""
    REDIRECTED = "redirected"
    """Its address leads elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave to ask "changed since?" with; sent back byte for byte (RFC 9110, 8.8)."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to ask for. `url` is an http(s) address, a folder of this project (`records/`), or a mailbox."""

    url: str
    pause: timedelta = timedelta(seconds=5)
    accept: str = "*/*"
    about: str | None = None
    """For a detail page or an API join: the link of the item that it tells more about. Without it the answer
    is a part of the list itself."""
    validators: Validators = field(default_factory=Validators)
    form: tuple[tuple[str, str], ...] = ()
    """Names and values to be sent as a form (POST) to a service that the operator named; empty: a GET."""
    body: bytes = b""
    """JSON to be sent (POST) to a service that the operator named; no redirect is followed with it."""
    headers: tuple[tuple[str, str], ...] = ()
    """Further headers of that service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of a folder, or message of a mailbox, that was asked for: its name and its bytes."""

    name: str
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A whole answer. `url` is the one asked for, `final_url` the one that answered after redirects."""

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    payload: bytes
    parts: tuple[Part, ...] = ()
    moved_to: str | None = None
    """Where permanent redirects (301, 308) alone led, when they did."""

    @property
    def validators(self) -> Validators:
        """The validators of this answer, to be sent with the next request."""
        return Validators(etag=self.headers.get("etag"), last_modified=self.headers.get("last-modified"))


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """The server says that nothing changed since the validators that were sent."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A source could not be read: why, what was seen, what to try."""

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
class RobotsCopy:
    """A robots.txt as it answered: kept a day, by origin (`https://www.gov.uk`)."""

    fetched_at: datetime
    status: int
    text: str
    """Empty for an answer of 400 to 499: without a robots.txt all is allowed (RFC 9309, 2.3.1.3)."""


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
    """One line of a document's own history: when it was changed, and the publisher's words for it."""

    at: str | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRemoval:
    """The publisher's word that a document was taken away."""

    kind: RemovalKind
    at: str | None = None
    note: str | None = None
    """The publisher's explanation, perhaps HTML."""
    to: str | None = None
    """Where it went, for a redirect, or what takes its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawClaim:
    """A dated statement as a record words it."""

    what: str
    date: str | None
    source: str | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a feed says about itself; becomes `atom:source` of its entries."""

    id: str | None = None
    title: str | None = None
    link: str | None = None
    updated: str | None = None
    rights: str | None = None
    language: str | None = None
    address: str | None = None
    """Where the feed says that it stands itself (`rel="self"`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEntry:
    """An update in the publisher's words: strings, unchecked. Parse does not interpret."""

    where: str
    """Which item this is, for messages: `item 3`, or a file's name."""
    id: str | None = None
    link: str | None = None
    title: str | None = None
    title_is_html: bool = False
    summary: str | None = None
    summary_is_html: bool = True
    content: str | None = None
    published: str | None = None
    updated: str | None = None
    opens: str | None = None
    closes: str | None = None
    type: str | None = None
    categories: tuple[str, ...] = ()
    language: str | None = None
    base: str | None = None
    """What relative links in this item are relative to (xml:base); None means the answer's own address."""
    links: tuple[RawLink, ...] = ()
    body: str | None = None
    """The body a record names; a feed's items belong to the body of their source."""
    claims: tuple[RawClaim, ...] = ()
    content_id: str | None = None
    """The publisher's own id of the document, shared by its translations (GOV.UK)."""
    translations: tuple[RawLink, ...] = ()
    """The same document in other languages."""
    notes: tuple[RawNote, ...] = ()
    """The document's own history, newest first."""
    removal: RawRemoval | None = None
    partial: bool = False
    """A line of a list that tells less than the document's own page, which was not read this time."""
    origin: Head | None = None
    """The feed that another instance of this program says it has this item from (`atom:source`)."""
    licence: str | None = None
    """The address of the item's own licence (RFC 4946), where an instance names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """An item that cannot be used, and why: counted and shown, never silently dropped."""

    where: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a kind read in one answer. Only a complete listing can prove that something was removed."""

    entries: tuple[RawEntry, ...]
    follow: tuple[Request, ...] = ()
    complete: bool = False
    head: Head = field(default_factory=Head)
    rejects: tuple[Reject, ...] = ()
    selector: str | None = None
    """For a list that was found by a selector: which. Far fewer items than last time mean that the layout
    has changed, not that the publisher removed things."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What we know of a source: when it was asked, when it answered, what is wrong, when it is due."""

    source: str
    validators: Mapping[str, Validators] = field(default_factory=dict)
    """By address, since a source may have several."""
    settings: str = ""
    """The fingerprint of what the source was read by; what was got with other settings is not `unchanged`."""
    due: datetime | None = None
    asked: datetime | None = None
    answered: datetime | None = None
    """The last poll that could be read (a 304 counts)."""
    first_answered: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    failure: Failed | None = None
    address: str | None = None
    """The address that answered last: a fallback, when the first one failed."""
    moved_to: str | None = None
    head: Head = field(default_factory=Head)
    items: int = 0
    rejects: tuple[Reject, ...] = ()
    gap: datetime | None = None
    """When a poll last found that everything of the poll before had passed out of the feed: items in between
    may have been missed."""
    held: tuple[str, ...] = ()
    """Documents that vanished all at once, more than a fifth of the source: the operator decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A time in which a source could not be read, was not asked for long, or told more than was kept; it is
    over."""

    source: str
    since: datetime
    """The last poll before it that could be read; where none ever could, `failing_since`."""
    until: datetime
    """The first one after it."""
    failing_since: datetime | None = None
    """The first poll of it that failed; None: none did, nobody asked."""
    failure: Failed | None = None
    """The last thing that was wrong."""
    missed: bool = False
    """Whether the feed had rolled on meanwhile, so that items of that time may never have been seen."""

    @property
    def at_first(self) -> bool:
        """Whether the source had never answered before it."""
        return self.since == self.failing_since
