"""What an address says by itself: whose host it is, and whether it is a blog."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

HOME_ENDINGS: Final = (".uk", ".scot", ".wales", ".cymru")
"""Top-level domains of the United Kingdom and its nations."""


@lru_cache(maxsize=512)
def host_and_path(url: str) -> tuple[str, str]:
    """Host without `www.` and port, and path; both empty for what is no address."""
    try:
        parts = urlsplit(url)
        return (parts.hostname or "").removeprefix("www."), parts.path
    except ValueError:
        return "", ""


def within(url: str | None, start: str) -> bool:
    """Whether an address begins with `start`: a host, or a host and the beginning of a path."""
    host, path = host_and_path(url or "")
    its_host, _, its_path = start.partition("/")
    return host == its_host and path.startswith(f"/{its_path}")


def places(starts: Iterable[tuple[str, str]]) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Beginnings of addresses with what they mean, by host, the longest first."""
    ordered = sorted(starts, key=lambda pair: (-len(pair[0]), pair[0]))
    by_host: dict[str, list[tuple[str, str]]] = {}
    for start, meaning in ordered:
        by_host.setdefault(start.partition("/")[0], []).append((start, meaning))
    return by_host


def is_home(url: str | None) -> bool:
    """Whether the address lies under a domain of the United Kingdom."""
    return host_and_path(url or "")[0].endswith(HOME_ENDINGS)


def is_blog(url: str | None) -> bool:
    """`gds.blog.gov.uk`, `blogs.gov.scot`, `digitalanddata.blog.gov.wales`."""
    labels = host_and_path(url or "")[0].split(".")
    return "blog" in labels or "blogs" in labels
