"""The letters as a feed, read with another reader's library."""

from __future__ import annotations

from dataclasses import replace

import feedparser

from aggregator.model import Artifact, Digest
from aggregator.publish.digests_atom import publish_digests
from tests.builders import edition
from tests.deliver.letters import digest, item, under

LATER = digest(under("Other", item(title="A <b>plan</b> & more"), item(url="javascript:x")), week="2024-W05")
FIRST = digest(week="2024-W04")


def made(*digests: Digest) -> list[Artifact]:
    return list(publish_digests(replace(edition(), digests=digests)))


def test_each_issued_letter_is_an_entry_and_the_draft_is_none() -> None:
    (artifact,) = made(LATER, FIRST, digest(week="2024-W06", issued=None))
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


def test_before_the_first_letter_there_is_no_feed_and_the_same_letters_give_the_same_bytes() -> None:
    assert made(digest(issued=None)) == []
    assert made(LATER) == made(LATER)
