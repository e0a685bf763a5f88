"""Decides which address a known document has from now on: not on any host, and not another each day."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final

from aggregator.model import Entry, Link, Source
from aggregator.normalise.urls import canonical_url
from aggregator.values.web_addresses import authority_of, split_address

# Parameters that differ at each visit: sessions, signatures, clocks.
VOLATILE: Final = re.compile(
    r"(?:php|j|asp|cf)?_?(?:sess(?:ion)?_?(?:id)?|sid)|(?:cf)?token|sig(?:nature)?|no_?cache|cb|rand(?:om)?|ts"
    r"|time(?:stamp)?|nonce|_",
    re.IGNORECASE,
)
# `;jsessionid=…` at the end of a path.
PATH_PARAMETER: Final = re.compile(r";[^/]*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledLink:
    """An entry with the address that its document has, and what its link says."""

    entry: Entry
    # Whether the link is an address of the document: by it others may know it.
    is_address: bool = True
    # Whether the document has another address than before.
    moved: bool = False
    # The host to which the link leads, if it is not one of the body's: the operator is asked.
    other_host: str = ""


def settle_link(entry: Entry, before: Entry | None, hosts: Collection[str]) -> SettledLink:
    """Return the entry with the address to store: its own, or the one that its document has."""
    if before is None or before.url is None or entry.url is None or entry.url == before.url:
        return SettledLink(entry=entry)
    if _is_translation(entry, before):
        return SettledLink(entry=entry)
    host, own_host = authority_of(entry.url), authority_of(before.url)
    if host != own_host and host not in hosts:
        kept = replace(entry, url=before.url, links=_with_host(entry.links, host, before.url))
        return SettledLink(entry=kept, is_address=False, other_host=host)
    if canonical_url(entry.url) == canonical_url(before.url):
        return SettledLink(entry=entry)
    if host == own_host and _is_volatile(entry.url, before.url):
        return SettledLink(entry=replace(entry, url=before.url), is_address=False)
    return SettledLink(entry=entry, moved=True)


def _is_translation(entry: Entry, before: Entry) -> bool:
    """Return whether the source shows the page of a translation that is known, and not the one before."""
    pages = {canonical_url(translation.url) for translation in before.translations}
    return entry.language != before.language and canonical_url(entry.url) in pages


def hosts_of(source: Source, body_address: str, accepted: Iterable[str]) -> frozenset[str]:
    """Return the hosts to which links of a source's documents may move."""
    addresses = (source.address, *source.fallbacks, source.page, body_address)
    return frozenset({*(authority_of(address) for address in addresses if address), *accepted})


def _is_volatile(after: str, before: str) -> bool:
    """Return whether two addresses differ in parameters only, which are added or differ at each visit."""
    one, other = split_address(after), split_address(before)
    if PATH_PARAMETER.sub("", one.path) != PATH_PARAMETER.sub("", other.path):
        return False
    changed = set(other.query.split("&")) - set(one.query.split("&")) - {""}
    return all(VOLATILE.fullmatch(pair.partition("=")[0]) for pair in changed)


def without_session(url: str | None) -> str | None:
    """Return an address without what differs at each visit; None if it has nothing of the sort."""
    parts = split_address(url)
    pairs = parts.query.split("&")
    kept = [pair for pair in pairs if not VOLATILE.fullmatch(pair.partition("=")[0])]
    path = PATH_PARAMETER.sub("", parts.path)
    if not url or (kept == pairs and path == parts.path):
        return None
    return parts._replace(path=path, query="&".join(kept)).geturl()


def _with_host(links: tuple[Link, ...], host: str, address: str) -> tuple[Link, ...]:
    """Return links on the other host as links on the document's own, where the same files are."""
    own = split_address(address)
    return tuple(
        replace(link, href=split_address(link.href)._replace(scheme=own.scheme, netloc=own.netloc).geturl())
        if authority_of(link.href) == host
        else link
        for link in links
    )
