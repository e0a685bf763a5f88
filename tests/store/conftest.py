"""Gives tests a store, in a file and in memory: both must behave the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from aggregator.store import Store, open_store


@pytest.fixture(params=["file", "memory"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a store that does not exist yet."""
    return {"file": f"sqlite:///{tmp_path}/data/store.db", "memory": "sqlite://"}[request.param]


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An empty store of each kind."""
    with open_store(url) as store:
        yield store


@pytest.fixture
def file_url(tmp_path: Path) -> str:
    """A file that does not exist yet, for tests that need a file."""
    return f"sqlite:///{tmp_path}/data/store.db"
