"""Gives what one source told to another: for a source that gets a new id, and for one that joins another.

The documents stay as they are: their ids, `published`, `first_seen`, and whether and when they were news.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Select, Table, delete, insert, select

from aggregator.model import Entry, Moment, Removal, RemovalKind, SourceState
from aggregator.store.tables import carriers, entries, revisions, source_states
from aggregator.store.writing import upsert

Cells = dict[str, Any]
"""A row, by column."""


@dataclass(frozen=True, slots=True)
class Word:
    """What one source told of one document: its row of carriers, and its revisions in their order."""

    carrier: Cells
    revisions: tuple[Cells, ...]


def rename_source(connection: Connection, old: str, new: str) -> int:
    """Give everything that is known of the source `old` to `new`; how many documents `old` carried.

    Where polls have already begun under the new id, both are joined. Nothing is left of `old`, so that a
    second call does nothing.
    """
    moved = join_sources(connection, old, new)
    before, since = _state_of(connection, old), _state_of(connection, new)
    if before:
        upsert(connection, source_states, [{"source_id": new, "state": _joined_state(new, before, since)}])
        connection.execute(delete(source_states).where(source_states.c.source_id == old))
    return moved


def join_sources(connection: Connection, old: str, new: str) -> int:
    """Give every document that the source `old` carries to `new`; how many they are.

    Of a document that both carry, the word of `new` stands, since `new` is what will be asked about it. The
    first word of whoever told it later was no news and no revision; it goes. The revisions of both stay, in
    the order in which they were seen. What is known of the polls of `old` stays with `old`.
    """
    mine, theirs = _words(connection, old, shared_with=old), _words(connection, new, shared_with=old)
    joined = [_join(theirs[id], word) if id in theirs else word for id, word in mine.items()]
    told = [_as_told_by(new, word) for word in joined]
    _forget(connection, revisions, new, shared_with=old)
    upsert(connection, carriers, [word.carrier for word in told])
    said = [row for word in told for row in word.revisions]
    if said:
        connection.execute(insert(revisions), said)
    _rename_leads(connection, old, new)
    _settle_published(connection, old)
    _forget(connection, revisions, old, shared_with=old)
    _forget(connection, carriers, old, shared_with=old)
    return len(mine)


def _state_of(connection: Connection, source: str) -> SourceState | None:
    statement = select(source_states.c.state).where(source_states.c.source_id == source)
    state: SourceState | None = connection.execute(statement).scalar()
    return state


def _joined_state(new: str, before: SourceState, since: SourceState | None) -> SourceState:
    """The state of now, which has answered since whichever poll was the first to do so."""
    answered = [state.first_answered for state in (before, since) if state and state.first_answered]
    state = replace(since or before, source=new, first_answered=min(answered, default=None))
    return replace(state, validators=dict(state.validators))


def _carried_by(source: str) -> Select[tuple[str]]:
    return select(carriers.c.entry_id).where(carriers.c.source_id == source)


def _words(connection: Connection, source: str, *, shared_with: str) -> dict[str, Word]:
    """What a source told of the documents that `shared_with` carries, by document."""
    shared = _carried_by(shared_with)
    carried, said = (
        connection.execute(
            select(table)
            .where(table.c.source_id == source, table.c.entry_id.in_(shared))
            .order_by(*table.primary_key)
        ).mappings()
        for table in (carriers, revisions)
    )
    revised: dict[str, list[Cells]] = {}
    for row in said:
        revised.setdefault(row["entry_id"], []).append(dict(row))
    return {row["entry_id"]: Word(dict(row), tuple(revised[row["entry_id"]])) for row in carried}


def _forget(connection: Connection, table: Table, source: str, *, shared_with: str) -> None:
    shared = _carried_by(shared_with)
    connection.execute(delete(table).where(table.c.source_id == source, table.c.entry_id.in_(shared)))


def _as_told_by(source: str, word: Word) -> Word:
    def told(row: Cells) -> Cells:
        return row | {"source_id": source, "entry": replace(row["entry"], source=source)}

    return Word(told(word.carrier), tuple(told(row) for row in word.revisions))


def _join(stands: Word, given: Word) -> Word:
    """One word out of two. It is backlog by what was told first, as the document itself is."""
    words = (stands, given)
    first_seen = min(word.carrier["first_seen"] for word in words)
    founders = [word for word in words if word.carrier["first_seen"] == first_seen]
    removed = _removed(stands.carrier["removed"], given.carrier["removed"])
    entry: Entry = stands.carrier["entry"]
    published = entry.published or given.carrier["entry"].published
    together = {
        "first_seen": first_seen,
        "backlog": all(word.carrier["backlog"] for word in founders),
        "last_seen": max(word.carrier["last_seen"] for word in words),
        "removed": removed,
        "entry": replace(entry, published=published, removal=removed),
    }
    return Word(stands.carrier | together, _join_revisions(words, founders))


def _join_revisions(words: Sequence[Word], founders: Sequence[Word]) -> tuple[Cells, ...]:
    """The first word of all, then every later revision; each but the last was seen until some instant."""
    first = max((word.revisions[0] for word in founders), key=_stated)
    known = next(word for word in founders if word.revisions[0] is first)
    later = [_ended(row, word) for word in words for row in word.revisions[1:]]
    ordered = [_ended(first, known), *sorted(later, key=lambda row: row["seen_at"])]
    numbered = [row | {"number": number} for number, row in enumerate(ordered, 1)]
    return (*numbered[:-1], numbered[-1] | {"last_seen": None})


def _ended(row: Cells, word: Word) -> Cells:
    return row | {"last_seen": row["last_seen"] or word.carrier["last_seen"]}


def _stated(row: Cells) -> str:
    """The publisher's own date of a first word: of two that were told at once the later one was shown."""
    moment: Moment | None = row["entry"].updated or row["entry"].published
    return moment.at.isoformat() if moment else ""


def _removed(stands: Removal | None, given: Removal | None) -> Removal | None:
    """Anybody's word that it was taken away counts; being left out of a list only when both leave it out."""
    said = [removed for removed in (stands, given) if removed]
    told = [removed for removed in said if removed.kind is not RemovalKind.MISSING]
    return next(iter(told), stands if len(said) == 2 else None)


def _rename_leads(connection: Connection, old: str, new: str) -> None:
    """Let the documents that `old` led say that `new` leads them."""
    held = connection.execute(select(entries).where(entries.c.id.in_(_carried_by(old)))).mappings()
    led = [{**row, "entry": replace(row["entry"], source=new)} for row in held if row["entry"].source == old]
    upsert(connection, entries, led)


def _settle_published(connection: Connection, old: str) -> None:
    """Which of several carriers leads may hang on their ids: so none may state another `published` than its
    document, which would then move."""
    mine = carriers.c.entry_id.in_(_carried_by(old))
    statement = select(carriers, entries.c.entry.label("held")).join_from(carriers, entries).where(mine)
    rows = [dict(row) for row in connection.execute(statement).mappings()]
    told = [(row, row["entry"], row.pop("held").published) for row in rows]
    differing = [
        row | {"entry": replace(entry, published=published)}
        for row, entry, published in told
        if published and entry.published and entry.published != published
    ]
    upsert(connection, carriers, differing)
