"""The set-up on a machine where something is missing: an error with its remedy, nothing half-made."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.projects import PROJECT

WITHOUT_VENV = '#!/bin/sh\ncase "$2" in *ensurepip*) exit 1;; esac\nexec "{python}" "$@"\n'
TOO_OLD = '#!/bin/sh\ncase "$2" in *version_info*) exit 1;; esac\necho "Python 3.9.2"\n'


def make_venv(folder: Path, python: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHON": python}
    command = ["sh", str(PROJECT / "tools/make-venv"), str(folder)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def script(path: Path, text: str) -> str:
    path.write_text(text.format(python=sys.executable) if "{python}" in text else text)
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (WITHOUT_VENV, ("has no venv or pip", "apt install python3-venv python3-pip")),
        (TOO_OLD, ("Python 3.9.2 is too old; 3.11 or newer is needed", "make PYTHON=")),
        (None, ("is not installed", "Install Python 3.11 or newer")),
    ],
)
def test_what_is_missing_is_named_with_its_remedy(
    tmp_path: Path, text: str | None, said: tuple[str, str]
) -> None:
    python = script(tmp_path / "python", text) if text else str(tmp_path / "nothing")

    ended = make_venv(tmp_path / "venv", python)

    assert ended.returncode == 1
    assert all(words in ended.stderr for words in said), ended.stderr
    assert not (tmp_path / "venv").exists()


def test_the_environment_is_made_where_nothing_is_missing(tmp_path: Path) -> None:
    ended = make_venv(tmp_path / "venv", sys.executable)

    assert ended.returncode == 0, ended.stderr
    assert (tmp_path / "venv/bin/python").exists()
