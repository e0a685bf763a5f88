"""The artifacts of a snapshot: which files, and the same bytes every time."""

from __future__ import annotations

import pytest

from aggregator.model import Artifact, Snapshot
from aggregator.publish import FORMATS, make_artifacts
from tests.support.builders import make_document, make_entry, make_snapshot


def test_a_document_and_a_record_become_feeds_their_own_pages_lists_and_host_files() -> None:
    record = make_document(make_entry("record:uk-msf-2024-01-24", url=None, licence="own"))

    media_types = {
        artifact.path: artifact.media_type
        for artifact in make_artifacts(make_snapshot(make_document(), record))
    }

    assert (
        media_types.items()
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
    assert sorted(path for path in media_types if path.endswith(".html")) == [
        "about.html",
        "archive.html",
        "bodies/cabinet-office.html",
        "browse.html",
        "corrections.html",
        f"entries/{make_entry().id.removeprefix('urn:uuid:')}.html",
        "index.html",
        "letters.html",
        "months/2026-06.html",
        "nations/uk.html",
        "records/uk-msf-2024-01-24.html",
        "search.html",
        "sources.html",
        "years/2026.html",
    ]


def test_the_same_snapshot_gives_the_same_bytes() -> None:
    first, again = (make_artifacts(make_snapshot(make_document())) for _ in range(2))

    assert [(artifact.path, artifact.payload) for artifact in first] == [
        (artifact.path, artifact.payload) for artifact in again
    ]


def test_a_record_whose_name_is_not_safe_as_a_file_name_is_published_under_its_id() -> None:
    record = make_document(make_entry("record:../../etc/passwd", url=None))

    paths = [artifact.path for artifact in make_artifacts(make_snapshot(record))]

    assert [path for path in paths if path.startswith("records/")] == [
        f"records/{record.entry.id.removeprefix('urn:uuid:')}.html"
    ]


def test_two_formats_at_one_path_are_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    def twin(snapshot: Snapshot) -> tuple[Artifact, ...]:
        return (Artifact(path="all.atom", media_type="text/plain", payload=b""),)

    monkeypatch.setattr("aggregator.publish.FORMATS", {**FORMATS, "twin": twin})

    with pytest.raises(ValueError, match=r"two artifacts at one path: all\.atom"):
        make_artifacts(make_snapshot())
