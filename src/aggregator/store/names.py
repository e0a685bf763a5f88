"""By what names documents go, and since when: addresses that they had, publishers' own ids, ids of ours."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection, and_, case, delete, func, or_, select
from sqlalchemy.dialects.sqlite import insert

from aggregator.model.kinds import KINDS
from aggregator.store.reading import chunks
from aggregator.store.tables import aliases, carriers


def read_names(connection: Connection, names: Iterable[str], before: datetime) -> dict[str, str]:
    """The ids of the documents that go by these names, as far as that was known before an instant.

    Where a redirect led counts only while no document bears the name itself.
    """
    found: dict[str, str] = {}
    for chunk in chunks(names):
        rows = connection.execute(
            select(aliases.c.name, aliases.c.entry_id)
            .where(aliases.c.name.in_(chunk), aliases.c.since < before)
            .order_by(aliases.c.moved, aliases.c.since, aliases.c.entry_id)
        )
        for name, entry_id in rows:
            found.setdefault(name, entry_id)
    return found


def keep_names(
    connection: Connection, claims: Iterable[tuple[str, str]], since: datetime, *, moved: bool
) -> None:
    """Keep that documents go by names: (name, id). What is known already is known since then."""
    rows = [{"name": name, "entry_id": id, "since": since, "moved": moved} for name, id in claims]
    if rows:
        statement = insert(aliases)
        known, told = aliases.c, statement.excluded
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=aliases.primary_key,
                set_={
                    "since": case((told.since < known.since, told.since), else_=known.since),
                    "moved": and_(known.moved, told.moved),
                },
            ),
            rows,
        )


def read_shared(connection: Connection, before: datetime | None) -> tuple[frozenset[str], ...]:
    """The documents that go by one name, for each name that several bear since before an instant (or now)."""
    borne = and_(aliases.c.moved.is_(False), *([aliases.c.since < before] if before else []))
    shared = select(aliases.c.name).where(borne).group_by(aliases.c.name).having(func.count() > 1)
    rows = connection.execute(
        select(aliases.c.name, aliases.c.entry_id)
        .where(borne, aliases.c.name.in_(shared))
        .order_by(aliases.c.name)
    )
    return tuple(frozenset(row.entry_id for row in group) for _, group in groupby(rows, lambda row: row.name))


def read_last_names(connection: Connection, source_id: str) -> frozenset[str]:
    """Every name of the documents that the last poll of a source saw."""
    mine = carriers.c.source_id == source_id
    last = select(func.max(carriers.c.last_seen)).where(mine).scalar_subquery()
    seen = select(carriers.c.entry_id).where(mine, carriers.c.last_seen == last)
    return frozenset(connection.scalars(select(aliases.c.name).where(aliases.c.entry_id.in_(seen))))


def standing_id(connection: Connection, entry_id: str) -> str:
    """The id of the document that the one with `entry_id` turned out to be; most often that id itself."""
    known = select(aliases.c.entry_id).where(aliases.c.name == entry_id)
    return connection.execute(known).scalar() or entry_id


def read_own_names(connection: Connection) -> dict[str, str]:
    """Own ids (`record:NAME`, `mail:ID`), of documents that may stand without a page, and their ids here."""
    own = or_(*(aliases.c.name.startswith(kind.own_ids) for kind in KINDS.values() if kind.own_ids))
    rows = connection.execute(
        select(aliases.c.name, aliases.c.entry_id).where(own).order_by(aliases.c.since.desc())
    )
    return {row.name: row.entry_id for row in rows}


def read_joined_ids(connection: Connection) -> dict[str, str]:
    """The ids of documents that turned out to be another one, and the id of that one."""
    rows = connection.execute(
        select(aliases).where(aliases.c.name.startswith("urn:uuid:")).order_by(aliases.c.name)
    )
    return {row.name: row.entry_id for row in rows}


def former_ids(connection: Connection, entry_id: str) -> Collection[str]:
    """The ids of the documents that turned out to be this one."""
    mine = select(aliases.c.name).where(aliases.c.entry_id == entry_id, aliases.c.name.like("urn:uuid:%"))
    return tuple(connection.scalars(mine))


def give_names(connection: Connection, gone: str, stays: str, since: datetime) -> None:
    """Let the document `stays` go by every name of `gone`, and by its id."""
    rows = connection.execute(select(aliases).where(aliases.c.entry_id == gone)).all()
    for row in rows:
        keep_names(connection, [(row.name, stays)], row.since, moved=row.moved)
    keep_names(connection, [(gone, stays)], since, moved=False)
    connection.execute(delete(aliases).where(aliases.c.entry_id == gone))
