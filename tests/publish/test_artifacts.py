"""What an edition is made into: which files, in which order, the same every time."""

from __future__ import annotations

import pytest

from aggregator.model import Artifact, Edition
from aggregator.publish import FORMATS, artifacts
from tests.builders import edition, entry, holding


def test_an_edition_becomes_feeds_in_three_forms_a_front_page_and_a_page_for_each_record() -> None:
    record = holding(entry("record:uk-msf-2024-01-24", url=None, licence="own"))

    made = {artifact.path: artifact.media_type for artifact in artifacts(edition(holding(), record))}

    assert made["feed.atom"] == made["bodies/cabinet-office.atom"] == "application/atom+xml"
    assert made["feed.json"] == made["nations/uk.json"] == "application/feed+json"
    assert made["feed.rss"] == made["changes.rss"] == "application/rss+xml"
    assert made["feeds.opml"] == "text/x-opml"
    assert made["index.html"] == made["records/uk-msf-2024-01-24.html"] == "text/html"


def test_the_same_edition_gives_the_same_bytes() -> None:
    once, again = (artifacts(edition(holding())) for _ in range(2))

    assert [(one.path, one.payload) for one in once] == [(one.path, one.payload) for one in again]


def test_a_record_with_a_name_that_is_no_file_name_is_published_under_its_id() -> None:
    record = holding(entry("record:../../etc/passwd", url=None))

    made = [artifact.path for artifact in artifacts(edition(record))]

    assert [path for path in made if path.startswith("records/")] == [
        f"records/{record.entry.id.removeprefix('urn:uuid:')}.html"
    ]


def test_two_formats_at_one_path_are_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    def twin(told: Edition) -> tuple[Artifact, ...]:
        return (Artifact(path="all.atom", media_type="text/plain", payload=b""),)

    monkeypatch.setattr("aggregator.publish.FORMATS", {**FORMATS, "twin": twin})

    with pytest.raises(ValueError, match=r"two artifacts at one path: all\.atom"):
        artifacts(edition())
