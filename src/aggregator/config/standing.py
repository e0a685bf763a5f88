"""How the operator's files stand, so that a running program notices when one was edited."""

from __future__ import annotations

import hashlib
from pathlib import Path

from aggregator.config.settings import FILE

BESIDE = ("sources.yaml", "alerts.yaml")


def standing(settings: Path | None = None) -> str:
    """A fingerprint of settings.yaml (or the file given), sources.yaml, alerts.yaml and register/*.yaml.

    By what they hold: a file that is only touched, or put back, stands as before. One that is not there, or
    cannot be read, is told apart from an empty one.
    """
    file = settings or Path(FILE)
    home = file.parent
    files = (file, *(home / name for name in BESIDE), *sorted(home.glob("register/*.yaml")))
    return hashlib.sha256(repr([(str(one), _held(one)) for one in files]).encode()).hexdigest()


def _held(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        return type(error).__name__
