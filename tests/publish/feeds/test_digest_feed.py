"""The letters as a feed, read with another reader's library."""

from __future__ import annotations

import json
from dataclasses import replace

import feedparser

from aggregator.model import Artifact, Digest
from aggregator.publish.feeds.digests_and_silence import publish_digests
from tests.deliver.digest.digests import digest, item, under
from tests.support.builders import edition

LATER = digest(under("Other", item(title="A <b>plan</b> & more"), item(url="javascript:x")), week="2024-W05")
FIRST = digest(week="2024-W04")


def made(*digests: Digest) -> list[Artifact]:
    return list(publish_digests(replace(edition(), digests=digests)))


def test_each_issued_letter_is_an_entry_and_the_draft_is_none() -> None:
    artifact, *_ = made(LATER, FIRST, digest(week="2024-W06", issued=None))
    feed = feedparser.parse(artifact.payload)

    assert (artifact.path, artifact.media_type) == ("digests.atom", "application/atom+xml")
    assert not feed.bozo
    assert feed.feed.title == "UK open government: updates: weekly letters"
    assert [(one.title, one.link, one.updated) for one in feed.entries] == [
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
    assert len({one.id for one in feed.entries}) == 2
    assert 'href="https://www.gov.uk/a-plan"' in feed.entries[0].content[0].value
    assert "A &lt;b&gt;plan&lt;/b&gt; &amp; more" in feed.entries[0].content[0].value
    assert "javascript" not in artifact.payload.decode()


def test_the_letters_come_in_every_form_of_feed_and_name_the_hubs() -> None:
    told = edition()
    hub = "https://hub.example.org/"
    with_hub = replace(told, site=replace(told.site, hubs=(hub,)), digests=(LATER,))
    atom, as_json, rss = publish_digests(with_hub)

    assert [one.path for one in (atom, as_json, rss)] == ["digests.atom", "digests.json", "digests.rss"]
    for parsed in (feedparser.parse(atom.payload), feedparser.parse(rss.payload)):
        assert not parsed.bozo
        assert [one.title for one in parsed.entries] == ["Letter of 2024-W05: 2 updates"]
        assert hub in [one.href for one in parsed.feed.links if one.rel == "hub"]
    read = json.loads(as_json.payload)
    assert [one["url"] for one in read["items"]] == ["https://updates.example.org/digests/2024-W05.html"]
    assert read["hubs"] == [{"type": "WebSub", "url": hub}]


def test_before_the_first_letter_there_is_no_feed_and_the_same_letters_give_the_same_bytes() -> None:
    assert made(digest(issued=None)) == []
    assert made(LATER) == made(LATER)
