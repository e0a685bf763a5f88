"""What model values check themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from aggregator.model import Moment, Window
from tests.support.builders import instant, make_entry


@pytest.mark.parametrize(
    ("key", "page"),
    [
        ("record:uk-msf-2024-01-24", "records/uk-msf-2024-01-24.html"),
        ("record:../../etc/passwd", "records/{uuid}.html"),
        ("mail:3f2a@lists.example.org", "records/{uuid}.html"),
    ],
)
def test_a_document_without_a_page_gets_one_of_ours(key: str, page: str) -> None:
    entry = make_entry(key, url=None)

    assert entry.own_page == page.format(uuid=entry.id.removeprefix("urn:uuid:"))
    assert replace(entry, url="https://www.gov.uk/x").own_page is None


@pytest.mark.parametrize("changes", [{"title": " "}, {"key": ""}, {"id": "tag:x"}])
def test_an_entry_cannot_be_built_without_id_key_and_title(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="needs an id, a key and a title"):
        replace(make_entry(), **changes)


def test_a_moment_is_aware_and_in_utc() -> None:
    with pytest.raises(ValueError, match="in UTC"):
        Moment(at=datetime(2026, 6, 5))  # noqa: DTZ001  # the naive value is the point


def test_a_window_includes_its_start_but_not_its_end() -> None:
    window = Window(start=instant("2026-06-01 07:00"), end=instant("2026-06-08 07:00"))

    assert [at in window for at in (window.start, window.end)] == [True, False]
