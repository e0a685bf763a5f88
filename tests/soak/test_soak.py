"""A short soak: the program with faults ends as the program without, and takes no more memory and handles."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.soak.faults import CLOCK, FaultSort
from tests.soak.run import Soak

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]
CYCLES = 112
# Kills it, fills its disk, starts it without its store, and moves the store away while it is open.
SEED = 12


def test_a_run_with_faults_ends_as_one_without(tmp_path: Path, report: Callable[[str], None]) -> None:
    sorts = frozenset(FaultSort) - CLOCK
    result = Soak(CYCLES, range(64, CYCLES), sorts, SEED).run(tmp_path)

    report("soak: " + "; ".join(result.lines()))
    assert result.faults[FaultSort.KILL]
    assert result.differences == []
    assert result.problems == []
    assert result.most_copies <= 3
    assert result.growth()["memory"] < 1.1
    # Each reading process that is just ending or starting has two handles more: 19 to 23 are usual.
    assert result.growth()["handles"] < 1.4
