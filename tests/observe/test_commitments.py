"""Commitments: status, completion, last update, and milestones that are due after the plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from aggregator.model import (
    Claim,
    Commitment,
    CommitmentReport,
    Fact,
    FactKind,
    Membership,
    Moment,
    Plan,
    Precision,
    Process,
    Register,
)
from aggregator.observe import build_board
from tests.observe.own_register import own_board, report_on
from tests.support.builders import LONDON, make_body, moment

READ_ON = date(2026, 11, 23)


def fact(kind: FactKind, what: str, on: str | None, public: str | None = "2020-01-01") -> Fact:
    return Fact(
        kind=kind,
        claim=Claim(what=what, moment=moment(f"{on} 00:00") if on else None, source="https://www.gov.uk/c"),
        public_since=moment(f"{public} 00:00") if public else None,
        read_on=READ_ON,
    )


def commitment_at(at: str, *facts: Fact, ends: tuple[Fact, ...] = ()) -> CommitmentReport:
    """The report on a commitment of a plan at a day; it runs from 2024 to 2025 unless `ends` are given."""
    plan = Plan(
        id="plan",
        process="here",
        title="Plan",
        facts=(
            fact(FactKind.PUBLISHED, "published", "2024-01-01"),
            *(ends or (fact(FactKind.ENDS, "ends", "2025-12-31"),)),
        ),
        commitments=(Commitment(id="one", title="One", facts=facts),),
    )
    process = Process(id="here", name="Here", membership=Membership.NATIONAL, body="gov", bodies=("gov",))
    register = Register(processes=(process,), plans=(plan,))
    now = datetime.fromisoformat(at).replace(hour=12, tzinfo=UTC)
    board = build_board({"gov": make_body("gov")}, (), (), at=now, zone=LONDON, register=register)
    ((commitment,),) = (plan.commitments for plan in board.processes[0].plans)
    return commitment


def test_only_a_milestone_after_the_last_day_of_the_plan_is_late() -> None:
    commitment = commitment_at(
        "2026-12-01",
        fact(FactKind.MILESTONE, "before", "2025-06-30"),
        fact(FactKind.MILESTONE, "on the last day", "2025-12-31"),
        fact(FactKind.MILESTONE, "after", "2026-01-01"),
    )
    assert [claim.what for claim in commitment.milestones] == ["before", "on the last day", "after"]
    assert [claim.what for claim in commitment.late] == ["after"]


def test_no_milestone_is_late_that_may_be_before_the_end() -> None:
    """Greater Manchester's plan ends in March or May 2028, by two lines of one page."""
    at_a_glance = Moment(at=moment("2028-03-01 00:00").at, precision=Precision.MONTH)
    duration = Moment(at=moment("2028-05-01 00:00").at, precision=Precision.MONTH)
    year = Moment(at=moment("2028-01-01 00:00").at, precision=Precision.YEAR)
    days = [moment("2028-05-31 00:00"), year, moment("2028-06-01 00:00")]
    ends = tuple(
        replace(
            fact(FactKind.ENDS, "ends", None),
            claim=Claim(what="ends", moment=one, source="https://www.gov.uk/c"),
            preferred=one is at_a_glance,
        )
        for one in (at_a_glance, duration)
    )
    milestones = (
        replace(fact(FactKind.MILESTONE, "due", None), claim=Claim(what="due", moment=one, source=None))
        for one in days
    )
    commitment = commitment_at("2028-07-01", *milestones, ends=ends)
    assert [claim.moment for claim in commitment.late] == days[2:]


def test_the_state_is_that_of_the_day_and_the_last_update_the_newest_known() -> None:
    facts = (
        fact(FactKind.UPDATE, "first update", "2024-05-01"),
        fact(FactKind.PUBLISHER_STATUS, "ongoing", "2024-09-01", "2024-09-01"),
        fact(FactKind.COMPLETION, "Substantial", "2026-04-30", "2026-05-10"),
        fact(FactKind.ASSESSED, "promising", None, "2024-12-01"),
    )
    early, middle, late = (
        commitment_at("2024-06-01", *facts),
        commitment_at("2025-01-01", *facts),
        commitment_at("2026-06-01", *facts),
    )
    assert (early.publisher_status, early.completion, early.assessments) == ("", "", ())
    assert early.updated == moment("2024-05-01 00:00")
    assert (middle.publisher_status, middle.completion, middle.updated) == (
        "ongoing",
        "",
        moment("2024-09-01 00:00"),
    )
    assert [claim.what for claim in middle.assessments] == ["promising"]
    assert (late.completion, late.updated) == ("Substantial", moment("2026-04-30 00:00"))


def test_a_scottish_commitment_plans_beyond_the_end_that_was_given_to_the_partnership() -> None:
    report = report_on(own_board(datetime(2026, 12, 1, 12, tzinfo=UTC)), "scotland")
    late = {
        commitment.id: commitment.late
        for plan in report.plans
        for commitment in plan.commitments
        if commitment.late
    }
    assert list(late) == ["scotland-2021-2025-data"]
