"""Remembers each host's robots.txt between runs."""

from __future__ import annotations

from sqlalchemy import select

from aggregator.model import RobotsCopy
from aggregator.store.engine import Database
from aggregator.store.rows import upsert
from aggregator.store.tables import robots


class RobotsMemory:
    """Copies of robots.txt by origin (`https://www.gov.uk`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, origin: str) -> RobotsCopy | None:
        """The copy that was put last, however old; None when there is none."""
        statement = select(robots.c.copy).where(robots.c.origin == origin)
        with self._database.reading() as connection:
            copy: RobotsCopy | None = connection.execute(statement).scalar()
        return copy

    def put(self, origin: str, copy: RobotsCopy) -> None:
        """Keep a copy in place of the one before."""
        with self._database.writing() as connection:
            upsert(connection, robots, [{"origin": origin, "copy": copy}])
