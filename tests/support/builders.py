"""Makes values for tests. They are valid by default, so that a test states only what matters to it."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aggregator.model import (
    Board,
    Body,
    Carrier,
    Document,
    Entry,
    Labels,
    Moment,
    Precision,
    RawEntry,
    Reason,
    ReasonSource,
    Relevance,
    Revision,
    Scope,
    Site,
    Snapshot,
    Source,
    SourceState,
    SourceWithState,
)

LONDON = ZoneInfo("Europe/London")
NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
"""A Friday in British Summer Time: the time of tests that do not set another."""


def instant(text: str) -> datetime:
    """An instant from text such as `2026-06-05 12:00`, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def moment(text: str, precision: Precision = Precision.SECOND) -> Moment:
    """A moment from text, in UTC."""
    return Moment(at=instant(text), precision=precision)


def make_body(id: str = "cabinet-office", **changes: Any) -> Body:
    """A public body."""
    return replace(Body(id=id, name="Cabinet Office", nation="uk", url="https://www.gov.uk/"), **changes)


def make_source(id: str = "cabinet-office", **changes: Any) -> Source:
    """A feed that is polled every hour."""
    default = Source(
        id=id,
        body="cabinet-office",
        kind="feed",
        title="Cabinet Office on GOV.UK",
        address="https://www.gov.uk/government/organisations/cabinet-office.atom",
        every=timedelta(hours=1),
        pause=timedelta(seconds=5),
        licence="OGL-3.0",
        scope=Scope.RELEVANT,
        verified=True,
    )
    return replace(default, **changes)


def make_raw_entry(title: str | None = "A plan", **changes: Any) -> RawEntry:
    """An item as a publisher writes it."""
    default = RawEntry(item_name="item 1", id="item-1", link="https://www.gov.uk/a-plan", title=title)
    return replace(default, **changes)


def make_entry(key: str = "https://www.gov.uk/a-plan", **changes: Any) -> Entry:
    """An entry of the source `cabinet-office`."""
    default = Entry(
        id=f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, key)}",
        key=key,
        url=key,
        source="cabinet-office",
        native_id=key,
        body="cabinet-office",
        title="A plan",
        summary="What the plan says.",
        content="",
        text="What the plan says.",
        language="en",
        published=None,
        updated=moment("2026-06-02 08:15"),
        licence="OGL-3.0",
    )
    return replace(default, **changes)


def make_carrier(entry: Entry | None = None, first_seen: datetime = NOON, backlog: bool = False) -> Carrier:
    """A source that carries one document, first seen at `first_seen`."""
    entry = entry or make_entry()
    first = Revision(entry=entry, number=1, seen_at=first_seen)
    return Carrier(
        entry=entry, first_seen=first_seen, backlog=backlog, revisions=(first,), last_seen=first_seen
    )


def make_labels(relevant: bool = True, **changes: Any) -> Labels:
    """About open government, of type news."""
    reason = Reason(
        text="open government",
        found_in=ReasonSource.TITLE,
        supports="topic:open-government-process",
        points=18,
    )
    relevance = Relevance.YES if relevant else Relevance.NO
    return replace(Labels(type="news", relevance=relevance, reasons=(reason,) if relevant else ()), **changes)


def make_document(entry: Entry | None = None, **changes: Any) -> Document:
    """A document with one carrier, first seen at NOON."""
    entry = entry or make_entry()
    default = Document(
        entry=entry,
        labels=make_labels(),
        carriers=(make_carrier(entry),),
        first_seen=NOON,
        updated=NOON,
        backlog=False,
    )
    return replace(default, **changes)


def make_site(**changes: Any) -> Site:
    """The site's settings."""
    default = Site(
        title="UK open government: updates",
        base_url="https://updates.example.org/",
        instance="updates.example.org",
        operator="A Volunteer",
        contact="volunteer@example.org",
        postal_address="1 Example Street, Glasgow",
        timezone=LONDON,
    )
    return replace(default, **changes)


def make_source_with_state(source: Source | None = None, **state: Any) -> SourceWithState:
    """A source that was read at NOON; `state` changes its state."""
    source = source or make_source()
    default = SourceState(source=source.id, last_polled=NOON, last_read=NOON, first_read=NOON, items=1)
    return SourceWithState(source=source, state=replace(default, **state))


def make_snapshot(*documents: Document, **changes: Any) -> Snapshot:
    """A snapshot at NOON: these documents, one body and one source."""
    default = Snapshot(
        at=NOON,
        site=make_site(),
        bodies={"cabinet-office": make_body()},
        documents=documents,
        board=Board(at=NOON, rows=()),
        sources=(make_source_with_state(),),
        digests=(),
    )
    return replace(default, **changes)
