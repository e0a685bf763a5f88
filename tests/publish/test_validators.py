"""What is published passes the validators that docs/outputs.md names, and a damaged copy of it does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePath
from typing import Any

import feedparser
import pytest

from aggregator.model import (
    Carrier,
    LabelOverride,
    Link,
    Precision,
    Relevance,
    Removal,
    RemovalKind,
    Retraction,
    Revision,
    Role,
    Snapshot,
)
from aggregator.publish import artifacts, export_tables
from tests.publish import validators
from tests.publish.feed_readers import payload
from tests.publish.test_hostile import HOSTILE, filled
from tests.publish.validators import VALIDATORS, validator
from tests.support.builders import (
    NOON,
    carrier,
    edition,
    entry,
    holding,
    instant,
    labels,
    moment,
    source,
    source_line,
)

PDF = Link(
    href="https://www.gov.uk/plan.pdf",
    rel="enclosure",
    type="application/pdf",
    title="The plan",
    length=1234,
)


def revised(text: str = "") -> Carrier:
    """A carrier that told a document twice, and then that it was withdrawn; `text` stands in every field."""
    first = entry(
        title=f"A plan{text}", text=f"Old words. The same.{text}", closes=moment("2026-07-01 11:00")
    )
    second = replace(first, text=f"New words. The same.{text}", closes=moment("2026-07-02 11:00"))
    taken = replace(
        second, removal=Removal(kind=RemovalKind.WITHDRAWN, note=f"Replaced.{text}", to=text or None)
    )
    told = (
        Revision(entry=first, number=1, seen_at=NOON),
        Revision(
            entry=second,
            number=2,
            seen_at=instant("2026-06-06 12:00"),
            parts=("text", "closing date"),
            note=f"Corrected.{text}",
        ),
        Revision(entry=taken, number=3, seen_at=instant("2026-06-07 12:00"), parts=("removed",)),
    )
    return replace(carrier(first), entry=taken, revisions=told, removed=taken.removal)


def rich(text: str = "") -> Snapshot:
    """An edition with something of everything."""
    told = revised(text)
    about = labels(topics=("open-data",), plans=("NAP6",), subjects=("cabinet-office",))
    plan = entry("https://b.example/", title=f"Pdf{text}", links=(PDF,), content="<p>Words</p>")
    held = (
        holding(told.entry, carriers=(told,), labels=about, removed=told.removed),
        holding(plan, labels=about),
        holding(entry("https://c.example/"), labels=replace(about, relevance=Relevance.BORDERLINE)),
    )
    return edition(
        *held,
        topics={"open-data": "Open data"},
        plans={"NAP6": "Sixth plan"},
        types={"news": "News"},
        roles=(Role(id="nap-lead", name="Lead", holders=()),),
        marks={
            plan.id: LabelOverride(why=f"Not about it{text}", at=NOON, relevance=Relevance.YES, topics=())
        },
        retractions=(Retraction(id="urn:uuid:1", at=NOON, why=f"A private person's name{text}"),),
    )


def judged(made: Snapshot) -> dict[str, list[str]]:
    """What the validators have to say of every file that one of them knows."""
    found = {}
    for artifact in artifacts(made):
        if validate := validator(artifact.path):
            found[artifact.path] = validate(artifact.payload)
    return found


def test_every_feed_calendar_and_list_is_valid() -> None:
    said = judged(rich())

    assert {path: wrong for path, wrong in said.items() if wrong} == {}
    assert {PurePath(path).suffix for path in said} == set(VALIDATORS)
    assert {
        *("feed.atom", "all.json", "borderline.rss", "changes.atom", "removed.atom", "corrections.atom"),
        *("bodies/cabinet-office.atom", "nations/uk.rss", "topics/open-data.json", "types/news.atom"),
        *("plans/NAP6.atom", "roles/nap-lead.atom", "calendar.ics", "bodies/cabinet-office.ics"),
    } <= said.keys()


def test_an_edition_without_anything_is_valid_too() -> None:
    assert {path: wrong for path, wrong in judged(edition()).items() if wrong} == {}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_in_every_field_is_valid_too(text: str) -> None:
    short = text[:20_000]  # normalise lets nothing longer through but content, and test_hostile tries that
    said = judged(filled(short)) | judged(rich(short))

    assert {path: wrong for path, wrong in said.items() if wrong} == {}


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("feed.atom", b"<id>", b"<identity>"),
        ("feed.atom", b"<updated>2026-", b"<updated>26-"),
        ("feed.atom", b"<name>A Volunteer</name>", b""),
        ("feed.atom", b'rel="via"', b'rel="alternate"'),
        ("feed.atom", b"</feed>", b""),
        ("feed.rss", b'isPermaLink="false"', b'isPermaLink="perhaps"'),
        ("feed.rss", b"<pubDate>", b"<pubDate>Someday, "),
        ("feed.rss", b'length="1234"', b'length="about 1 kB"'),
        ("feed.rss", b"<rss ", b'<rss lang="en" '),
        ("feed.json", b'"items"', b'"entries"'),
        ("feed.json", b'"mime_type"', b'"type"'),
        ("feed.json", b'"date_modified": "', b'"date_modified": "on '),
        ("feed.json", b"{", b"("),
        ("calendar.ics", b"UID:", b"X-UID:"),
        ("calendar.ics", b"\r\n", b"\n"),
        ("calendar.ics", b"END:VEVENT", b"END:VTODO"),
        ("calendar.ics", b"SUMMARY:", b"SUMMARY:" + b"x" * 80),
        ("calendar.ics", b"DTSTAMP:", b"X-STAMP:"),
        ("feeds.opml", b"xmlUrl=", b"url="),
        ("feeds.opml", b'type="rss"', b'type="feed"'),
        ("feeds.opml", b"<head>", b"<top>"),
    ],
)
def test_a_damaged_copy_is_found_out(path: str, old: bytes, new: bytes) -> None:
    sound = payload(rich(), path)
    validate = VALIDATORS[PurePath(path).suffix]

    assert old in sound
    assert validate(sound) == []
    assert validate(sound.replace(old, new)) != []


def test_the_description_of_the_exports_is_valid_and_a_damaged_copy_is_not() -> None:
    described = next(one.payload for one in export_tables(rich()) if one.path == "datapackage.json")

    assert validators.datapackage(described) == []
    assert validators.datapackage(described.replace(b'"type": "boolean"', b'"type": "yes or no"')) != []
    assert (
        validators.datapackage(described.replace(b'"path": "entries.csv"', b'"path": "/entries.csv"')) != []
    )


@pytest.mark.parametrize("read", [feedparser.parse], ids=["feedparser"])
@pytest.mark.parametrize("path", ["feed.atom", "feed.rss"])
def test_a_feed_reader_reads_back_every_link_with_relation_type_and_length(
    path: str, read: Callable[[bytes], Any]
) -> None:
    told = entry(
        published=moment("2026-06-02 08:15"),
        links=(PDF, Link(href="https://www.gov.uk/a-plan.csv", rel="enclosure", type="text/csv", length=9)),
    )
    other = source("other", title="Another feed", page="https://other.example/")
    made = edition(
        holding(told, carriers=(carrier(told), carrier(replace(told, source="other")))),
        sources=(source_line(), source_line(other)),
    )

    (found,) = read(payload(made, path)).entries
    links = {
        (link["rel"], link["href"], link.get("type"), link.get("length"))
        for link in found.links
        if link["rel"] != "alternate"
    }

    assert (found.id, found.link, found.title) == (told.id, "https://www.gov.uk/a-plan", "A plan")
    assert found.published_parsed[:5] == (2026, 6, 2, 8, 15)
    assert found.updated_parsed[:5] == (2026, 6, 5, 12, 0)
    page = f"https://updates.example.org/entries/{told.id.removeprefix('urn:uuid:')}.html"
    ogl = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
    assert {
        (rel, href, kind if rel in {"enclosure", "describedby"} else None, size)
        for rel, href, kind, size in links
    } == {
        ("via", "https://www.gov.uk/a-plan", None, None),
        ("license", ogl, None, None),
        ("enclosure", "https://www.gov.uk/plan.pdf", "application/pdf", "1234"),
        ("enclosure", "https://www.gov.uk/a-plan.csv", "text/csv", "9"),
        ("related", "https://other.example/", None, None),
        ("describedby", page, "text/html", None),
    }


def test_a_json_feed_tells_the_same_items_with_the_same_links() -> None:
    made = rich()
    read = json.loads(payload(made, "feed.json"))
    atom = feedparser.parse(payload(made, "feed.atom"))

    assert [item["id"] for item in read["items"]] == [found.id for found in atom.entries]
    (plan,) = (item for item in read["items"] if item["title"] == "Pdf")
    assert plan["attachments"] == [
        {
            "url": "https://www.gov.uk/plan.pdf",
            "mime_type": "application/pdf",
            "title": "The plan",
            "size_in_bytes": 1234,
        }
    ]
    assert plan["content_html"] == "<p>Words</p>"
    assert plan["tags"] == ["Cabinet Office", "News", "Open data", "Sixth plan"]
    assert plan["_open_government"]["source"]["title"] == "Cabinet Office on GOV.UK"


def test_hubs_are_named_by_every_feed_and_by_no_archive_page() -> None:
    hub = "https://hub.example.org/"
    made = replace(rich(), site=replace(rich().site, hubs=(hub,)))

    for path in ("feed.atom", "topics/open-data.atom"):
        links = feedparser.parse(payload(made, path)).feed.links
        assert [link.href for link in links if link.rel == "hub"] == [hub]
    assert json.loads(payload(made, "feed.json"))["hubs"] == [{"type": "WebSub", "url": hub}]
    assert b'rel="hub"' in payload(made, "feed.rss")
    assert {path: wrong for path, wrong in judged(made).items() if wrong} == {}


def test_a_precision_of_a_month_is_no_day_of_the_calendar() -> None:
    told = entry(closes=moment("2026-07-01 00:00", Precision.MONTH))

    assert b"VEVENT" not in payload(edition(holding(told)), "calendar.ics")
