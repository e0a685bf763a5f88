"""Values for tests: valid by default, so that a test says only what matters to it."""

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
    Relevance,
    Revision,
    Scope,
    Seen,
    Site,
    Snapshot,
    Source,
    SourceLine,
    SourceState,
    Where,
)

LONDON = ZoneInfo("Europe/London")
NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
"""A Friday in British Summer Time: the instant at which tests stand unless they say otherwise."""


def instant(text: str) -> datetime:
    """`2026-06-05 12:00` in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def moment(text: str, precision: Precision = Precision.SECOND) -> Moment:
    """A moment stated in UTC."""
    return Moment(at=instant(text), precision=precision)


def body(id: str = "cabinet-office", **changes: Any) -> Body:
    """A public body."""
    return replace(Body(id=id, name="Cabinet Office", nation="uk", url="https://www.gov.uk/"), **changes)


def source(id: str = "cabinet-office", **changes: Any) -> Source:
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
        seen=Seen.ANSWERED,
    )
    return replace(default, **changes)


def raw(title: str | None = "A plan", **changes: Any) -> RawEntry:
    """An item as a publisher words it."""
    default = RawEntry(where="item 1", id="item-1", link="https://www.gov.uk/a-plan", title=title)
    return replace(default, **changes)


def entry(key: str = "https://www.gov.uk/a-plan", **changes: Any) -> Entry:
    """A document in our words, told by the source `cabinet-office`."""
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


def carrier(told: Entry | None = None, first_seen: datetime = NOON, backlog: bool = False) -> Carrier:
    """A source that carries one document, first seen at `first_seen`."""
    told = told or entry()
    first = Revision(entry=told, number=1, seen_at=first_seen)
    return Carrier(
        entry=told, first_seen=first_seen, backlog=backlog, revisions=(first,), last_seen=first_seen
    )


def labels(relevant: bool = True, **changes: Any) -> Labels:
    """About open government, of type news."""
    why = Reason(
        words="open government", where=Where.TITLE, speaks_for="topic:open-government-process", points=18
    )
    relevance = Relevance.YES if relevant else Relevance.NO
    return replace(Labels(type="news", relevance=relevance, why=(why,) if relevant else ()), **changes)


def holding(told: Entry | None = None, **changes: Any) -> Document:
    """A document as we hold it, first seen at NOON."""
    told = told or entry()
    default = Document(
        entry=told,
        labels=labels(),
        carriers=(carrier(told),),
        first_seen=NOON,
        updated=NOON,
        backlog=False,
    )
    return replace(default, **changes)


def site(**changes: Any) -> Site:
    """Who publishes."""
    default = Site(
        title="UK open government: updates",
        base_url="https://updates.example.org/",
        instance="updates.example.org",
        operator="A Volunteer",
        contact="volunteer@example.org",
        postal="1 Example Street, Glasgow",
        zone=LONDON,
    )
    return replace(default, **changes)


def source_line(told: Source | None = None, **state: Any) -> SourceLine:
    """A source that answered at NOON; `state` changes what we know of it."""
    told = told or source()
    default = SourceState(source=told.id, asked=NOON, answered=NOON, first_answered=NOON, items=1)
    return SourceLine(source=told, state=replace(default, **state))


def edition(*holdings: Document, **changes: Any) -> Snapshot:
    """What is published at NOON: these documents, one body and one source."""
    default = Snapshot(
        at=NOON,
        site=site(),
        bodies={"cabinet-office": body()},
        holdings=holdings,
        board=Board(at=NOON, lines=()),
        sources=(source_line(),),
        digests=(),
    )
    return replace(default, **changes)
