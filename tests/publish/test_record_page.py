"""The page of a record: its own words, and every dated claim with its source, also where they disagree."""

from __future__ import annotations

from typing import Any

from aggregator.model import Claim, Entry, Link, Precision
from tests.builders import edition, entry, holding, instant, labels, moment
from tests.publish.reading import page, paths, rows, words

PATH = "records/uk-nap6.html"


def record(**changes: Any) -> Entry:
    """A record without a page of its own."""
    return entry("record:uk-nap6", **{"url": None, "licence": "own", "title": "Sixth plan", **changes})


def shown(told: Entry) -> Any:
    """The record's page."""
    return page(edition(holding(told)), PATH)


def test_conflicting_dates_stand_side_by_side_each_with_its_source() -> None:
    told = record(
        claims=(
            Claim(
                what="plan published",
                moment=moment("2023-12-18 00:00", Precision.DAY),
                source="https://www.opengovernment.org.uk/nap6/",
            ),
            Claim(
                what="plan published",
                moment=moment("2023-12-01 00:00", Precision.MONTH),
                source="https://www.gov.uk/nap6",
                note="The month only.",
            ),
            Claim(what="plan ended", moment=moment("2025-01-01 00:00", Precision.YEAR), source=None),
            Claim(what="next review", moment=None, source="javascript:alert(1)"),
        )
    )
    found = shown(told)

    assert rows(found) == [
        ["Plan published", "18 December 2023", "opengovernment.org.uk", ""],
        ["Plan published", "December 2023", "gov.uk", "The month only."],
        ["Plan ended", "2025", "not yet sourced", ""],
        ["Next review", "not known", "not yet sourced", ""],
    ]
    assert found.xpath("//tbody//a/@href") == [
        "https://www.opengovernment.org.uk/nap6/",
        "https://www.gov.uk/nap6",
    ]
    assert found.xpath("//tbody//time/@datetime") == ["2023-12-18", "2023-12", "2025"]


def test_the_page_carries_our_words_our_dates_and_our_licence() -> None:
    told = record(
        summary="Four commitments.", content="<h1>Aims</h1><p>To <em>open</em> up.</p>", language="cy"
    )
    held = holding(
        told,
        labels=labels(type="action-plan"),
        first_seen=instant("2026-06-01 09:00"),
        updated=instant("2026-06-03 09:00"),
    )
    found = page(edition(held), PATH)
    text = words(found.find(".//main"))

    assert words(found.find(".//h1")) == "Sixth plan"
    assert "Cabinet Office Action plan first seen 1 June 2026 updated 3 June 2026" in text
    assert "Four commitments." in text
    assert words(found.find(".//h3")) == "Aims"
    assert words(found.find(".//em")) == "open"
    assert "CC0 1.0: Our own words, given to the public domain under CC0 1.0." in text
    assert "This is not an official site." in words(found.find(".//header"))
    assert found.xpath("//h1/@lang") == ["cy"]
    assert words(found.find(".//title")) == "Sixth plan · UK open government: updates"


def test_the_page_reaches_style_feeds_and_front_page_from_its_folder() -> None:
    found = shown(record())

    assert found.xpath("//link[@rel='stylesheet']/@href") == ["../style.css"]
    assert found.xpath("//link[@rel='alternate']/@href") == ["../feed.atom", "../all.atom"]
    assert found.xpath("//header//a/@href") == ["../index.html"]
    assert found.xpath("//link[@rel='canonical']/@href") == [
        "https://updates.example.org/records/uk-nap6.html"
    ]


def test_attachments_are_listed_and_sources_are_not_listed_twice() -> None:
    told = record(
        links=(
            Link(href="https://www.gov.uk/slides.pdf", rel="enclosure", title="Slides"),
            Link(href="https://www.gov.uk/nap6", rel="via"),
            Link(href="https://www.gov.uk/untitled.pdf", rel="enclosure"),
        )
    )
    attached = shown(told).xpath("//section[@aria-labelledby='files-title']//a")

    assert [(words(link), link.get("href")) for link in attached] == [
        ("Slides", "https://www.gov.uk/slides.pdf"),
        ("https://www.gov.uk/untitled.pdf", "https://www.gov.uk/untitled.pdf"),
    ]


def test_what_a_record_does_not_have_leaves_no_empty_heading() -> None:
    headings = shown(record(summary="", content="")).xpath("//main//h2")

    assert headings == []


def test_words_under_a_licence_that_is_not_known_are_left_out() -> None:
    found = shown(record(licence="unknown", summary="Their words.", content="<p>Their words.</p>"))

    assert "Their words." not in words(found)
    assert "Licence not known: title, link and date only." in words(found)


def test_the_front_page_links_the_record_as_ours() -> None:
    line = page(edition(holding(record()))).get_element_by_id("news").find(".//li")

    assert line.xpath(".//a/@href") == [PATH]
    assert words(line).endswith("our record")


def test_a_document_with_a_page_of_its_own_gets_none_of_ours() -> None:
    made = paths(edition(holding()))

    assert [path for path in made if path.startswith("records/")] == []
