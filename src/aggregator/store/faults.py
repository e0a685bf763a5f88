"""Stores what is set aside after an unexpected exception: what, why, since when, until when."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, select

from aggregator.model.faults import Fault, FaultKind, pause_after
from aggregator.store.database.engine import Repository
from aggregator.store.database.statements import upsert
from aggregator.store.database.tables import faults


class Faults(Repository):
    """Every part that is set aside. Raises StoreError."""

    def record(self, kind: FaultKind, key: str, error: str, place: str, now: datetime) -> Fault:
        """Set a part aside, or for longer if it is already; return how it is stored."""
        with self._database.write_transaction() as connection:
            query = select(faults).where(faults.c.kind == kind, faults.c.key == key)
            before = connection.execute(query).one_or_none()
            attempts = before.attempts + 1 if before else 1
            fault = Fault(
                kind=kind,
                key=key,
                error=error,
                place=place,
                first_at=before.first_at if before else now,
                last_at=now,
                attempts=attempts,
                next_attempt=now + pause_after(attempts),
            )
            upsert(connection, faults, [asdict(fault)])
        return fault

    def clear(self, kind: FaultKind, key: str) -> bool:
        """Forget a fault: the part works again. Return whether there was one."""
        return bool(self._database.execute(delete(faults).where(faults.c.kind == kind, faults.c.key == key)))

    def all(self) -> tuple[Fault, ...]:
        """Return every fault, the oldest first."""
        rows = self._database.rows(select(faults).order_by(faults.c.first_at, faults.c.kind, faults.c.key))
        return tuple(Fault(**{**row._mapping, "kind": FaultKind(row.kind)}) for row in rows)

    def waiting(self, kind: FaultKind, now: datetime) -> frozenset[str]:
        """Return the keys of the parts that may not be tried yet."""
        query = select(faults.c.key).where(faults.c.kind == kind, faults.c.next_attempt > now)
        return frozenset(self._database.column(query))
