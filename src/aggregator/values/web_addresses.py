"""Takes web addresses apart. Nothing here raises, whatever the text: `http://[` just has no host."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

ESCAPE: Final = re.compile("%([0-9A-Fa-f]{2})")
UNRESERVED: Final = re.compile("[A-Za-z0-9._~-]")


def split_address(address: str | None) -> SplitResult:
    """The parts of an address; all empty for text that is not one."""
    try:
        return urlsplit(address or "")
    except ValueError:  # a bracket that does not close, or no IPv6 address inside
        return urlsplit("")


def host_of(address: str | None) -> str:
    """The host in lower case, without `www.` and port; empty if there is none."""
    return (split_address(address).hostname or "").removeprefix("www.")


def authority_of(address: str | None) -> str:
    """The host as `host_of`, with the port unless it is 80 or 443: two ports may be two sites."""
    authority = split_address(address).netloc.rpartition("@")[2].lower()
    return authority.removeprefix("www.").removesuffix(":443").removesuffix(":80")


def join_address(base: str, href: str) -> str:
    """`href` resolved against `base`; unchanged if that gives no address."""
    try:
        return urljoin(base, href)
    except ValueError:
        return href


def normalise_escapes(text: str) -> str:
    """Percent-encoding in its normal form (RFC 3986, 6.2.2.1 and 6.2.2.2): capitals, only where needed."""
    return ESCAPE.sub(_normalise_escape, text)


def _normalise_escape(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if UNRESERVED.fullmatch(character) else escape[0].upper()


def is_web_address(address: str) -> bool:
    """Whether it is an http(s) address with a host, and not `javascript:`, a file or the like."""
    parts = split_address(address)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
