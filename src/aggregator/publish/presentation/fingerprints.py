"""Fingerprints what a published file depends on, so that only files that may differ are made again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

from aggregator.model import Snapshot, SourceWithState

_PUBLISH_PACKAGE: Final = Path(__file__).parents[1]
# Values that decide how dates and licences are published in every file.
_MODEL_PACKAGES: Final = tuple(_PUBLISH_PACKAGE.with_name(name) for name in ("model", "values"))
_SOURCE_SUFFIXES: Final = frozenset({".py", ".j2", ".css", ".html", ".txt"})
_LIBRARIES: Final = ("feedgen", "lxml", "icalendar", "jinja2")


def common_fingerprint(snapshot: Snapshot) -> str:
    """The fingerprint of what every file depends on: code, site, sources, and names of bodies and labels."""
    # The code is part of it: after an upgrade every file is made again, so no old rendering survives.
    sources = [_source_fields(source) for source in snapshot.sources]
    names = [sorted(labels.items()) for labels in (snapshot.types, snapshot.topics, snapshot.plans)]
    bodies = sorted(snapshot.bodies.items())
    return fingerprint_of([publishing_fingerprint(), repr((snapshot.site, bodies, names, sources))])


def publishing_fingerprint() -> str:
    """The fingerprint of the code and templates that make the files, and of their libraries."""
    return code_fingerprint(_PUBLISH_PACKAGE, _LIBRARIES)


def _source_fields(source: SourceWithState) -> str:
    """The published fields of a source."""
    # Without the date of its feed, which is not published: it moves often, and all files would be made again.
    head = source.state.feed_metadata
    published_metadata = (head.id, head.title, head.link, head.rights, head.language)
    return repr((source.source, source.state.address, published_metadata))


def fingerprint_of(parts: Iterable[str]) -> str:
    """The fingerprint of these texts in this order: 32 hexadecimal digits."""
    sha256 = hashlib.sha256()
    for part in parts:
        sha256.update(part.encode("utf-8", "surrogatepass"))
        sha256.update(b"\0")  # so that ("ab", "c") and ("a", "bc") differ
    return sha256.hexdigest()[:32]


@cache
def code_fingerprint(package: Path, libraries: tuple[str, ...]) -> str:
    """The fingerprint of a package's code and templates, the model's, and the versions of `libraries`."""
    folders = (package, *_MODEL_PACKAGES)
    files = sorted(
        path for folder in folders for path in folder.rglob("*") if path.suffix in _SOURCE_SUFFIXES
    )
    texts = [path.read_text("utf-8") for path in files]
    return fingerprint_of([*texts, *(f"{name} {version(name)}" for name in libraries)])
