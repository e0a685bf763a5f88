"""The feed of an alert rule: what it found, each occasion once, and the places that lead to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from aggregator.model import Snapshot
from aggregator.model.alerts import Alert, AlertEvent, AlertFeed, AlertRule, Term, Why
from aggregator.publish import artifacts
from tests.publish.feed_readers import entries, links, told
from tests.support.builders import NOON, edition, entry

RULE = AlertRule(id="open-data", name="Open data", when=Term("", ("open data",)), feed=True)


def alert(why: Why = Why.NEW, hours: int = 0, **changes: str) -> Alert:
    at = NOON + timedelta(hours=hours)
    made = Alert(
        rule="open-data",
        entry=entry().id,
        occasion=AlertEvent(at=at, why=why, parts=("title",) * (why is Why.CHANGED), note="A note."),
        found=at,
        due=at,
        title="Open data for buses",
        url="https://www.gov.uk/buses",
        page="https://updates.example.org/entries/1.html",
        body="cabinet-office",
        type="news",
        sentence="Where they go.",
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # texts of an alert


def published(*alerts: Alert) -> Snapshot:
    return edition(alerts=(AlertFeed(rule=RULE, told=alerts),))


def test_each_occasion_is_an_item_of_its_own() -> None:
    made = published(alert(Why.CHANGED, hours=1), alert())
    changed, new = entries(made, "alerts/open-data.atom")

    assert told(changed, "title") == "Changed: Open data for buses"
    assert told(changed, "summary") == "Changed: title. A note. Where they go."
    assert told(new, "title") == "Open data for buses"
    assert told(new, "id") != told(changed, "id")
    assert links(new)[0]["href"] == "https://updates.example.org/entries/1.html"
    assert links(new)[1] == {"rel": "via", "href": "https://www.gov.uk/buses"}
    assert [told(one, "id") for one in entries(made, "alerts/open-data.atom")] == [
        told(changed, "id"),
        told(new, "id"),
    ]


def test_what_was_retracted_keeps_its_place_without_its_words() -> None:
    (gone,) = entries(
        published(alert(title="Retracted", url="", page="", sentence="")), "alerts/open-data.atom"
    )

    assert told(gone, "title") == "Retracted"
    assert links(gone)[0]["href"].startswith("https://updates.example.org/entries/")


def test_the_feed_stands_in_the_list_of_feeds_and_on_the_page_about_the_site() -> None:
    read = ("feeds.opml", "about.html")
    files = {one.path: one.payload.decode() for one in artifacts(published(alert())) if one.path in read}

    assert 'text="Alerts"' in files["feeds.opml"]
    assert 'xmlUrl="https://updates.example.org/alerts/open-data.atom"' in files["feeds.opml"]
    assert '<a href="alerts/open-data.atom" type="application/atom+xml">Open data</a>.' in files["about.html"]
    assert not any(one.path.startswith("alerts/") for one in artifacts(edition()))
