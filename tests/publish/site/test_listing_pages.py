"""The pages that list: bodies, nations, topics, types, plans, roles, months, years, digests, corrections."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from aggregator.model import Precision, Relevance, Retraction
from tests.publish.feed_readers import feed_entries, read_page, visible_text
from tests.publish.full_snapshot import make_full_snapshot
from tests.support.builders import (
    NOON,
    instant,
    make_document,
    make_entry,
    make_labels,
    make_snapshot,
    moment,
)


def titles(root: Any) -> list[str]:
    """The titles of a page's rows, in order."""
    return [visible_text(link) for link in root.xpath("//ul[@class='lines']/li/a[1]")]


@pytest.mark.parametrize(
    ("path", "listed"),
    [
        ("bodies/gds.html", ["Seventh National Action Plan"]),
        ("bodies/wales-gov.html", ["Drafft o’r cynllun"]),
        ("nations/wales.html", ["Drafft o’r cynllun"]),
        ("topics/process.html", ["Seventh National Action Plan", "Drafft o’r cynllun"]),
        ("topics/open-data.html", []),
        ("types/meeting-record.html", ["Forum meeting"]),
        ("plans/NAP7.html", ["Seventh National Action Plan"]),
        (
            "roles/nap-lead.html",
            ["Seventh National Action Plan", "The forum is named", "Make your ideas count", "Forum meeting"],
        ),
    ],
)
def test_each_page_lists_its_documents_newest_first_and_nothing_irrelevant(
    path: str, listed: list[str]
) -> None:
    root = read_page(make_full_snapshot(), path)

    assert titles(root) == listed
    assert ("Nothing about open government has been read here yet." in visible_text(root)) == (listed == [])


def test_a_bodys_page_shows_its_nation_its_parent_its_names_and_its_role() -> None:
    root = read_page(make_full_snapshot(), "bodies/cabinet-office.html")
    facts = {
        visible_text(row.find("dt")): [visible_text(one) for one in row.findall("dd")]
        for row in root.xpath("//dl/div")
    }

    assert facts == {
        "Own page": ["https://www.gov.uk/"],
        "Nation": ["United Kingdom"],
        "Its parts": ["Government Digital Service"],
        "Former names": ["Office of the Cabinet"],
        "Roles": ["Lead of the plan"],
    }
    assert "1 further document is not about open government" in visible_text(root)


def test_a_page_names_its_feeds() -> None:
    root = read_page(make_full_snapshot(), "topics/process.html")
    offered = {link.get("type"): link.get("href") for link in root.xpath("//link[@rel='alternate']")[:3]}

    assert offered == {
        "application/atom+xml": "../topics/process.atom",
        "application/feed+json": "../topics/process.json",
        "application/rss+xml": "../topics/process.rss",
    }
    assert len(read_page(make_full_snapshot(), "roles/nap-lead.html").xpath("//link[@rel='alternate']")) == 5


def test_what_is_about_the_holder_of_a_role_is_on_the_page_and_in_the_feed_of_the_role() -> None:
    entry = make_entry("https://a.example/", title="A word on the lead", body="gds")
    snapshot = replace(
        make_full_snapshot(),
        documents=(
            make_document(entry, labels=make_labels(subjects=("cabinet-office",), topics=("process",))),
        ),
    )

    for name in ("roles/nap-lead", "bodies/cabinet-office", "bodies/gds", "topics/process"):
        assert titles(read_page(snapshot, f"{name}.html")) == ["A word on the lead"]
        assert len(feed_entries(snapshot, f"{name}.atom")) == 1


def test_a_chart_shows_the_last_two_years_and_says_the_same_in_words() -> None:
    dates = ("2026-06-01 10:00", "2026-05-31 10:00", "2026-05-02 10:00", "2020-01-01 10:00")
    documents = [
        make_document(make_entry(f"https://a.example/{n}", published=moment(date)))
        for n, date in enumerate(dates)
    ]
    chart = read_page(make_snapshot(*documents), "bodies/cabinet-office.html").xpath("//figure")[0]

    assert visible_text(chart.xpath(".//title")[0]) == (
        "3 updates from July 2024 to June 2026; most in May 2026: 2"
    )
    assert chart.xpath(".//path[@class='bars']/@d") == ["M221 60v-60h8v60zM231 60v-30h8v30z"]
    assert [visible_text(item) for item in chart.xpath(".//li")] == ["May 2026: 2", "June 2026: 1"]


def test_only_the_newest_hundred_are_listed_and_the_rest_is_named() -> None:
    documents = [make_document(make_entry(f"https://a.example/{n}", title=f"Number {n}")) for n in range(101)]
    root = read_page(make_snapshot(*documents), "bodies/cabinet-office.html")

    assert len(titles(root)) == 100
    assert "The newest 100 of 101" in visible_text(root)


def test_the_browse_page_counts_and_links_every_list() -> None:
    root = read_page(make_full_snapshot(), "browse.html")
    rows = {
        visible_text(row.find("a")): visible_text(row.xpath("./span")[0])
        for row in root.xpath("//ul[@class='shelf']/li")
    }

    assert rows["Cabinet Office"] == "4"
    assert rows["Welsh Government"] == "1"
    assert rows["Open data"] == "0"
    assert rows["Lead of the plan"] == "4"
    assert [visible_text(head) for head in root.xpath("//h2[@id]")][:6] == [
        "Nations",
        "Bodies",
        "Topics",
        "Types of update",
        "Action plans",
        "Roles",
    ]


def test_the_archive_lists_by_own_date_else_by_first_sight_and_a_year_without_a_month_by_itself() -> None:
    documents = (
        make_document(make_entry("https://a.example/1", title="Dated", published=moment("2025-03-31 23:30"))),
        make_document(make_entry("https://a.example/2", title="Undated", updated=None)),
        make_document(
            make_entry("https://a.example/3", title="To come", published=moment("2030-01-01 10:00"))
        ),
        make_document(
            make_entry(
                "https://a.example/4", title="Of a year", published=moment("2025-01-01 00:00", Precision.YEAR)
            )
        ),
        make_document(
            make_entry("https://a.example/5", title="Doubtful", published=moment("2025-04-02 10:00")),
            labels=make_labels(relevance=Relevance.BORDERLINE),
        ),
        make_document(
            make_entry("https://a.example/6", title="Roads", published=moment("2025-04-03 10:00")),
            labels=make_labels(False),
        ),
    )
    snapshot = make_snapshot(*documents)

    assert titles(read_page(snapshot, "months/2025-04.html")) == ["Dated", "Doubtful", "Roads"]
    assert [
        visible_text(head) for head in read_page(snapshot, "months/2025-04.html").xpath("//main//h2")
    ] == [
        "About open government 1",
        "Borderline 1",
        "Everything else from the same sources 1",
    ]
    assert titles(read_page(snapshot, "months/2026-06.html")) == ["Undated", "To come"]
    assert titles(read_page(snapshot, "years/2025.html")) == ["Of a year"]
    years = [visible_text(section) for section in read_page(snapshot, "archive.html").xpath("//main/section")]
    assert years == ["2026 June 2026 2 of 2", "2025 Month not known 1 of 1 April 2025 1 of 3"]


def test_digests_are_listed_by_year_with_the_open_week_first() -> None:
    (year,) = read_page(make_full_snapshot(), "letters.html").xpath("//main/section")

    assert visible_text(year) == "2026 Week of 25 May 2026 25 May 2026 to 1 June 2026 1 update"
    assert year.xpath(".//a/@href") == ["digests/2026-W22.html"]


def test_what_a_person_put_right_or_took_out_is_a_correction_the_last_one_first() -> None:
    retraction = Retraction(id="urn:uuid:1", at=instant("2026-06-05 09:00"), why="A private person’s name")
    root = read_page(replace(make_full_snapshot(), retractions=(retraction,)), "corrections.html")
    corrections = [visible_text(item) for item in root.xpath("//ul[@class='lines']/li")]

    assert titles(root) == ["The forum is named"]
    assert corrections == [
        "urn:uuid:1We took this document’s words out of our record for good. 5 June 2026, 10:00",
        "The forum is namedNow taken to be perhaps about open government: a by-product of openness, or not "
        "enough said; type: event. “It only names the forum.” 4 June 2026, 16:30",
    ]
    assert "Nothing had to be put right yet." in visible_text(
        read_page(make_snapshot(make_document()), "corrections.html")
    )


def test_a_publisher_gets_advice_only_from_enough_documents() -> None:
    bare = [
        make_document(
            make_entry(f"https://a.example/{n}", text="A plan", summary="", published=None, updated=None)
        )
        for n in range(5)
    ]

    assert "Add a sentence to each item" in visible_text(read_page(make_snapshot(*bare), "sources.html"))
    assert "State for each document when it was published." in visible_text(
        read_page(make_snapshot(*bare), "sources.html")
    )
    assert "Add a sentence" not in visible_text(read_page(make_snapshot(*bare[:4]), "sources.html"))
    refused = visible_text(read_page(make_full_snapshot(), "sources.html"))
    assert "Answer programs that name themselves and ask seldom; we were refused (HTTP 403)." in refused


def test_the_about_page_is_not_official_and_counts_sources_and_bodies() -> None:
    assert instant("2026-06-05 12:00") == NOON
    about = read_page(make_full_snapshot(), "about.html")

    assert "It is not an official site" in visible_text(about)
    assert "3 sources of 3 bodies" in visible_text(about)
