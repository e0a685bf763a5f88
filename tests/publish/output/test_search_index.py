"""The search index: made of the documents' pages, replaced whole, and left alone by publishing."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from aggregator.errors import PublishError
from aggregator.publish import artifacts, write
from aggregator.publish.search_index import index_pages
from tests.publish.full_snapshot import publish, rich
from tests.support.builders import edition, entry, holding


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_every_document_is_indexed_and_publishing_again_leaves_the_index_alone(tmp_path: Path) -> None:
    publish(rich(), tmp_path)
    assert asyncio.run(index_pages(tmp_path)) == 6
    before = files(tmp_path / "pagefind")

    publish(rich(), tmp_path)

    assert files(tmp_path / "pagefind") == before
    entry_file = json.loads((tmp_path / "pagefind/pagefind-entry.json").read_text())
    assert {name: told["page_count"] for name, told in entry_file["languages"].items()} == {"en": 6}


def test_a_new_index_takes_the_old_ones_place_and_leaves_nothing_of_it(tmp_path: Path) -> None:
    publish(rich(), tmp_path)
    asyncio.run(index_pages(tmp_path))
    before = files(tmp_path / "pagefind")
    write(tmp_path, artifacts(edition(holding(entry(title="Quite another")))))

    assert asyncio.run(index_pages(tmp_path)) == 1

    after = files(tmp_path / "pagefind")
    fragments = {name for name in after if name.startswith("fragment/")}
    assert len(fragments) == 1
    assert len({name for name in before if name.startswith("fragment/")}) == 6
    assert "pagefind.js" in after
    assert not {name for name in after if "ui" in name}


def test_without_pages_the_operator_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="holds no pages: `aggregator publish` first"):
        asyncio.run(index_pages(tmp_path))
