"""Set-up on a machine where something is missing: an error with its remedy, and nothing half done."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.projects import PROJECT

WITHOUT_VENV = '#!/bin/sh\ncase "$2" in *ensurepip*) exit 1;; esac\nexec "{python}" "$@"\n'
TOO_OLD = '#!/bin/sh\ncase "$2" in *version_info*) exit 1;; esac\necho "Python 3.9.2"\n'


def make_venv(folder: Path, python: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHON": python}
    command = ["sh", str(PROJECT / "tools/make-venv"), str(folder)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def write_script(path: Path, text: str) -> str:
    path.write_text(text.format(python=sys.executable) if "{python}" in text else text)
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        (WITHOUT_VENV, ("has no venv or pip", "apt install python3-venv python3-pip")),
        (TOO_OLD, ("Python 3.9.2 is too old; 3.11 or newer is needed", "make PYTHON=")),
        (None, ("is not installed", "Install Python 3.11 or newer")),
    ],
)
def test_the_error_names_what_is_missing_and_its_remedy(
    tmp_path: Path, text: str | None, messages: tuple[str, str]
) -> None:
    python = write_script(tmp_path / "python", text) if text else str(tmp_path / "nothing")

    completed = make_venv(tmp_path / "venv", python)

    assert completed.returncode == 1
    assert all(message in completed.stderr for message in messages), completed.stderr
    assert not (tmp_path / "venv").exists()


def test_the_environment_is_made_if_nothing_is_missing(tmp_path: Path) -> None:
    completed = make_venv(tmp_path / "venv", sys.executable)

    assert completed.returncode == 0, completed.stderr
    assert (tmp_path / "venv/bin/python").exists()


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_without_a_browser_make_names_the_tests_that_do_not_run_and_ci_fails(
    tmp_path: Path, ci: str, code: int
) -> None:
    for name in ("sh", "id"):
        (tmp_path / name).symlink_to(shutil.which(name) or name)
    completed = subprocess.run(
        ["sh", str(PROJECT / "tools/bring-browser")],
        env={"PATH": str(tmp_path), "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )

    assert completed.returncode == code
    assert "the tests in tests/browser do not run" in completed.stderr
    assert "apt-get install chromium" in completed.stderr


def test_an_installed_browser_is_used_and_without_one_debians_is_installed(
    tmp_path: Path,
) -> None:
    (tmp_path / "sh").symlink_to(shutil.which("sh") or "sh")
    write_script(tmp_path / "id", "#!/bin/sh\necho 0\n")
    write_script(tmp_path / "apt-get", f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\n')
    command = ["sh", str(PROJECT / "tools/bring-browser")]

    def run() -> int:
        return subprocess.run(
            command, env={"PATH": str(tmp_path)}, capture_output=True, check=False
        ).returncode

    assert run() == 0
    assert (tmp_path / "calls").read_text().splitlines() == [
        "update -qq",
        "install -qq -y --no-install-recommends chromium",
    ]
    write_script(tmp_path / "chromium", "#!/bin/sh\n")
    assert run() == 0
    assert len((tmp_path / "calls").read_text().splitlines()) == 2
