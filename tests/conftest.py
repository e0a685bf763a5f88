"""What all tests share: a clean environment, and lines for the end of the test run."""

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

REPORT_LINES = pytest.StashKey[list[str]]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests with a time limit as `timed`, and run browser tests first, so that one start is enough."""
    for item in items:
        if "made_to_take_long" in item.name:
            item.add_marker("timed")
    items.sort(key=lambda item: "browser" not in item.path.parts)


@pytest.fixture(autouse=True)
def _quiet_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the operator's settings and proxies from tests."""
    for name in list(os.environ):
        if name.startswith("AGGREGATOR_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _quiet_log() -> None:
    """Reset the log: after a test of the command line it would write to that test's closed standard error."""
    structlog.reset_defaults()


@pytest.fixture(autouse=True)
def _in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each test in the project's folder."""
    monkeypatch.chdir(PROJECT)


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Print a line at the end of the test run, such as a count."""
    lines = request.config.stash.setdefault(REPORT_LINES, [])
    return lines.append


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In a worker of pytest-xdist: pass the lines to the process that prints."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["report_lines"] = session.config.stash.get(REPORT_LINES, [])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Collect the lines of a worker of pytest-xdist."""
    lines = getattr(node, "workeroutput", {}).get("report_lines", [])
    node.config.stash.setdefault(REPORT_LINES, []).extend(lines)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the lines of all tests."""
    for line in config.stash.get(REPORT_LINES, []):
        terminalreporter.write_line(line)
