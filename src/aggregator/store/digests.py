"""Stores issued digests, each as it was first issued."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select

from aggregator.model import Digest, Frequency
from aggregator.store.database.engine import Repository
from aggregator.store.database.statements import insert_if_new
from aggregator.store.database.tables import digests


class Digests(Repository):
    """Every issued digest, by its period: an ISO week (`2024-W04`) or a day (`2024-01-24`)."""

    def issue(self, new: Sequence[Digest]) -> tuple[Digest, ...]:
        """Store digests, and return them as stored: one that was issued before, by any process, stays.

        All in one transaction. Raises ValueError for a digest without a time of issue.
        """
        for digest in new:
            if digest.issued_at is None:
                raise ValueError(f"the digest of {digest.period} cannot be issued: its window is still open")
        if not new:
            return ()
        with self._database.write_transaction() as connection:
            # The first one issued counts: it may be published and sent already.
            for digest in new:
                insert_if_new(connection, digests, {"period": digest.period, "digest": digest})
            return tuple(connection.execute(_of_period(digest.period)).scalar_one() for digest in new)

    def get(self, period: str) -> Digest | None:
        """Return the digest issued for a period, or None."""
        return self._database.scalar(_of_period(period))

    def all(self, frequency: Frequency = Frequency.WEEKLY) -> tuple[Digest, ...]:
        """Return every issued weekly, or daily, digest, newest first."""
        # Only the name of a week has a W.
        is_weekly = digests.c.period.contains("W", autoescape=True)
        where = is_weekly if frequency is Frequency.WEEKLY else ~is_weekly
        return tuple(
            self._database.column(select(digests.c.digest).where(where).order_by(digests.c.period.desc()))
        )

    def issued_periods(self) -> frozenset[str]:
        """Return the periods of all issued digests."""
        return frozenset(self._database.column(select(digests.c.period)))


def _of_period(period: str) -> Select[Any]:
    return select(digests.c.digest).where(digests.c.period == period)
