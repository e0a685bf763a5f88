"""Parses web addresses: their origin (scheme, host, port), their validity, and their normal form."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit

from aggregator.errors import Cause
from aggregator.fetch.errors import FetchError
from aggregator.values.web_addresses import normalise_escapes

_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host (lower case) and port: the scope of a robots.txt (RFC 9309, 2.3)."""

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """The host, with the port if it is not the scheme's default."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"


def origin_of(url: str) -> Origin:
    """The origin of `url`. Raises `FetchError` for an invalid address: publishers' pages give us addresses,
    too."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise bad_address_error(url, str(error)) from error
    if parts.scheme not in _PORTS:
        raise bad_address_error(url, "only http and https are asked")
    if parts.username is not None:
        raise bad_address_error(url, "it carries a user's name")
    host = parts.hostname or ""
    if not _is_host(host):
        raise bad_address_error(url, "it names no host")
    return Origin(parts.scheme, host, _PORTS[parts.scheme] if port is None else port)


def bad_address_error(url: str, why: str) -> FetchError:
    """The error for an address that cannot be fetched."""
    hint = "correct the address; if a publisher's page or redirect gave it, tell the publisher"
    return FetchError(Cause.BAD_ADDRESS, f"{url[:200]}: {why}", hint, reached=False)


def normal_form(url: str) -> str:
    """`url` normalised, so that equivalent addresses are equal (RFC 3986, 6.2.2 and 6.2.3).

    Normalises the case of scheme and host, the default port, an empty path and percent-encoding, and drops
    the fragment. The order of the query stays, and `+` stays different from `%20`.
    """
    parts = urlsplit(url)
    path = _normalise_escapes(parts.path) or "/"
    query = f"?{_normalise_escapes(parts.query)}" if parts.query else ""
    return f"{parts.scheme}://{_normalise_authority(parts)}{path}{query}"


def _normalise_authority(parts: SplitResult) -> str:
    host = parts.netloc.lower()
    port = _PORTS.get(parts.scheme)
    return host.removesuffix(f":{port}").removesuffix(":")


def _normalise_escapes(text: str) -> str:
    return normalise_escapes(quote(text, safe="%!$&'()*+,;=:@/?"))


def _is_host(host: str) -> bool:
    """Whether this is an IPv4 address in its usual form, or a name whose labels have a valid length."""
    # `127.1` and `2130706433` are spellings of 127.0.0.1. The resolver raises for a label that is too long.
    if host.replace(".", "").isdigit():
        return _is_ipv4(host)
    labels = host.removesuffix(".").split(".")
    return all(0 < len(label) < 64 for label in labels) and len(host) < 254


def _is_ipv4(host: str) -> bool:
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True
