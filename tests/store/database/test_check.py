"""Checking the store's file while it is used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from aggregator.store import open_store
from tests.store.values import make_change
from tests.support.builders import make_document, make_entry

# What any command does that ends while `aggregator start` runs. SQLite lets the last one delete the log.
OPEN_AND_CLOSE = """\
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("SELECT count(*) FROM documents").fetchall()
connection.close()
"""


def test_a_process_that_closes_the_store_after_a_check_leaves_the_log_to_us(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    entry = make_entry()
    with open_store(f"sqlite:///{file}") as store:
        store.check(thorough=True)
        subprocess.run([sys.executable, "-S", "-c", OPEN_AND_CLOSE, str(file)], check=True)
        with store.transaction() as transaction:
            transaction.carriers.apply([make_change(entry)])
            transaction.documents.save([make_document(entry)])

        with open_store(f"sqlite:///{file}") as other:
            assert other.documents.get(entry.id)
        assert file.with_name("store.db-wal").exists()
