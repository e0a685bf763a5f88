"""Properties of every board: it never invents silence, and uses nothing before it could be known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import Cause
from aggregator.model import (
    Basis,
    Board,
    Claim,
    Document,
    Fact,
    FactKind,
    Failed,
    Forum,
    Measure,
    Membership,
    Moment,
    Outage,
    Plan,
    Precision,
    Process,
    ProcessReport,
    Register,
    Rule,
    RuleResult,
    Scope,
    SourceState,
    SourceWithState,
    UnsuccessfulSearch,
)
from aggregator.observe import BoardInputs, build_board, carriers_at, known_at
from tests.observe.own_register import own_board, read_whole_until
from tests.support.builders import (
    LONDON,
    make_body,
    make_carrier,
    make_document,
    make_entry,
    make_labels,
    make_source,
)
from tests.support.examples import examples

pytestmark = pytest.mark.timed

NOW = datetime(2026, 6, 5, 12, tzinfo=UTC)
TODAY = NOW.date()
FAILURE = Failed(url="https://www.gov.uk/", cause=Cause.TIMEOUT, detail="30 s", hint="wait")
LATE_RESULTS = {RuleResult.OVERDUE, RuleResult.PAST_OUR_LIMIT}
BODIES = {"gov": make_body("gov"), "forum": make_body("forum")}


def rule(id: str, measure: Measure, days: int = 0, count: int = 0, months: int = 0) -> Rule:
    return Rule(
        id=id,
        title=id,
        asks=id,
        applies_to=("here",),
        basis=Basis.OGP,
        source="https://www.gov.uk/rule",
        evidence="",
        measure=measure,
        read_on=date(2020, 1, 1),
        days=days,
        count=count,
        months=months,
    )


RULES = (
    rule("meet", Measure.MEETING_INTERVAL, days=183),
    rule("yearly", Measure.MEETINGS_A_YEAR, count=2),
    rule("years", Measure.MEETINGS_IN_PLAN_YEARS, count=2),
    rule("repository", Measure.REPOSITORY, count=2, days=365),
    rule("last", Measure.LAST_RECORD, days=183),
    rule("next", Measure.NEXT_PLAN, months=12),
    rule("website", Measure.WEBSITE),
)
PROCESS = Process(
    id="here",
    name="Here",
    membership=Membership.NATIONAL,
    body="gov",
    bodies=("gov",),
    forum=Forum(body="forum", words=("the forum",)),
    website="https://www.gov.uk/site",
)


def day(ago: int) -> Moment:
    at = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC) - timedelta(days=ago)
    return Moment(at=at, precision=Precision.DAY)


def record(ago: int, first_seen_ago: int = 0, key: str = "r") -> Document:
    """An official document, published so many days ago."""
    entry = make_entry(
        f"https://www.gov.uk/{key}-{ago}", body="gov", source="site", published=day(ago), updated=None
    )
    first_seen = NOW - timedelta(days=first_seen_ago)
    return make_document(entry, first_seen=first_seen, carriers=(make_carrier(entry, first_seen),))


def meeting(ago: int, published_ago: int | None = None, first_seen_ago: int = 0) -> Document:
    """The record of a meeting that was so many days ago."""
    entry = make_entry(
        f"record:forum-{ago}",
        url=None,
        body="forum",
        title=f"The forum, {ago}",
        published=day(published_ago) if published_ago is not None else None,
        updated=None,
        claims=(Claim(what="meeting held", moment=day(ago), source="https://example.org/m"),),
    )
    first_seen = NOW - timedelta(days=first_seen_ago)
    return make_document(entry, labels=make_labels(type="meeting-record"), first_seen=first_seen)


def fact(kind: FactKind, ago: int, public: int | None, read: int, **more: Any) -> Fact:
    return Fact(
        kind=kind,
        claim=Claim(what=kind.value, moment=day(ago), source=f"https://www.gov.uk/{kind}-{ago}-{public}"),
        public_since=None if public is None else day(public),
        read_on=TODAY - timedelta(days=read),
        **more,
    )


AGO = st.integers(0, 1500)
FACTS = st.lists(
    st.builds(
        fact,
        st.sampled_from([FactKind.PUBLISHED, FactKind.ENDS, FactKind.BEGUN, FactKind.PROGRESS]),
        st.integers(-300, 1500),
        st.none() | AGO,
        AGO,
        official=st.booleans(),
    ),
    max_size=5,
)
PLANS = st.lists(FACTS, max_size=3).map(
    lambda several: tuple(
        Plan(id=f"p{number}", process="here", title="Plan", facts=tuple(facts))
        for number, facts in enumerate(several)
    )
)
DOCUMENTS = st.lists(
    st.builds(record, AGO, AGO, st.sampled_from(["a", "b"])) | st.builds(meeting, AGO, st.none() | AGO, AGO),
    max_size=6,
    unique_by=lambda one: one.entry.id,
)


def make_polled_source(first: int | None, last_read_ago: int, failing: bool) -> SourceWithState:
    """A source that was first read and last read so many days ago, and perhaps fails since."""
    source = make_source("site", body="gov", page="https://www.gov.uk/site", scope=Scope.ALL)
    if first is None:
        return SourceWithState(source=source, state=SourceState(source="site"))
    last = NOW - timedelta(days=min(last_read_ago, first))
    source_state = SourceState(
        source="site",
        last_polled=NOW,
        last_read=last,
        first_read=NOW - timedelta(days=first),
        failing_since=last if failing else None,
        failure=FAILURE if failing else None,
    )
    return SourceWithState(source=source, state=source_state)


SOURCES = st.builds(make_polled_source, st.none() | st.integers(0, 900), st.integers(0, 900), st.booleans())


def report_at(
    documents: Sequence[Document],
    plans: tuple[Plan, ...],
    sources: Sequence[SourceWithState],
    at: datetime = NOW,
    *,
    searches: Sequence[UnsuccessfulSearch] = (),
    as_known: bool = False,
) -> ProcessReport:
    register = Register(processes=(PROCESS,), plans=plans, rules=RULES, searches=tuple(searches))
    inputs = BoardInputs(
        bodies=BODIES,
        sources=tuple(read_whole_until(one, at) for one in sources),
        documents=tuple(documents),
        register=register,
    )
    if as_known:
        # None of these documents has more than one revision, so it is as it was.
        by_id = {one.entry.id: one for one in documents}
        inputs = known_at(inputs, at, LONDON, lambda carriers: by_id[carriers[0].entry.id])
    board = build_board(
        BODIES, inputs.sources, inputs.documents, at=at, zone=LONDON, register=inputs.register
    )
    return board.processes[0]


def days_late(report: ProcessReport) -> dict[str, int]:
    """The days over the limit of everything that is overdue."""
    return {check.rule.id: check.days or 0 for check in report.checks if check.result in LATE_RESULTS}


@given(documents=DOCUMENTS, more=DOCUMENTS.filter(bool), plans=PLANS, sources=SOURCES)
@examples(80)
def test_adding_an_entry_never_makes_a_process_look_more_silent(
    documents: list[Document], more: list[Document], plans: tuple[Plan, ...], sources: SourceWithState
) -> None:
    before = report_at(documents, plans, [sources])
    ids = {one.entry.id for one in documents}
    after = report_at([*documents, *(one for one in more if one.entry.id not in ids)], plans, [sources])
    assert (after.silence.observed_days or 0) <= (before.silence.observed_days or 0)
    if before.silence.days is not None:
        assert after.silence.days is not None
        assert after.silence.days <= before.silence.days
    for id in ("meet", "yearly", "repository", "last"):
        assert days_late(after).get(id, 0) <= days_late(before).get(id, 0)


@given(documents=DOCUMENTS, plans=PLANS, first=st.integers(0, 900), gap=st.integers(0, 900))
@examples(80)
def test_a_failed_poll_never_makes_a_rule_overdue(
    documents: list[Document], plans: tuple[Plan, ...], first: int, gap: int
) -> None:
    """However long it fails: nothing becomes overdue by it, and the gap counts as no silence."""
    good, failed = make_polled_source(first, 0, failing=False), make_polled_source(first, gap, failing=True)
    before, after = report_at(documents, plans, [good]), report_at(documents, plans, [failed])
    assert days_late(after).items() <= days_late(before).items()
    assert (after.silence.observed_days or 0) <= (before.silence.observed_days or 0)
    if min(gap, first) > 2:
        assert days_late(after).keys() <= {"next"} & days_late(before).keys()
        assert after.silence.observed_days is None


def source_with_gaps(first: int, gaps: Sequence[tuple[int, int]], missed: bool) -> SourceWithState:
    """A source read since `first` days ago, with these gaps (from, until, in days ago)."""
    without_gaps = make_polled_source(first, 0, failing=False)
    return replace(
        without_gaps,
        outages=tuple(
            Outage(
                source="site",
                since=NOW - timedelta(days=since),
                until=NOW - timedelta(days=until),
                failing_since=NOW - timedelta(days=since, hours=-1),
                failure=FAILURE,
                items_missed=missed,
            )
            for since, until in gaps
        ),
    )


@given(
    documents=DOCUMENTS,
    first=st.integers(300, 900),
    edges=st.lists(st.integers(0, 300), min_size=2, max_size=4, unique=True),
    missed=st.booleans(),
    back=st.integers(0, 320),
    as_known=st.booleans(),
)
@examples(80)
def test_a_past_outage_never_makes_a_rule_overdue(
    documents: list[Document], first: int, edges: list[int], missed: bool, back: int, as_known: bool
) -> None:
    """On no day, in or after a gap, is more overdue than if every poll had been answered."""
    at = NOW - timedelta(days=back)
    ordered = sorted(edges, reverse=True)
    gaps = list(zip(ordered[::2], ordered[1::2], strict=False))
    without_gaps, with_gaps = source_with_gaps(first, (), missed), source_with_gaps(first, gaps, missed)
    before = report_at(documents, (), [without_gaps], at, as_known=as_known)
    after = report_at(documents, (), [with_gaps], at, as_known=as_known)
    for id, days in days_late(after).items():
        assert days <= days_late(before)[id]
    assert (after.silence.observed_days or 0) <= (before.silence.observed_days or 0)
    if any(until < back < since - 2 for since, until in gaps):
        assert not days_late(after)
        assert after.silence.observed_days is None
        assert after.coverage.unreadable == (with_gaps.source.title,)


@given(documents=DOCUMENTS, plans=PLANS, sources=SOURCES, back=st.integers(0, 1500))
@examples(100)
def test_a_day_uses_nothing_that_was_not_yet_public(
    documents: list[Document], plans: tuple[Plan, ...], sources: SourceWithState, back: int
) -> None:
    """Without everything that is known to have come out later the board is the same."""
    at = NOW - timedelta(days=back)
    limit = day(back)
    public_documents = [
        one
        for one in documents
        if one.first_seen <= at or one.entry.published is None or one.entry.published <= limit
    ]
    public = tuple(
        replace(
            plan,
            facts=tuple(
                one
                for one in plan.facts
                if one.read_on <= at.date() or (one.public_since and one.public_since <= limit)
            ),
        )
        for plan in plans
    )
    assert report_at(documents, plans, [sources], at) == report_at(public_documents, public, [sources], at)


def make_search(kind: str, since: int, on: int) -> UnsuccessfulSearch:
    """A search `on` so many days ago that found nothing of a kind after a day."""
    days = TODAY - timedelta(days=max(since, on)), TODAY - timedelta(days=min(since, on))
    return UnsuccessfulSearch(process="here", kind=kind, since=days[0], on=days[1], where="everywhere")


SEARCHES = st.lists(st.builds(make_search, st.sampled_from(["record", "meeting", "published"]), AGO, AGO))


@given(plans=PLANS, searches=SEARCHES, sources=SOURCES, back=st.integers(0, 1500))
@examples(80)
def test_as_known_uses_nothing_of_the_register_that_was_read_later(
    plans: tuple[Plan, ...], searches: list[UnsuccessfulSearch], sources: SourceWithState, back: int
) -> None:
    at = NOW - timedelta(days=back)
    read = tuple(
        replace(plan, facts=tuple(one for one in plan.facts if one.read_on <= at.date())) for plan in plans
    )
    board = [one for one in searches if one.on <= at.date()]
    everything = report_at([], plans, [sources], at, searches=searches, as_known=True)
    assert everything == report_at([], read, [sources], at, searches=board, as_known=True)


@given(documents=DOCUMENTS, back=st.integers(0, 1500))
@examples(80)
def test_a_record_published_on_an_unknown_day_never_counts_against_a_body(
    documents: list[Document], back: int
) -> None:
    at = NOW - timedelta(days=back)
    certain = [one for one in documents if one.first_seen <= at or one.entry.published is not None]
    covered = [make_polled_source(1500, 0, failing=False)]
    with_them, without = report_at(documents, (), covered, at), report_at(certain, (), covered, at)
    for check in without.checks:
        after = with_them.check(check.rule.id)
        assert after
        if check.result is RuleResult.MET:
            assert after.result is RuleResult.MET
        if after.result in LATE_RESULTS:
            assert check.result in LATE_RESULTS
            assert (after.days or 0) <= (check.days or 0)


@given(back=st.integers(0, 400), documents=DOCUMENTS)
@examples(15, few=10)
def test_as_known_uses_no_document_that_was_found_later(back: int, documents: list[Document]) -> None:
    at = datetime(2026, 11, 23, 12, tzinfo=UTC) + timedelta(days=200 - back)
    later = [replace(one, carriers=_carriers_seen_later(one, at)) for one in documents]
    nothing: list[Document] = []
    with_them: Board = own_board(at, later, as_known=True)
    assert with_them == own_board(at, nothing, as_known=True)


def _carriers_seen_later(one: Document, at: datetime) -> tuple[Any, ...]:
    """The carriers of a document, first seen after `at`."""
    seen_at = at + timedelta(hours=1)
    return tuple(
        replace(
            carrier,
            first_seen=seen_at,
            revisions=tuple(replace(revision, seen_at=seen_at) for revision in carrier.revisions),
        )
        for carrier in one.carriers
    )


def test_before_our_first_poll_the_board_as_known_is_empty() -> None:
    board = own_board(datetime(2026, 11, 22, 12, tzinfo=UTC), as_known=True)
    for report in board.processes:
        assert (report.plans, report.meetings, report.checks, report.silence.last) == ((), (), (), None)
    assert all(one.last is None for one in board.rows)


def test_as_known_uses_no_later_revision() -> None:
    entry = make_entry("https://www.gov.uk/a", title="Old words", body="uk-gov")
    first = make_document(entry)
    carrier = first.carriers[0]
    newer = replace(carrier.revisions[0], entry=replace(entry, title="New words"), number=2, seen_at=NOW)
    older = replace(carrier.revisions[0], seen_at=NOW - timedelta(days=9))
    then = carriers_at(
        [
            replace(
                carrier,
                entry=newer.entry,
                first_seen=NOW - timedelta(days=9),
                revisions=(older, newer),
            )
        ],
        NOW - timedelta(days=1),
    )
    assert [one.entry.title for one in then] == ["Old words"]
    assert carriers_at(then, NOW - timedelta(days=10)) == ()
