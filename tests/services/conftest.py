"""Many empty stores, for property tests."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count

import pytest
import structlog

from aggregator import log
from aggregator.store import Store, open_store

OpenStore = Callable[[], AbstractContextManager[Store]]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> OpenStore:
    """Opens a new empty store at each call; the tables are created once and copied."""
    folder = tmp_path_factory.mktemp("stores")
    with open_store(f"sqlite:///{folder}/empty.db"):
        pass
    numbers = count()

    @contextmanager
    def opened() -> Iterator[Store]:
        path = folder / f"{next(numbers)}.db"
        shutil.copy(folder / "empty.db", path)
        with open_store(f"sqlite:///{path}") as store:
            yield store
        for file in folder.glob(f"{path.name}*"):
            file.unlink()

    return opened


@pytest.fixture(autouse=True)
def plain_tracebacks() -> Iterator[None]:
    """Log as the program does: structlog's default shows every local value, which takes seconds."""
    log.configure(verbose=False)
    yield
    structlog.reset_defaults()
