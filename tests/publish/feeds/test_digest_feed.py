"""The feed of digests, read by an independent library."""

from __future__ import annotations

import json
from dataclasses import replace

import feedparser

from aggregator.model import DeferredArtifact, Digest
from aggregator.publish.feeds.digests_and_silence import publish_digests
from tests.deliver.digest.digests import make_digest, make_item, make_section
from tests.support.builders import make_snapshot

LATER = make_digest(
    make_section("Other", make_item(title="A <b>plan</b> & more"), make_item(url="javascript:x")),
    period="2024-W05",
)
FIRST = make_digest(period="2024-W04")


def publish(*digests: Digest) -> list[DeferredArtifact]:
    return list(publish_digests(replace(make_snapshot(), digests=digests)))


def test_each_issued_digest_is_an_entry_and_a_draft_is_not() -> None:
    artifact, *_ = publish(LATER, FIRST, make_digest(period="2024-W06", issued_at=None))
    feed = feedparser.parse(artifact.payload)

    assert (artifact.path, artifact.media_type) == ("digests.atom", "application/atom+xml")
    assert not feed.bozo
    assert feed.feed.title == "UK open government: updates: weekly letters"
    assert [(entry.title, entry.link, entry.updated) for entry in feed.entries] == [
        (
            "Letter of 2024-W05: 2 updates",
            "https://updates.example.org/digests/2024-W05.html",
            "2024-01-29T08:00:00+00:00",
        ),
        (
            "Letter of 2024-W04: 0 updates",
            "https://updates.example.org/digests/2024-W04.html",
            "2024-01-29T08:00:00+00:00",
        ),
    ]
    assert len({entry.id for entry in feed.entries}) == 2
    assert 'href="https://www.gov.uk/a-plan"' in feed.entries[0].content[0].value
    assert "A &lt;b&gt;plan&lt;/b&gt; &amp; more" in feed.entries[0].content[0].value
    assert "javascript" not in artifact.payload.decode()


def test_the_feed_of_digests_has_every_format_and_names_the_hubs() -> None:
    snapshot = make_snapshot()
    hub = "https://hub.example.org/"
    with_hub = replace(snapshot, site=replace(snapshot.site, websub_hubs=(hub,)), digests=(LATER,))
    atom, json_feed, rss = publish_digests(with_hub)

    assert [file.path for file in (atom, json_feed, rss)] == ["digests.atom", "digests.json", "digests.rss"]
    for parsed in (feedparser.parse(atom.payload), feedparser.parse(rss.payload)):
        assert not parsed.bozo
        assert [entry.title for entry in parsed.entries] == ["Letter of 2024-W05: 2 updates"]
        assert hub in [link.href for link in parsed.feed.links if link.rel == "hub"]
    read = json.loads(json_feed.payload)
    assert [item["url"] for item in read["items"]] == ["https://updates.example.org/digests/2024-W05.html"]
    assert read["hubs"] == [{"type": "WebSub", "url": hub}]


def test_before_the_first_digest_there_is_no_feed_and_the_same_digests_give_the_same_bytes() -> None:
    assert publish(make_digest(issued_at=None)) == []
    first, again = publish(LATER), publish(LATER)
    assert [file.payload for file in first] == [file.payload for file in again]
