"""What an edition is made into: which files, in which order, the same every time."""

from __future__ import annotations

import pytest

from aggregator.model import Artifact, Edition
from aggregator.publish import FORMATS, artifacts, atom
from tests.builders import edition, entry, holding


def test_an_edition_becomes_two_feeds_a_front_page_its_style_and_a_page_for_each_record() -> None:
    record = holding(entry("record:uk-msf-2024-01-24", url=None, licence="own"))

    made = artifacts(edition(holding(), record))

    assert [(artifact.path, artifact.media_type) for artifact in made] == [
        ("all.atom", "application/atom+xml"),
        ("feed.atom", "application/atom+xml"),
        ("index.html", "text/html"),
        ("records/uk-msf-2024-01-24.html", "text/html"),
        ("style.css", "text/css"),
    ]


def test_the_same_edition_gives_the_same_bytes() -> None:
    assert artifacts(edition(holding())) == artifacts(edition(holding()))


def test_a_record_with_a_name_that_is_no_file_name_is_published_under_its_id() -> None:
    record = holding(entry("record:../../etc/passwd", url=None))

    made = [artifact.path for artifact in artifacts(edition(record))]

    assert [path for path in made if path.startswith("records/")] == [
        f"records/{record.entry.id.removeprefix('urn:uuid:')}.html"
    ]


def test_two_formats_at_one_path_are_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    def twin(told: Edition) -> tuple[Artifact, ...]:
        return tuple(atom.publish_atom(told))

    monkeypatch.setattr("aggregator.publish.FORMATS", {**FORMATS, "twin": twin})

    with pytest.raises(ValueError, match=r"two artifacts at one path: all\.atom"):
        artifacts(edition())
