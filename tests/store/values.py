"""Makes what the tests store: changes, and arbitrary values of the model types."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar, get_type_hints

from hypothesis import strategies as st

from aggregator.model import (
    Carrier,
    Change,
    ChangeKind,
    Claim,
    Digest,
    DigestItem,
    Document,
    Entry,
    Labels,
    Moment,
    Note,
    Outage,
    Removal,
    Revision,
    RobotsTxt,
    Run,
    Section,
    SourceState,
    Window,
)
from aggregator.store import Store
from tests.support.builders import NOON, make_document, make_entry

Model = TypeVar("Model")


def make_change(
    entry: Entry | None = None, kind: ChangeKind = ChangeKind.NEW, seen_at: datetime = NOON, **changes: Any
) -> Change:
    """Make a change; a revision changes the title."""
    parts = ("title",) if kind is ChangeKind.REVISED else ()
    default: dict[str, Any] = {"backlog": False, "parts": parts}
    return Change(kind=kind, entry=entry or make_entry(), seen_at=seen_at, **default | changes)


def save_changes(store: Store, *changes: Change) -> None:
    """Apply changes in one transaction, and save their documents with the entry of the first carrier."""
    with store.transaction() as tx:
        tx.carriers.apply(changes)
        for carriers in tx.carriers.of_documents(change.entry.id for change in changes).values():
            first = carriers[0]
            document = make_document(
                first.entry, carriers=carriers, first_seen=first.first_seen, backlog=first.backlog
            )
            tx.documents.save([document])


def arbitrary(model: type[Model], **given: st.SearchStrategy[Any]) -> st.SearchStrategy[Model]:
    """Any value of a model type: every field is filled, those not given by their type."""
    filled: dict[str, Any] = dict.fromkeys(get_type_hints(model), ...)
    return st.builds(model, **filled | given)


moments = st.datetimes(timezones=st.just(UTC))
seconds = moments.map(lambda moment: moment.replace(microsecond=0))
texts = st.text(min_size=1).filter(str.strip)
dates = arbitrary(Moment, at=moments)
claims = st.lists(arbitrary(Claim, moment=st.none() | dates), max_size=3).map(tuple)
ids = st.uuids().map(lambda uuid: f"urn:uuid:{uuid}")
notes = st.lists(arbitrary(Note, moment=st.none() | dates), max_size=2).map(tuple)
removals = arbitrary(Removal, moment=st.none() | dates)
entries = arbitrary(
    Entry,
    id=ids,
    key=texts,
    title=texts,
    published=st.none() | dates,
    updated=st.none() | dates,
    opens=st.none() | dates,
    closes=st.none() | dates,
    claims=claims,
    notes=notes,
    removal=st.none(),
)
labels = arbitrary(Labels)
states = arbitrary(
    SourceState,
    due=st.none() | moments,
    last_polled=st.none() | moments,
    last_read=st.none() | moments,
    first_read=st.none() | moments,
    failing_since=st.none() | moments,
    items_missed_at=st.none() | moments,
)
outages = arbitrary(Outage, since=seconds, until=seconds, failing_since=st.none() | seconds)
runs = arbitrary(Run, at=seconds)
robots_txts = arbitrary(RobotsTxt, fetched_at=moments)
items = arbitrary(
    DigestItem,
    dated=st.none() | dates,
    first_seen=moments,
    closes=st.none() | dates,
    removal=st.none() | removals,
)
sections = arbitrary(Section, items=st.lists(items, max_size=2).map(tuple))
digests = arbitrary(
    Digest,
    period=st.sampled_from(["2024-W04", "2026-W53"]),
    window=arbitrary(Window, start=moments, end=moments),
    sections=st.lists(sections, max_size=3).map(tuple),
    issued_at=moments,
)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Any document that one source carries and revised once."""
    first_entry, revised, combined = (draw(entries) for _ in range(3))
    first, second = sorted(draw(st.lists(seconds, min_size=2, max_size=2, unique=True)))
    revised = replace(revised, id=first_entry.id, source=first_entry.source)
    parts = tuple(draw(st.lists(st.text())))
    carrier = Carrier(
        entry=revised,
        first_seen=first,
        backlog=draw(st.booleans()),
        revisions=(
            Revision(entry=first_entry, number=1, seen_at=first, last_seen=first),
            Revision(
                entry=revised,
                number=2,
                seen_at=second,
                parts=parts,
                note=draw(st.text()),
                payload_sha256=draw(st.text()),
            ),
        ),
        last_seen=first,
        changed_at=second,
        previous_entry=first_entry,
    )
    return Document(
        entry=replace(combined, id=first_entry.id),
        labels=draw(labels),
        carriers=(carrier,),
        first_seen=draw(seconds),
        updated=draw(seconds),
        backlog=draw(st.booleans()),
        removal=draw(st.none() | removals),
    )
