"""Finds the address of a feed's older items: from the feed's links, or from how its software pages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import parse_qsl, urlencode

from aggregator.model import Fetched, RawEntry, RawLink
from aggregator.values.web_addresses import host_of, is_web_address, join_address, split_address

# Links to older items (RFC 5005, sections 4 and 3). Archives come first: they leave nothing out by design.
OLDER_RELS: Final = ("prev-archive", "next")

NORTHERN_IRELAND: Final = re.compile(r"(?:[a-z]+-ni|northernireland)\.gov\.uk")
# Feeds of the departments' shared Drupal code. A public program reads `?page=N` of health-ni.gov.uk, 100
# items a page (September 2026).
DEPARTMENT_FEED: Final = re.compile(r"/(?:news|press-releases|publications|consultations)/feed(?:/[a-z]+)?/?")

# The end of an item's guid in WordPress. It shows WordPress also where a site hides its generator.
WORDPRESS_ID: Final = re.compile(r"[?&;]p=[0-9]+$")


def older_address(
    fetched: Fetched, links: Iterable[RawLink], generator: str, items: Iterable[RawEntry]
) -> str | None:
    """The address of the items before those of `fetched`; None if it is not known.

    `links` and `generator` are the feed's own. The page number is taken from the address that was fetched, so
    each call goes one page further back.
    """
    targets = {link.rel: older_link(fetched, link.href) for link in links if link.rel in OLDER_RELS}
    for rel in OLDER_RELS:
        if target := targets.get(rel):
            return target
    path = split_address(fetched.url).path
    if NORTHERN_IRELAND.fullmatch(host_of(fetched.url)) and DEPARTMENT_FEED.fullmatch(path):
        return _with_next_number(fetched.url, "page", first=0)
    if "wordpress" in generator.lower() or any(WORDPRESS_ID.search(item.id or "") for item in items):
        return _with_next_number(fetched.url, "paged", first=1)
    return None


def older_link(fetched: Fetched, href: str) -> str | None:
    """The target of a feed's link; None if it is no web address or the feed itself."""
    target = join_address(fetched.final_url, href).partition("#")[0]
    usable = is_web_address(target) and target not in {fetched.url, fetched.final_url}
    return target if usable else None


def _with_next_number(address: str, name: str, *, first: int) -> str:
    """The same address with the next page's number. `first` is the number of the first page."""
    # Drupal counts pages from 0, WordPress from 1.
    parts = split_address(address)
    query = parse_qsl(parts.query, keep_blank_values=True)
    numbers = [int(value) for key, value in query if key == name and re.fullmatch(r"[0-9]{1,6}", value)]
    others = [(key, value) for key, value in query if key != name]
    following = (numbers[-1] if numbers else first) + 1
    return parts._replace(query=urlencode([*others, (name, following)]), fragment="").geturl()
