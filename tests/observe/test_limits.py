"""Rules on the last days before and first days after their limits, and what must be proven to be overdue."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from aggregator.model import Claim, FactKind, Precision, RuleCheck, RuleResult
from aggregator.observe import build_board
from tests.observe.own_register import FIRST_READ_AT, config, own_board, own_sources, report_on
from tests.observe.test_silence import document, failing, noon, scotland
from tests.support.builders import LONDON, make_document, make_entry, make_labels, moment


def test_a_document_that_may_be_the_next_plan_makes_an_overdue_plan_unknown() -> None:
    entry = make_entry(
        "https://www.gov.uk/government/publications/nap7",
        title="National Action Plan",
        body="cabinet-office",
        published=moment("2026-12-20 09:00"),
        updated=None,
    )
    base = make_document(entry, first_seen=noon("2026-12-20"))
    plan = replace(base, labels=replace(base.labels, type="action-plan"))
    now = noon("2027-01-02")
    before = report_on(own_board(now, [], own_sources(FIRST_READ_AT, now)), "uk").check("P1")
    after = report_on(own_board(now, [plan], own_sources(FIRST_READ_AT, now)), "uk").check("P1")
    assert before
    assert (before.result, before.days) == (RuleResult.OVERDUE, 2)
    assert after
    assert after.result is RuleResult.UNKNOWN
    assert after.evidence[0].url == entry.url


def test_the_outcome_on_the_page_of_the_call_answers_it() -> None:
    url = (
        "https://www.gov.uk/government/calls-for-evidence/"
        "seventh-uk-national-action-plan-for-open-government-call-for-evidence"
    )
    base = make_document(make_entry(url, body="cabinet-office"), first_seen=noon("2026-11-24"))
    outcome = replace(base, labels=replace(base.labels, type="consultation-response"))
    check = report_on(own_board(noon("2026-12-01"), [outcome]), "uk").check("R4.1")
    assert check
    assert (check.result, check.evidence[0].url) == (RuleResult.MET, url)


def test_a_document_with_terms_of_reference_meets_the_rule() -> None:
    entry = make_entry(
        "https://www.gov.uk/tor",
        title="Terms of reference for the Multi-Stakeholder Forum",
        body="cabinet-office",
    )
    check = report_on(
        own_board(noon("2026-12-01"), [make_document(entry, first_seen=FIRST_READ_AT)]), "uk"
    ).check("R1.1b")
    assert check
    assert check.result is RuleResult.MET


@pytest.mark.parametrize(
    ("at", "rule", "result", "days"),
    [
        ("2027-06-11", "C2", RuleResult.DUE, 0),  # 183 days after 10 December 2026
        ("2027-06-12", "C2", RuleResult.PAST_OUR_LIMIT, 1),
        ("2027-05-12", "C2", RuleResult.DUE, 30),
        ("2027-05-11", "C2", RuleResult.MET, 31),
    ],
)
def test_our_limits_are_exact_to_the_day(at: str, rule: str, result: RuleResult, days: int) -> None:
    check = scotland(at, document("2026-12-10")).check(rule)
    assert check
    assert (check.result, check.days) == (result, days)


@pytest.mark.parametrize(
    ("at", "rule", "result", "days"),
    [
        ("2024-04-18", "R1.1", RuleResult.DUE, 0),  # 183 days after 18 October 2023
        ("2024-04-19", "R1.1", RuleResult.UNKNOWN, None),  # the forum of 24 January may have been known
        ("2026-12-31", "P1", RuleResult.DUE, 0),
        ("2027-01-01", "P1", RuleResult.OVERDUE, 1),
        ("2026-12-31", "R4.1", RuleResult.DUE, 0),
        ("2027-01-01", "R4.1", RuleResult.UNKNOWN, None),  # due with the plan, which is late itself
        ("2024-12-31", "R5.1", RuleResult.DUE, 0),
        ("2025-01-01", "R5.1", RuleResult.UNKNOWN, None),  # before our first poll nobody looked
        ("2026-04-30", "I3", RuleResult.DUE, 0),
        ("2026-05-01", "I3", RuleResult.UNKNOWN, None),
    ],
)
def test_limits_of_the_partnership_are_exact_to_the_day(
    at: str, rule: str, result: RuleResult, days: int | None
) -> None:
    now = noon(at)
    check = report_on(
        own_board(now, sources=own_sources(FIRST_READ_AT, max(now, FIRST_READ_AT))), "uk"
    ).check(rule)
    assert check
    assert (check.result, check.days) == (result, days)


def test_the_check_of_the_website_names_the_day_of_its_answer_and_of_its_last_change() -> None:
    url = "https://www.gov.uk/government/collections/uk-national-action-plans-for-open-government"
    entry = make_entry(url, body="cabinet-office", updated=moment("2026-11-20 09:00"))
    check = report_on(
        own_board(noon("2026-12-01"), [make_document(entry, first_seen=FIRST_READ_AT)]), "uk"
    ).check("R2.1")
    assert check
    assert check.why == (
        "it answered on 1 December 2026; by its own word it was last changed on 20 November 2026"
    )


def test_a_plan_known_from_the_networks_page_has_that_page_as_evidence() -> None:
    check = report_on(own_board(noon("2024-02-01")), "uk").check("P1")
    assert check
    assert [(one.url, one.official) for one in check.evidence] == [
        ("https://opengovernment.org.uk/nap6/", False),
        (
            "https://www.gov.uk/government/publications/uk-national-action-plan-for-open-government-2021-2023",
            True,
        ),
    ]


def test_a_plan_without_a_response_makes_the_response_overdue_from_its_day() -> None:
    """The Partnership requires a response with the plan or before it; it is overdue only if we looked."""
    register = config().register
    plan = next(one for one in register.plans if one.id == "uk-nap7")
    published = replace(
        next(fact for fact in plan.facts if fact.kind == "call-opened"),
        kind=FactKind.PUBLISHED,
        claim=Claim(
            what="plan published",
            moment=moment("2026-12-10 00:00", Precision.DAY),
            source="https://www.gov.uk/n",
        ),
        public_since=moment("2026-12-10 00:00", Precision.DAY),
    )
    published_plan = replace(plan, facts=(*plan.facts, published))
    with_plan = replace(
        register, plans=tuple(published_plan if one is plan else one for one in register.plans)
    )
    now = noon("2027-01-02")

    def check(sources: Any) -> RuleCheck:
        after = build_board(config().bodies, sources, (), at=now, zone=LONDON, register=with_plan)
        found = report_on(after, "uk").check("R4.1")
        assert found
        return found

    covered, unreadable = (
        check(own_sources(FIRST_READ_AT, now)),
        check(failing("2026-12-20", "2027-01-02", "cabinet-office")),
    )
    assert (covered.result, covered.days) == (RuleResult.OVERDUE, 23)
    assert unreadable.result is RuleResult.UNKNOWN


def test_a_search_that_missed_a_meeting_proves_nothing() -> None:
    """The search of 23 November 2026 found none after January 2024; then one of May 2026 turns up."""
    entry = make_entry(
        "https://discuss.opengovernment.org.uk/t/9",
        title="Read-out of the UK Multi-Stakeholder Forum, 20 May 2026",
        body="uk-ogn",
        published=moment("2026-11-30 10:00"),
        updated=None,
    )
    readout = make_document(entry, labels=make_labels(type="meeting-record"), first_seen=noon("2026-11-30"))
    now = noon("2026-12-01")
    before = report_on(own_board(now, [], own_sources(FIRST_READ_AT, now)), "uk").check("R1.1")
    after = report_on(own_board(now, [readout], own_sources(FIRST_READ_AT, now)), "uk").check("R1.1")
    assert before
    assert after
    assert (before.result, after.result) == (RuleResult.OVERDUE, RuleResult.UNKNOWN)
