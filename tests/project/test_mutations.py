"""The mutations in tools/mutations/ fit the code; `make mutations` runs them."""

from __future__ import annotations

import subprocess
import sys

from tests.support.projects import PROJECT


def test_every_mutation_applies_to_the_present_code() -> None:
    command = [sys.executable, str(PROJECT / "tools/run_mutations.py"), "--check"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stderr
