"""The published board: its pages, its JSON and its feed of silences."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import feedparser
from lxml import html as HTML

from aggregator.model import Coverage, CoverageGap, RuleCheck, RuleResult, Silence, Snapshot
from aggregator.publish import make_artifacts
from tests.publish.board.boards import (
    make_board_snapshot,
    make_evidence,
    make_process_report,
    make_rule,
    make_silence_event,
)
from tests.support.builders import make_document, make_entry, make_labels, make_snapshot


def published_files(snapshot: Snapshot) -> dict[str, bytes]:
    return {artifact.path: artifact.payload for artifact in make_artifacts(snapshot)}


def page(snapshot: Snapshot, path: str) -> Any:
    return HTML.fromstring(published_files(snapshot)[path].decode())


def words(node: Any) -> str:
    return " ".join(node.text_content().split())


def test_without_a_process_there_is_no_board() -> None:
    files = published_files(make_snapshot())
    assert not [path for path in files if "board" in path or "silence" in path]
    assert b"The board" not in files["index.html"]


def test_the_board_is_the_first_section_of_the_front_page_and_links_its_rules() -> None:
    first = page(make_board_snapshot(), "index.html").find(".//main").findall("section")[0]
    assert first.get("id") == "board"
    cells = [words(cell) for cell in first.findall(".//tbody/tr/td")]
    assert cells[0].startswith("Plan published: being carried out, 872 days, since 15 January 2024.")
    assert (
        "The last record that we hold is of 9 January 2026, 147 days ago, of which we watched 4 days"
        in cells[0]
    )
    assert "Next: 5 July 2026, in 30 days." in cells[0]
    assert cells[1:] == [
        "overdue by 12 days",
        "cannot tell since 1 May 2026",
        "past our own mark by 3 days",
        "no rule",
        "due in 30 days",
    ]
    assert first.find(".//tbody//td/a").get("href") == "board/here.html#R1.1"


def test_each_rule_shows_its_basis_and_links_its_evidence() -> None:
    rows = page(make_board_snapshot(), "board/here.html").xpath(
        "//section[@aria-labelledby='rules']//tbody/tr"
    )
    assert [row.get("id") for row in rows] == ["R1.1", "R2.1", "C2", "P1"]
    first = words(rows[0])
    assert "overdue by 12 days" in first
    assert "not on an official page" in first
    assert rows[0].findall(".//td//a")[0].get("href") == "https://www.gov.uk/a"
    assert "Our own mark." in words(rows[2])
    below = page(make_board_snapshot(), "board/here.html").xpath("//section[@aria-labelledby='rules']/p")
    assert words(below[0]) == "These do not bind it: R5.1."


def test_a_meeting_is_shown_with_its_lag_and_what_conflicts() -> None:
    (row,) = page(make_board_snapshot(), "board/here.html").xpath(
        "//section[@aria-labelledby='meetings']//tbody/tr"
    )
    assert words(row.find("th")) == "2 January 2026 Conflict: Plan published: 2 January 2025"
    cells = [words(cell) for cell in row.findall("td")]
    assert cells[:5] == ["9 January 2026", "7 days", "no", "not told", "1 July 2026"]
    assert row.findall("td")[5].find(".//a").get("href") == "../records/a.html"


def test_a_plan_shows_every_claim_with_source_and_which_is_used() -> None:
    rows = page(make_board_snapshot(), "plans/a-plan.html").xpath(
        "//section[@aria-labelledby='claims']//tbody/tr"
    )
    texts = [words(row) for row in rows]
    assert texts[0].startswith(
        "1. Plan published used: Plan published 15 January 2024 gov.uk public since: not known"
    )
    assert texts[1].startswith("2. Plan published not used 15 February 2024 gov.uk")
    assert "not known not sourced public since: not known; read 1 June 2026" in texts[2]
    (commitment_row,) = page(make_board_snapshot(), "plans/a-plan.html").xpath(
        "//section[@aria-labelledby='commitments']//tbody/tr"
    )
    assert [words(cell) for cell in commitment_row.findall("td")][:4] == [
        "Plan published",
        "Plan published",
        "Plan published",
        "5 May 2025 Milestone: Plan published: 1 January 2027, after the plan’s end",
    ]


def test_a_plan_has_one_page_with_the_updates_that_name_it_and_its_feed() -> None:
    named = make_document(
        make_entry("https://www.gov.uk/named", title="It names the plan"),
        labels=make_labels(plans=("a-plan",)),
    )
    other = make_document(make_entry("https://www.gov.uk/other", title="It does not"))
    files = published_files(
        replace(make_board_snapshot(), documents=(named, other), plans={"a-plan": "The plan"})
    )
    assert [path for path in files if "a-plan" in path and path.endswith("html")] == ["plans/a-plan.html"]
    plan_page = HTML.fromstring(files["plans/a-plan.html"].decode())
    assert [
        words(element)
        for element in plan_page.xpath("//section[@aria-labelledby='updates']//a[@class='title']")
    ] == ["It names the plan"]
    feed = plan_page.xpath("//link[@type='application/atom+xml']/@href")[0]
    assert feed == "../plans/a-plan.atom"
    assert [element.title for element in feedparser.parse(files["plans/a-plan.atom"]).entries] == [
        "It names the plan"
    ]
    assert b"plans/a-plan.html</loc>" in files["sitemaps/pages.xml"]


def test_the_finding_of_an_assessor_and_a_document_that_is_no_record_are_named_as_such() -> None:
    against = RuleCheck(rule=make_rule("P2"), result=RuleResult.NOT_MET, days=303, why="so it was found")
    silence = replace(make_process_report().silence, other_document=make_evidence("Spending over £25,000"))
    shown = page(make_board_snapshot(checks=(against,), silence=silence), "board/here.html")
    (row,) = shown.xpath("//section[@aria-labelledby='rules']//tbody/tr")
    assert "not met, found 303 days ago" in words(row)
    assert "Newer, but no record of the process: Spending over £25,000" in words(shown.find(".//main"))


def test_gaps_in_coverage_are_listed() -> None:
    gaps = (
        CoverageGap(source="One", since=date(2026, 1, 1), until=date(2026, 1, 9), restarts_coverage=False),
        CoverageGap(source="Two", since=date(2026, 2, 1), until=date(2026, 4, 9), restarts_coverage=True),
    )
    snapshot = make_board_snapshot(coverage=replace(make_process_report().coverage, gaps=gaps))
    items = page(snapshot, "board/here.html").xpath("//section[@aria-labelledby='looked']//li")
    assert [words(item) for item in items][1:] == [
        "Two: from 1 February 2026 to 9 April 2026; the watch began anew behind it",
        "One: from 1 January 2026 to 9 January 2026",
    ]
    (process,) = json.loads(published_files(snapshot)["board.json"])["processes"]
    assert process["watch"]["gaps"][1] == {
        "source": "Two",
        "since": "2026-02-01",
        "until": "2026-04-09",
        "watch_began_anew": True,
    }


def test_a_timeline_is_a_picture_with_text_and_numbers_its_points_as_the_table_does() -> None:
    drawn = page(make_board_snapshot(), "plans/a-plan.html").find(".//svg")
    assert drawn.get("role") == "img"
    assert drawn.xpath("./title")[0].text == "Dates of this plan"
    assert [node.text for node in drawn.xpath("./g/text")] == ["1", "2"]
    assert [node.get("class") for node in drawn.xpath("./g")] == ["used", "claim"]
    assert [node.text for node in drawn.xpath("./text")] == ["2024", "2025"]


def test_points_are_in_the_order_of_their_dates_and_inside_the_picture() -> None:
    drawn = page(make_board_snapshot(), "plans/a-plan.html").find(".//svg")
    places = [int(node.get("cx")) for node in drawn.xpath("./g/circle")]
    assert places == sorted(places)
    assert all(40 <= x <= 960 for x in places)


def test_what_could_not_be_read_is_named_and_never_called_silence() -> None:
    unread = Coverage(
        sources=("One", "Two"),
        first_read=date(2026, 5, 1),
        since=date(2026, 5, 1),
        gaps=(),
        unreadable=("Two",),
        unreadable_since=date(2026, 6, 1),
    )
    silence = Silence(last=make_evidence(), days=147, observed_days=None, reconstructed=False, check=None)
    text = words(
        page(make_board_snapshot(coverage=unread, silence=silence), "board/here.html").find(".//main")
    )
    assert "We could not check for newer records." in text
    assert "not read since 1 June 2026: Two." in text
    assert "147 days" not in text


def test_the_data_has_its_version_and_every_statement_its_source() -> None:
    data = json.loads(published_files(make_board_snapshot())["board.json"])
    assert (data["version"], data["day"], data["official"]) == (1, "2026-06-05", False)
    (process,) = data["processes"]
    assert process["silence"] == {
        "last": {
            "title": "Plan published",
            "url": "https://www.gov.uk/a",
            "date": "2026-01-09",
            "no_later_than_date": False,
            "official": True,
            "note": "",
        },
        "days": 147,
        "watched_days": 4,
        "quiet": [],
        "reconstructed": True,
        "rule": None,
        "newer_but_no_record": None,
    }
    (commitment,) = process["plans"][0]["commitments"]
    assert (commitment["said"], commitment["completion"], commitment["updated"]) == (
        "Plan published",
        "Plan published",
        "2025-05-05",
    )
    assert [claim["date"] for claim in commitment["due_after_the_plan"]] == ["2027-01-01"]
    assert process["plans"][0]["page"] == "https://updates.example.org/plans/a-plan.html"
    check = process["checks"][0]
    assert (check["rule"], check["standing"], check["days"]) == ("R1.1", "overdue", 12)
    assert check["source"] == "https://www.opengovpartnership.org/rule"
    assert [claim["used"] for claim in process["plans"][0]["claims"]] == [True, False, False]
    (meeting,) = process["meetings"]
    assert meeting["evidence"][0]["url"] == "https://updates.example.org/records/a.html"
    assert (meeting["lag"], meeting["names"], meeting["slides"]) == (7, False, None)


def test_a_silence_is_published_when_it_begins_and_when_it_ends_and_not_in_between() -> None:
    begun = make_silence_event(date(2026, 6, 2))
    ended = make_silence_event(date(2026, 6, 4), ended=True, days=186)
    feed = feedparser.parse(
        published_files(make_board_snapshot(silence_events=(begun, ended)))["silence.atom"]
    )
    assert not feed.bozo
    assert [(item.title, item.updated) for item in feed.entries] == [
        ("Plan published: a new meeting on record after 186 days", "2026-06-04T12:00:00+00:00"),
        ("Plan published: no meeting on record found for 184 days", "2026-06-02T12:00:00+00:00"),
    ]
    assert feed.entries[0].link == "https://www.gov.uk/new"
    assert feed.entries[1].link == "https://updates.example.org/board/here.html"
    assert "The last one that we hold is of 9 January 2026: A record." in feed.entries[1].summary
    assert "please tell us" in feed.entries[1].summary
    again = feedparser.parse(published_files(make_board_snapshot(silence_events=(begun,)))["silence.atom"])
    assert again.entries[0].id == feed.entries[1].id


def test_silences_are_in_every_feed_format_and_the_board_links_them() -> None:
    hub = "https://hub.example.org/"
    snapshot = make_board_snapshot(silence_events=(make_silence_event(date(2026, 6, 2)),))
    files = published_files(replace(snapshot, site=replace(snapshot.site, websub_hubs=(hub,))))
    atom, rss = (feedparser.parse(files[f"silence.{suffix}"]) for suffix in ("atom", "rss"))
    json_feed = json.loads(files["silence.json"])
    assert not rss.bozo
    assert rss.entries[0].id == atom.entries[0].id == json_feed["items"][0]["id"]
    assert rss.entries[0].title == atom.entries[0].title == json_feed["items"][0]["title"]
    assert hub in [link.href for link in atom.feed.links if link.rel == "hub"]
    head = page(snapshot, "board.html").xpath(".//link[@rel='alternate']/@href")
    assert head[:3] == ["silence.atom", "silence.json", "silence.rss"]


def test_a_feed_without_a_silence_does_not_change() -> None:
    first, second = (
        published_files(make_board_snapshot())["silence.atom"],
        published_files(make_board_snapshot("Other words"))["silence.atom"],
    )
    assert first == second
    assert feedparser.parse(first).feed.updated == "2026-11-23T00:00:00+00:00"


def test_a_process_without_anything_has_its_page() -> None:
    empty = make_process_report(plans=(), checks=(), meetings=(), deadlines=(), publishing_frequencies=())
    bare = make_board_snapshot(
        plans=(), checks=(), meetings=(), deadlines=(), publishing_frequencies=(), silence=empty.silence
    )
    assert "No plan is known to us by this day." in words(page(bare, "board/here.html"))
    assert "None of the rules that we know binds it by itself." in words(page(bare, "board.html"))
