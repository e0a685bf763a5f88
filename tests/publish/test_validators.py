"""Published files pass the validators that docs/outputs.md names, and damaged copies do not."""

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
from aggregator.publish import export_tables, make_artifacts
from tests.publish import validators
from tests.publish.feed_readers import published_bytes
from tests.publish.test_hostile import HOSTILE, make_hostile_snapshot
from tests.publish.validators import VALIDATORS, validator_of
from tests.support.builders import (
    NOON,
    instant,
    make_carrier,
    make_document,
    make_entry,
    make_labels,
    make_snapshot,
    make_source,
    make_source_with_state,
    moment,
)

PDF = Link(
    href="https://www.gov.uk/plan.pdf",
    rel="enclosure",
    type="application/pdf",
    title="The plan",
    length=1234,
)


def make_revised_carrier(text: str = "") -> Carrier:
    """A carrier that revised its document once and then withdrew it; `text` is in every field."""
    first = make_entry(
        title=f"A plan{text}", text=f"Old words. The same.{text}", closes=moment("2026-07-01 11:00")
    )
    second = replace(first, text=f"New words. The same.{text}", closes=moment("2026-07-02 11:00"))
    withdrawn = replace(
        second, removal=Removal(kind=RemovalKind.WITHDRAWN, note=f"Replaced.{text}", to=text or None)
    )
    revisions = (
        Revision(entry=first, number=1, seen_at=NOON),
        Revision(
            entry=second,
            number=2,
            seen_at=instant("2026-06-06 12:00"),
            parts=("text", "closing date"),
            note=f"Corrected.{text}",
        ),
        Revision(entry=withdrawn, number=3, seen_at=instant("2026-06-07 12:00"), parts=("removed",)),
    )
    return replace(make_carrier(first), entry=withdrawn, revisions=revisions, removal=withdrawn.removal)


def make_feed_snapshot(text: str = "") -> Snapshot:
    """A snapshot with items for every kind of feed."""
    carrier = make_revised_carrier(text)
    labels = make_labels(topics=("open-data",), plans=("NAP6",), subjects=("cabinet-office",))
    plan = make_entry("https://b.example/", title=f"Pdf{text}", links=(PDF,), content="<p>Words</p>")
    documents = (
        make_document(carrier.entry, carriers=(carrier,), labels=labels, removal=carrier.removal),
        make_document(plan, labels=labels),
        make_document(
            make_entry("https://c.example/", published=moment("2026-05-31 23:00", Precision.DAY)),
            labels=replace(labels, relevance=Relevance.BORDERLINE),
        ),
    )
    return make_snapshot(
        *documents,
        topics={"open-data": "Open data"},
        plans={"NAP6": "Sixth plan"},
        types={"news": "News"},
        roles=(Role(id="nap-lead", name="Lead", holders=()),),
        label_overrides={
            plan.id: LabelOverride(why=f"Not about it{text}", at=NOON, relevance=Relevance.YES, topics=())
        },
        retractions=(Retraction(id="urn:uuid:1", at=NOON, why=f"A private person's name{text}"),),
    )


def validation_errors(snapshot: Snapshot) -> dict[str, list[str]]:
    """The errors of every file that has a validator, by path."""
    errors = {}
    for artifact in make_artifacts(snapshot):
        if validate := validator_of(artifact.path):
            errors[artifact.path] = validate(artifact.payload)
    return errors


def test_every_feed_calendar_and_list_of_feeds_is_valid() -> None:
    errors = validation_errors(make_feed_snapshot())

    assert {path: found for path, found in errors.items() if found} == {}
    assert {PurePath(path).suffix for path in errors} == set(VALIDATORS)
    assert {
        *("feed.atom", "all.json", "borderline.rss", "changes.atom", "removed.atom", "corrections.atom"),
        *("bodies/cabinet-office.atom", "nations/uk.rss", "topics/open-data.json", "types/news.atom"),
        *("plans/NAP6.atom", "roles/nap-lead.atom", "calendar.ics", "bodies/cabinet-office.ics"),
    } <= errors.keys()


def test_an_empty_snapshot_is_valid_too() -> None:
    assert {path: found for path, found in validation_errors(make_snapshot()).items() if found} == {}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_in_every_field_is_valid_too(text: str) -> None:
    short = text[:20_000]  # normalise shortens every field but content, which test_hostile covers
    errors = validation_errors(make_hostile_snapshot(short)) | validation_errors(make_feed_snapshot(short))

    assert {path: found for path, found in errors.items() if found} == {}


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("feed.atom", b"<id>", b"<identity>"),
        ("feed.atom", b"<updated>2026-", b"<updated>26-"),
        ("feed.atom", b"<name>A Volunteer</name>", b""),
        ("all.atom", b"published-precision>day<", b"published-precision>hour<"),
        ("all.atom", b"<published>2026-06-01T12:00:00", b"<published>2026-05-31T23:00:00"),
        ("all.rss", b"published-precision>day<", b"published-precision>hour<"),
        ("all.json", b'"published_precision": "day"', b'"published_precision": "hour"'),
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
def test_a_damaged_copy_is_not_valid(path: str, old: bytes, new: bytes) -> None:
    payload = published_bytes(make_feed_snapshot(), path)
    validate = VALIDATORS[PurePath(path).suffix]

    assert old in payload
    assert validate(payload) == []
    assert validate(payload.replace(old, new)) != []


def test_the_description_of_the_exports_is_valid_and_a_damaged_copy_is_not() -> None:
    description = next(
        one.payload for one in export_tables(make_feed_snapshot()) if one.path == "datapackage.json"
    )

    assert validators.datapackage_errors(description) == []
    assert (
        validators.datapackage_errors(description.replace(b'"type": "boolean"', b'"type": "yes or no"')) != []
    )
    assert (
        validators.datapackage_errors(
            description.replace(b'"path": "entries.csv"', b'"path": "/entries.csv"')
        )
        != []
    )


@pytest.mark.parametrize("parse", [feedparser.parse], ids=["feedparser"])
@pytest.mark.parametrize("path", ["feed.atom", "feed.rss"])
def test_a_feed_reader_gets_every_link_with_relation_type_and_length(
    path: str, parse: Callable[[bytes], Any]
) -> None:
    entry = make_entry(
        published=moment("2026-06-02 08:15"),
        links=(PDF, Link(href="https://www.gov.uk/a-plan.csv", rel="enclosure", type="text/csv", length=9)),
    )
    other = make_source("other", title="Another feed", page="https://other.example/")
    snapshot = make_snapshot(
        make_document(entry, carriers=(make_carrier(entry), make_carrier(replace(entry, source="other")))),
        sources=(make_source_with_state(), make_source_with_state(other)),
    )

    (item,) = parse(published_bytes(snapshot, path)).entries
    links = {
        (link["rel"], link["href"], link.get("type"), link.get("length"))
        for link in item.links
        if link["rel"] != "alternate"
    }

    assert (item.id, item.link, item.title) == (entry.id, "https://www.gov.uk/a-plan", "A plan")
    assert item.published_parsed[:5] == (2026, 6, 2, 8, 15)
    assert item.updated_parsed[:5] == (2026, 6, 5, 12, 0)
    page = f"https://updates.example.org/entries/{entry.id.removeprefix('urn:uuid:')}.html"
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


def test_a_json_feed_has_the_same_items_with_the_same_links() -> None:
    snapshot = make_feed_snapshot()
    json_feed = json.loads(published_bytes(snapshot, "feed.json"))
    atom = feedparser.parse(published_bytes(snapshot, "feed.atom"))

    assert [item["id"] for item in json_feed["items"]] == [found.id for found in atom.entries]
    (plan,) = (item for item in json_feed["items"] if item["title"] == "Pdf")
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


def test_every_feed_names_the_hubs_and_no_archive_page_does() -> None:
    hub = "https://hub.example.org/"
    snapshot = replace(make_feed_snapshot(), site=replace(make_feed_snapshot().site, websub_hubs=(hub,)))

    for path in ("feed.atom", "topics/open-data.atom"):
        links = feedparser.parse(published_bytes(snapshot, path)).feed.links
        assert [link.href for link in links if link.rel == "hub"] == [hub]
    assert json.loads(published_bytes(snapshot, "feed.json"))["hubs"] == [{"type": "WebSub", "url": hub}]
    assert b'rel="hub"' in published_bytes(snapshot, "feed.rss")
    assert {path: found for path, found in validation_errors(snapshot).items() if found} == {}


def test_a_closing_month_without_a_day_is_not_in_the_calendar() -> None:
    entry = make_entry(closes=moment("2026-07-01 00:00", Precision.MONTH))

    assert b"VEVENT" not in published_bytes(make_snapshot(make_document(entry)), "calendar.ics")
