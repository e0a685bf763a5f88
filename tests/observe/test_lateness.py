"""Properties of lateness: less reading makes nobody late, and no document makes anybody later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import Cause
from aggregator.model import (
    Board,
    Failed,
    FeedMetadata,
    Outage,
    RuleCheck,
    RuleResult,
    SourceState,
    SourceWithState,
)
from aggregator.services.polling.read_source import PollResult, SourceReading, Unchanged
from aggregator.services.polling.source_state import ended_outage, must_read_whole, state_after
from tests.observe.situations import SOURCES, Situation, to_instant
from tests.support.builders import LONDON
from tests.support.examples import examples

pytestmark = pytest.mark.timed

LATE = {RuleResult.OVERDUE, RuleResult.PAST_OUR_LIMIT}
BEGAN = to_instant("2026-01-01T09:00")
# So many days are polled; the boards are of the last two thirds of them.
DAYS = 400
# The next list of a source still has what came in so many days.
LIST_DAYS = 40

PLANS = (
    "fact uk-1 published 2024-01-10; fact uk-1 begins 2025; fact uk-1 ends 2025-12; "
    "fact uk-2 call-opened 2026-01-05; fact uk-2 call-closes 2026-03-25"
)
OUT = "fact uk-2 published 2026-08-01; fact uk-2 begins 2026-08-01; fact uk-2 ends 2028-07"
SEARCHES = "search uk meeting 2025-06-01 2025-12-20; search uk published 2025-06-01 2025-12-20"


def day(number: int) -> str:
    """The day so many days after the first poll."""
    return (BEGAN + timedelta(days=number)).date().isoformat()


NUMBERS = st.integers(0, DAYS)
RECORDS = st.one_of(
    st.builds("record {} {} {}".format, NUMBERS.map(day), st.sampled_from(["gov", "scot"]), st.just("news")),
    st.builds("record {} gov {}".format, NUMBERS.map(day), st.sampled_from(["action-plan", "foi-release"])),
    st.builds("undated {} {}".format, NUMBERS.map(day), st.sampled_from(["gov", "scot"])),
    st.builds("undated-backlog {} {}".format, NUMBERS.map(day), st.sampled_from(["gov", "scot"])),
    st.builds("meeting {} {}".format, NUMBERS.map(day), NUMBERS.map(day) | st.just("undated")),
    st.builds("group {}".format, NUMBERS.map(day)),
    st.builds("terms {}".format, NUMBERS.map(day)),
    st.builds("outcome {}".format, NUMBERS.map(day)),
)
DOCUMENTS = st.lists(RECORDS, max_size=6)
REGISTERS = st.lists(st.sampled_from([OUT, SEARCHES, "quiet uk 2026-05-25 2026-07-04"]), unique=True).map(
    lambda more: "; ".join([PLANS, *more])
)
BOARD_DAYS = st.integers(DAYS // 3, DAYS)


def checks_of(board: Board) -> dict[tuple[str, str, str], RuleCheck]:
    """Every check by process, rule and plan."""
    return {
        (report.process.id, check.rule.id, check.plan): check
        for report in board.processes
        for check in report.checks
    }


def assert_no_later(before: Board, after: Board) -> None:
    """Nothing is late in `after` that is not, and is not so many days late, in `before`."""
    known = checks_of(before)
    for key, check in checks_of(after).items():
        if check.result in LATE:
            earlier = known[key]
            assert earlier.result in LATE, (key, earlier.why, check.why)
            assert (check.days or 0) <= (earlier.days or 0), (key, earlier.why, check.why)


# ---------------------------------------------------------------- readings


def result_of(state: SourceState, now: datetime, *, answers: bool) -> PollResult:
    """What a poll finds: a failure, the whole list at the first poll of a day, else that nothing changed."""
    if not answers:
        return Failed(url="https://www.gov.uk/", cause=Cause.TIMEOUT, detail="30 s", hint="wait")
    if not must_read_whole(state, now, LONDON):
        return Unchanged(address="")
    missed = state.last_read is not None and now - state.last_read > timedelta(days=LIST_DAYS)
    return SourceReading(
        address="",
        entries=(),
        rejects=(),
        removals={},
        feed_metadata=FeedMetadata(),
        complete=False,
        items_missed=missed,
        validators={},
        moved_to=None,
        sha256="",
        item_count=0,
    )


@cache
def polled(title: str, polls: frozenset[tuple[int, bool]]) -> SourceWithState:
    """A source after polls on these days; each says whether the source answered."""
    source = SOURCES[title]
    state, outages = SourceState(source=source.id), list[Outage]()
    for number, answers in sorted(polls):
        now = BEGAN + timedelta(days=number)
        after = state_after(result_of(state, now, answers=answers), source, state, now, now)
        outages += [outage] if (outage := ended_outage(source, state, after)) else []
        state = after
    return SourceWithState(source=source, state=state, outages=tuple(outages))


def board_of(situation: Situation, polls: dict[str, dict[int, bool]]) -> Board:
    """The board of a situation, after these polls of each source."""
    sources = [polled(title, frozenset(of_source.items())) for title, of_source in polls.items()]
    return situation.board(sources)


SPANS = st.lists(st.tuples(NUMBERS, st.integers(1, 50)), max_size=2)


@st.composite
def poll_days(draw: st.DrawFn) -> dict[int, bool]:
    """Daily polls with spans in which nobody polled, and spans in which the source failed."""
    unpolled, failed = draw(SPANS), draw(SPANS)

    def inside(number: int, spans: Sequence[tuple[int, int]]) -> bool:
        return any(start <= number < start + length for start, length in spans)

    return {number: not inside(number, failed) for number in range(DAYS + 1) if not inside(number, unpolled)}


@given(
    documents=DOCUMENTS,
    register=REGISTERS,
    polls=poll_days(),
    title=st.sampled_from(sorted(SOURCES)),
    taken=st.sets(NUMBERS, min_size=1, max_size=3) | NUMBERS.map(lambda first: set(range(first, DAYS + 1))),
    at=BOARD_DAYS,
)
@examples(100, few=12)
def test_taking_away_readings_never_makes_a_duty_late(
    documents: list[str], register: str, polls: dict[int, bool], title: str, taken: set[int], at: int
) -> None:
    situation = Situation.read(f"{day(at)}T12:00", "; ".join([register, *documents]))
    every_day = dict.fromkeys(range(DAYS + 1), True)
    all_polls = {name: polls if name == title else every_day for name in SOURCES}
    fewer = {number: answers for number, answers in polls.items() if number not in taken}
    assert_no_later(board_of(situation, all_polls), board_of(situation, {**all_polls, title: fewer}))


@given(
    documents=DOCUMENTS, register=REGISTERS, title=st.sampled_from(["Government", "Scotland"]), at=BOARD_DAYS
)
@examples(100, few=12)
def test_without_a_source_of_the_body_itself_nothing_is_late(
    documents: list[str], register: str, title: str, at: int
) -> None:
    situation = Situation.read(f"{day(at)}T12:00", "; ".join([register, *documents]))
    others = {name: dict.fromkeys(range(DAYS + 1), True) for name in SOURCES if name != title}
    report = {"Government": "uk", "Scotland": "scotland"}[title]
    checks = checks_of(board_of(situation, others))
    # What the register itself says of a plan that came too late needs no source.
    late = [key for key, check in checks.items() if key[0] == report and check.result in LATE]
    assert late == []


# ---------------------------------------------------------------- documents


@given(documents=DOCUMENTS, more=RECORDS, register=REGISTERS, polls=poll_days(), at=BOARD_DAYS)
@examples(100, few=12)
def test_a_document_never_makes_a_duty_later(
    documents: list[str], more: str, register: str, polls: dict[int, bool], at: int
) -> None:
    every_day = dict.fromkeys(range(DAYS + 1), True)
    all_polls = {"Government": polls, "Network": every_day, "Scotland": every_day}
    before, after = (
        Situation.read(f"{day(at)}T12:00", "; ".join([register, *found]))
        for found in (documents, [*documents, more])
    )
    assert_no_later(board_of(before, all_polls), board_of(after, all_polls))
