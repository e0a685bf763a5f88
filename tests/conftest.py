"""What all tests share: a quiet environment, and lines that tests want to have seen in the output."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import settings

from tests.support.examples import FEW, MANY

PROJECT = Path(__file__).parents[1]

settings.register_profile("project", deadline=None, derandomize=True, max_examples=FEW)
settings.register_profile("long", settings.get_profile("project"), max_examples=MANY)
settings.load_profile("project")

TOLD = pytest.StashKey[list[str]]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What has a bound in seconds is timed; what needs a browser comes first, so that one start is enough."""
    for item in items:
        if "made_to_take_long" in item.name:
            item.add_marker("timed")
    items.sort(key=lambda item: "browser" not in item.path.parts)


@pytest.fixture(autouse=True)
def _quiet_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator's own settings and proxies must not reach a test."""
    for name in list(os.environ):
        if name.startswith("AGGREGATOR_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _quiet_log() -> None:
    """A test that ran the command line leaves a log behind that writes to its own, closed standard error."""
    structlog.reset_defaults()


@pytest.fixture(autouse=True)
def _in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests start in the project's folder."""
    monkeypatch.chdir(PROJECT)


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Say something at the end of the test run: a count, a figure."""
    told = request.config.stash.setdefault(TOLD, [])
    return told.append


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of pytest-xdist hands what its tests told to the process that prints."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["told"] = session.config.stash.get(TOLD, [])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a worker's tests told."""
    node.config.stash.setdefault(TOLD, []).extend(getattr(node, "workeroutput", {}).get("told", []))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what tests told."""
    for line in config.stash.get(TOLD, []):
        terminalreporter.write_line(line)
