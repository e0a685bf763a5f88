"""What one source told of one document, as rows; and one such word out of two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, insert, select

from aggregator.model import Entry, Moment, Removal
from aggregator.store.rows import upsert
from aggregator.store.tables import carriers, revisions

Cells = dict[str, Any]
"""A row, by column."""


@dataclass(frozen=True, slots=True)
class Word:
    """What one source told of one document: its row of carriers, and its revisions in their order."""

    carrier: Cells
    revisions: tuple[Cells, ...]

    @property
    def entry(self) -> Entry:
        """What it tells now."""
        entry: Entry = self.carrier["entry"]
        return entry

    def retold(self, retell: Callable[[Entry], Entry], **cells: str) -> Word:
        """The word with every entry in it retold, and with these cells in every row."""

        def told(row: Cells) -> Cells:
            entries = {name: retell(row[name]) for name in ("entry", "before") if row.get(name)}
            return row | entries | cells

        return Word(told(self.carrier), tuple(told(row) for row in self.revisions))


def read_words(connection: Connection, wanted: Callable[[Table], ColumnElement[bool]]) -> list[Word]:
    """The words of which the rows of either table are `wanted`, by document and source."""
    carried, said = (
        connection.execute(select(table).where(wanted(table)).order_by(*table.primary_key)).mappings()
        for table in (carriers, revisions)
    )
    revised: dict[tuple[str, str], list[Cells]] = {}
    for row in said:
        revised.setdefault((row["entry_id"], row["source_id"]), []).append(dict(row))
    return [Word(dict(row), tuple(revised[row["entry_id"], row["source_id"]])) for row in carried]


def write_words(connection: Connection, words: Sequence[Word]) -> None:
    """Keep words whose revisions, as they were before, have been deleted."""
    upsert(connection, carriers, [word.carrier for word in words])
    said = [row for word in words for row in word.revisions]
    if said:
        connection.execute(insert(revisions), said)


def join_words(stands: Word, given: Word, removed: Removal | None) -> Word:
    """One word out of two: `stands` is what it tells now, `removed` whether it was taken away.

    It is backlog by what was told first, as the document itself is. The first word of whichever was told
    later was no news and no revision; it goes. The revisions of both stay, in the order of sight.
    """
    words = (stands, given)
    first_seen = min(word.carrier["first_seen"] for word in words)
    founders = [word for word in words if word.carrier["first_seen"] == first_seen]
    entry = stands.entry.beside(given.entry)
    together = {
        "first_seen": first_seen,
        "backlog": all(word.carrier["backlog"] for word in founders),
        "last_seen": max(word.carrier["last_seen"] for word in words),
        "removed": removed,
        "entry": replace(entry, published=entry.published or given.entry.published, removal=removed),
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
