"""What an edition is made into: which files, in which order, the same every time."""

from __future__ import annotations

import pytest

from aggregator.model import Artifact, Snapshot
from aggregator.publish import FORMATS, artifacts
from tests.support.builders import edition, entry, holding


def test_a_document_and_a_record_become_feeds_pages_of_their_own_lists_and_what_a_host_needs() -> None:
    record = holding(entry("record:uk-msf-2024-01-24", url=None, licence="own"))

    made = {artifact.path: artifact.media_type for artifact in artifacts(edition(holding(), record))}

    assert (
        made.items()
        >= {
            "all.atom": "application/atom+xml",
            "feed.atom": "application/atom+xml",
            "style.css": "text/css",
            "search.js": "text/javascript",
            "icon.svg": "image/svg+xml",
            "card.png": "image/png",
            "robots.txt": "text/plain",
            "_headers": "text/plain",
            "sitemap.xml": "application/xml",
            "sitemaps/pages.xml": "application/xml",
            "sitemaps/2026.xml": "application/xml",
        }.items()
    )
    assert sorted(path for path in made if path.endswith(".html")) == [
        "about.html",
        "archive.html",
        "bodies/cabinet-office.html",
        "browse.html",
        "corrections.html",
        f"entries/{entry().id.removeprefix('urn:uuid:')}.html",
        "index.html",
        "letters.html",
        "months/2026-06.html",
        "nations/uk.html",
        "records/uk-msf-2024-01-24.html",
        "search.html",
        "sources.html",
        "years/2026.html",
    ]


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
    def twin(told: Snapshot) -> tuple[Artifact, ...]:
        return (Artifact(path="all.atom", media_type="text/plain", payload=b""),)

    monkeypatch.setattr("aggregator.publish.FORMATS", {**FORMATS, "twin": twin})

    with pytest.raises(ValueError, match=r"two artifacts at one path: all\.atom"):
        artifacts(edition())
