"""Says which IP addresses may not be dialled: those inside our own network, however they are written."""

from __future__ import annotations

import ipaddress
from typing import Final

from aggregator.errors import Cause
from aggregator.fetch.errors import FetchError

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# Carrier-grade NAT (RFC 6598).
_SHARED: Final = ipaddress.IPv4Network("100.64.0.0/10")
# The well-known prefix (RFC 6052): the last 32 bits are the IPv4 address that is reached.
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_TEREDO: Final = ipaddress.IPv6Network("2001::/32")
# NAT64 of a network of one's own (RFC 8215).
_NAT64_LOCAL: Final = ipaddress.IPv6Network("64:ff9b:1::/48")


def check(address: str, host: str) -> None:
    """Raise `NoAnswer` when `address`, which `host` led to, lies inside a network and not on the internet.

    The error is no OSError on purpose: aiohttp would take that for a connection that failed.
    """
    if kind := internal_kind(ipaddress.ip_address(address)):
        way = address if host == address else f"{host} leads to {address}"
        hint = "if this address is meant, the operator can name the host as allowed"
        raise FetchError(Cause.GUARDED, f"{way} ({kind})", hint, reached=False)


def internal_kind(address: IPAddress) -> str | None:
    """What kind of inside address this is, or None for one on the internet."""
    if isinstance(address, ipaddress.IPv6Address):
        return _inside_v6(address)
    return "carrier-grade NAT" if address in _SHARED else _inside_plain(address)


def _inside_v6(address: ipaddress.IPv6Address) -> str | None:
    """IPv6 addresses that only wrap an IPv4 address are judged by the address they wrap."""
    wrapped = address.ipv4_mapped or address.sixtofour
    if address in _NAT64:
        wrapped = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if wrapped is not None:
        kind = internal_kind(wrapped)
        return f"wrapped {kind}" if kind else None
    if address in _TEREDO or address in _NAT64_LOCAL:
        return "tunnelled"
    return "site-local" if address.is_site_local else _inside_plain(address)


def _inside_plain(address: IPAddress) -> str | None:
    kinds = (
        (address.is_unspecified, "unspecified"),
        (address.is_loopback, "loopback"),
        (address.is_link_local, "link-local"),
        (address.is_multicast, "multicast"),
        (address.is_reserved, "reserved"),
        (address.is_private, "private"),
        (not address.is_global, "special use"),
    )
    return next((kind for holds, kind in kinds if holds), None)
