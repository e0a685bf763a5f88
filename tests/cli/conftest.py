"""A project for tests of commands that need the real register."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.projects import Small, small_project


@pytest.fixture
def whole(tmp_path: Path) -> Small:
    """A small project with every body and plan of the real register."""
    made = small_project(tmp_path / "whole")
    made.sources({})
    return made
