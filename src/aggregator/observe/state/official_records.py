"""Which documents and facts are records of a process, and by which day each was out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from aggregator.model import Document, Evidence, Fact, Meeting, Plan, Process, RecordCriteria
from aggregator.model.days import day_of, last_day
from aggregator.observe.state.process_state import (
    DAY_FACTS,
    certainly_public,
    document_evidence,
    fact_evidence,
    is_official,
    moment_of_day,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFilter:
    """What makes a document a record of a process at `at`."""

    process: Process
    at: datetime
    zone: ZoneInfo
    # On which the bodies publish.
    hosts: frozenset[str]
    criteria: RecordCriteria

    @property
    def day(self) -> date:
        """The day of the board."""
        return day_of(self.at, self.zone)

    def of_bodies(self, documents: Iterable[Document]) -> Iterator[Document]:
        """The documents of the bodies of the process that are on their own hosts."""
        for document in documents:
            if document.entry.body in self.process.bodies and is_official(document.entry.url, self.hosts):
                yield document

    def counted(self, documents: Iterable[Document]) -> Iterator[Document]:
        """Those of them that count as records."""
        # Spending and FOI releases do not count: with them the silence clock would never run out (decision
        # 14).
        return (one for one in self.of_bodies(documents) if self.criteria.counts(one.labels))

    def last_day_of(self, one: Evidence) -> date:
        """The day by which it was out; `date.min` without any."""
        return last_day(one.moment, self.zone) if one.moment else date.min


def process_documents(
    process: Process, documents: Iterable[Document], at: datetime, zone: ZoneInfo
) -> tuple[Document, ...]:
    """What the bodies and the forum of a process had certainly published about open government by `at`."""
    bodies = {*process.bodies, *([process.forum.body] if process.forum else [])}
    return tuple(
        document
        for document in documents
        if document.labels.relevant and document.entry.body in bodies and certainly_public(document, at, zone)
    )


def official_records(
    documents: Iterable[Document], plans: Sequence[Plan], meetings: Iterable[Meeting], records: RecordFilter
) -> tuple[Evidence, ...]:
    """The records of the process, newest first.

    They are `documents` of its bodies, official documents of the register, and official minutes that we know
    from records of ours. A document without a date counts by the day on which it came out while we watched.
    """
    found = [
        document_evidence(document, official=True)
        for document in records.counted(documents)
        if not _is_undated_backlog(document)
    ]
    found += [fact_evidence(fact) for plan in plans for fact in plan.facts if _is_official_document(fact)]
    known = {one.url for one in found}
    found += [
        one for meeting in meetings for one in meeting.evidence if one.official and one.url not in known
    ]
    dated = [one for one in found if one.moment and records.last_day_of(one) <= records.day]
    return tuple(sorted(dated, key=lambda one: (records.last_day_of(one), one.title), reverse=True))


def undated_records(
    documents: Iterable[Document], plans: Iterable[Plan], records: RecordFilter
) -> tuple[Evidence, ...]:
    """Records of an unknown day that may have come out by the day of the board, by the day we knew them.

    They are those of all facts of the register, and what the first poll of a source brought.
    """
    facts = [
        replace(fact_evidence(fact), moment=moment_of_day(fact.read_on), no_later=True)
        for plan in plans
        for fact in plan.facts
        if _is_official_document(fact)
        and not fact.claim.moment
        and (fact.not_before or date.min) <= records.day
    ]
    read = [
        document_evidence(document, official=True)
        for document in records.counted(documents)
        if _is_undated_backlog(document)
    ]
    return tuple(sorted([*facts, *read], key=lambda one: (records.last_day_of(one), one.title)))


def minutes_seen_later(meetings: Iterable[Meeting]) -> tuple[Evidence, ...]:
    """Official minutes of an unknown day, of meetings up to the day of the board, that we first saw later.

    Those of the newest meeting come first.
    """
    evidence = (one for meeting in meetings for one in meeting.evidence)
    return tuple(one for one in evidence if one.official and one.no_later and not one.sure)


def newest_other_document(
    documents: Iterable[Document], found: Sequence[Evidence], records: RecordFilter
) -> Evidence | None:
    """The newest document of the bodies, if it came out after all records that were found."""
    last = max((records.last_day_of(one) for one in found), default=date.min)
    others = (
        document_evidence(one, official=True)
        for one in records.of_bodies(documents)
        if not _is_undated_backlog(one)
    )
    newer = (one for one in others if last < records.last_day_of(one) <= records.day)
    return max(newer, key=lambda one: (records.last_day_of(one), one.title), default=None)


def _is_undated_backlog(document: Document) -> bool:
    """Whether it has no date, and was there before we watched: it may be of any day."""
    return document.dated is None and document.backlog


def _is_official_document(fact: Fact) -> bool:
    return fact.official and fact.kind not in DAY_FACTS
