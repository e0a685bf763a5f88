"""The tree: small modules with a docstring, pinned dependencies, nothing local."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
MODULES = sorted((PROJECT / "src/aggregator").rglob("*.py"))
MODULE_NAMES = [str(path.relative_to(PROJECT)) for path in MODULES]
FORBIDDEN_NAMES = {"utils", "helpers", "common", "base", "manager", "misc"}


@pytest.mark.parametrize("path", MODULES, ids=MODULE_NAMES)
def test_a_module_is_small_well_named_and_has_a_docstring(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    opening = (ast.get_docstring(ast.parse(text)) or "").splitlines()

    assert len(text.splitlines()) <= 400
    assert path.stem not in FORBIDDEN_NAMES
    assert opening
    assert opening[0].rstrip().endswith((".", ":", "…")) or len(opening) > 1


def test_requirements_are_pinned_with_hashes_and_have_no_address() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (PROJECT / name).read_text(encoding="utf-8")
        packages = re.findall(r"^[a-z0-9][^\s=<>]*==\S+", text, re.MULTILINE)
        unpinned = [block for block in re.split(r"\n(?=[a-z0-9])", text) if "--hash=sha256:" not in block]

        assert len(packages) > 30
        assert unpinned == []
        assert not re.search(r"https?://|--(extra-)?index|--find-links", text)


def test_the_pinned_packages_are_those_of_pyproject() -> None:
    required = {
        re.split(r"[<>=]", name)[0]
        for name in tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["dependencies"]
    }
    lines = (PROJECT / "requirements.in").read_text().splitlines()
    listed = {re.split(r"[<>=\s#]", line)[0] for line in lines if line and not line.startswith("#")}

    assert listed - required == {"editables", "hatchling"}
    assert required <= listed


def test_every_file_in_git_is_free_of_local_addresses_and_unfinished_work() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, check=False)
    if tracked.returncode:
        pytest.skip("not a git checkout, so there is no list of what is committed")
    local = re.compile(
        r"/(?:w[o]rk|r[o]ot|home/[a-z]+)/|--(?:extra-)?index-url|NotImplementedError|\bTODO\b|\bFIXME\b"
    )
    found = [
        f"{name}:{number}"
        for name in tracked.stdout.decode().split("\0")
        if name and (PROJECT / name).suffix in {".py", ".md", ".yaml", ".toml", ".txt", ".in", ".j2", ""}
        for number, line in enumerate((PROJECT / name).read_text(encoding="utf-8").splitlines(), 1)
        if local.search(line) and name not in {"tests/project/test_layout.py", "LICENSE"}
    ]

    assert found == []
