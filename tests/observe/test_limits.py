"""Rules at the edge of their limits, and what must be known before one is called missed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from aggregator.model import Claim, FactKind, Precision, RuleCheck, RuleResult
from aggregator.observe import build_board
from tests.observe.own_register import READ, config, line, sources, whole_board
from tests.observe.test_silence import document, failing, noon, scotland
from tests.support.builders import LONDON, make_document, make_entry, make_labels, moment


def test_a_document_that_may_be_the_next_plan_keeps_the_deadline_from_being_called_missed() -> None:
    told = make_entry(
        "https://www.gov.uk/government/publications/nap7",
        title="National Action Plan",
        body="cabinet-office",
        published=moment("2026-12-20 09:00"),
        updated=None,
    )
    base = make_document(told, first_seen=noon("2026-12-20"))
    plan = replace(base, labels=replace(base.labels, type="action-plan"))
    now = noon("2027-01-02")
    without = line(whole_board(now, [], sources(READ, now)), "uk").check("P1")
    found = line(whole_board(now, [plan], sources(READ, now)), "uk").check("P1")
    assert without
    assert (without.result, without.days) == (RuleResult.OVERDUE, 2)
    assert found
    assert found.result is RuleResult.UNKNOWN
    assert found.evidence[0].url == told.url


def test_the_outcome_on_the_page_of_the_call_answers_it() -> None:
    url = (
        "https://www.gov.uk/government/calls-for-evidence/"
        "seventh-uk-national-action-plan-for-open-government-call-for-evidence"
    )
    base = make_document(make_entry(url, body="cabinet-office"), first_seen=noon("2026-11-24"))
    outcome = replace(base, labels=replace(base.labels, type="consultation-response"))
    check = line(whole_board(noon("2026-12-01"), [outcome]), "uk").check("R4.1")
    assert check
    assert (check.result, check.evidence[0].url) == (RuleResult.MET, url)


def test_terms_of_reference_that_are_read_meet_the_rule() -> None:
    told = make_entry(
        "https://www.gov.uk/tor",
        title="Terms of reference for the Multi-Stakeholder Forum",
        body="cabinet-office",
    )
    check = line(whole_board(noon("2026-12-01"), [make_document(told, first_seen=READ)]), "uk").check("R1.1b")
    assert check
    assert check.result is RuleResult.MET


@pytest.mark.parametrize(
    ("at", "rule", "standing", "days"),
    [
        ("2027-06-11", "C2", RuleResult.DUE, 0),  # 183 days after 10 December 2026
        ("2027-06-12", "C2", RuleResult.PAST_OUR_LIMIT, 1),
        ("2027-05-12", "C2", RuleResult.DUE, 30),
        ("2027-05-11", "C2", RuleResult.MET, 31),
    ],
)
def test_a_limit_is_kept_to_the_day(at: str, rule: str, standing: RuleResult, days: int) -> None:
    check = scotland(at, document("2026-12-10")).check(rule)
    assert check
    assert (check.result, check.days) == (standing, days)


@pytest.mark.parametrize(
    ("at", "rule", "standing", "days"),
    [
        ("2024-04-18", "R1.1", RuleResult.DUE, 0),  # 183 days after 18 October 2023
        ("2024-04-19", "R1.1", RuleResult.UNKNOWN, None),  # the forum of 24 January may have been known
        ("2026-12-31", "P1", RuleResult.DUE, 0),
        ("2027-01-01", "P1", RuleResult.OVERDUE, 1),
        ("2026-12-31", "R4.1", RuleResult.DUE, 0),
        ("2027-01-01", "R4.1", RuleResult.UNKNOWN, None),  # due with the plan, which is late itself
        ("2024-12-31", "R5.1", RuleResult.DUE, 0),
        ("2025-01-01", "R5.1", RuleResult.OVERDUE, 1),
        ("2026-04-30", "I3", RuleResult.DUE, 0),
        ("2026-05-01", "I3", RuleResult.UNKNOWN, None),
    ],
)
def test_a_limit_of_the_partnership_is_kept_to_the_day(
    at: str, rule: str, standing: RuleResult, days: int | None
) -> None:
    now = noon(at)
    check = line(whole_board(now, lines=sources(READ, max(now, READ))), "uk").check(rule)
    assert check
    assert (check.result, check.days) == (standing, days)


def test_the_website_says_when_it_answered_and_when_it_was_changed() -> None:
    url = "https://www.gov.uk/government/collections/uk-national-action-plans-for-open-government"
    told = make_entry(url, body="cabinet-office", updated=moment("2026-11-20 09:00"))
    check = line(whole_board(noon("2026-12-01"), [make_document(told, first_seen=READ)]), "uk").check("R2.1")
    assert check
    assert check.why == (
        "it answered on 1 December 2026; by its own word it was last changed on 20 November 2026"
    )


def test_a_plan_that_is_known_from_the_networks_page_says_so() -> None:
    check = line(whole_board(noon("2024-02-01")), "uk").check("P1")
    assert check
    assert [(one.url, one.official) for one in check.evidence] == [
        ("https://opengovernment.org.uk/nap6/", False),
        (
            "https://www.gov.uk/government/publications/uk-national-action-plan-for-open-government-2021-2023",
            True,
        ),
    ]


def test_a_plan_that_came_out_without_an_answer_makes_the_answer_overdue_from_its_day() -> None:
    """The Partnership asks for a response with the plan or before it; it is missed only if we looked."""
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
    there = replace(plan, facts=(*plan.facts, published))
    known = replace(register, plans=tuple(there if one is plan else one for one in register.plans))
    now = noon("2027-01-02")

    def check(lines: Any) -> RuleCheck:
        found = build_board(config().bodies, lines, (), at=now, zone=LONDON, register=known)
        told = line(found, "uk").check("R4.1")
        assert told
        return told

    looked, unread = check(sources(READ, now)), check(failing("2026-12-20", "2027-01-02", "cabinet-office"))
    assert (looked.result, looked.days) == (RuleResult.OVERDUE, 23)
    assert unread.result is RuleResult.UNKNOWN


def test_a_search_that_missed_a_meeting_proves_nothing() -> None:
    """The search of 23 November 2026 found none after January 2024; then one of May 2026 comes to light."""
    told = make_entry(
        "https://discuss.opengovernment.org.uk/t/9",
        title="Read-out of the UK Multi-Stakeholder Forum, 20 May 2026",
        body="uk-ogn",
        published=moment("2026-11-30 10:00"),
        updated=None,
    )
    readout = make_document(told, labels=make_labels(type="meeting-record"), first_seen=noon("2026-11-30"))
    now = noon("2026-12-01")
    without = line(whole_board(now, [], sources(READ, now)), "uk").check("R1.1")
    found = line(whole_board(now, [readout], sources(READ, now)), "uk").check("R1.1")
    assert without
    assert found
    assert (without.result, found.result) == (RuleResult.OVERDUE, RuleResult.UNKNOWN)
