"""What an address alone says of a document: which known prefix it has, whether it is British or a blog."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from aggregator.values.web_addresses import host_of, split_address

# Top-level domains of the United Kingdom and its nations.
UK_ENDINGS: Final = (".uk", ".scot", ".wales", ".cymru")


@lru_cache(maxsize=512)
def host_and_path(url: str) -> tuple[str, str]:
    """Host without `www.` and port, and path; both empty if it is no address."""
    return host_of(url), split_address(url).path


# By host: prefix of the path, prefix of the address as it was written, and its meaning.
PrefixTable = Mapping[str, Sequence[tuple[str, str, str]]]


def index_prefixes(prefixes: Iterable[tuple[str, str]]) -> PrefixTable:
    """A table of prefixes of addresses (a host, perhaps with a path) with their meanings, longest first."""
    by_host: dict[str, list[tuple[str, str, str]]] = {}
    for prefix, meaning in sorted(prefixes, key=lambda pair: (-len(pair[0]), pair[0])):
        host, _, path = prefix.partition("/")
        by_host.setdefault(host, []).append((f"/{path}", prefix, meaning))
    return by_host


def matching_prefixes(url: str | None, table: PrefixTable) -> list[tuple[str, str]]:
    """The prefixes that an address has, with their meanings, longest first."""
    host, path = host_and_path(url or "")
    return [
        (prefix, meaning)
        for path_prefix, prefix, meaning in table.get(host, ())
        if path.startswith(path_prefix)
    ]


def is_uk_address(url: str | None) -> bool:
    """Whether the host is under a top-level domain of the United Kingdom."""
    return host_and_path(url or "")[0].endswith(UK_ENDINGS)


def is_blog_address(url: str | None) -> bool:
    """Whether the host is a blog: `gds.blog.gov.uk`, `blogs.gov.scot`, `digitalanddata.blog.gov.wales`."""
    labels = host_and_path(url or "")[0].split(".")
    return "blog" in labels or "blogs" in labels
