"""What comes out: the board, the letter, the edition that is published, and its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from aggregator.model.alerts import AlertFeed
from aggregator.model.bodies import Body, Role, Source
from aggregator.model.document import Document, Moment, Removal, Translation
from aggregator.model.fetched import Outage, SourceState
from aggregator.model.labels import LabelOverride
from aggregator.model.observations import ProcessLine
from aggregator.model.subscriptions import Frequency


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of the main job, by the instant it stands for; its counts are read from the store."""

    at: datetime
    asked: int
    failed: int
    new: int
    revised: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A half-open stretch of time: `start` belongs to it, `end` does not."""

    start: datetime
    end: datetime

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant < self.end


class Reading(StrEnum):
    """What can be said of a body's sources: without a reading there is no silence."""

    READ = "read"
    FAILING = "cannot tell"
    NOT_READ_YET = "not read yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardLine:
    """One body: the last record about open government that we hold, its age, and whether we could look."""

    body: Body
    last: Document | None
    last_on: date | None
    days: int | None
    reading: Reading
    since: datetime | None
    """For `cannot tell`: since when no source of the body could be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The state of each body at an instant."""

    at: datetime
    lines: tuple[BoardLine, ...]
    processes: tuple[ProcessLine, ...] = ()
    counting: str = ""
    """What counts as an official record of a process, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Who publishes: the operator's words that stand on pages, feeds and letters."""

    title: str
    base_url: str
    """Ends with a slash."""
    instance: str
    """Names this instance; the ids of its feeds are made from it."""
    operator: str
    contact: str
    postal: str
    zone: ZoneInfo
    letters_url: str = ""
    """Where people sign up for letters; ends with a slash, empty for nowhere."""
    letters_mailbox: str = ""
    """Where mails are read that ask to join; empty for nowhere."""
    hubs: tuple[str, ...] = ()
    """WebSub hubs that pass our changes on to whoever subscribes there."""

    @property
    def join_link(self) -> str:
        """The page on which people sign up, else the mail that does; empty where neither is offered."""
        by_mail = f"mailto:{self.letters_mailbox}?subject=join" if self.letters_mailbox else ""
        return self.letters_url or by_mail


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """A source with its state, as pages and `status` show it."""

    source: Source
    state: SourceState
    outages: tuple[Outage, ...] = ()
    """The times in which it could not be read and that are over, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestItem:
    """One line of a letter."""

    id: str
    title: str
    url: str
    body: str
    type: str
    summary: str
    language: str
    dated: Moment | None
    """The publisher's own date."""
    first_seen: datetime
    closes: Moment | None = None
    changed: tuple[str, ...] = ()
    """Which parts changed, for an update that was known before this week."""
    topics: tuple[str, ...] = ()
    removed: Removal | None = None
    """How it was taken away, for an update that is not there any more."""
    translations: tuple[Translation, ...] = ()
    page: str = ""
    """Our permanent page of it, relative to the output folder; empty in letters from before it was kept."""
    score: int = 0
    """How much speaks for its relevance: what a letter that is too long keeps."""
    reminder: bool = False
    """Whether it is no news of this window, and told because it closes soon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading of a letter and what stands under it."""

    title: str
    items: tuple[DigestItem, ...]


def rhythm_of(name: str) -> Frequency:
    """Whose letter has this name: of those who read weekly (`2024-W04`), or daily (`2024-01-24`)."""
    return Frequency.WEEKLY if "W" in name else Frequency.DAILY


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A letter as content, of a week or of a day: frozen once it is issued."""

    week: str
    """Names the letter: the ISO week in which its window starts, `2024-W04`, or for a daily one its first
    day, `2024-01-24`."""
    window: Window
    sections: tuple[Section, ...]
    unread: tuple[str, ...]
    """The sources that could not be read at the end of the window: a gap of ours, not silence of theirs."""
    issued: datetime | None = None
    """None while its window is still open."""
    silence: tuple[str, ...] = ()
    """Who has put nothing on record for long, in the board's words at the end of the window."""

    @property
    def rhythm(self) -> Frequency:
        """Whose letter it is: of those who read weekly, or daily."""
        return rhythm_of(self.week)

    @property
    def count(self) -> int:
        """How many updates the letter holds, reminders among them."""
        return sum(len(section.items) for section in self.sections)

    @property
    def reminders(self) -> int:
        """How many of its updates are no news, and told because they close soon."""
        return sum(item.reminder for section in self.sections for item in section.items)

    @property
    def news(self) -> int:
        """How many of its updates are new, or changed, in its window."""
        return self.count - self.reminders


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraction:
    """A document whose words we took out of the record for good: when, and why."""

    id: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything that publishing needs: output is a function of this value."""

    at: datetime
    site: Site
    bodies: Mapping[str, Body]
    holdings: tuple[Document, ...]
    """Newest first."""
    board: Board
    sources: tuple[SourceLine, ...]
    digests: tuple[Digest, ...]
    """Issued letters, newest first, then the open week's last of all if there is one."""
    types: Mapping[str, str] = field(default_factory=dict)
    """Each update type in plain words, from the vocabulary; one that is missing is shown by its id."""
    topics: Mapping[str, str] = field(default_factory=dict)
    """Each topic in plain words, in the vocabulary's order; as `types`."""
    roles: tuple[Role, ...] = ()
    former_pages: Mapping[str, str] = field(default_factory=dict)
    """Paths at which documents may once have stood, each with the id of the document that it leads to."""
    plans: Mapping[str, str] = field(default_factory=dict)
    """Each action plan that documents may name, by its id, in the vocabulary's order; as `types`."""
    marks: Mapping[str, LabelOverride] = field(default_factory=dict)
    """The operator's corrections, by the document's id."""
    retractions: tuple[Retraction, ...] = ()
    alerts: tuple[AlertFeed, ...] = ()
    """What the rules found that are published as feeds, in the order of alerts.yaml."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A file of the output folder: where, what, and its bytes."""

    path: str
    """Relative to the output folder, with forward slashes."""
    media_type: str
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """A file whose bytes are made only when they are asked for.

    `fingerprint` stands for everything that the bytes depend on: as long as it is the same, so are they.
    """

    path: str
    media_type: str
    fingerprint: str
    make: Callable[[], bytes]

    @property
    def payload(self) -> bytes:
        """The bytes, made anew each time."""
        return self.make()


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateFeed:
    """A feed that is served to whoever knows its address, and stands in no folder."""

    file: Deferred
    updated: datetime
    """When it last told something."""
