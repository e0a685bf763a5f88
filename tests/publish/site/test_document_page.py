"""The page of a document: its text, every date with its source, its history, its reasons, its citation."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from aggregator.model import Claim, Entry, Link, Precision, Revision, Snapshot
from aggregator.publish import make_artifacts
from aggregator.publish.presentation.paths import document_page_path
from tests.publish.feed_readers import read_page, table_rows, visible_text
from tests.publish.full_snapshot import PLAN_URL, make_full_snapshot, make_plan
from tests.publish.test_validators import make_revised_carrier
from tests.support.builders import (
    instant,
    make_carrier,
    make_document,
    make_entry,
    make_labels,
    make_snapshot,
    moment,
)

PATH = "records/uk-nap6.html"


def make_record(**changes: Any) -> Entry:
    """A record without a page of its own."""
    return make_entry("record:uk-nap6", **{"url": None, "licence": "own", "title": "Sixth plan", **changes})


def record_page(entry: Entry) -> Any:
    """The record's page."""
    return read_page(make_snapshot(make_document(entry)), PATH)


def test_conflicting_dates_have_a_row_each_with_its_source() -> None:
    entry = make_record(
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
    root = record_page(entry)

    assert table_rows(root)[1:5] == [
        ["Plan published", "18 December 2023", "opengovernment.org.uk", ""],
        ["Plan published", "December 2023", "gov.uk", "The month only."],
        ["Plan ended", "2025", "not yet sourced", ""],
        ["Next review", "not known", "not yet sourced", ""],
    ]
    assert root.xpath("//tbody//a/@href") == [
        "https://www.opengovernment.org.uk/nap6/",
        "https://www.gov.uk/nap6",
    ]
    assert root.xpath("//tbody//time/@datetime")[1:4] == ["2023-12-18", "2023-12", "2025"]


def test_the_page_of_a_record_has_its_text_our_dates_and_our_licence() -> None:
    entry = make_record(
        summary="Four commitments.", content="<h1>Aims</h1><p>To <em>open</em> up.</p>", language="cy"
    )
    document = make_document(
        entry,
        labels=make_labels(type="action-plan"),
        first_seen=instant("2026-06-01 09:00"),
        updated=instant("2026-06-03 09:00"),
    )
    root = read_page(make_snapshot(document), PATH)
    text = visible_text(root.find(".//main"))

    assert visible_text(root.find(".//h1")) == "Sixth plan"
    assert "Sixth plan Cabinet Office Action plan 2 June 2026, 09:15 Cymraeg" in text
    assert table_rows(root)[1:] == [
        ["First seen by us", "1 June 2026, 10:00", "this site", ""],
        ["Changed in substance", "3 June 2026, 10:00", "this site", ""],
    ]
    assert "Four commitments." in text
    assert visible_text(root.find(".//h3")) == "Aims"
    assert visible_text(root.find(".//em")) == "open"
    assert "CC0 1.0: Our own words, given to the public domain under CC0 1.0." in text
    assert "This is not an official site." in visible_text(root.find(".//header"))
    assert root.xpath("//h1/@lang") == ["cy"]
    assert visible_text(root.find(".//title")) == "Sixth plan · UK open government: updates"


def test_the_page_reaches_style_feeds_and_front_page_from_its_folder() -> None:
    root = record_page(make_record())

    assert root.xpath("//link[@rel='stylesheet']/@href") == ["../style.css"]
    assert root.xpath("//link[@rel='alternate']/@href") == ["../feed.atom", "../all.atom"]
    assert root.xpath("//header//a/@href")[:3] == ["../index.html", "../index.html", "../browse.html"]
    assert root.xpath("//link[@rel='canonical']/@href") == [
        "https://updates.example.org/records/uk-nap6.html"
    ]


def test_attachments_are_listed_and_sources_are_not_listed_twice() -> None:
    entry = make_record(
        links=(
            Link(href="https://www.gov.uk/slides.pdf", rel="enclosure", title="Slides"),
            Link(href="https://www.gov.uk/nap6", rel="via"),
            Link(href="https://www.gov.uk/untitled.pdf", rel="enclosure"),
        )
    )
    links = record_page(entry).xpath("//section[@aria-labelledby='files-title']//a")

    assert [(visible_text(link), link.get("href")) for link in links] == [
        ("Slides", "https://www.gov.uk/slides.pdf"),
        ("https://www.gov.uk/untitled.pdf", "https://www.gov.uk/untitled.pdf"),
    ]


def test_what_a_record_does_not_have_leaves_no_empty_heading() -> None:
    headings = record_page(make_record(summary="", content="")).xpath("//main//h2")

    assert [visible_text(heading) for heading in headings] == [
        "Dates and where they come from",
        "Who carries it",
        "Why is this here",
        "How to cite it",
        "Licence",
    ]


def test_text_under_a_licence_that_is_not_known_is_left_out() -> None:
    root = record_page(make_record(licence="unknown", summary="Their words.", content="<p>Their words.</p>"))

    assert "Their words." not in visible_text(root)
    assert "Licence not known: title, link and date only." in visible_text(root)


def test_the_front_page_links_the_record_as_ours() -> None:
    row = read_page(make_snapshot(make_document(make_record()))).get_element_by_id("news").find(".//li")

    assert row.xpath("./a/@href") == [PATH]
    assert visible_text(row).endswith("our record")


def document_page(snapshot: Snapshot, url: str = PLAN_URL) -> Any:
    """The page of the document that has this address."""
    return read_page(
        snapshot,
        next(
            document_page_path(document.entry) for document in snapshot.documents if document.entry.url == url
        ),
    )


def test_every_date_of_every_carrier_is_shown_with_its_source() -> None:
    assert table_rows(document_page(make_full_snapshot())) == [
        ["Published", "3 June 2026, 10:00", "The network's list", "no time zone given; read as London time"],
        ["Published", "4 June 2026, 10:30", "Cabinet Office on GOV.UK", ""],
        ["Updated", "2 June 2026, 09:15", "Cabinet Office on GOV.UK; The network's list", ""],
        ["Closes", "26 June 2026", "Cabinet Office on GOV.UK; The network's list", ""],
        ["First seen by us", "4 June 2026, 11:00", "this site", ""],
        ["Changed in substance", "5 June 2026, 10:00", "this site", ""],
        ["Aims The plan has five commitments.", "Aims The plan has six commitments."],
        ["nothing", "26 June 2026"],
    ]


def test_the_page_links_the_original_and_an_archived_copy_and_says_how_to_cite_it() -> None:
    root = document_page(make_full_snapshot())
    official, copy = root.xpath("//p[@class='official']/a")

    assert (official.get("href"), visible_text(official)) == (PLAN_URL, "Original on gov.uk")
    assert copy.get("href") == f"https://web.archive.org/web/20260604100000/{PLAN_URL}"
    assert visible_text(root.xpath("//p[@class='cite']")[0]) == (
        "Cabinet Office, “Seventh National Action Plan”, 4 June 2026, 10:30. https://www.gov.uk/plan. "
        "Recorded by UK open government: updates, first seen 4 June 2026, "
        f"https://updates.example.org/entries/{make_plan().id.removeprefix('urn:uuid:')}.html"
    )
    assert make_plan().id in visible_text(root)


def test_the_page_says_who_carries_it_why_it_is_here_and_what_it_is_about() -> None:
    root = document_page(make_full_snapshot())

    assert [
        visible_text(item) for item in root.xpath("//section[@aria-labelledby='carriers-title']//li")
    ] == [
        "Cabinet Office on GOV.UK, first seen there 4 June 2026",
        "The network's list, first seen there 5 June 2026, as 7th action plan",
    ]
    assert [visible_text(item) for item in root.xpath("//ul[@class='reasons']/li")] == [
        "“national action plan” in the title the topic: the open government process 18 points",
        "“action plan” in the title the type: action plan",
        "“Seventh National Action Plan” in the title the plan: UK national action plan from 2026",
    ]
    assert [(visible_text(item), item.get("href")) for item in root.xpath("//dl[@class='labels']//a")] == [
        ("the open government process", "../topics/process.html"),
        ("UK national action plan from 2026", "../plans/NAP7.html"),
        ("Government Digital Service", "../bodies/gds.html"),
    ]
    assert visible_text(root.xpath("//section[@aria-labelledby='files-title']")[0]) == (
        "Attachments The plan (application/pdf, 52 kB)"
    )


def test_a_change_is_shown_side_by_side_with_the_publishers_note_and_the_hash() -> None:
    changed = document_page(make_full_snapshot()).xpath("//section[@aria-labelledby='history-title']")[0]

    assert [visible_text(item) for item in changed.xpath(".//del | .//ins")] == [
        "five",
        "six",
        "26 June 2026",
    ]
    assert [visible_text(item) for item in changed.xpath(".//h3")] == [
        "In the publisher’s words",
        "Seen 5 June 2026, 10:00: text, closing date",
    ]
    assert "5 June 2026, 09:00: A sixth commitment was added." in visible_text(changed)
    assert f"SHA-256 of the answer: {'ab' * 32}" in visible_text(changed)


def test_under_a_licence_that_is_not_known_only_title_link_dates_and_labels_are_shown() -> None:
    root = document_page(make_full_snapshot(), "https://ogn.example/post")

    assert visible_text(root.find(".//h1")) == "Make your ideas count"
    assert root.xpath("//p[@class='official']/a/@href")[0] == "https://ogn.example/post"
    assert "Their" not in visible_text(root)
    assert "Seen 1 March 2026, 10:00: text" in visible_text(root)
    assert "The licence does not let us show" in visible_text(root)


def test_a_change_shows_nothing_of_a_text_whose_licence_was_not_known_before_it() -> None:
    before = make_entry(text="Their own words.", licence="unknown")
    after = replace(before, text="Other words.", licence="OGL-3.0")
    first = make_carrier(before)
    second = Revision(entry=after, number=2, seen_at=instant("2026-06-06 09:00"), parts=("text",))
    changed = replace(first, entry=after, revisions=(*first.revisions, second))

    root = document_page(make_snapshot(make_document(after, carriers=(changed,))), after.url or "")

    assert "Seen 6 June 2026, 10:00: text" in visible_text(root)
    assert "Their own words." not in visible_text(root)


def test_what_was_taken_away_says_so_and_stays_readable_in_its_language() -> None:
    root = document_page(make_full_snapshot(), "https://www.gov.wales/drafft")

    assert "The publisher has withdrawn this document; its page says so." in visible_text(
        root.xpath("//section[@class='notice']")[0]
    )
    assert "Tynnwyd." in visible_text(root)
    assert root.xpath("//h1/@lang | //p[@class='lede']/@lang") == ["cy", "cy"]
    assert ["Taken away", "1 June 2026", "the publisher", ""] in table_rows(root)


def test_where_the_licence_is_not_known_the_publishers_reason_for_a_removal_is_left_out() -> None:
    withdrawn = make_revised_carrier()

    root = document_page(
        make_full_snapshot(
            make_document(
                replace(withdrawn.entry, licence="unknown"), carriers=(withdrawn,), removal=withdrawn.removal
            )
        ),
        "https://www.gov.uk/a-plan",
    )

    assert "The publisher has withdrawn this document; its page says so." in visible_text(root)
    assert "Replaced." not in visible_text(root)


def test_a_document_names_its_body_as_it_was_called_on_its_day() -> None:
    old = make_entry("https://www.gov.uk/old", published=moment("2019-12-31 10:00"))
    snapshot = make_full_snapshot(make_document(old))

    assert visible_text(
        document_page(snapshot, "https://www.gov.uk/old").xpath("//span[@class='body']")[0]
    ) == ("Office of the Cabinet")


def test_a_later_day_or_another_document_changes_no_page_of_a_document() -> None:
    more = make_document(make_entry("https://www.gov.uk/more", title="More"))
    before = {item.path: item.payload for item in make_artifacts(make_full_snapshot())}
    later = replace(make_full_snapshot(more), at=instant("2026-09-01 12:00"))
    after = {item.path: item.payload for item in make_artifacts(later)}

    documents = [path for path in before if path.startswith(("entries/", "records/"))]
    assert len(documents) == 6
    assert all(before[path] == after[path] for path in documents)


def test_the_page_describes_itself_to_programs_in_the_terms_of_schema_org() -> None:
    (script,) = document_page(make_full_snapshot()).xpath("//script[@type='application/ld+json']")
    data = json.loads(script.text)["mainEntity"]

    assert data["url"] == PLAN_URL
    assert data["publisher"]["name"] == "Cabinet Office"
    assert data["datePublished"] == "2026-06-04T10:30+01:00"


def test_the_description_for_programs_escapes_markup() -> None:
    snapshot = make_snapshot(make_document(make_entry(title="</script><script>alert(1)</script>")))
    payload = next(item.payload for item in make_artifacts(snapshot) if item.path.startswith("entries/"))

    assert payload.count(b"<script") == 1
    assert b"\\u003c/script\\u003e" in payload
