"""Takes addresses apart, whatever was written as one: `http://[` has no host, and raises nothing."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

ESCAPE: Final = re.compile("%([0-9A-Fa-f]{2})")
UNRESERVED: Final = re.compile("[A-Za-z0-9._~-]")


def split_address(address: str | None) -> SplitResult:
    """The parts of an address; all empty for what is none."""
    try:
        return urlsplit(address or "")
    except ValueError:  # a bracket that does not close, or nothing in it that is an address
        return urlsplit("")


def host_of(address: str | None) -> str:
    """The host of an address in small letters, without `www.` and port; empty for what has none."""
    return (split_address(address).hostname or "").removeprefix("www.")


def authority_of(address: str | None) -> str:
    """The host as `host_of`, with a port that is not the usual one: two ports may be two sites."""
    authority = split_address(address).netloc.rpartition("@")[2].lower()
    return authority.removeprefix("www.").removesuffix(":443").removesuffix(":80")


def join_address(base: str, href: str) -> str:
    """`href` as seen from `base`; as it was written where the two make no address."""
    try:
        return urljoin(base, href)
    except ValueError:
        return href


def even_escapes(text: str) -> str:
    """Percent-encoding in one form (RFC 3986, 6.2.2.1 and 6.2.2.2): capitals, and only where it is needed."""
    return ESCAPE.sub(_even_escape, text)


def _even_escape(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if UNRESERVED.fullmatch(character) else escape[0].upper()


def is_web(address: str) -> bool:
    """Whether it can be asked over the web: no `javascript:`, no file, nothing that only looks like one."""
    parts = split_address(address)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
