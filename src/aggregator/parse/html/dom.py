"""Turns the bytes of an HTML page into elements, within bounds; the only file that imports bs4."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import PurePosixPath
from typing import Final

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement
from soupsieve import SelectorSyntaxError

from aggregator.errors import Cause, SourceError
from aggregator.model import RawLink
from aggregator.parse.decode.detect import BOT_CHECK, LOGIN, OPENING_CHARACTERS, ROOT, refuse_empty, snippet
from aggregator.parse.decode.encoding import decode
from aggregator.values.web_addresses import join_address, split_address

__all__ = [
    "ACCEPT",
    "FILE_TYPES",
    "INLINE",
    "BeautifulSoup",
    "NavigableString",
    "PageElement",
    "Tag",
    "absolute_link",
    "attachment_links",
    "attribute",
    "base_address",
    "block_around",
    "date_text",
    "language_of",
    "media_type_of",
    "not_a_page_error",
    "parse_html",
    "refuse_error_page",
    "resolve_link",
    "rest_of_line",
    "select",
    "select_first",
    "starts_line",
    "strings_in",
    "translation_links",
    "visible_text",
]

ACCEPT: Final = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"

MAX_CHARACTERS: Final = 5_000_000
MAX_TAGS: Final = 60_000
# Characters, `<`, elements inside each other, and the sum of all depths. A long report has some 10,000
# elements at a depth of about 15. Ten megabytes of nothing but tags took 22 s and 1.5 GB to parse (bs4 4.15,
# lxml 6.1). 100,000 elements inside each other were parsed in 1.4 s, since neither library has a limit of
# its own, but a selector looks at all that stand above each of them.
MAX_DEPTH, MAX_DEPTH_SUM = 500, 1_500_000

# Elements that stand inside a line of text; every other one begins a new line.
INLINE: Final = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins"}
    | {"kbd", "label", "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u"}
    | {"var", "wbr"}
)

# How many strings and elements of one line are looked at.
MAX_LINE_NODES: Final = 100

ELEMENT: Final = re.compile(r"<(?:!doctype|[a-z])", re.IGNORECASE)
XML_DECLARATION: Final = re.compile(r"\A\s*<\?[^>]{0,500}>")
META_CHARSET: Final = re.compile(rb"<meta\b[^>]{0,200}?(charset\s*=\s*[\"']?[\w.:-]{1,40})", re.IGNORECASE)
# Bytes in which a charset is looked for; WHATWG HTML, 13.2.3.2 asks for 1,024 at least.
PRESCAN_BYTES: Final = 4_096


ERROR_TITLE: Final = re.compile(
    r"error\s*(?:[:|–-]|\d|$)|[45]\d\d\s*(?:[:|–-]|$|error|not found|forbidden|bad gateway|internal|service)"
    r"|page (?:not found|unavailable)|not found|forbidden$|service unavailable|something went wrong"
    r"|(?:site )?(?:down for|under) maintenance|sorry,",
    re.IGNORECASE,
)
# Named in the small print of forms on pages that are no bot check.
RECAPTCHA: Final = re.compile(r"\b(?:re|h)captcha\b", re.IGNORECASE)
# Characters of visible text that a bot check or a login page does not pass (menus alone are longer on the
# pages of publishers); a page that has more may well speak of captchas or passwords.
SHORT_PAGE: Final = 1_000


# Registered names (IANA) of the files that publishers attach, by the ending of the address.
FILE_TYPES: Final[Mapping[str, str]] = {
    ".csv": "text/csv",
    ".doc": "application/msword",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".json": "application/json",
    ".odp": "application/vnd.oasis.opendocument.presentation",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".pdf": "application/pdf",
    ".ppt": "application/vnd.ms-powerpoint",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".rtf": "application/rtf",
    ".xls": "application/vnd.ms-excel",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}

MAX_FILES: Final = 100


def parse_html(payload: bytes, headers: Mapping[str, str]) -> BeautifulSoup:
    """The elements of a page. Charset: byte order mark, valid UTF-8, header, `<meta>`, in this order.

    Raises SourceError: EMPTY, NOT_A_FEED when no HTML came (a feed, JSON, a PDF), TOO_LARGE for a page on
    which time or memory would run out.
    """
    text = decode(payload, _content_type(payload, headers))
    _refuse_other_forms(text)
    if len(text) > MAX_CHARACTERS or text.count("<") > MAX_TAGS:
        raise _too_large(f"{len(text):,} characters with {text.count('<'):,} tags")
    try:
        page = BeautifulSoup(XML_DECLARATION.sub("", text, count=1), "lxml")
    except Exception as fault:  # whatever the parser stumbles over was sent by the publisher
        raise not_a_page_error(f"markup that no parser reads ({type(fault).__name__})") from fault
    _refuse_depth(page)
    return page


def _content_type(payload: bytes, headers: Mapping[str, str]) -> str:
    """The header, or `<meta>`'s word where the header names no charset."""
    stated = headers.get("content-type", "")
    named = META_CHARSET.search(payload[:PRESCAN_BYTES])
    return named[1].decode("ascii", "replace") if named and "charset" not in stated.lower() else stated


def _refuse_other_forms(text: str) -> None:
    refuse_empty(text)
    root = ROOT.search(text[:OPENING_CHARACTERS])
    if root and root[1].lower() != "html" and "<html" not in text[:OPENING_CHARACTERS].lower():
        raise not_a_page_error("a feed", "try kind feed for this source")
    if text.lstrip()[0] in "{[" or text.startswith("%PDF-") or not ELEMENT.search(text):
        raise not_a_page_error(f"something that begins '{snippet(text[:60])}'")


def not_a_page_error(what: str, hint: str = "open the address in a browser and compare") -> SourceError:
    """What to say of an answer that is no page of the publisher's."""
    return SourceError(Cause.NOT_A_FEED, f"{what} came in place of a page", hint)


def _too_large(what: str) -> SourceError:
    return SourceError(
        Cause.TOO_LARGE,
        f"a page of {what}, more than is read",
        "look at the page by hand; watch a smaller part of it",
    )


def _refuse_depth(page: BeautifulSoup) -> None:
    depths: dict[int, int] = {id(page): 0}
    weight = 0
    for element in page.find_all(True):
        depth = depths[id(element.parent)] + 1
        depths[id(element)] = depth
        weight += depth
        if depth > MAX_DEPTH or weight > MAX_DEPTH_SUM:
            raise _too_large(f"elements {depth} deep inside each other")


def select(page: Tag, selector: str, limit: int = 0) -> list[Tag]:
    """The elements that a CSS selector of `sources.yaml` finds, in the page's order; none for an empty one.

    Raises SourceError (LAYOUT) for a selector that cannot be read.
    """
    if not selector:
        return []
    try:
        return list(page.select(selector, limit=limit))
    except SelectorSyntaxError as fault:
        raise SourceError(
            Cause.LAYOUT,
            f"the selector '{selector}' cannot be read",
            "mend it under selectors: in sources.yaml",
        ) from fault


def select_first(page: Tag, selector: str) -> Tag | None:
    """The first element that the selector finds; None where it finds none or is empty."""
    return next(iter(select(page, selector, 1)), None)


def attribute(element: Tag | None, name: str) -> str:
    """An attribute in one string; empty when it is not there."""
    value = element.get(name) if element else None
    return value.strip() if isinstance(value, str) else " ".join(value or ())


def strings_in(element: Tag) -> Iterator[str]:
    """The visible strings inside an element; scripts, styles and comments are none."""
    for node in element.descendants:
        if type(node) is NavigableString and node.strip():
            yield str(node)


def block_around(node: PageElement) -> Tag | None:
    """The nearest element around that is no part of a line: `<p>`, `<dt>`, `<div>`; None at the very top."""
    return next((parent for parent in node.parents if parent.name not in INLINE), None)


def starts_line(node: NavigableString) -> bool:
    """Whether nothing but white space stands before a string in its line."""
    for before in islice(node.previous_elements, MAX_LINE_NODES):
        if isinstance(before, Tag) and before.name not in INLINE:
            return True
        if type(before) is NavigableString and before.strip():
            return block_around(before) is not block_around(node)
    return True


def rest_of_line(node: PageElement) -> Iterator[PageElement]:
    """What stands after a string, up to the next line: a `<br>`, another block, or the end of this one."""
    block = block_around(node)
    for after in islice(node.next_elements, MAX_LINE_NODES):
        if (isinstance(after, Tag) and after.name not in INLINE) or block_around(after) is not block:
            return
        yield after


def visible_text(element: Tag | None) -> str:
    """The visible words as one line: a space where a block begins or ends, none where a `<b>` does."""
    pieces: list[str] = []
    block: Tag | None = None
    for node in element.descendants if element else ():
        if isinstance(node, Tag):
            pieces.append("" if node.name in INLINE else " ")
        elif type(node) is NavigableString:
            around = block_around(node)
            pieces.append(str(node) if around is block else f" {node}")
            block = around
    return " ".join("".join(pieces).split())


def date_text(element: Tag) -> str:
    """A date as it is written: the whole `<time …>` markup where there is one, since its attribute may hold
    a placeholder (gov.wales writes noon for a day, 2026-08) and only both together tell; else the words."""
    time = element if element.name == "time" else element.find("time")
    if isinstance(time, Tag):
        return f'<time datetime="{attribute(time, "datetime")}">{visible_text(time)}</time>'.replace(
            ' datetime=""', ""
        )
    return visible_text(element)


def absolute_link(page: Tag, href: str, address: str) -> str:
    """`href` on a page that was found at `address`, absolute."""
    return resolve_link(base_address(page, address), href)


def base_address(page: Tag, address: str) -> str:
    """What relative links are relative to: the page's `<base>`, else `address`, where the page was found."""
    return resolve_link(address, attribute(select_first(page, "base[href]"), "href")) or address


def resolve_link(base: str, href: str) -> str:
    """`href` as seen from `base`. What leads to no other page (`#top`) comes back as it was written."""
    return join_address(base, href) if href and not href.startswith("#") else href


def language_of(element: Tag) -> str | None:
    """The language that the element or one around it states (`lang="cy"`)."""
    around = (element, *element.parents)
    return next((stated for part in around if (stated := attribute(part, "lang"))), None)


def translation_links(page: Tag, base: str) -> tuple[RawLink, ...]:
    """The page in other languages, by `<link rel="alternate" hreflang>`."""
    own = attribute(select_first(page, "html[lang]"), "lang")
    links = select(page, 'link[rel~="alternate"][hreflang][href]:not([hreflang="x-default"])', 20)
    return tuple(
        RawLink(href=resolve_link(base, attribute(link, "href")), language=attribute(link, "hreflang"))
        for link in links
        if attribute(link, "hreflang")[:2].lower() != own[:2].lower()
    )


def refuse_error_page(page: BeautifulSoup) -> None:
    """Raises SourceError (NOT_A_FEED) when this is not the page that was asked for."""
    title = visible_text(page.title)
    found = _describe(page, title)
    if found:
        what, hint = found
        raise not_a_page_error(f"{what} titled '{snippet(title)}'" if title else what, hint)


def _describe(page: BeautifulSoup, title: str) -> tuple[str, str] | None:
    """What came instead, and what to try."""
    visible = RECAPTCHA.sub("", " ".join(strings_in(page)))
    short = len(visible) < SHORT_PAGE
    if BOT_CHECK.search(title) or (short and BOT_CHECK.search(visible)):
        return "a bot check", "wait and poll more slowly; if it lasts, ask the publisher to let readers in"
    if short and (page.select_one("input[type=password]") or LOGIN.search(f"<title>{title}")):
        return "a login page", "find an address of the page that is public"
    if ERROR_TITLE.match(title):
        return "an error page", "open the address in a browser; if it is gone there too, look for a new one"
    return None


def attachment_links(main: Tag, base: str) -> tuple[RawLink, ...]:
    """The files to which the text links, each address once, with the words of its first link."""
    found: dict[str, RawLink] = {}
    for link in select(main, "a[href]"):
        href = resolve_link(base, attribute(link, "href"))
        media_type = media_type_of(href)
        if media_type and len(found) < MAX_FILES:
            title = visible_text(link) or None
            found.setdefault(href, RawLink(href=href, rel="enclosure", type=media_type, title=title))
    return tuple(found.values())


def media_type_of(href: str, known: Mapping[str, str] = FILE_TYPES) -> str | None:
    """The media type of a file, by the ending of its address; None for one that is not `known`, as a page."""
    parts = split_address(href)
    return known.get(PurePosixPath(parts.path).suffix.lower()) if parts.netloc else None
