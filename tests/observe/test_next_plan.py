"""A plan that a government published is seen before anybody writes it into the register (rule P1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from html import escape

import pytest

from aggregator.model import Document, Fetched, RuleCheck, RuleResult
from aggregator.normalise import normalise
from aggregator.parse import reader_for
from tests.observe.own_register import FIRST_READ_AT, config, own_board, own_document, own_sources, report_on
from tests.observe.test_silence import noon
from tests.support.builders import make_source, moment

GOVUK = "https://www.gov.uk/government/publications/"
NAP7 = "Seventh UK National Action Plan for Open Government"


def atom_document(
    title: str,
    stated: str | None,
    seen: datetime,
    url: str = f"{GOVUK}a",
    body: str = "cabinet-office",
    summary: str = "About open government.",
) -> Document:
    """A document by GOV.UK's feed, which gives `updated` alone, and the type as prefix and category."""
    prefix = f"{stated}: " if stated else ""
    category = f'<category term="{stated}" label="{stated}"/>' if stated else ""
    payload = f"""<feed xmlns="http://www.w3.org/2005/Atom"><id>tag:www.gov.uk,2005:/x</id><title>x</title>
        <updated>{seen.isoformat()}</updated><entry><id>{url}#{seen.isoformat()}</id>
        <updated>{seen.isoformat()}</updated><link rel="alternate" href="{url}"/>
        <title>{escape(prefix + title)}</title>{category}<summary>{summary}</summary>
        </entry></feed>""".encode()
    source = make_source("cabinet-office", body=body)
    answer = Fetched(
        url=source.address, final_url=source.address, status=200, headers={}, payload=payload, parts=()
    )
    items = reader_for("feed").read(source, answer).entries
    (entry,) = normalise(source, source.address, items, now=seen).entries
    assert entry.published is None
    return own_document(entry, seen)


def new_document(title: str, stated: str | None, seen: str = "2026-12-20", **changes: str) -> Document:
    """One that came while we watched: not at the first look at its source."""
    return replace(atom_document(title, stated, noon(seen), **changes), backlog=False)


def next_plan(at: str, documents: Iterable[Document] = ()) -> RuleCheck:
    now = noon(at)
    board = own_board(now, list(documents), own_sources(FIRST_READ_AT, max(now, FIRST_READ_AT)))
    check = report_on(board, "uk").check("P1")
    assert check
    return check


def test_without_a_document_the_plan_is_due_and_then_overdue() -> None:
    assert [next_plan(day).result for day in ("2026-12-31", "2027-01-01")] == [
        RuleResult.DUE,
        RuleResult.OVERDUE,
    ]


@pytest.mark.parametrize(
    ("title", "stated"),
    [
        (NAP7, "Policy paper"),
        (f"{NAP7} 2026–2028", "Policy paper"),
        (NAP7, None),
        ("UK National Action Plan for Open Government 2026 to 2028", "Policy paper"),
        ("NAP7: the UK's plan", "Corporate report"),
        (f"{NAP7} published", "News story"),
        ("Seithfed Cynllun Gweithredu Cenedlaethol y DU ar gyfer Llywodraeth Agored", "Policy paper"),
    ],
)
def test_a_plan_with_only_an_update_in_the_feed_is_perhaps_met_and_never_late(
    title: str, stated: str | None
) -> None:
    plan = new_document(title, stated)
    for day in ("2026-12-21", "2026-12-31", "2027-01-01", "2027-06-01"):
        check = next_plan(day, [plan])
        assert check.result is RuleResult.UNKNOWN, day
        assert check.why.startswith(f"perhaps met: {title}; confirm in plans.yaml"), check.why
        assert check.evidence[0].url == f"{GOVUK}a"
    assert next_plan("2026-12-19", [plan]).result is RuleResult.DUE


@pytest.mark.parametrize(
    ("title", "stated", "changes"),
    [
        # Mentions, and documents about the plan that is to come.
        ("The seventh plan: why open government matters", None, {"url": "https://gds.blog.gov.uk/2026/a/"}),
        (f"{NAP7} is coming", None, {"url": "https://gds.blog.gov.uk/2026/a/"}),
        (f"{NAP7}: call for evidence", "Open call for evidence", {}),
        (f"Consultation on the {NAP7}", "Open consultation", {}),
        (f"Participation in the {NAP7}", "Guidance", {}),
        (f"Draft {NAP7}", "Policy paper", {}),
        (f"Work on the {NAP7} begins", "News story", {}),
        ("Open government", None, {"summary": "The next national action plan for open government."}),
        # Plans of others, and for other things.
        ("Scotland's fourth open government action plan, 2026 to 2030", "Policy paper", {}),
        ("Ireland's Seventh National Action Plan for Open Government", "Policy paper", {}),
        ("UK Anti-Corruption Action Plan 2026", None, {}),
        ("Data sharing action plan", None, {"summary": f"A commitment of the {NAP7}."}),
        (NAP7, None, {"url": "https://opengovernment.org.uk/nap7/", "body": "uk-ogn"}),
        # Plans of the past, published again.
        ("Sixth UK National Action Plan for Open Government, 2024 to 2025", "Policy paper", {}),
        ("UK National Action Plan for Open Government 2021–23", "Policy paper", {}),
        (
            "National Action Plan for Open Government",
            "Policy paper",
            {"url": f"{GOVUK}uk-national-action-plan-for-open-government-2021-2023"},
        ),
        (
            "UK National Action Plans for Open Government",
            "Collection",
            {"url": "https://www.gov.uk/government/collections/uk-national-action-plans-for-open-government"},
        ),
    ],
)
def test_what_is_not_the_next_plan_does_not_stop_the_clock(
    title: str, stated: str | None, changes: dict[str, str]
) -> None:
    document = new_document(title, stated, **changes)
    assert next_plan("2027-01-02", [document]).result is RuleResult.OVERDUE


def test_a_plan_without_name_or_date_that_we_met_at_our_first_look_may_be_old() -> None:
    title = "National Action Plan for Open Government"
    old = atom_document(title, "Policy paper", FIRST_READ_AT)

    assert next_plan("2027-01-02", [old]).result is RuleResult.OVERDUE
    assert next_plan("2027-01-02", [replace(old, backlog=False)]).result is RuleResult.UNKNOWN


def test_a_plan_dated_after_the_limit_is_not_called_met() -> None:
    plan = new_document(NAP7, None, "2027-02-15")
    dated = replace(plan, entry=replace(plan.entry, published=moment("2027-02-15 09:00")))
    check = next_plan("2027-03-01", [dated])

    assert check.result is RuleResult.UNKNOWN
    late = "on 15 February 2027, after the limit of 31 December 2026"
    assert check.why.startswith(f"perhaps published {late}: {NAP7}; confirm in plans.yaml")


def test_the_register_names_the_seventh_plan() -> None:
    """The tests above would pass for want of a plan to be named."""
    assert any(plan.id == "uk-nap7" for plan in config().register.plans)
