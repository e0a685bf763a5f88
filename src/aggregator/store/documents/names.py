"""Stores the names of documents: former addresses, publishers' own ids, and ids of merged documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, delete, func, or_, select
from sqlalchemy.dialects.sqlite import insert

from aggregator.model.kinds import KINDS
from aggregator.store.database.engine import Repository
from aggregator.store.database.statements import select_in_chunks
from aggregator.store.database.tables import document_names
from aggregator.store.documents.carriers import select_last_listed

_NAMES: Final = document_names.c

# The beginning of the name of an address that a document was given after another one had it. Of several such
# documents the last one has the address, and they are never merged for it.
TAKEN_PREFIX: Final = "taken:"

# The beginning of a name made of the address of the same document in another language.
TRANSLATION_PREFIX: Final = "translation:"

# A name that is the id of a document that was merged into another one.
IS_MERGED_ID: Final = _NAMES.name.startswith("urn:uuid:")


class DocumentNames(Repository):
    """The names by which a document is recognised."""

    def resolve(self, names: Iterable[str], now: datetime) -> dict[str, str]:
        """Return the ids of the documents with these names, as far as they were known before `now`.

        A name from a redirect counts only while no document has that name itself. Of the documents that were
        given one address after another (TAKEN_PREFIX) the last one has it. What polls of one instant
        add does not count yet, so that their order does not matter; `duplicates` finds it afterwards.
        """
        order = (_NAMES.from_redirect, _NAMES.known_since, _NAMES.document_id)
        query = select(_NAMES.name, _NAMES.document_id).where(_NAMES.known_since < now).order_by(*order)
        ids: dict[str, str] = {}
        with self._database.read_transaction() as connection:
            for row in select_in_chunks(connection, query, _NAMES.name, names):
                # The first row of a name counts: a document's own name before a redirect, then the oldest.
                if row.name not in ids or row.name.startswith(TAKEN_PREFIX):
                    ids[row.name] = row.document_id
        return ids

    def add(self, claims: Iterable[tuple[str, str]], now: datetime, *, from_redirect: bool = False) -> None:
        """Save names as pairs (name, document id), known since `now` if not before.

        With `from_redirect` they are addresses to which redirects led, see `resolve`.
        """
        with self._database.write_transaction() as connection:
            _add(connection, [_row(name, id, now, from_redirect) for name, id in claims])

    def forget(self, claims: Iterable[tuple[str, str]]) -> None:
        """Take names, as pairs (name, document id), from documents that turned out to be others."""
        where = (_NAMES.name == bindparam("key_name"), _NAMES.document_id == bindparam("key_document"))
        rows = [{"key_name": name, "key_document": id} for name, id in claims]
        self._database.execute(delete(document_names).where(*where), rows)

    def shared(self, before: datetime | None = None) -> dict[str, frozenset[str]]:
        """Return the ids of documents that share a name, by that name.

        With `before`, only names known before that instant count. Names from redirects never do.
        """
        counts = and_(
            _NAMES.from_redirect.is_(False),
            _NAMES.name.not_like(f"{TAKEN_PREFIX}%"),
            *([_NAMES.known_since < before] if before else []),
        )
        shared = select(_NAMES.name).where(counts).group_by(_NAMES.name).having(func.count() > 1)
        query = select(_NAMES.name, _NAMES.document_id).where(counts, _NAMES.name.in_(shared))
        rows = self._database.rows(query.order_by(_NAMES.name))
        by_name = {
            name: frozenset(row.document_id for row in group)
            for name, group in groupby(rows, lambda row: row.name)
        }
        return by_name | self._linked(counts)

    def _linked(self, counts: ColumnElement[bool]) -> dict[str, frozenset[str]]:
        """Return the documents that a language link leads to, with those that have the link."""
        target = document_names.alias()
        start = len(TRANSLATION_PREFIX) + 1
        query = select(_NAMES.name, _NAMES.document_id, target.c.document_id.label("target_id")).where(
            counts,
            _NAMES.name >= TRANSLATION_PREFIX,
            _NAMES.name < f"{TRANSLATION_PREFIX}\U0010ffff",
            target.c.name == func.substr(_NAMES.name, start),
            target.c.from_redirect.is_(False),
        )
        found: dict[str, frozenset[str]] = {}
        for row in self._database.rows(query):
            found[row.name] = found.get(row.name, frozenset()) | {row.document_id, row.target_id}
        return {name: ids for name, ids in found.items() if len(ids) > 1}

    def duplicates(self, before: datetime | None = None) -> tuple[frozenset[str], ...]:
        """Return the ids of documents that share a name, for each such name; see `shared`."""
        return tuple(self.shared(before).values())

    def names_in_last_poll(self, source_id: str, before: datetime) -> dict[str, frozenset[str]]:
        """Return the names, known before an instant, of each document that the last poll of a source saw."""
        was_listed = _NAMES.document_id.in_(select_last_listed(source_id))
        query = select(_NAMES.document_id, _NAMES.name).where(was_listed, _NAMES.known_since < before)
        names: dict[str, frozenset[str]] = {}
        for row in self._database.rows(query):
            names[row.document_id] = names.get(row.document_id, frozenset()) | {row.name}
        return names

    def own_ids(self) -> dict[str, str]:
        """Return document ids by own id (`record:NAME`, `mail:ID`), those of retracted documents, too."""
        is_own = or_(
            *(_NAMES.name.startswith(kind.own_id_prefix) for kind in KINDS.values() if kind.own_id_prefix)
        )
        return self._ids_by_name(is_own, _NAMES.known_since.desc())

    def merged_ids(self) -> dict[str, str]:
        """Return, by the id of each document that was merged, the id of the document it was merged into."""
        return self._ids_by_name(IS_MERGED_ID, _NAMES.name)

    def _ids_by_name(self, where: ColumnElement[bool], order: ColumnElement[Any]) -> dict[str, str]:
        query = select(_NAMES.name, _NAMES.document_id).where(where).order_by(order)
        return {row.name: row.document_id for row in self._database.rows(query)}


def former_ids(connection: Connection, document_id: str) -> Sequence[str]:
    """Return the ids of the documents that were merged into this one."""
    query = select(_NAMES.name).where(_NAMES.document_id == document_id, IS_MERGED_ID)
    return connection.scalars(query).all()


def move_names(connection: Connection, duplicate_id: str, into: str, known_since: datetime) -> None:
    """Give all names of one document, and its id as one more, to another document."""
    of_duplicate = _NAMES.document_id == duplicate_id
    names = connection.execute(select(document_names).where(of_duplicate)).mappings()
    rows = [{**row, "document_id": into} for row in names]
    _add(connection, [*rows, _row(duplicate_id, into, known_since)])
    connection.execute(delete(document_names).where(of_duplicate))


def _row(name: str, document_id: str, known_since: datetime, from_redirect: bool = False) -> dict[str, Any]:
    return {
        "name": name,
        "document_id": document_id,
        "known_since": known_since,
        "from_redirect": from_redirect,
    }


def _add(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Insert names; of one that is there already the earlier date stays."""
    if not rows:
        return
    statement = insert(document_names)
    new = statement.excluded
    earliest = case((new.known_since < _NAMES.known_since, new.known_since), else_=_NAMES.known_since)
    statement = statement.on_conflict_do_update(
        index_elements=document_names.primary_key,
        set_={
            "known_since": earliest,
            # Once a document has had the name itself, it stays its own.
            "from_redirect": and_(_NAMES.from_redirect, new.from_redirect),
        },
    )
    connection.execute(statement, rows)
