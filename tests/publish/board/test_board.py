"""The board as it is published: what stands on its pages, in its data and in its feed of silences."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import feedparser
from lxml import html as HTML

from aggregator.model import Check, Coverage, CoverageGap, RuleResult, Silence, Snapshot
from aggregator.publish import artifacts
from tests.publish.board.boards import observed, process_line, proof, rule, turn
from tests.support.builders import edition, entry, holding, labels


def made(told: Snapshot) -> dict[str, bytes]:
    return {artifact.path: artifact.payload for artifact in artifacts(told)}


def page(told: Snapshot, path: str) -> Any:
    return HTML.fromstring(made(told)[path].decode())


def words(node: Any) -> str:
    return " ".join(node.text_content().split())


def test_without_a_process_there_is_no_board() -> None:
    files = made(edition())
    assert not [path for path in files if "board" in path or "silence" in path]
    assert b"The board" not in files["index.html"]


def test_the_front_table_stands_first_and_leads_to_the_rules() -> None:
    first = page(observed(), "index.html").find(".//main").findall("section")[0]
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


def test_each_rule_stands_with_its_basis_and_its_evidence_one_click_away() -> None:
    rows = page(observed(), "board/here.html").xpath("//section[@aria-labelledby='rules']//tbody/tr")
    assert [row.get("id") for row in rows] == ["R1.1", "R2.1", "C2", "P1"]
    first = words(rows[0])
    assert "overdue by 12 days" in first
    assert "not on an official page" in first
    assert rows[0].findall(".//td//a")[0].get("href") == "https://www.gov.uk/a"
    assert "Our own mark." in words(rows[2])
    below = page(observed(), "board/here.html").xpath("//section[@aria-labelledby='rules']/p")
    assert words(below[0]) == "These do not bind it: R5.1."


def test_a_meeting_is_shown_with_its_lag_and_what_conflicts() -> None:
    (row,) = page(observed(), "board/here.html").xpath("//section[@aria-labelledby='meetings']//tbody/tr")
    assert words(row.find("th")) == "2 January 2026 Conflict: Plan published: 2 January 2025"
    cells = [words(cell) for cell in row.findall("td")]
    assert cells[:5] == ["9 January 2026", "7 days", "no", "not told", "1 July 2026"]
    assert row.findall("td")[5].find(".//a").get("href") == "../records/a.html"


def test_a_plan_shows_every_claim_with_source_and_which_is_used() -> None:
    rows = page(observed(), "plans/a-plan.html").xpath("//section[@aria-labelledby='claims']//tbody/tr")
    told = [words(row) for row in rows]
    assert told[0].startswith(
        "1. Plan published used: Plan published 15 January 2024 gov.uk public since: not known"
    )
    assert told[1].startswith("2. Plan published not used 15 February 2024 gov.uk")
    assert "not known not sourced public since: not known; read 1 June 2026" in told[2]
    (one,) = page(observed(), "plans/a-plan.html").xpath(
        "//section[@aria-labelledby='commitments']//tbody/tr"
    )
    assert [words(cell) for cell in one.findall("td")][:4] == [
        "Plan published",
        "Plan published",
        "Plan published",
        "5 May 2025 Milestone: Plan published: 1 January 2027, after the plan’s end",
    ]


def test_a_plan_has_one_page_with_the_updates_that_name_it_and_its_feed() -> None:
    named = holding(
        entry("https://www.gov.uk/named", title="It names the plan"), labels=labels(plans=("a-plan",))
    )
    other = holding(entry("https://www.gov.uk/other", title="It does not"))
    files = made(replace(observed(), holdings=(named, other), plans={"a-plan": "The plan"}))
    assert [path for path in files if "a-plan" in path and path.endswith("html")] == ["plans/a-plan.html"]
    shown = HTML.fromstring(files["plans/a-plan.html"].decode())
    assert [
        words(one) for one in shown.xpath("//section[@aria-labelledby='updates']//a[@class='title']")
    ] == ["It names the plan"]
    feed = shown.xpath("//link[@type='application/atom+xml']/@href")[0]
    assert feed == "../plans/a-plan.atom"
    assert [one.title for one in feedparser.parse(files["plans/a-plan.atom"]).entries] == [
        "It names the plan"
    ]
    assert b"plans/a-plan.html</loc>" in files["sitemaps/pages.xml"]


def test_a_finding_and_what_is_no_record_are_worded_as_what_they_are() -> None:
    against = Check(rule=rule("P2"), standing=RuleResult.NOT_MET, days=303, why="so it was found")
    silence = replace(process_line().silence, other=proof("Spending over £25,000"))
    shown = page(observed(checks=(against,), silence=silence), "board/here.html")
    (row,) = shown.xpath("//section[@aria-labelledby='rules']//tbody/tr")
    assert "not met, found 303 days ago" in words(row)
    assert "Newer, but no record of the process: Spending over £25,000" in words(shown.find(".//main"))


def test_the_times_in_which_we_could_not_read_are_told() -> None:
    gaps = (
        CoverageGap(source="One", since=date(2026, 1, 1), until=date(2026, 1, 9), breaks=False),
        CoverageGap(source="Two", since=date(2026, 2, 1), until=date(2026, 4, 9), breaks=True),
    )
    told = observed(watch=replace(process_line().watch, gaps=gaps))
    shown = page(told, "board/here.html").xpath("//section[@aria-labelledby='looked']//li")
    assert [words(one) for one in shown][1:] == [
        "Two: from 1 February 2026 to 9 April 2026; the watch began anew behind it",
        "One: from 1 January 2026 to 9 January 2026",
    ]
    (process,) = json.loads(made(told)["board.json"])["processes"]
    assert process["watch"]["gaps"][1] == {
        "source": "Two",
        "since": "2026-02-01",
        "until": "2026-04-09",
        "watch_began_anew": True,
    }


def test_a_timeline_is_a_picture_with_words_and_its_table_says_the_same() -> None:
    drawn = page(observed(), "plans/a-plan.html").find(".//svg")
    assert drawn.get("role") == "img"
    assert drawn.xpath("./title")[0].text == "Dates of this plan"
    assert [node.text for node in drawn.xpath("./g/text")] == ["1", "2"]
    assert [node.get("class") for node in drawn.xpath("./g")] == ["used", "claim"]
    assert [node.text for node in drawn.xpath("./text")] == ["2024", "2025"]


def test_marks_stand_in_the_order_of_their_dates_and_inside_the_picture() -> None:
    drawn = page(observed(), "plans/a-plan.html").find(".//svg")
    places = [int(node.get("cx")) for node in drawn.xpath("./g/circle")]
    assert places == sorted(places)
    assert all(40 <= x <= 960 for x in places)


def test_what_could_not_be_read_is_named_and_never_called_silence() -> None:
    unread = Coverage(
        looked=("One", "Two"),
        began=date(2026, 5, 1),
        since=date(2026, 5, 1),
        gaps=(),
        unread=("Two",),
        unread_since=date(2026, 6, 1),
    )
    silence = Silence(last=proof(), days=147, observed=None, reconstructed=False, check=None)
    text = words(page(observed(watch=unread, silence=silence), "board/here.html").find(".//main"))
    assert "Whether there is a newer one cannot be told." in text
    assert "not read since 1 June 2026: Two." in text
    assert "147 days" not in text


def test_the_data_has_its_version_and_every_statement_its_source() -> None:
    data = json.loads(made(observed())["board.json"])
    assert (data["version"], data["day"], data["official"]) == (1, "2026-06-05", False)
    (process,) = data["processes"]
    assert process["silence"] == {
        "last": {
            "title": "Plan published",
            "url": "https://www.gov.uk/a",
            "date": "2026-01-09",
            "official": True,
            "note": "",
        },
        "days": 147,
        "watched_days": 4,
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
    assert [one["date"] for one in commitment["due_after_the_plan"]] == ["2027-01-01"]
    assert process["plans"][0]["page"] == "https://updates.example.org/plans/a-plan.html"
    check = process["checks"][0]
    assert (check["rule"], check["standing"], check["days"]) == ("R1.1", "overdue", 12)
    assert check["source"] == "https://www.opengovpartnership.org/rule"
    assert [one["used"] for one in process["plans"][0]["claims"]] == [True, False, False]
    (meeting,) = process["meetings"]
    assert meeting["evidence"][0]["url"] == "https://updates.example.org/records/a.html"
    assert (meeting["lag"], meeting["names"], meeting["slides"]) == (7, False, None)


def test_a_silence_is_news_when_it_begins_and_when_it_ends_and_not_in_between() -> None:
    begun = turn(date(2026, 6, 2))
    ended = turn(date(2026, 6, 4), ended=True, days=186)
    feed = feedparser.parse(made(observed(turns=(begun, ended)))["silence.atom"])
    assert not feed.bozo
    assert [(one.title, one.updated) for one in feed.entries] == [
        ("Plan published: a new meeting on record after 186 days", "2026-06-03T23:00:00+00:00"),
        ("Plan published: no meeting on record found for 184 days", "2026-06-01T23:00:00+00:00"),
    ]
    assert feed.entries[0].link == "https://www.gov.uk/new"
    assert feed.entries[1].link == "https://updates.example.org/board/here.html"
    assert "The last one that we hold is of 9 January 2026: A record." in feed.entries[1].summary
    assert "please tell us" in feed.entries[1].summary
    again = feedparser.parse(made(observed(turns=(begun,)))["silence.atom"])
    assert again.entries[0].id == feed.entries[1].id


def test_silences_come_in_every_form_of_feed_and_the_board_announces_them() -> None:
    hub = "https://hub.example.org/"
    told = observed(turns=(turn(date(2026, 6, 2)),))
    files = made(replace(told, site=replace(told.site, hubs=(hub,))))
    atom, rss = (feedparser.parse(files[f"silence.{suffix}"]) for suffix in ("atom", "rss"))
    read = json.loads(files["silence.json"])
    assert not rss.bozo
    assert rss.entries[0].id == atom.entries[0].id == read["items"][0]["id"]
    assert rss.entries[0].title == atom.entries[0].title == read["items"][0]["title"]
    assert hub in [one.href for one in atom.feed.links if one.rel == "hub"]
    head = page(told, "board.html").xpath(".//link[@rel='alternate']/@href")
    assert head[:3] == ["silence.atom", "silence.json", "silence.rss"]


def test_a_feed_without_a_silence_stays_as_it_is() -> None:
    first, second = made(observed())["silence.atom"], made(observed("Other words"))["silence.atom"]
    assert first == second
    assert feedparser.parse(first).feed.updated == "2026-11-23T00:00:00+00:00"


def test_a_process_without_anything_has_its_page() -> None:
    empty = process_line(plans=(), checks=(), meetings=(), deadlines=(), habits=())
    bare = observed(plans=(), checks=(), meetings=(), deadlines=(), habits=(), silence=empty.silence)
    assert "No plan is known to us by this day." in words(page(bare, "board/here.html"))
    assert "None of the rules that we know binds it by itself." in words(page(bare, "board.html"))
