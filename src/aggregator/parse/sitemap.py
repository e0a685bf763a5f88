"""Reads sitemaps (sitemaps.org 0.9), whose `lastmod` tells of changes on a site that has nothing better.

`selectors.link` of the source, where it is set, is no CSS selector here but the beginning of the paths that
count (`/publications/`). A sitemap has no titles: they are made of the addresses, and the source's `note`
should say so.
"""

from __future__ import annotations

import re
import zlib
from typing import Any, Final
from urllib.parse import unquote

from lxml import etree

from aggregator.errors import Cause, SourceError
from aggregator.model import Fetched, ParsedPage, RawEntry, Reject, Request, Source
from aggregator.parse.decode.detect import OPENING_CHARACTERS, broken_error, page_error, refuse_empty, snippet
from aggregator.parse.decode.encoding import decode
from aggregator.values.web_addresses import is_web_address, split_address

ACCEPT: Final = "application/xml, text/xml;q=0.9, application/gzip;q=0.5, */*;q=0.1"
ROOT: Final = re.compile(r"<(?:[\w.-]{1,40}:)?(?:urlset|sitemapindex)(?=[\s>/])")
PAGE: Final = re.compile(r"<html[\s>]|<!doctype\s+html", re.IGNORECASE)

GZIP: Final = b"\x1f\x8b"
# Bytes of a sitemap once unpacked, as many as any answer may have.
MAX_BYTES: Final = 10 * 1024 * 1024

# Sitemaps of an index that are read in one poll, newest first.
MAX_SITEMAPS: Final = 5
# Addresses of a sitemap that are read, newest first; a sitemap may hold 50,000.
MAX_ADDRESSES: Final = 1_000
# Characters of a path that a title is made of.
MAX_TITLE_PATH: Final = 500

ENDING: Final = re.compile(r"\.(?:html?|aspx?|php|jsp)$", re.IGNORECASE)

# An address and its `lastmod`, which may be empty.
SitemapUrl = tuple[str, str]


MAX_TAGS: Final = 600_000
# `<` and `=` that are parsed: a sitemap of 50,000 addresses with dates and priorities has 500,000 `<`.
MAX_ATTRIBUTES: Final = 600_000


def request(source: Source, address: str) -> Request:
    """One plain request."""
    return Request(url=address, pause=source.pause, accept=ACCEPT)


def read(source: Source, fetched: Fetched) -> ParsedPage:
    """The addresses of a sitemap as items, newest `lastmod` first; an index leads to its newest sitemaps.

    Never complete: what is left out of a sitemap may still be there. Raises SourceError: EMPTY, NOT_A_FEED,
    BROKEN_FEED with line and column, TOO_LARGE, TRUNCATED and ENCODING for a packed sitemap, and LAYOUT where
    none of the addresses begins as `selectors.link` says.
    """
    text = decode(_unpack(fetched.payload), fetched.headers.get("content-type", ""))
    tree = read_xml(text, _find_root(text))
    facts = ({etree.QName(fact).localname: (fact.text or "").strip() for fact in each} for each in tree)
    told = [(each["loc"], each.get("lastmod", "")) for each in facts if each.get("loc")]
    newest = sorted(told, key=_freshness, reverse=True)
    watched = fetched.url in {source.address, *source.fallbacks}
    if etree.QName(tree).localname == "sitemapindex":
        named = [address for address, _ in newest if is_web_address(address)] if watched else []
        return ParsedPage(
            entries=(), next_requests=tuple(request(source, address) for address in named[:MAX_SITEMAPS])
        )
    return _addresses(newest, source.selectors.link, watched)


def _unpack(payload: bytes) -> bytes:
    """The payload, or what is in it where it is a `.xml.gz` that came as such."""
    if not payload.startswith(GZIP):
        return payload
    stream = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    hint = "look at the answer by hand; an index of smaller sitemaps may be there as well"
    try:
        unpacked = stream.decompress(payload, MAX_BYTES + 1)
    except zlib.error as fault:
        raise SourceError(Cause.ENCODING, f"the gzip stream is broken ({fault})", hint) from fault
    if len(unpacked) > MAX_BYTES:
        raise SourceError(Cause.TOO_LARGE, f"it unpacks to more than {MAX_BYTES} bytes", hint)
    if not stream.eof:
        raise SourceError(
            Cause.TRUNCATED, f"the gzip stream has no end; {len(unpacked)} bytes could be unpacked", hint
        )
    return unpacked


def _find_root(text: str) -> int:
    """Where the sitemap begins. Raises SourceError for what is none."""
    root = ROOT.search(text)
    opening = text[: min(root.start() if root else OPENING_CHARACTERS, OPENING_CHARACTERS)]
    if PAGE.search(opening):
        raise page_error(text[:OPENING_CHARACTERS], "a sitemap")
    if root:
        return root.start()
    refuse_empty(text)
    raise SourceError(
        Cause.NOT_A_FEED,
        f"no sitemap: it begins '{snippet(text.lstrip()[:60])}'",
        "robots.txt of the site may name its sitemap",
    )


def _freshness(told: SitemapUrl) -> tuple[str, tuple[int, ...]]:
    """By `lastmod` (W3C dates sort as text), else by the numbers in the address, as in `/2026/11.xml`."""
    address, lastmod = told
    dated = lastmod if re.match(r"[12]\d{3}", lastmod) else ""
    return dated, tuple(int(number) for number in re.findall(r"[0-9]{1,9}", address))


def _addresses(newest: list[SitemapUrl], prefix: str, watched: bool) -> ParsedPage:
    """The items of one sitemap. One that an index led to may well hold nothing that counts."""
    found = [told for told in newest if split_address(told[0]).path.startswith(prefix)]
    if newest and not found and watched:
        raise SourceError(
            Cause.LAYOUT,
            f"none of {len(newest)} addresses has a path that begins with '{prefix}' (selectors.link)",
            "look at the sitemap; correct selectors.link in sources.yaml",
        )
    left = len(found) - MAX_ADDRESSES
    more = Reject(item_name="sitemap", why=f"{left} older addresses are not read; narrow selectors.link")
    return ParsedPage(
        entries=tuple(
            RawEntry(
                item_name=address[:200],
                link=address,
                title=_title(split_address(address).path[-MAX_TITLE_PATH:]),
                updated=lastmod or None,
            )
            for address, lastmod in found[:MAX_ADDRESSES]
        ),
        rejects=(more,) if left > 0 else (),
    )


def _title(path: str) -> str | None:
    """The last part of a path that has a letter, in words: of `/a/open-data_plan.html`, `Open data plan`."""
    parts = [ENDING.sub("", unquote(part)) for part in path.split("/")]
    named = [part for part in parts if re.search(r"[^\W\d_]", part)]
    words = " ".join(re.split(r"[-_+\s]+", named[-1])).strip() if named else ""
    return words[:1].upper() + words[1:] or None


def read_xml(text: str, start: int) -> Any:
    """The root element, which begins at `start` of `text`; what stands before it (a document type) goes.

    Raises SourceError (BROKEN_FEED) with line and column, and for more tags or attributes than anybody needs.
    """
    if text.count("<") > MAX_TAGS or text.count("=") > MAX_ATTRIBUTES:
        raise broken_error(f"more tags or attributes than are read ({len(text)} characters)")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    lines = "\n" * text.count("\n", 0, start)
    try:
        return etree.fromstring((lines + text[start:]).encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as fault:
        line, column = fault.position
        raise broken_error(f"not well-formed XML at line {line}, column {column} ({fault.msg})") from fault
