"""What stands in the calendar: dates of documents, and deadlines, each with an identity that stays."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Final

from aggregator.model import Claim, Deadline, Document, Moment, Precision, ProcessLine, Snapshot
from aggregator.model.days import COARSE
from aggregator.publish.presentation.paths import permanent, web
from aggregator.publish.presentation.rows import body_name
from aggregator.publish.presentation.text import line, titled

HELD: Final = "meeting held"
NEXT: Final = "next meeting"
"""The words in which meetings are claimed, by records and by pages' labels (`parse/html/date_labels.py`)."""


BEGUN: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""When the register of plans was begun: the date of a deadline whose evidence bears none that is past."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """One thing that stands in the calendar: closing of a consultation, a meeting, a deadline of a plan."""

    uid: str
    """Never changes, also when the date or `base_url` does."""
    title: str
    moment: Moment
    """All day, where only the day is known. Never a month or a year."""
    url: str
    bodies: tuple[str, ...]
    """The ids of the bodies in whose calendars it stands."""
    category: str
    description: str
    sequence: int
    """How often it was changed; never falls."""
    created: datetime
    changed: datetime
    cancelled: bool = False


def dated_documents(edition: Snapshot) -> Iterator[Dated]:
    """When documents about open government close, and the meetings of which they tell."""
    for holding in edition.holdings:
        if holding.labels.relevant:
            yield from _closing(holding, edition)
            yield from _meetings(holding, edition)


def _closing(holding: Document, edition: Snapshot) -> Iterator[Dated]:
    """One that was told once and is told no longer is cancelled: who put it down is to know."""
    closes = holding.entry.closes
    told = closes or _last_told(holding)
    if told and told.precision not in COARSE:
        what = f"Closes: {titled(holding.entry.title, 300)}"
        yield _dated(holding, edition, "closes", what, told, "Closing date", cancelled=closes is None)


def _last_told(holding: Document) -> Moment | None:
    revisions = [revision for carrier in holding.carriers for revision in carrier.revisions]
    told = [(revision.seen_at, revision.entry.closes) for revision in revisions if revision.entry.closes]
    return max(told)[1] if told else None


def _meetings(holding: Document, edition: Snapshot) -> Iterator[Dated]:
    """A meeting that was held keeps its day; the next meeting of a page may be moved, and stays the same."""
    once: set[str] = set()
    for claim in holding.entry.claims:
        name = _meeting(claim)
        if name and name not in once and claim.moment:
            once.add(name)
            what = f"Meeting: {titled(holding.entry.title, 300)}"
            yield _dated(holding, edition, name, what, claim.moment, "Meeting", note=line(claim.note))


def _meeting(claim: Claim) -> str | None:
    """The name of the meeting that is claimed, within its document; None for any other claim."""
    if claim.moment is None or claim.moment.precision in COARSE:
        return None
    what = " ".join(claim.what.casefold().split())
    return {HELD: f"held {claim.moment.at:%Y-%m-%d}", NEXT: "next"}.get(what)


def _dated(
    holding: Document,
    edition: Snapshot,
    name: str,
    title: str,
    moment: Moment,
    category: str,
    **more: str | bool,
) -> Dated:
    entry = holding.entry
    url = permanent(edition.site, entry)
    note = f" {more['note']}" if more.get("note") else ""
    whose = "The official record" if web(entry.url) else "Our record of it"
    return Dated(
        uid=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{entry.id}#{name}")),
        title=title,
        moment=moment,
        url=url,
        bodies=tuple(dict.fromkeys((entry.body, *holding.labels.subjects))),
        category=category,
        description=f"{body_name(edition, entry.body)}.{note} {whose}: {url}",
        sequence=len(holding.revised),
        created=holding.first_seen,
        changed=holding.updated,
        cancelled=bool(more.get("cancelled")) or holding.removed is not None,
    )


def dated_deadlines(edition: Snapshot) -> Iterator[Dated]:
    """What the rules and plans of each process require next.

    Moved by a new record, a deadline keeps its identity; one that has passed leaves the calendar.
    """
    for told in edition.board.processes:
        yield from (_deadline(told, deadline, edition) for deadline in told.deadlines)


def _deadline(told: ProcessLine, deadline: Deadline, edition: Snapshot) -> Dated:
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
