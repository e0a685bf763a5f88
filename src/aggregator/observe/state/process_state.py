"""What could be known of a process on a day, and which documents and facts count as its records."""

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
from aggregator.model.days import day_of, last_day
from aggregator.observe.state.as_of import without_later_choices
from aggregator.values.web_addresses import host_of

# Facts that name a day on which no document came out, so that they are no records.
DAY_FACTS = frozenset({FactKind.BEGINS, FactKind.ENDS, FactKind.CALL_CLOSES, FactKind.DEADLINE})

# Hosts of official pages: of a government, or of the Open Government Partnership.
OFFICIAL_HOSTS = frozenset({"gov.uk", "gov.scot", "gov.wales", "opengovpartnership.org"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessState:
    """What could be known of a process at `at`; days are those of `zone`."""

    process: Process
    at: datetime
    zone: ZoneInfo
    # With the facts that could be known; plans without any are left out.
    plans: tuple[Plan, ...]
    # Dated official documents, newest first.
    records: tuple[Evidence, ...]
    # Records in the process's own repository: carried by a source that is about open government alone.
    repository_records: tuple[Evidence, ...]
    # A document of the bodies that is newer than all records, and no record, such as a routine return.
    newer_other_document: Evidence | None
    # Official documents that may have come out by then, on an unknown day.
    undated: tuple[Evidence, ...]
    # The day on which we read the last of the undated documents; `date.min` without any.
    undated_until: date
    # Newest first.
    meetings: tuple[Meeting, ...]
    coverage: Coverage
    # Coverage by the sources that carry the forum's records as well.
    forum_coverage: Coverage
    searches: tuple[UnsuccessfulSearch, ...]
    sources: tuple[SourceWithState, ...]
    # What its bodies and its forum published about open government, dated or not.
    documents: tuple[Document, ...]

    @property
    def day(self) -> date:
        """The day of the board."""
        return day_of(self.at, self.zone)

    def last_day(self, moment: Moment) -> date:
        """The day on which a moment ends: the last one of a month or year."""
        return last_day(moment, self.zone)

    def reached_on(self, fact: Fact | None) -> date | None:
        """The day of a fact, if it is not after the day of the board; None for a later or undated one."""
        if fact is None or fact.claim.moment is None:
            return None
        day = self.last_day(fact.claim.moment)
        return day if day <= self.day else None


def plan_as_known(plan: Plan, at: datetime, zone: ZoneInfo) -> Plan:
    """The plan with only the facts that were public on the day of `at`, or that we had read by then."""
    day = day_of(at, zone)

    def public(facts: Sequence[Fact]) -> tuple[Fact, ...]:
        return without_later_choices([fact for fact in facts if _known_from(fact, zone) <= day], facts)

    commitments = (replace(one, facts=public(one.facts)) for one in plan.commitments)
    return replace(
        plan, facts=public(plan.facts), commitments=_commitments_as_known(plan, commitments, day, zone)
    )


def _commitments_as_known(
    plan: Plan, commitments: Iterable[Commitment], day: date, zone: ZoneInfo
) -> tuple[Commitment, ...]:
    """The commitments, which become public with the plan itself; before it, none."""
    releases = [fact for fact in plan.facts_of(FactKind.PUBLISHED, FactKind.SUBMITTED) if fact.claim.moment]
    is_out = any(_known_from(fact, zone) <= day for fact in releases)
    return tuple(commitments) if is_out else ()


def _known_from(fact: Fact, zone: ZoneInfo) -> date:
    """From when a fact counts: since it was public, and at the latest from the day on which we read it."""
    if fact.public_since is None:
        return fact.read_on
    return min(last_day(fact.public_since, zone), fact.read_on)


def certainly_public(document: Document, at: datetime, zone: ZoneInfo) -> bool:
    """Whether a document was public at `at` for certain: by its own date, or because we had seen it."""
    return document.first_seen <= at or published_by(document.entry.published, at, zone)


def possibly_public(document: Document, at: datetime, zone: ZoneInfo) -> bool:
    """Whether a document may have been public at `at`: for certain, or its date is unknown."""
    return document.entry.published is None or certainly_public(document, at, zone)


def published_by(moment: Moment | None, at: datetime, zone: ZoneInfo) -> bool:
    """Whether a document of this date was out by `at` for certain; a month or year counts by its last day."""
    if moment is None:
        return False
    if moment.has_time:
        return moment.at <= at
    return last_day(moment, zone) <= day_of(at, zone)


def fact_evidence(fact: Fact) -> Evidence:
    """A fact as evidence."""
    claim = fact.claim
    # What counts is the page of the claim, not the document that it is about: anybody can write about that.
    note = "; ".join(filter(None, (claim.note, f"used: {fact.why}" if fact.preferred else "")))
    official = is_official(claim.source, OFFICIAL_HOSTS)
    return Evidence(title=claim.what, url=claim.source, moment=claim.moment, official=official, note=note)


def document_evidence(document: Document, official: bool, sure: bool = True) -> Evidence:
    """A document as evidence, with its own page, else our page of the record."""
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
    """Whether an address is on one of the hosts or a subdomain (`blogs.gov.scot` of `gov.scot`)."""
    host = host_of(address)
    return any(host == one or host.endswith("." + one) for one in hosts)


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
    process: Process,
    plans: Sequence[Plan],
    documents: Iterable[Document],
    at: datetime,
    zone: ZoneInfo,
    hosts: frozenset[str],
    criteria: RecordCriteria,
) -> tuple[Evidence, ...]:
    """The dated records of the process, newest first: `documents` of its bodies that count, and official
    documents of the register."""
    found = [
        document_evidence(document, official=True)
        for document in documents_of_bodies(process, documents, hosts)
        # Spending and FOI releases do not count: with them the silence clock would never run out (decision
        # 14).
        if criteria.counts(document.labels)
    ]
    found += [fact_evidence(fact) for plan in plans for fact in plan.facts if _is_official_document(fact)]
    day = day_of(at, zone)
    dated = [one for one in found if one.moment and last_day(one.moment, zone) <= day]
    return tuple(sorted(dated, key=lambda one: (_last_day_of(one, zone), one.title), reverse=True))


def documents_of_bodies(
    process: Process, documents: Iterable[Document], hosts: frozenset[str]
) -> Iterator[Document]:
    """The documents of the bodies of a process that are on their own hosts."""
    for document in documents:
        if document.entry.body in process.bodies and is_official(document.entry.url, hosts):
            yield document


def newest_other_document(
    documents: Iterable[Document], records: Sequence[Evidence], day: date, zone: ZoneInfo
) -> Evidence | None:
    """The newest of the bodies' documents, if it came out after all records of the process."""
    last = max((_last_day_of(one, zone) for one in records), default=date.min)
    others = (document_evidence(one, official=True) for one in documents)
    newer = (one for one in others if last < _last_day_of(one, zone) <= day)
    return max(newer, key=lambda one: (_last_day_of(one, zone), one.title), default=None)


def _last_day_of(one: Evidence, zone: ZoneInfo) -> date:
    return last_day(one.moment, zone) if one.moment else date.min


def _is_official_document(fact: Fact) -> bool:
    return fact.official and fact.kind not in DAY_FACTS


def undated_documents(plans: Iterable[Plan], day: date) -> tuple[Fact, ...]:
    """Official documents without a date that may have come out by `day`, from all facts of the register."""
    return tuple(
        fact
        for plan in plans
        for fact in plan.facts
        if _is_official_document(fact) and not fact.claim.moment and (fact.not_before or date.min) <= day
    )
