"""Stands for everything that a file depends on, so that it is made again only when one of them changes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

from aggregator.model import Snapshot, SourceLine

_ROOM: Final = Path(__file__).parents[1]
_MODEL: Final = tuple(_ROOM.with_name(name) for name in ("model", "values"))
"""Its days and licences stand in every file."""
_WRITTEN: Final = frozenset({".py", ".j2", ".css", ".html", ".txt"})
_WRITERS: Final = ("feedgen", "lxml", "icalendar", "jinja2")


def background(edition: Snapshot) -> str:
    """What every file depends on: this room's own code, who publishes, and the names that stand in labels."""
    sources = [_source(row) for row in edition.sources]
    names = [sorted(known.items()) for known in (edition.types, edition.topics, edition.plans)]
    bodies = sorted(edition.bodies.items())
    return fingerprint([code(_ROOM, _WRITERS), repr((edition.site, bodies, names, sources))])


def _source(row: SourceLine) -> str:
    """What is told of a source, but the date of its feed: that is never told."""
    head = row.state.head
    told = (head.id, head.title, head.link, head.rights, head.language)
    return repr((row.source, row.state.address, told))


def fingerprint(parts: Iterable[str]) -> str:
    """A short name for these parts, in this order."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode("utf-8", "surrogatepass"))
        digest.update(b"\0")
    return digest.hexdigest()[:32]


@cache
def code(room: Path, writers: tuple[str, ...]) -> str:
    """Stands for the code and templates of a room and of the model, and the libraries that write for it."""
    folders = (room, *_MODEL)
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in _WRITTEN)
    texts = [path.read_text("utf-8") for path in files]
    return fingerprint([*texts, *(f"{name} {version(name)}" for name in writers)])
