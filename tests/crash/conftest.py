"""One undisturbed run for each test module, to compare with the runs that are killed."""

from __future__ import annotations

import pytest

from tests.crash.reference_run import ReferenceRun, run_reference


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> ReferenceRun:
    """An undisturbed run: two polls of two feeds and the records."""
    return run_reference(tmp_path_factory.mktemp("crash"))
