"""Says where a feed's older items are: by the feed's own links, or by how its software pages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import parse_qsl, urlencode

from aggregator.model import Fetched, RawEntry, RawLink
from aggregator.values.web_addresses import host_of, is_web, join_address, split_address

BACK: Final = ("prev-archive", "next")
"""Links to what is older (RFC 5005, 4 and 3); archives leave nothing out by design, so they go first."""

NORTHERN_IRELAND: Final = re.compile(r"(?:[a-z]+-ni|northernireland)\.gov\.uk")
DEPARTMENT_FEED: Final = re.compile(r"/(?:news|press-releases|publications|consultations)/feed(?:/[a-z]+)?/?")
"""Feeds of the departments' Drupal: `?page=N` was seen in use on one of them (facts of 2026-09)."""

WORDPRESS_ID: Final = re.compile(r"[?&;]p=[0-9]+$")
"""How WordPress ends the guid of an item, also where a site hides its generator."""


def older_address(
    fetched: Fetched, links: Iterable[RawLink], generator: str, items: Iterable[RawEntry]
) -> str | None:
    """The address of what stood before the items of `fetched`; None when nothing tells it.

    `links` and `generator` are what the feed says of itself. The number of the page is read in the address
    that was asked, so that the next call goes one page further back.
    """
    targets = {link.rel: link_back(fetched, link.href) for link in links if link.rel in BACK}
    for rel in BACK:
        if target := targets.get(rel):
            return target
    path = split_address(fetched.url).path
    if NORTHERN_IRELAND.fullmatch(host_of(fetched.url)) and DEPARTMENT_FEED.fullmatch(path):
        return _next_number(fetched.url, "page", first=0)
    if "wordpress" in generator.lower() or any(WORDPRESS_ID.search(item.id or "") for item in items):
        return _next_number(fetched.url, "paged", first=1)
    return None


def link_back(fetched: Fetched, href: str) -> str | None:
    """Where a feed's link leads to; None for what is no web address and for the feed itself."""
    target = join_address(fetched.final_url, href).partition("#")[0]
    usable = is_web(target) and target not in {fetched.url, fetched.final_url}
    return target if usable else None


def _next_number(address: str, name: str, *, first: int) -> str:
    """The same address with the next page's number. Drupal counts its pages from 0, WordPress from 1."""
    parts = split_address(address)
    query = parse_qsl(parts.query, keep_blank_values=True)
    numbers = [int(value) for key, value in query if key == name and re.fullmatch(r"[0-9]{1,6}", value)]
    others = [(key, value) for key, value in query if key != name]
    following = (numbers[-1] if numbers else first) + 1
    return parts._replace(query=urlencode([*others, (name, following)]), fragment="").geturl()
