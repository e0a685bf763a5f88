"""The feed of an alert rule: its alerts, each event once, and the pages that link to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from aggregator.model import Snapshot
from aggregator.model.alert_rules import Alert, AlertEvent, AlertFeed, AlertReason, AlertRule, Term
from aggregator.publish import make_artifacts
from tests.publish.feed_readers import child_text, feed_entries, link_attributes
from tests.support.builders import NOON, make_entry, make_snapshot

RULE = AlertRule(id="open-data", name="Open data", when=Term("", ("open data",)), feed=True)


def make_alert(reason: AlertReason = AlertReason.NEW, hours: int = 0, **changes: str) -> Alert:
    at = NOON + timedelta(hours=hours)
    alert = Alert(
        rule_key="open-data",
        document_id=make_entry().id,
        event=AlertEvent(
            at=at, reason=reason, parts=("title",) * (reason is AlertReason.CHANGED), note="A note."
        ),
        found_at=at,
        due=at,
        title="Open data for buses",
        url="https://www.gov.uk/buses",
        page="https://updates.example.org/entries/1.html",
        body="cabinet-office",
        type="news",
        sentence="Where they go.",
    )
    return replace(alert, **changes)  # type: ignore[arg-type]  # texts of an alert


def make_alert_snapshot(*alerts: Alert) -> Snapshot:
    return make_snapshot(alerts=(AlertFeed(rule=RULE, alerts=alerts),))


def test_each_alert_event_is_an_item_of_its_own() -> None:
    snapshot = make_alert_snapshot(make_alert(AlertReason.CHANGED, hours=1), make_alert())
    changed, new = feed_entries(snapshot, "alerts/open-data.atom")

    assert child_text(changed, "title") == "Changed: Open data for buses"
    assert child_text(changed, "summary") == "Changed: title. A note. Where they go."
    assert child_text(new, "title") == "Open data for buses"
    assert child_text(new, "id") != child_text(changed, "id")
    assert link_attributes(new)[0]["href"] == "https://updates.example.org/entries/1.html"
    assert link_attributes(new)[1] == {"rel": "via", "href": "https://www.gov.uk/buses"}
    assert [child_text(entry, "id") for entry in feed_entries(snapshot, "alerts/open-data.atom")] == [
        child_text(changed, "id"),
        child_text(new, "id"),
    ]


def test_a_retracted_document_keeps_its_item_without_its_text() -> None:
    (gone,) = feed_entries(
        make_alert_snapshot(make_alert(title="Retracted", url="", page="", sentence="")),
        "alerts/open-data.atom",
    )

    assert child_text(gone, "title") == "Retracted"
    assert link_attributes(gone)[0]["href"].startswith("https://updates.example.org/entries/")


def test_the_feed_is_linked_in_the_list_of_feeds_and_on_the_about_page() -> None:
    paths = ("feeds.opml", "about.html")
    files = {
        entry.path: entry.payload.decode()
        for entry in make_artifacts(make_alert_snapshot(make_alert()))
        if entry.path in paths
    }

    assert 'text="Alerts"' in files["feeds.opml"]
    assert 'xmlUrl="https://updates.example.org/alerts/open-data.atom"' in files["feeds.opml"]
    assert '<a href="alerts/open-data.atom" type="application/atom+xml">Open data</a>.' in files["about.html"]
    assert not any(entry.path.startswith("alerts/") for entry in make_artifacts(make_snapshot()))
