"""What could be known of a process on a day, and which documents and facts count as its records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from aggregator.model import (
    LONDON,
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
    Precision,
    Process,
    QuietPeriod,
    SourceWithState,
    UnsuccessfulSearch,
)
from aggregator.model.days import day_of, has_come, last_day
from aggregator.model.kinds import KINDS
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
    # Official documents, newest first; one without a date by the day on which it came out while we watched.
    records: tuple[Evidence, ...]
    # Records in the process's own repository: carried by a source that is about open government alone.
    repository_records: tuple[Evidence, ...]
    # A document of the bodies that is newer than all records, and no record, such as a routine return.
    newer_other_document: Evidence | None
    # Official documents that came out on an unknown day, perhaps after the last record.
    undated: tuple[Evidence, ...]
    # The day by which the last of the undated documents was out; `date.min` without any.
    undated_until: date
    # Official minutes of an unknown day that we first saw after the day of the board.
    minutes_seen_later: tuple[Evidence, ...]
    # Newest first.
    meetings: tuple[Meeting, ...]
    # Records of the forum that do not tell on which day the meeting was.
    unknown_meetings: tuple[Evidence, ...]
    coverage: Coverage
    # Coverage by the sources that carry the forum's records as well.
    forum_coverage: Coverage
    searches: tuple[UnsuccessfulSearch, ...]
    # Those of this process.
    quiet_periods: tuple[QuietPeriod, ...]
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

    def came_out_by(self, evidence: Evidence) -> date:
        """The day by which a piece of evidence was out, at the latest that of the board."""
        return min(self.last_day(evidence.moment), self.day) if evidence.moment else self.day

    def reached_on(self, fact: Fact | None) -> date | None:
        """The day of a fact, if it has come by the moment of the board; None for a later or undated one."""
        if fact is None or fact.claim.moment is None or not has_come(fact.claim.moment, self.at, self.zone):
            return None
        return self.last_day(fact.claim.moment)


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
    return moment is not None and has_come(moment, at, zone)


def fact_evidence(fact: Fact) -> Evidence:
    """A fact as evidence."""
    claim = fact.claim
    # What counts is the page of the claim, not the document that it is about: anybody can write about that.
    note = "; ".join(filter(None, (claim.note, f"used: {fact.why}" if fact.preferred else "")))
    official = is_official(claim.source, OFFICIAL_HOSTS)
    return Evidence(title=claim.what, url=claim.source, moment=claim.moment, official=official, note=note)


def document_evidence(document: Document, official: bool, sure: bool = True) -> Evidence:
    """A document as evidence, with its own page, else our page of the record.

    Without a date it came out no later than we first saw it.
    """
    entry = document.entry
    return Evidence(
        title=entry.title,
        url=entry.url or entry.own_page,
        moment=document.dated or first_sight(document),
        official=official,
        sure=sure,
        no_later=document.dated is None,
    )


def first_sight(document: Document) -> Moment:
    """The day on which we first saw a document."""
    return moment_of_day(document.first_seen.astimezone(LONDON).date())


def moment_of_day(day: date) -> Moment:
    """A day in London as a moment."""
    return Moment(at=datetime.combine(day, time(), LONDON).astimezone(UTC), precision=Precision.DAY)


def official_hosts(
    process: Process, bodies: Mapping[str, Body], sources: Iterable[SourceWithState] = ()
) -> frozenset[str]:
    """The hosts on which the bodies of a process publish: of their pages, and of their sources."""
    own = {host_of(bodies[id].url) for id in process.bodies if id in bodies}
    own |= {
        host_of(polled.source.page or polled.source.address)
        for polled in sources
        if polled.source.body in process.bodies and KINDS[polled.source.kind].official
    }
    return frozenset(own - {""})


def is_official(address: str | None, hosts: frozenset[str]) -> bool:
    """Whether an address is on one of the hosts or a subdomain (`blogs.gov.scot` of `gov.scot`)."""
    host = host_of(address)
    return any(host == one or host.endswith("." + one) for one in hosts)
