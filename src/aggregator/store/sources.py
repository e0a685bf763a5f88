"""Gives what one source told to another: for a source that gets a new id, and for one that joins another.

The documents stay as they are: their ids, `published`, `first_seen`, and whether and when they were news.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection, Select, Table, and_, delete, select

from aggregator.model import RemovalKind, SourceState
from aggregator.store.outages import rename_outages
from aggregator.store.rows import upsert
from aggregator.store.tables import carriers, entries, revisions, source_states
from aggregator.store.words import Word, join_words, read_words, write_words


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
    rename_outages(connection, old, new)
    return moved


def join_sources(connection: Connection, old: str, new: str) -> int:
    """Give every document that the source `old` carries to `new`; how many they are.

    Of a document that both carry, the word of `new` stands, since `new` is what will be asked about it. The
    first word of whoever told it later was no news and no revision; it goes. The revisions of both stay, in
    the order in which they were seen. What is known of the polls of `old` stays with `old`.
    """
    mine, theirs = _words(connection, old, shared_with=old), _words(connection, new, shared_with=old)
    joined = [_join(theirs[id], word) if id in theirs else word for id, word in mine.items()]
    told = [word.retold(lambda entry: replace(entry, source=new), source_id=new) for word in joined]
    _forget(connection, revisions, new, shared_with=old)
    write_words(connection, told)
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
    told = read_words(
        connection, lambda table: and_(table.c.source_id == source, table.c.entry_id.in_(shared))
    )
    return {word.entry.id: word for word in told}


def _join(stands: Word, given: Word) -> Word:
    """Anybody's word that it was taken away counts; being left out of a list only when both leave it out."""
    said = [word.carrier["removed"] for word in (stands, given) if word.carrier["removed"]]
    told = [removed for removed in said if removed.kind is not RemovalKind.MISSING]
    removed = next(iter(told), stands.carrier["removed"] if len(said) == 2 else None)  # both
    return join_words(stands, given, removed)


def _forget(connection: Connection, table: Table, source: str, *, shared_with: str) -> None:
    shared = _carried_by(shared_with)
    connection.execute(delete(table).where(table.c.source_id == source, table.c.entry_id.in_(shared)))


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
