"""By what names documents go, and since when: addresses that they had, publishers' own ids, ids of ours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, case, delete, func, or_, select
from sqlalchemy.dialects.sqlite import insert

from aggregator.model.kinds import KINDS
from aggregator.store.database.engine import Subject
from aggregator.store.database.statements import rows_of
from aggregator.store.database.tables import aliases
from aggregator.store.documents.carriers import last_listed

IS_ID: Final = aliases.c.name.startswith("urn:uuid:")
"""A name that is the id of a document which turned out to be another one."""


class Names(Subject):
    """The names of documents."""

    def resolve(self, names: Iterable[str], now: datetime) -> dict[str, str]:
        """The ids of the documents that go by these names, as far as that was known before `now`.

        What is told at one instant is thus the same in whatever order it comes; `shared` says what it adds.
        Where a redirect led counts only while no document bears the name itself.
        """
        oldest_first = (aliases.c.moved, aliases.c.since, aliases.c.entry_id)
        asked = select(aliases.c.name, aliases.c.entry_id).order_by(*oldest_first)
        found: dict[str, str] = {}
        with self._database.reading() as connection:
            for row in rows_of(connection, asked.where(aliases.c.since < now), aliases.c.name, names):
                found.setdefault(row.name, row.entry_id)
        return found

    def add(self, claims: Iterable[tuple[str, str]], now: datetime, *, moved: bool = False) -> None:
        """Keep by what names documents go: (name, id), known since `now` if not before.

        `moved` is for addresses to which redirects led: they count while no document bears them itself.
        """
        with self._database.writing() as connection:
            _add(connection, [_row(name, id, now, moved) for name, id in claims])

    def shared(self, before: datetime | None = None) -> tuple[frozenset[str], ...]:
        """Documents that go by one name, for each such name; of names known before an instant, or of all."""
        borne = and_(aliases.c.moved.is_(False), *([aliases.c.since < before] if before else []))
        shared = select(aliases.c.name).where(borne).group_by(aliases.c.name).having(func.count() > 1)
        asked = select(aliases.c.name, aliases.c.entry_id).where(borne, aliases.c.name.in_(shared))
        rows = self._database.rows(asked.order_by(aliases.c.name))
        return tuple(
            frozenset(row.entry_id for row in some) for _, some in groupby(rows, lambda row: row.name)
        )

    def last(self, source_id: str, before: datetime) -> frozenset[str]:
        """Every name, known before an instant, of the documents that the last poll of a source saw."""
        seen = aliases.c.entry_id.in_(last_listed(source_id))
        return frozenset(self._database.values(select(aliases.c.name).where(seen, aliases.c.since < before)))

    def own(self) -> dict[str, str]:
        """By own id (`record:NAME`, `mail:ID`) the id of each document that has one, also if retracted."""
        own = or_(*(aliases.c.name.startswith(kind.own_ids) for kind in KINDS.values() if kind.own_ids))
        return self._ids(own, aliases.c.since.desc())

    def joined_ids(self) -> dict[str, str]:
        """By its id each document that turned out to be another one, and the id of that one."""
        return self._ids(IS_ID, aliases.c.name)

    def _ids(self, wanted: ColumnElement[bool], order: ColumnElement[Any]) -> dict[str, str]:
        asked = select(aliases.c.name, aliases.c.entry_id).where(wanted).order_by(order)
        return {row.name: row.entry_id for row in self._database.rows(asked)}


def former_ids(connection: Connection, entry_id: str) -> Sequence[str]:
    """The ids of the documents that turned out to be this one."""
    mine = select(aliases.c.name).where(aliases.c.entry_id == entry_id, IS_ID)
    return connection.scalars(mine).all()


def give_names(connection: Connection, gone: str, stays: str, since: datetime) -> None:
    """Let the document `stays` go by every name of `gone`, and by its id."""
    mine = aliases.c.entry_id == gone
    names = connection.execute(select(aliases).where(mine)).mappings()
    _add(connection, [*({**row, "entry_id": stays} for row in names), _row(gone, stays, since)])
    connection.execute(delete(aliases).where(mine))


def _row(name: str, entry_id: str, since: datetime, moved: bool = False) -> dict[str, Any]:
    return {"name": name, "entry_id": entry_id, "since": since, "moved": moved}


def _add(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """What is known already is known since then."""
    if not rows:
        return
    statement = insert(aliases)
    known, told = aliases.c, statement.excluded
    earliest = case((told.since < known.since, told.since), else_=known.since)
    statement = statement.on_conflict_do_update(
        index_elements=aliases.primary_key,
        set_={"since": earliest, "moved": and_(known.moved, told.moved)},
    )
    connection.execute(statement, rows)
