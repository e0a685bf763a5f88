"""The names by which publishers' software keeps knowing a document when its address changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

Namer = Callable[[re.Match[str]], str]

NAMES: Final[tuple[tuple[re.Pattern[str], Namer], ...]] = (
    # Northern Ireland's departments share one Drupal: one node number on every host of theirs, while the
    # department's feed and the Executive's give one item two addresses (dof-dss/nicsdru_dept, 2026-05).
    (
        re.compile(r"https?://(?:www\.)?(?:[a-z]+-ni|northernireland)\.gov\.uk/node/(\d+)/?"),
        lambda found: f"ni-node:{found[1]}",
    ),
    (
        re.compile(r"https?://(?:www\.)?([a-z0-9.-]+)/node/(\d+)/?"),
        lambda found: f"node:{found[1]}:{found[2]}",
    ),
    # WordPress keeps the first host and the number in the guid when a site moves or a slug is corrected.
    (
        re.compile(r"https?://(?:www\.)?([a-z0-9.-]+(?:/[a-z0-9-]+)*)/\?p=(\d+)"),
        lambda found: f"wordpress:{found[1]}:{found[2]}",
    ),
)
"""Form of a native id, and the name that it gives. Other ids are not trusted: some feeds give
every item the same one."""


def names(*ids: str | None) -> tuple[str, ...]:
    """The names that a document's own ids give it, each once; mostly none."""
    found = (_name(id) for id in ids if id)
    return tuple(dict.fromkeys(name for name in found if name))


def _name(id: str) -> str | None:
    for form, namer in NAMES:
        if match := form.fullmatch(id.strip()):
            return namer(match)
    return None
