"""Makes one document out of two that turned out to be one: one id stays, both are known."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, delete, select

from aggregator.model import Entry, Moment
from aggregator.store.names import give_names
from aggregator.store.rows import insert_once
from aggregator.store.tables import carriers, entries, marks, revisions
from aggregator.store.words import Word, join_words, read_words, write_words


def join_documents(connection: Connection, gone: str, stays: str) -> None:
    """Give every word on the document `gone` to `stays`, which must be held anew then, and is known by the
    other id, too.

    Of a source that told of both, the word of its latest look stands; the publication date of `stays` does
    not move.
    """
    mine, theirs = (_words(connection, id) for id in (gone, stays))
    held = connection.execute(select(entries.c.entry).where(entries.c.id == stays)).scalar_one()
    first_seen = _first_seen(connection, gone)
    joined = [_join(theirs.get(source), word, held) for source, word in mine.items()]
    for id, sources in ((gone, tuple(mine)), (stays, tuple(mine))):
        connection.execute(
            delete(revisions).where(revisions.c.entry_id == id, revisions.c.source_id.in_(sources))
        )
    write_words(connection, joined)
    connection.execute(delete(carriers).where(carriers.c.entry_id == gone))
    connection.execute(delete(entries).where(entries.c.id == gone))
    give_names(connection, gone, stays, first_seen)
    _give_mark(connection, gone, stays)


def _give_mark(connection: Connection, gone: str, stays: str) -> None:
    """The operator's correction stays with the document; of two, that of the one that stays."""
    mark = connection.execute(select(marks.c.mark).where(marks.c.entry_id == gone)).scalar()
    if mark:
        insert_once(connection, marks, {"entry_id": stays, "mark": mark})
        connection.execute(delete(marks).where(marks.c.entry_id == gone))


def _words(connection: Connection, entry_id: str) -> dict[str, Word]:
    """What is told of a document, by source."""
    told = read_words(connection, lambda table: table.c.entry_id == entry_id)
    return {word.entry.source: word for word in told}


def _first_seen(connection: Connection, entry_id: str) -> datetime:
    first: datetime = connection.execute(
        select(entries.c.first_seen).where(entries.c.id == entry_id)
    ).scalar_one()
    return first


def _join(there: Word | None, word: Word, held: Entry) -> Word:
    """What a source told of both documents, as its word on the one that is `held`."""
    given = _settled(word, held.published)
    if there:
        stands, other = sorted((there, given), key=_latest_look)
        given = join_words(stands, other, stands.carrier["removed"])
    return given.retold(lambda entry: replace(entry, id=held.id, key=held.key), entry_id=held.id)


def _settled(word: Word, published: Moment | None) -> Word:
    """No word may state another date of publication than its document, which would then move."""
    entry = word.entry
    if not (published and entry.published):
        return word
    return Word(word.carrier | {"entry": replace(entry, published=published)}, word.revisions)


def _latest_look(word: Word) -> tuple[float, tuple[bool, bool, str, str]]:
    return -word.carrier["last_seen"].timestamp(), word.entry.rank
