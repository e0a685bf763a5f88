"""The times in which sources could not be read, as rows and back."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection, delete, select

from aggregator.model import Outage
from aggregator.store.rows import upsert
from aggregator.store.tables import outages


def keep_outage(connection: Connection, outage: Outage) -> None:
    """Keep an outage that is over, in place of one of the same source that began at the same instant."""
    row = {
        "source_id": outage.source,
        "since": outage.since,
        "until": outage.until,
        "failing_since": outage.failing_since,
        "failure": outage.failure,
        "missed": outage.missed,
    }
    upsert(connection, outages, [row])


def read_outages(connection: Connection) -> dict[str, tuple[Outage, ...]]:
    """The outages of each source that had any, oldest first."""
    found = defaultdict(list)
    for row in connection.execute(select(outages).order_by(outages.c.source_id, outages.c.since)):
        found[row.source_id].append(
            Outage(
                source=row.source_id,
                since=row.since,
                until=row.until,
                failing_since=row.failing_since,
                failure=row.failure,
                missed=row.missed,
            )
        )
    return {source: tuple(several) for source, several in found.items()}


def rename_outages(connection: Connection, old: str, new: str) -> None:
    """Give the outages of the source `old` to `new`."""
    mine = select(outages).where(outages.c.source_id == old)
    rows = [{**row, "source_id": new} for row in connection.execute(mine).mappings()]
    upsert(connection, outages, rows)
    connection.execute(delete(outages).where(outages.c.source_id == old))
