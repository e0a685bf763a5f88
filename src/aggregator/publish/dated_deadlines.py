"""The deadlines of the board as things that stand in the calendar."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Final

from aggregator.model import Deadline, Edition, Moment, Precision, ProcessLine
from aggregator.publish.dated import Dated
from aggregator.publish.words import line, titled

BEGUN: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""When the register of plans was begun: the date of a deadline whose evidence bears none that is past."""


def dated_deadlines(edition: Edition) -> Iterator[Dated]:
    """What the rules and plans of each process require next.

    Moved by a new record, a deadline keeps its identity; one that has passed leaves the calendar.
    """
    for told in edition.board.processes:
        yield from (_dated(told, deadline, edition) for deadline in told.deadlines)


def _dated(told: ProcessLine, deadline: Deadline, edition: Edition) -> Dated:
    page = f"{edition.site.base_url}board/{told.process.id}.html"
    changed = _changed(deadline, edition.at)
    return Dated(
        uid=str(uuid.uuid5(uuid.NAMESPACE_URL, deadline.id.removesuffix(f":{deadline.day.isoformat()}"))),
        title=f"Deadline: {titled(deadline.title, 300)}",
        moment=Moment(at=datetime.combine(deadline.day, time(12), UTC), precision=Precision.DAY),
        url=page,
        bodies=told.process.bodies,
        category="Deadline",
        description=f"{line(deadline.title)}. Where this comes from: {page}",
        # Evidence is only ever added: the day of the newest one never goes back.
        sequence=(changed - BEGUN).days if changed > BEGUN else 0,
        created=changed,
        changed=changed,
    )


def _changed(deadline: Deadline, at: datetime) -> datetime:
    """When the newest evidence that is past was dated."""
    known = (proof.moment.at for proof in deadline.evidence if proof.moment and proof.moment.at <= at)
    return max(known, default=BEGUN)
