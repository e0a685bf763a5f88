"""Without a network: everything that is held is published, and every source that is not reached is named."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import pytest
import yaml

from tests.support.patience import within
from tests.support.projects import PROJECT, Small

EMPTY_NETWORK = ("unshare", "--net", "--map-root-user")


def can_unshare() -> bool:
    """Whether this machine lets us make an empty network namespace."""
    tried = subprocess.run([*EMPTY_NETWORK, "true"], capture_output=True, check=False)
    return tried.returncode == 0


@pytest.mark.skipif(
    not can_unshare(), reason="this machine lets nobody make a network namespace (unshare --net)"
)
def test_in_an_empty_network_the_records_are_published_and_every_cause_is_true(tmp_path: Path) -> None:
    for name in ("register", "records"):
        shutil.copytree(PROJECT / name, tmp_path / name)
    for name in ("sources.yaml", "settings.yaml"):
        shutil.copy(PROJECT / name, tmp_path)
    project = Small(tmp_path)
    sources = yaml.safe_load((tmp_path / "sources.yaml").read_text(encoding="utf-8"))["sources"]
    asked = [s["id"] for s in sources if s["kind"] != "records" and s.get("enabled", True)]

    started = time.monotonic()
    ended = project.run("run", wrap=EMPTY_NETWORK)
    took = time.monotonic() - started

    assert ended.code == 3
    assert within(took, 30)
    named = [line.partition(": ") for line in ended.err.splitlines()]
    assert sorted(id for id, _, _ in named) == sorted(asked)
    assert {cause.split(":")[0] for _, _, cause in named} <= {"name not found", "network unreachable"}
    page = project.output()["index.html"].decode()
    assert "24 January 2024" in page
    records = [name for name in project.output() if name.startswith("records/")]
    assert len(records) >= 12
    assert "not yet sourced" in "".join(project.output()[name].decode() for name in records)
