"""Documents are found by each name of each plan of the project's own register, and by no other's."""

from __future__ import annotations

import pytest

from aggregator.model import PlanName
from tests.classify.labels.test_labeller import VOCABULARY, label

PLANS = {plan.id: plan for plan in VOCABULARY.plans}
# A body that means the plans of each process without naming a place.
PUBLISHERS = {
    "uk": "cabinet-office",
    "scotland": "scot-gov",
    "wales": "wales-gov",
    "northern-ireland": "ni-dof",
    "glasgow": "glasgow",
    "gmca": "gmca",
}
# How Welsh names the places, and the set of commitments of Wales.
WELSH_PLACES = {
    "uk": "y DU",
    "scotland": "yr Alban",
    "wales": "Cymru",
    "northern-ireland": "Gogledd Iwerddon",
    "glasgow": "Glasgow",
    "gmca": "Manceinion Fwyaf",
}
ORDINALS = ("first 1st", "second 2nd", "third 3rd", "fourth 4th", "fifth 5th", "sixth 6th", "seventh 7th")
WELSH_ORDINALS = (
    *("Cynllun gweithredu llywodraeth agored cyntaf", "Ail gynllun gweithredu llywodraeth agored"),
    *("Trydydd cynllun gweithredu llywodraeth agored", "Pedwerydd cynllun gweithredu llywodraeth agored"),
    *("Pumed cynllun gweithredu llywodraeth agored", "Chweched cynllun gweithredu llywodraeth agored"),
    "Y Seithfed Cynllun Gweithredu Cenedlaethol ar gyfer Llywodraeth Agored",
)
DASHES = ("-", "\u2010", "\u2011", "\u2012", "–", "—", "\u2212", "/", " – ", " to ", " until ")
OF_GOVERNMENT = "It is about open government."


def names(title: str, body: str = "", url: str | None = None, summary: str = "") -> set[str]:
    return set(label(title, summary, body=body, url=url).plans)


def expected(plan: PlanName) -> set[str]:
    """The plan, and the one of which it is a part, since that one is named too."""
    return {plan.id, plan.within} - {""}


def test_each_plan_is_found_by_its_title_and_is_what_the_title_says_it_is() -> None:
    assert len(PLANS) == 20
    for plan in PLANS.values():
        found = label(plan.name, url=None)
        assert (set(found.plans), found.type, found.relevant) == (expected(plan), "action-plan", True), (
            plan.id
        )


def test_each_plan_is_found_by_each_name_by_which_people_look_for_it() -> None:
    for plan in PLANS.values():
        for name in plan.spellings:
            found = names(name, PUBLISHERS[plan.series], summary=OF_GOVERNMENT)
            assert plan.id in found <= expected(plan), name


def test_years_may_be_joined_by_any_dash_stand_anywhere_and_be_short() -> None:
    for plan in PLANS.values():
        for first, last in plan.years:
            place = next(one.places[0] for one in VOCABULARY.plan_series if one.id == plan.series)
            whole = [f"{first}{dash}{last}" for dash in DASHES] if first < last else [str(first)]
            short = [f"{first}{dash}{last % 100}" for dash in DASHES[:8]] if first < last else []
            for years in (*whole, *short):
                for title in (
                    f"{place}'s Open Government Action Plan: {years}",
                    f"{years} {place} open government action plan",
                    f"Action plan on open government ({place}, United Kingdom), {years}",
                ):
                    assert plan.id in names(title), title
            welsh = f"Ymrwymiadau llywodraeth agored {WELSH_PLACES[plan.series]}, {first} i {last}"
            assert plan.id in names(welsh), welsh


def test_ordinals_count_the_plans_of_the_place_else_of_the_publisher() -> None:
    for plan in PLANS.values():
        if plan.number:
            for ordinal in ORDINALS[plan.number - 1].split():
                third = f"Our {ordinal} action plan"
                assert names(third, PUBLISHERS[plan.series], summary=OF_GOVERNMENT) == {plan.id}, third
                assert not names(third, summary=OF_GOVERNMENT)
            welsh = WELSH_ORDINALS[plan.number - 1]
            assert names(welsh, PUBLISHERS[plan.series]) == {plan.id}, welsh
            assert names(f"{welsh} {WELSH_PLACES[plan.series]}", "ogp") == {plan.id}, welsh


@pytest.mark.parametrize(
    ("title", "body", "found"),
    [
        ("The UK's NAP7 is here", "ogp", {"uk-nap7"}),
        ("NAP 6 and NAP7", "uk-ogn", {"uk-nap6", "uk-nap7"}),
        ("Open government action plans of Scotland, 2018 to 2025", "", set()),
        (
            "Northern Ireland's commitments in open government plans, 2016 to 2021",
            "",
            {"ni-2016-2018", "ni-2019-2021"},
        ),
        (
            "Commitments of the Welsh Government in the UK's fifth open government plan",
            "",
            {"uk-nap5", "wales-2022-2024"},
        ),
        (
            "Scotland's part in the third UK plan for open government, 2016 to 2018",
            "scot-gov",
            {"uk-nap3"},
        ),
        (
            "Scotland's commitments in the UK's third open government plan, 2016 to 2018",
            "scot-gov",
            {"uk-nap3"},
        ),
        ("Greater Manchester Open Government Action Plan", "ogp", {"gmca-2025-2028"}),
    ],
)
def test_a_name_belongs_to_the_place_beside_it(title: str, body: str, found: set[str]) -> None:
    assert names(title, body) == found


@pytest.mark.parametrize(
    ("title", "body"),
    [
        # Plans of other bodies.
        ("Ireland's Fourth National Action Plan for Open Government, 2023 to 2025", "ogp"),
        ("Ireland's Seventh National Action Plan", "ogp"),
        ("Kenya: third open government action plan, 2021-2023", "uk-ogn"),
        ("Third open government national action plan", "ogp"),
        # Plans that the register does not have.
        ("Scotland's fifth open government action plan, 2031 to 2035", "scot-gov"),
        ("Greater Manchester open government action plan 2031-2034", "gmca"),
        # Plans for other things, by a body and in a document that are about open government too.
        ("Third action plan on fuel poverty", "scot-gov"),
        ("Digital action plan 2021-2025", "scot-gov"),
        ("Scotland's third dementia action plan, 2021 to 2025", "scot-gov"),
        ("Fifth UK national action plan on women, peace and security", "fcdo"),
        # Numbers that count something else.
        ("Open Government Action Plan: third workshop", "scot-gov"),
        ("Read-out of the forum on NAP, 7 December 2026", "uk-ogn"),
        ("Open government in Scotland, 2021 to 2025", "scot-gov"),
    ],
)
def test_other_plans_and_other_numbers_are_no_name(title: str, body: str) -> None:
    assert names(title, body, summary=OF_GOVERNMENT) == set()


def test_an_address_names_the_plan_where_title_and_summary_do_not() -> None:
    page = "https://www.gov.uk/government/publications/uk-national-action-plan-for-open-government-2021-2023"

    assert names("Foreword", url=f"{page}/foreword", summary=OF_GOVERNMENT) == {"uk-nap5"}
    assert names("Foreword to NAP6", "cabinet-office", url=f"{page}/foreword") == {"uk-nap6"}


GOVUK = "https://www.gov.uk/government/publications/a"
BLOG = "https://gds.blog.gov.uk/2026/12/01/a/"


@pytest.mark.parametrize(
    ("title", "stated", "url", "type"),
    [
        ("Seventh UK National Action Plan for Open Government", "Policy paper", GOVUK, "action-plan"),
        ("UK National Action Plan for Open Government 2031 to 2033", "Policy paper", GOVUK, "action-plan"),
        ("Open Government Action Plan 2026-2030", "Strategy/plan", "https://www.gov.scot/p/", "action-plan"),
        ("Anti-Corruption Action Plan", "Policy paper", GOVUK, "policy-or-guidance"),
        ("Open government: a strategy", "Policy paper", GOVUK, "policy-or-guidance"),
        (
            "Participation in the Seventh UK National Action Plan for Open Government",
            "Policy paper",
            GOVUK,
            "policy-or-guidance",
        ),
        (
            "Draft Seventh UK National Action Plan for Open Government",
            "Policy paper",
            GOVUK,
            "policy-or-guidance",
        ),
        (
            "Seventh UK National Action Plan for Open Government: call for evidence",
            None,
            GOVUK,
            "consultation",
        ),
        ("Seventh UK National Action Plan for Open Government", "Open consultation", GOVUK, "consultation"),
        ("Have your say on the seventh UK open government action plan", "News story", GOVUK, "consultation"),
        ("Work on the seventh UK open government action plan begins", "News story", GOVUK, "news"),
        (
            "Open Government Action Plan 2021 to 2025: milestones",
            None,
            "https://www.gov.scot/p/",
            "commitment-update",
        ),
        (
            "Scotland's Open Government Action Plan 2021-2025: review",
            None,
            "https://www.gov.scot/p/",
            "report",
        ),
        ("Where the Seventh National Action Plan for Open Government stands", None, BLOG, "blog-post"),
        ("The Seventh National Action Plan for Open Government is out", None, BLOG, "blog-post"),
        ("The Seventh National Action Plan for Open Government", None, BLOG, "action-plan"),
    ],
)
def test_only_the_plan_itself_is_of_its_type(title: str, stated: str | None, url: str, type: str) -> None:
    assert label(title, body="gds", url=url, publisher_type=stated).type == type
