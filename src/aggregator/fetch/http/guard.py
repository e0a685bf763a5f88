"""Refuses IP addresses inside our own network, in whatever form they are written (SSRF protection)."""

from __future__ import annotations

import ipaddress
from typing import Final

from aggregator.errors import Cause
from aggregator.fetch.errors import FetchError

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# Carrier-grade NAT (RFC 6598).
_SHARED: Final = ipaddress.IPv4Network("100.64.0.0/10")
# NAT64's well-known prefix (RFC 6052). The last 32 bits are the IPv4 address that is reached.
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_TEREDO: Final = ipaddress.IPv6Network("2001::/32")
# NAT64 for local use (RFC 8215).
_NAT64_LOCAL: Final = ipaddress.IPv6Network("64:ff9b:1::/48")


def check(address: str, host: str) -> None:
    """Raise `FetchError` if `address`, to which `host` resolved, is not on the public internet."""
    if kind := internal_kind(ipaddress.ip_address(address)):
        way = address if host == address else f"{host} leads to {address}"
        hint = "if this address is meant, the operator can name the host as allowed"
        # Never an OSError: aiohttp would take it for a failed connection and try the next address.
        raise FetchError(Cause.GUARDED, f"{way} ({kind})", hint, reached=False)


def internal_kind(address: IPAddress) -> str | None:
    """The kind of an internal address; None for one on the public internet."""
    if isinstance(address, ipaddress.IPv6Address):
        return _internal_kind_v6(address)
    return "carrier-grade NAT" if address in _SHARED else _special_kind(address)


def _internal_kind_v6(address: ipaddress.IPv6Address) -> str | None:
    # An address that only wraps an IPv4 address is checked as that IPv4 address.
    wrapped = address.ipv4_mapped or address.sixtofour
    if address in _NAT64:
        wrapped = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if wrapped is not None:
        kind = internal_kind(wrapped)
        return f"wrapped {kind}" if kind else None
    if address in _TEREDO or address in _NAT64_LOCAL:
        return "tunnelled"
    return "site-local" if address.is_site_local else _special_kind(address)


def _special_kind(address: IPAddress) -> str | None:
    kinds = (
        (address.is_unspecified, "unspecified"),
        (address.is_loopback, "loopback"),
        (address.is_link_local, "link-local"),
        (address.is_multicast, "multicast"),
        (address.is_reserved, "reserved"),
        (address.is_private, "private"),
        (not address.is_global, "special use"),
    )
    return next((kind for applies, kind in kinds if applies), None)
