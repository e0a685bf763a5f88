"""What an address says by itself: whose host it is, and whether it is a blog."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from aggregator.values.web_addresses import host_of, split_address

HOME_ENDINGS: Final = (".uk", ".scot", ".wales", ".cymru")
"""Top-level domains of the United Kingdom and its nations."""


@lru_cache(maxsize=512)
def host_and_path(url: str) -> tuple[str, str]:
    """Host without `www.` and port, and path; both empty for what is no address."""
    return host_of(url), split_address(url).path


PrefixTable = Mapping[str, Sequence[tuple[str, str, str]]]
"""By host: the beginning of a path, the beginning of an address as it was written, and what it means."""


def index_prefixes(starts: Iterable[tuple[str, str]]) -> PrefixTable:
    """Beginnings of addresses (a host, perhaps with a path) with what they mean, the longest first."""
    by_host: dict[str, list[tuple[str, str, str]]] = {}
    for start, meaning in sorted(starts, key=lambda pair: (-len(pair[0]), pair[0])):
        host, _, path = start.partition("/")
        by_host.setdefault(host, []).append((f"/{path}", start, meaning))
    return by_host


def matching_prefixes(url: str | None, known: PrefixTable) -> list[tuple[str, str]]:
    """The beginnings that an address has, the longest first, each with what it means."""
    host, path = host_and_path(url or "")
    return [(start, meaning) for its_path, start, meaning in known.get(host, ()) if path.startswith(its_path)]


def is_home(url: str | None) -> bool:
    """Whether the address lies under a domain of the United Kingdom."""
    return host_and_path(url or "")[0].endswith(HOME_ENDINGS)


def is_blog(url: str | None) -> bool:
    """`gds.blog.gov.uk`, `blogs.gov.scot`, `digitalanddata.blog.gov.wales`."""
    labels = host_and_path(url or "")[0].split(".")
    return "blog" in labels or "blogs" in labels
