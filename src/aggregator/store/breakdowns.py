"""Stores breakdowns, so that the operator is told of each once, whatever restarts meanwhile."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, delete, select

from aggregator.model.faults import Breakdown
from aggregator.store.database.engine import Repository
from aggregator.store.database.statements import upsert
from aggregator.store.database.tables import breakdowns


class Breakdowns(Repository):
    """Every breakdown of which the operator was told, and the present one. Raises StoreError."""

    def present(self) -> Breakdown | None:
        """Return the breakdown that has not ended; None while all is well."""
        with self._database.read_transaction() as connection:
            return _present(connection)

    def replace(self, old: Breakdown | None, new: Breakdown | None) -> bool:
        """Store `new` in place of `old`; return False, and change nothing, if another process was faster.

        Without `new`, the breakdown is forgotten; without `old`, a new one begins.
        """
        with self._database.write_transaction() as connection:
            if _present(connection) != old:
                return False
            if old:
                connection.execute(delete(breakdowns).where(breakdowns.c.began_at == old.began_at))
            if new:
                upsert(connection, breakdowns, [asdict(new)])
            return True

    def all(self) -> tuple[Breakdown, ...]:
        """Return every breakdown, the oldest first."""
        rows = self._database.rows(select(breakdowns).order_by(breakdowns.c.began_at))
        return tuple(Breakdown(**row._mapping) for row in rows)


def _present(connection: Connection) -> Breakdown | None:
    query = select(breakdowns).where(breakdowns.c.ended_at.is_(None)).order_by(breakdowns.c.began_at.desc())
    row = connection.execute(query.limit(1)).one_or_none()
    return Breakdown(**row._mapping) if row else None
