"""Splits the publisher's own type from a title, where the publisher writes both in one line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from aggregator.model.addresses import host_of

WELSH_GOVERNMENT: Final = re.compile(r"(?:^|\.)(?:gov\.wales|llyw\.cymru)$")
WELSH_TYPES: Final = frozenset(
    {
        "written statement",
        "oral statement",
        "press release",
        "datganiad ysgrifenedig",
        "datganiad llafar",
        "datganiad i'r wasg",
    }
)
"""Prefixes of gov.wales announcements: `Written Statement` was seen (2026-09), the others are page types."""


def split_type(title: str, categories: Iterable[str], url: str | None) -> tuple[str, str | None]:
    """Title and publisher's type.

    GOV.UK's organisation feeds write `Policy paper: Title` and name `Policy paper` as the category, while its
    finder feeds write the bare title: the prefix goes, so that both tell one title. gov.wales writes its
    prefix everywhere, so there it stays in the title.
    """
    prefix, colon, rest = title.partition(": ")
    if not colon or not rest.strip():
        return title, None
    host = host_of(url)
    if host == "gov.uk" and prefix.casefold() in {name.casefold() for name in categories}:
        return rest.strip(), prefix
    if WELSH_GOVERNMENT.search(host) and prefix.casefold().replace("’", "'") in WELSH_TYPES:
        return title, prefix
    return title, None
