"""What could be known of a process on a day: its plans' facts, its official records, its meetings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from aggregator.model import (
    Body,
    Commitment,
    Coverage,
    Document,
    Evidence,
    Fact,
    FactKind,
    Meeting,
    Moment,
    Plan,
    Process,
    RecordCriteria,
    SourceWithState,
    UnsuccessfulSearch,
)
from aggregator.model.days import WITH_TIME, day_of, last_day
from aggregator.values.web_addresses import host_of

DAY_FACTS = frozenset({FactKind.BEGINS, FactKind.ENDS, FactKind.CALL_CLOSES, FactKind.DEADLINE})
"""Facts that tell of a day, not of a document that came out on it."""

OFFICIAL_HOSTS = frozenset({"gov.uk", "gov.scot", "gov.wales", "opengovpartnership.org"})
"""Hosts where a claim stands on an official page: of a government, or of the Partnership."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessState:
    """What could be known of a process at an instant."""

    process: Process
    at: datetime
    zone: ZoneInfo
    plans: tuple[Plan, ...]
    """With the facts that could be known; a plan of which nothing could be is left out."""
    records: tuple[Evidence, ...]
    """Dated official documents, newest first."""
    repository_records: tuple[Evidence, ...]
    """Those of them that stand in the process's own repository: told by a source that is all about it."""
    newer_other: Evidence | None
    """A newer document of the bodies that is no record of the process, if there is one."""
    undated: tuple[Evidence, ...]
    """Official documents that may have come out by then, on a day that is not known."""
    undated_until: date
    """The day by which the last of these had come out; the first of all days where there is none."""
    meetings: tuple[Meeting, ...]
    """Newest first."""
    coverage: Coverage
    forum_coverage: Coverage
    """The same with the sources that carry the forum's records."""
    searches: tuple[UnsuccessfulSearch, ...]
    sources: tuple[SourceWithState, ...]
    documents: tuple[Document, ...]
    """What its bodies and its forum published about open government, whatever its date."""

    @property
    def day(self) -> date:
        """The day of the board."""
        return day_of(self.at, self.zone)

    def last_day(self, moment: Moment) -> date:
        """The day on which a moment is over."""
        return last_day(moment, self.zone)

    def reached_on(self, fact: Fact | None) -> date | None:
        """The day of a fact that has come by the day of the board; None if it has not, or bears no date."""
        if fact is None or fact.claim.moment is None:
            return None
        day = self.last_day(fact.claim.moment)
        return day if day <= self.day else None


def plan_as_known(plan: Plan, at: datetime, zone: ZoneInfo) -> Plan:
    """The plan with the facts that were public on the day of `at`, or that we had read by then."""
    day = day_of(at, zone)

    def public(facts: Iterable[Fact]) -> tuple[Fact, ...]:
        return tuple(fact for fact in facts if _known_from(fact, zone) <= day)

    commitments = (replace(one, facts=public(one.facts)) for one in plan.commitments)
    return replace(
        plan, facts=public(plan.facts), commitments=_commitments_as_known(plan, commitments, day, zone)
    )


def _commitments_as_known(
    plan: Plan, commitments: Iterable[Commitment], day: date, zone: ZoneInfo
) -> tuple[Commitment, ...]:
    """The commitments, which are public with the plan itself."""
    releases = [fact for fact in plan.facts_of(FactKind.PUBLISHED, FactKind.SUBMITTED) if fact.claim.moment]
    is_out = any(_known_from(fact, zone) <= day for fact in releases)
    return tuple(commitments) if is_out else ()


def _known_from(fact: Fact, zone: ZoneInfo) -> date:
    """From when a fact counts. What is not known to have been public counts from the day we read it."""
    if fact.public_since is None:
        return fact.read_on
    return min(last_day(fact.public_since, zone), fact.read_on)


def certainly_public(document: Document, at: datetime, zone: ZoneInfo) -> bool:
    """Whether it is certain that a document could be read at `at`: by its own date, or because we saw it."""
    return document.first_seen <= at or _published_by(document.entry.published, at, zone)


def possibly_public(document: Document, at: datetime, zone: ZoneInfo) -> bool:
    """Whether a document can have been public: it is, or nothing tells on which day it came out."""
    return document.entry.published is None or certainly_public(document, at, zone)


def _published_by(moment: Moment | None, at: datetime, zone: ZoneInfo) -> bool:
    if moment is None:
        return False
    if moment.precision in WITH_TIME:
        return moment.at <= at
    return last_day(moment, zone) <= day_of(at, zone)


def fact_evidence(fact: Fact) -> Evidence:
    """A fact as evidence. That a document is official does not make the page official on which it is told."""
    claim = fact.claim
    note = "; ".join(filter(None, (claim.note, f"used: {fact.why}" if fact.preferred else "")))
    official = is_official(claim.source, OFFICIAL_HOSTS)
    return Evidence(title=claim.what, url=claim.source, moment=claim.moment, official=official, note=note)


def document_evidence(document: Document, official: bool, sure: bool = True) -> Evidence:
    """A document as evidence: its own page, else our page of the record."""
    entry = document.entry
    return Evidence(
        title=entry.title,
        url=entry.url or entry.own_page,
        moment=document.dated,
        official=official,
        sure=sure,
    )


def official_hosts(process: Process, bodies: Mapping[str, Body]) -> frozenset[str]:
    """The hosts on which the bodies of a process publish."""
    ids = (*process.bodies, *([process.forum.body] if process.forum else []))
    own = {host_of(bodies[id].url) for id in ids if id in bodies and id in process.bodies}
    return frozenset(own - {""})


def is_official(address: str | None, hosts: frozenset[str]) -> bool:
    """Whether an address lies on one of the hosts or below it (`blogs.gov.scot` below `gov.scot`)."""
    host = host_of(address)
    return any(host == one or host.endswith("." + one) for one in hosts)


def process_documents(
    process: Process, documents: Iterable[Document], at: datetime, zone: ZoneInfo
) -> tuple[Document, ...]:
    """What the bodies and the forum of a process had published about open government by `at`."""
    bodies = {*process.bodies, *([process.forum.body] if process.forum else [])}
    return tuple(
        document
        for document in documents
        if document.labels.relevant and document.entry.body in bodies and certainly_public(document, at, zone)
    )


def official_records(
    process: Process,
    plans: Sequence[Plan],
    documents: Iterable[Document],
    at: datetime,
    zone: ZoneInfo,
    hosts: frozenset[str],
    counting: RecordCriteria,
) -> tuple[Evidence, ...]:
    """Dated documents of the bodies themselves that count as records of the process, of those in `holdings`,
    and of the register; newest first."""
    found = [
        document_evidence(document, official=True)
        for document in documents_of_bodies(process, documents, hosts)
        if counting.counts(document.labels)
    ]
    found += [fact_evidence(fact) for plan in plans for fact in plan.facts if _is_official_document(fact)]
    day = day_of(at, zone)
    dated = [one for one in found if one.moment and last_day(one.moment, zone) <= day]
    return tuple(sorted(dated, key=lambda one: (_last_day_of(one, zone), one.title), reverse=True))


def documents_of_bodies(
    process: Process, documents: Iterable[Document], hosts: frozenset[str]
) -> Iterator[Document]:
    """The documents of the bodies of a process that stand on pages of theirs."""
    for document in documents:
        if document.entry.body in process.bodies and is_official(document.entry.url, hosts):
            yield document


def newest_other(
    documents: Iterable[Document], records: Sequence[Evidence], day: date, zone: ZoneInfo
) -> Evidence | None:
    """The newest of the bodies' documents, if it came out after all records of the process: it is none."""
    last = max((_last_day_of(one, zone) for one in records), default=date.min)
    others = (document_evidence(one, official=True) for one in documents)
    newer = (one for one in others if last < _last_day_of(one, zone) <= day)
    return max(newer, key=lambda one: (_last_day_of(one, zone), one.title), default=None)


def _last_day_of(one: Evidence, zone: ZoneInfo) -> date:
    return last_day(one.moment, zone) if one.moment else date.min


def _is_official_document(fact: Fact) -> bool:
    return fact.official and fact.kind not in DAY_FACTS


def undated_documents(plans: Iterable[Plan], day: date) -> tuple[Fact, ...]:
    """Official documents that bear no date and can have come out by `day`, by the whole register."""
    return tuple(
        fact
        for plan in plans
        for fact in plan.facts
        if _is_official_document(fact) and not fact.claim.moment and (fact.not_before or date.min) <= day
    )
