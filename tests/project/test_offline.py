"""Without a network: everything stored is published, and every source that cannot be reached is named."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import pytest
import yaml

from tests.support.projects import PROJECT, SmallProject
from tests.support.time_limits import is_within

EMPTY_NETWORK = ("unshare", "--net", "--map-root-user")


def can_unshare() -> bool:
    """Whether we may make an empty network namespace on this machine."""
    attempt = subprocess.run([*EMPTY_NETWORK, "true"], capture_output=True, check=False)
    return attempt.returncode == 0


@pytest.mark.skipif(
    not can_unshare(), reason="this machine does not allow network namespaces (unshare --net)"
)
def test_without_a_network_the_records_are_published_and_every_failure_has_its_cause(tmp_path: Path) -> None:
    for name in ("register", "records"):
        shutil.copytree(PROJECT / name, tmp_path / name)
    for name in ("sources.yaml", "settings.yaml"):
        shutil.copy(PROJECT / name, tmp_path)
    project = SmallProject(tmp_path)
    sources = yaml.safe_load((tmp_path / "sources.yaml").read_text(encoding="utf-8"))["sources"]
    polled = [s["id"] for s in sources if s["kind"] != "records" and s.get("enabled", True)]

    started = time.monotonic()
    completed = project.run("run", wrap=EMPTY_NETWORK)
    took = time.monotonic() - started

    assert completed.code == 3
    assert is_within(took, 30)
    named = [line.partition(": ") for line in completed.err.splitlines()]
    assert sorted(id for id, _, _ in named) == sorted(polled)
    assert {cause.split(":")[0] for _, _, cause in named} <= {"name not found", "network unreachable"}
    page = project.output()["index.html"].decode()
    assert "24 January 2024" in page
    records = [name for name in project.output() if name.startswith("records/")]
    assert len(records) >= 12
    assert "not yet sourced" in "".join(project.output()[name].decode() for name in records)
