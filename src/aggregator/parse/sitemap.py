"""Reads sitemaps (sitemaps.org 0.9): their `lastmod` shows changes of a site that offers nothing better.

The source's `selectors.link` is not a CSS selector here but the start of the paths that count, such as
`/publications/`. A sitemap has no titles: they are made from the addresses, and the source's `note` should
say so.
"""

from __future__ import annotations

import re
import zlib
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

from lxml import etree

from aggregator.errors import Cause, SourceError
from aggregator.model import Fetched, ParsedPage, RawEntry, RawLink, Reject, Request, Source
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
# Members of one file. Millions of empty ones would only cost time.
MAX_MEMBERS: Final = 100

# Sitemaps of an index that are read in one poll, the newest first.
MAX_SITEMAPS: Final = 5
# Addresses of a sitemap that are read, the newest first. A sitemap may have 50,000.
MAX_ADDRESSES: Final = 1_000
# Characters at the end of a path from which a title is made.
MAX_TITLE_PATH: Final = 500

ENDING: Final = re.compile(r"\.(?:html?|aspx?|php|jsp)$", re.IGNORECASE)

# Alternates of one address that are read.
MAX_ALTERNATES: Final = 50


class SitemapUrl(NamedTuple):
    """An address, its `lastmod` (may be empty) and its pages in other languages (`xhtml:link`)."""

    address: str
    lastmod: str
    alternates: tuple[RawLink, ...] = ()


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
    urls = [url for each in tree if (url := _url(each, fetched.final_url))]
    newest = sorted(urls, key=_freshness, reverse=True)
    if etree.QName(tree).localname == "sitemapindex":
        return _index(source, newest)
    return _addresses(newest, source.selectors.link, fetched.url in {source.address, *source.fallbacks})


def _url(element: Any, base: str) -> SitemapUrl | None:
    texts = {etree.QName(child).localname: (child.text or "").strip() for child in element}
    if not texts.get("loc"):
        return None
    # The standard wants whole addresses; some sites write paths.
    address = join_address(base, texts["loc"])
    links = [child for child in element if etree.QName(child).localname == "link"]
    named = [
        RawLink(href=join_address(base, href), language=language)
        for link in links[:MAX_ALTERNATES]
        if (href := link.get("href")) and (language := link.get("hreflang")) and language != "x-default"
    ]
    return SitemapUrl(address, texts.get("lastmod", ""), tuple(named))


def _index(source: Source, newest: list[SitemapUrl]) -> ParsedPage:
    """Requests for the newest sitemaps of an index, which may be indexes, too."""
    named = [url.address for url in newest if is_web_address(url.address)]
    return ParsedPage(
        entries=(),
        next_requests=tuple(request(source, address) for address in named[:MAX_SITEMAPS]),
        rejects=tuple(
            Reject(item_name="sitemap index", why=f"'{snippet(url.address)}' is no http(s) address")
            for url in newest[:MAX_SITEMAPS]
            if not is_web_address(url.address)
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
    """The bytes of all members of a gzip file (RFC 1952, 2.2); what follows them and is none is left out."""
    unpacked = bytearray()
    for _ in range(MAX_MEMBERS):
        stream = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        try:
            unpacked += stream.decompress(payload, MAX_BYTES + 1 - len(unpacked))
        except zlib.error as error:
            raise _packing_error(Cause.ENCODING, f"the gzip stream is broken ({error})") from error
        if len(unpacked) > MAX_BYTES:
            raise _packing_error(Cause.TOO_LARGE, f"it unpacks to more than {MAX_BYTES} bytes")
        if not stream.eof:
            what = f"the gzip stream has no end; {len(unpacked)} bytes could be unpacked"
            raise _packing_error(Cause.TRUNCATED, what)
        payload = stream.unused_data
        if not payload.startswith(GZIP):
            return bytes(unpacked)
    raise _packing_error(Cause.ENCODING, f"the gzip stream has more than {MAX_MEMBERS} members")


def _packing_error(cause: Cause, detail: str) -> SourceError:
    return SourceError(
        cause, detail, "look at the answer by hand; an index of smaller sitemaps may be there as well"
    )


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
    dated = url.lastmod if re.match(r"[12]\d{3}", url.lastmod) else ""
    return dated, tuple(int(number) for number in re.findall(r"[0-9]{1,9}", url.address))


def _addresses(newest: list[SitemapUrl], prefix: str, watched: bool) -> ParsedPage:
    """The items of one sitemap. `watched` says that it is the source's own address, not one that an index
    names."""
    found = [url for url in newest if split_address(url.address).path.startswith(prefix)]
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
        entries=tuple(_entry(url) for url in found[:MAX_ADDRESSES]),
        rejects=(more,) if remaining > 0 else (),
    )


def _entry(url: SitemapUrl) -> RawEntry:
    others = [link for link in url.alternates if link.href != url.address]
    own = next((link.language for link in url.alternates if link.href == url.address), None)
    return RawEntry(
        item_name=url.address[:200],
        link=url.address,
        title=_title(split_address(url.address).path[-MAX_TITLE_PATH:]),
        updated=url.lastmod or None,
        language=own,
        translations=tuple(others),
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
