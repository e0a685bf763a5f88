"""Keeps issued letters, each as it was first issued."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select

from aggregator.model import Digest, Frequency
from aggregator.store.database.engine import Subject
from aggregator.store.database.statements import insert_once
from aggregator.store.database.tables import digest_runs


class Digests(Subject):
    """Every letter that was issued."""

    def issue(self, digests: Sequence[Digest]) -> tuple[Digest, ...]:
        """These letters as they were first issued, by whichever process; those that were not, as they are.

        All in one transaction. Raises ValueError for a letter that does not say when it is issued.
        """
        for digest in digests:
            if digest.issued is None:
                raise ValueError(f"the letter of {digest.week} cannot be issued: its window is still open")
        if not digests:
            return ()
        with self._database.writing() as connection:
            for digest in digests:
                insert_once(connection, digest_runs, {"week": digest.week, "digest": digest})
            return tuple(connection.execute(_named(digest.week)).scalar_one() for digest in digests)

    def one(self, week: str) -> Digest | None:
        """The letter issued for an ISO week (`2024-W04`) or a day (`2024-01-24`), or None."""
        return self._database.value(_named(week))

    def all(self, rhythm: Frequency = Frequency.WEEKLY) -> tuple[Digest, ...]:
        """Every letter of a rhythm that was issued, newest first."""
        weekly = digest_runs.c.week.contains("W", autoescape=True)
        wanted = weekly if rhythm is Frequency.WEEKLY else ~weekly
        found = select(digest_runs.c.digest).where(wanted).order_by(digest_runs.c.week.desc())
        return tuple(self._database.values(found))

    def issued(self) -> frozenset[str]:
        """The names of all letters that were issued."""
        return frozenset(self._database.values(select(digest_runs.c.week)))


def _named(week: str) -> Select[Any]:
    return select(digest_runs.c.digest).where(digest_runs.c.week == week)
