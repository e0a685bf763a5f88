"""A damaged document is never compared, and so never written over."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from aggregator.errors import StoreError
from aggregator.store import open_store
from tests.store.values import make_change, save_changes
from tests.support.builders import make_entry


def test_a_damaged_document_has_no_key_among_others_and_takes_no_change(tmp_path: Path) -> None:
    bad, good = make_entry("https://www.gov.uk/bad"), make_entry("https://www.gov.uk/good")
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        save_changes(store, make_change(bad), make_change(good))
        with closing(sqlite3.connect(tmp_path / "store.db")) as other, other:
            other.execute("UPDATE revisions SET entry = '{' WHERE document_id = ?", [bad.id])

        assert set(store.carriers.of_documents([bad.id, good.id, "unknown"])) == {good.id, "unknown"}
        assert store.documents.damage_of(bad.id) == ("revision_entry",)
        with pytest.raises(StoreError, match="aggregator documents repair"):
            store.carriers.apply([make_change(bad)])
