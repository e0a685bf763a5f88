"""A project for tests of commands that need the real register."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.projects import SmallProject, small_project


@pytest.fixture
def full_project(tmp_path: Path) -> SmallProject:
    """A small project with every body and plan of the real register."""
    project = small_project(tmp_path / "whole")
    project.sources({})
    return project
