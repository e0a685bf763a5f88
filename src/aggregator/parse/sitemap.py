"""Reads sitemaps (sitemaps.org 0.9): their `lastmod` shows changes of a site that offers nothing better.

The source's `selectors.link` is not a CSS selector here but the start of the paths that count, such as
`/publications/`. A sitemap has no titles: they are made from the addresses, and the source's `note` should
say so.
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
from aggregator.values.web_addresses import is_web_address, join_address, split_address

ACCEPT: Final = "application/xml, text/xml;q=0.9, application/gzip;q=0.5, */*;q=0.1"
ROOT: Final = re.compile(r"<(?:[\w.-]{1,40}:)?(?:urlset|sitemapindex)(?=[\s>/])")
PAGE: Final = re.compile(r"<html[\s>]|<!doctype\s+html", re.IGNORECASE)

GZIP: Final = b"\x1f\x8b"
# Bytes of an unpacked sitemap, the same limit as for any other payload.
MAX_BYTES: Final = 10 * 1024 * 1024

# A file that is packed, and packed again by one or two servers.
MAX_PACKINGS: Final = 3

# Sitemaps of an index that are read in one poll, the newest first.
MAX_SITEMAPS: Final = 5
# Addresses of a sitemap that are read, the newest first. A sitemap may have 50,000.
MAX_ADDRESSES: Final = 1_000
# Characters at the end of a path from which a title is made.
MAX_TITLE_PATH: Final = 500

ENDING: Final = re.compile(r"\.(?:html?|aspx?|php|jsp)$", re.IGNORECASE)

# An address and its `lastmod`. The `lastmod` may be empty.
SitemapUrl = tuple[str, str]


# `<` and `=` of a sitemap that is parsed. One with 50,000 addresses, dates and priorities has 500,000 `<`.
MAX_TAGS: Final = 600_000
MAX_ATTRIBUTES: Final = 600_000


def request(source: Source, address: str) -> Request:
    """A plain request for a sitemap."""
    return Request(url=address, pause=source.pause, accept=ACCEPT)


def read(source: Source, fetched: Fetched) -> ParsedPage:
    """The addresses of a sitemap as items, newest `lastmod` first. An index names requests for its newest
    sitemaps.

    Never `complete`: an address that is left out may still exist. Raises SourceError: EMPTY; NOT_A_FEED;
    BROKEN_FEED with line and column; TOO_LARGE, TRUNCATED and ENCODING for a gzip file; LAYOUT when no
    address starts as `selectors.link` says.
    """
    text = decode(_unpack(fetched.payload), fetched.headers.get("content-type", ""))
    tree = read_xml(text, _find_root(text))
    elements = ({etree.QName(child).localname: (child.text or "").strip() for child in each} for each in tree)
    # The standard wants whole addresses; some sites write paths.
    urls = [
        (join_address(fetched.final_url, each["loc"]), each.get("lastmod", ""))
        for each in elements
        if each.get("loc")
    ]
    newest = sorted(urls, key=_freshness, reverse=True)
    if etree.QName(tree).localname == "sitemapindex":
        return _index(source, newest)
    return _addresses(newest, source.selectors.link, fetched.url in {source.address, *source.fallbacks})


def _index(source: Source, newest: list[SitemapUrl]) -> ParsedPage:
    """Requests for the newest sitemaps of an index, which may be indexes, too."""
    named = [address for address, _ in newest if is_web_address(address)]
    return ParsedPage(
        entries=(),
        next_requests=tuple(request(source, address) for address in named[:MAX_SITEMAPS]),
        rejects=tuple(
            Reject(item_name="sitemap index", why=f"'{snippet(address)}' is no http(s) address")
            for address, _ in newest[:MAX_SITEMAPS]
            if not is_web_address(address)
        ),
    )


def _unpack(payload: bytes) -> bytes:
    """The payload, unpacked if it is a gzip file (`.xml.gz`), also one that was packed again on its way."""
    for _ in range(MAX_PACKINGS):
        if not payload.startswith(GZIP):
            return payload
        payload = _unpack_once(payload)
    if payload.startswith(GZIP):
        detail = f"it is packed more than {MAX_PACKINGS} times"
        raise SourceError(Cause.ENCODING, detail, "look at the answer by hand; tell the publisher")
    return payload


def _unpack_once(payload: bytes) -> bytes:
    stream = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    hint = "look at the answer by hand; an index of smaller sitemaps may be there as well"
    try:
        unpacked = stream.decompress(payload, MAX_BYTES + 1)
    except zlib.error as error:
        raise SourceError(Cause.ENCODING, f"the gzip stream is broken ({error})", hint) from error
    if len(unpacked) > MAX_BYTES:
        raise SourceError(Cause.TOO_LARGE, f"it unpacks to more than {MAX_BYTES} bytes", hint)
    if not stream.eof:
        raise SourceError(
            Cause.TRUNCATED, f"the gzip stream has no end; {len(unpacked)} bytes could be unpacked", hint
        )
    return unpacked


def _find_root(text: str) -> int:
    """The position of the sitemap's root element. Raises SourceError if there is none."""
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


def _freshness(url: SitemapUrl) -> tuple[str, tuple[int, ...]]:
    """A sort key: `lastmod` (W3C dates sort as text), else the numbers in the address, as in
    `/2026/11.xml`."""
    address, lastmod = url
    dated = lastmod if re.match(r"[12]\d{3}", lastmod) else ""
    return dated, tuple(int(number) for number in re.findall(r"[0-9]{1,9}", address))


def _addresses(newest: list[SitemapUrl], prefix: str, watched: bool) -> ParsedPage:
    """The items of one sitemap. `watched` says that it is the source's own address, not one that an index
    names."""
    found = [url for url in newest if split_address(url[0]).path.startswith(prefix)]
    # A sitemap of an index may well have no address that counts; the source's own must have one.
    if newest and not found and watched:
        raise SourceError(
            Cause.LAYOUT,
            f"none of {len(newest)} addresses has a path that begins with '{prefix}' (selectors.link)",
            "look at the sitemap; correct selectors.link in sources.yaml",
        )
    remaining = len(found) - MAX_ADDRESSES
    more = Reject(item_name="sitemap", why=f"{remaining} older addresses are not read; narrow selectors.link")
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
        rejects=(more,) if remaining > 0 else (),
    )


def _title(path: str) -> str | None:
    """The last part of a path with a letter in it, as a title: `Open data plan` for
    `/a/open-data_plan.html`."""
    parts = [ENDING.sub("", unquote(part)) for part in path.split("/")]
    named = [part for part in parts if re.search(r"[^\W\d_]", part)]
    words = " ".join(re.split(r"[-_+\s]+", named[-1])).strip() if named else ""
    return words[:1].upper() + words[1:] or None


def read_xml(text: str, start: int) -> Any:
    """The root element, which starts at `start` of `text`. What comes before it, such as a document type, is
    dropped.

    Raises SourceError (BROKEN_FEED) with line and column, or for too many tags or attributes.
    """
    if text.count("<") > MAX_TAGS or text.count("=") > MAX_ATTRIBUTES:
        raise broken_error(f"more tags or attributes than are read (at most {MAX_TAGS:,})")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    # Keeps the line numbers of error messages right.
    lines = "\n" * text.count("\n", 0, start)
    try:
        return etree.fromstring((lines + text[start:]).encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise broken_error(f"not well-formed XML at line {line}, column {column} ({error.msg})") from error
