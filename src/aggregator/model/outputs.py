"""What the program produces: the board, digests, the snapshot that is published, and files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model.alert_rules import AlertFeed
from aggregator.model.bodies import Body, Role, Source
from aggregator.model.days import Moment, instant_in_words
from aggregator.model.document import Document, Removal, Translation
from aggregator.model.fetched import LastReading, Outage, SourceState
from aggregator.model.labels import LabelOverride
from aggregator.model.observations import MonthBoard, ProcessReport
from aggregator.model.subscriptions import Frequency


# Stored as JSON: renaming a field needs a migration.
@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of the main job, identified by its instant; the counts come from the store."""

    at: datetime
    polled: int
    failed: int
    new: int
    revised: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A half-open period: `start` belongs to it, `end` does not."""

    start: datetime
    end: datetime

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant < self.end


class ReadStatus(StrEnum):
    """Whether a body's sources could be read. Only where they could do we speak of silence."""

    READ = "read"
    FAILING = "cannot tell"
    NOT_READ_YET = "not read yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """One body: its last document about open government, the age of that, and whether we could read."""

    body: Body
    last: Document | None
    last_on: date | None
    days: int | None
    read_status: ReadStatus
    # For FAILING: since when no source of the body could be read.
    since: datetime | None
    # The last record bears no date: it came out on the day of `last_on`, when we first saw it, or earlier.
    no_later: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The state of each body at an instant."""

    at: datetime
    rows: tuple[BoardRow, ...]
    processes: tuple[ProcessReport, ...] = ()
    # What counts as an official record of a process, in words.
    record_criteria: str = ""


# What all that a replay publishes or sends says.
DEMONSTRATION: Final = "Demonstration: invented documents"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The settings that appear on pages, in feeds and in mails."""

    title: str
    # Ends with a slash.
    base_url: str
    # Name of this instance, from which the ids of its feeds are made.
    instance: str
    operator: str
    contact: str
    postal_address: str
    timezone: ZoneInfo
    # Where people sign up for the digest; ends with a slash, empty if there is no such page.
    subscriptions_url: str = ""
    # The address for subscription commands by mail; empty if none are read.
    subscriptions_mailbox: str = ""
    # WebSub hubs to notify of changed feeds.
    websub_hubs: tuple[str, ...] = ()
    # Whether the documents are those of a replay. The title says so, too.
    is_demonstration: bool = False

    @property
    def sign_up_link(self) -> str:
        """Link to the sign-up page, else to a mail that signs up; empty if neither is offered."""
        by_mail = f"mailto:{self.subscriptions_mailbox}?subject=join" if self.subscriptions_mailbox else ""
        return self.subscriptions_url or by_mail


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceWithState:
    """A source with its state and outages, for pages and `status`."""

    source: Source
    state: SourceState
    # Past outages, oldest first.
    outages: tuple[Outage, ...] = ()
    # The last reading up to the instant that is asked for: the state has only the newest.
    last_reading: LastReading | None = None

    @property
    def first_poll(self) -> datetime | None:
        """The first poll that left a trace, read or failed; None without one.

        The store has no time of the first poll itself.
        """
        traces = (
            self.state.first_read,
            self.state.failing_since,
            *(one.failing_since for one in self.outages),
        )
        return min(filter(None, traces), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestItem:
    """One document in a digest."""

    id: str
    title: str
    url: str
    body: str
    type: str
    summary: str
    language: str
    # The publisher's date.
    dated: Moment | None
    first_seen: datetime
    closes: Moment | None = None
    # The parts that changed, for a document known before this window.
    changed: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    # How it was taken away, if it was.
    removal: Removal | None = None
    translations: tuple[Translation, ...] = ()
    # Our page for it, relative to the output folder; empty in digests stored before this field existed.
    page: str = ""
    # Its relevance score: a digest that is too long keeps the items with the most.
    score: int = 0
    # Whether it is included only because it closes soon: not an update of this window.
    reminder: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading of a digest and the items under it."""

    title: str
    items: tuple[DigestItem, ...]


def frequency_of_digest(name: str) -> Frequency:
    """The frequency of the digest with this period: weekly (`2024-W04`) or daily (`2024-01-24`)."""
    return Frequency.WEEKLY if "W" in name else Frequency.DAILY


def _day_count(window: Window) -> int:
    # Rounded: a day in which the clocks change has 23 or 25 hours.
    return round((window.end - window.start) / timedelta(days=1))


# Stored as JSON for good, since an issued digest never changes: a new field needs a default, and renaming one
# needs a migration. Likewise Window, Section and DigestItem.
@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The content of a digest, of a week or a day. It never changes once issued."""

    # Identifies the digest: the ISO week in which its window starts (`2024-W04`), or for a daily digest the
    # first day (`2024-01-24`).
    period: str
    window: Window
    sections: tuple[Section, ...]
    # Titles of the sources that could not be read at the end of the window: our gap, not their silence.
    unread_sources: tuple[str, ...]
    # None while its window is open.
    issued_at: datetime | None = None
    # The board's sentences about long silences, as of the end of the window.
    silences: tuple[str, ...] = ()
    # Whole days, from 08:00, on which no source was read: of them the digest can say nothing.
    unread_periods: tuple[Window, ...] = ()
    # Titles of the sources that nobody asked in the window.
    unasked_sources: tuple[str, ...] = ()

    @property
    def frequency(self) -> Frequency:
        """Whether it is a weekly or a daily digest."""
        return frequency_of_digest(self.period)

    @property
    def item_count(self) -> int:
        """The number of items, reminders included."""
        return sum(len(section.items) for section in self.sections)

    @property
    def reminder_count(self) -> int:
        """The number of items that are only reminders of a closing date."""
        return sum(item.reminder for section in self.sections for item in section.items)

    @property
    def update_count(self) -> int:
        """The number of items that are new or changed in its window."""
        return self.item_count - self.reminder_count

    @property
    def is_unread(self) -> bool:
        """Whether no source was read in the whole window."""
        return self.unread_periods == (self.window,)

    @property
    def updates_text(self) -> str:
        """`3 updates`. Of days on which no source was read it never says that there was nothing."""
        updates = f"{self.update_count} update{'' if self.update_count == 1 else 's'}"
        if not self.unread_periods:
            return updates
        if self.is_unread and not self.update_count:
            return "no source was read"
        unread = sum(map(_day_count, self.unread_periods))
        days = f"no source was read on {unread} of {_day_count(self.window)} days"
        return f"{updates}, {days}" if self.update_count else days

    def unread_text(self, zone: ZoneInfo) -> str:
        """What a digest says first of days on which no source was read; empty without such days."""
        if not self.unread_periods:
            return ""
        periods = " and ".join(
            f"from {instant_in_words(period.start, zone)} to {instant_in_words(period.end, zone)}"
            for period in self.unread_periods
        )
        if self.is_unread:
            return (
                f"We read no source {periods}, so we cannot say what was published. What the sources still "
                "list when we read them again is in a later letter."
            )
        return (
            f"We read no source {periods}, so we cannot say what was published then. What the sources still "
            "listed when we read them again is in this letter or a later one."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraction:
    """A document that the operator removed from the store for good: when, and why."""

    id: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything that publishing needs at one instant: the output is a function of this value."""

    at: datetime
    site: Site
    bodies: Mapping[str, Body]
    # Newest first.
    documents: tuple[Document, ...]
    board: Board
    sources: tuple[SourceWithState, ...]
    # Issued digests, newest first, then that of the open week if there is one.
    digests: tuple[Digest, ...]
    # The name of each update type by its id, in the vocabulary's order; one without a name is shown by its
    # id.
    types: Mapping[str, str] = field(default_factory=dict)
    # The name of each topic by its id, as `types`.
    topics: Mapping[str, str] = field(default_factory=dict)
    roles: tuple[Role, ...] = ()
    # Paths at which documents may once have been published, with the id of the document to redirect to.
    former_pages: Mapping[str, str] = field(default_factory=dict)
    # The name of each action plan by its id, as `types`.
    plans: Mapping[str, str] = field(default_factory=dict)
    # The names by which people look for each plan, by its id.
    plan_spellings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # The operator's corrections, by document id.
    label_overrides: Mapping[str, LabelOverride] = field(default_factory=dict)
    retractions: tuple[Retraction, ...] = ()
    # The alert rules that are published as feeds, in the order of alerts.yaml.
    alerts: tuple[AlertFeed, ...] = ()
    # The boards of the months that ended, newest first.
    month_boards: tuple[MonthBoard, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A file of the output folder."""

    # Relative to the output folder, with forward slashes.
    path: str
    media_type: str
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class DeferredArtifact:
    """A file of the output folder whose bytes are made only when needed.

    `fingerprint` covers everything that the bytes depend on: an equal fingerprint means equal bytes. Without
    one the bytes are made at each call and compared.
    """

    path: str
    media_type: str
    make: Callable[[], bytes]
    fingerprint: str = ""

    @property
    def payload(self) -> bytes:
        """The bytes, made anew at each access."""
        return self.make()


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateFeed:
    """A subscriber's feed, served to whoever knows its address and never written to the output folder."""

    file: DeferredArtifact
    # When its content last changed.
    updated: datetime
