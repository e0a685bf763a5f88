"""The search index: made from the pages of documents, replaced as a whole, and left alone by publishing."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from aggregator.errors import PublishError
from aggregator.publish import make_artifacts, write_output
from aggregator.publish.search_index import build_search_index
from tests.publish.full_snapshot import make_full_snapshot, publish_site
from tests.support.builders import make_document, make_entry, make_snapshot


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_every_document_is_indexed_and_publishing_again_leaves_the_index_alone(tmp_path: Path) -> None:
    publish_site(make_full_snapshot(), tmp_path)
    assert asyncio.run(build_search_index(tmp_path)) == 6
    before = files_below(tmp_path / "pagefind")

    publish_site(make_full_snapshot(), tmp_path)

    assert files_below(tmp_path / "pagefind") == before
    entry_file = json.loads((tmp_path / "pagefind/pagefind-entry.json").read_text())
    assert {name: language["page_count"] for name, language in entry_file["languages"].items()} == {"en": 6}


def test_a_new_index_replaces_the_old_one_completely(tmp_path: Path) -> None:
    publish_site(make_full_snapshot(), tmp_path)
    asyncio.run(build_search_index(tmp_path))
    before = files_below(tmp_path / "pagefind")
    write_output(tmp_path, make_artifacts(make_snapshot(make_document(make_entry(title="Quite another")))))

    assert asyncio.run(build_search_index(tmp_path)) == 1

    after = files_below(tmp_path / "pagefind")
    fragments = {name for name in after if name.startswith("fragment/")}
    assert len(fragments) == 1
    assert len({name for name in before if name.startswith("fragment/")}) == 6
    assert "pagefind.js" in after
    assert not {name for name in after if "ui" in name}


def test_without_pages_the_error_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="has no pages: run `aggregator publish` first"):
        asyncio.run(build_search_index(tmp_path))
