"""Parses HTML pages into an element tree, within limits. The only file that imports bs4."""

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

# Limits against hostile pages. A long report has some 10,000 elements at a depth of about 15. Ten megabytes
# of nothing but tags took 22 s and 1.5 GB to parse (bs4 4.15, lxml 6.1).
MAX_CHARACTERS: Final = 5_000_000
MAX_TAGS: Final = 60_000
# Neither library limits nesting, and a CSS selector visits every ancestor of every element: 100,000 nested
# elements parse in 1.4 s, but selecting in them does not end. So the sum of all depths is limited, too.
MAX_DEPTH, MAX_DEPTH_SUM = 500, 1_500_000

# Elements inside a line of text. Every other element starts a new line.
INLINE: Final = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins"}
    | {"kbd", "label", "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u"}
    | {"var", "wbr"}
)

# Strings and elements of one line that are looked at, so that a huge line costs no time.
MAX_LINE_NODES: Final = 100

ELEMENT: Final = re.compile(r"<(?:!doctype|[a-z])", re.IGNORECASE)
XML_DECLARATION: Final = re.compile(r"\A\s*<\?[^>]{0,500}>")
META_CHARSET: Final = re.compile(rb"<meta\b[^>]{0,200}?(charset\s*=\s*[\"']?[\w.:-]{1,40})", re.IGNORECASE)
# Bytes searched for a `<meta>` charset. WHATWG HTML, 13.2.3.2 asks for at least 1,024.
PRESCAN_BYTES: Final = 4_096


ERROR_TITLE: Final = re.compile(
    r"error\s*(?:[:|–-]|\d|$)|[45]\d\d\s*(?:[:|–-]|$|error|not found|forbidden|bad gateway|internal|service)"
    r"|page (?:not found|unavailable)|not found|forbidden$|service unavailable|something went wrong"
    r"|(?:site )?(?:down for|under) maintenance|sorry,",
    re.IGNORECASE,
)
# Ordinary pages name these in the small print of a form, so they are no sign of a bot check.
RECAPTCHA: Final = re.compile(r"\b(?:re|h)captcha\b", re.IGNORECASE)
# A bot check or a login page has less visible text than this, in characters: the menus alone of publishers'
# pages are longer. A longer page may well write about captchas or passwords.
SHORT_PAGE: Final = 1_000


# IANA's registered types of the files that publishers attach, by the ending of the address.
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
    """Parse a page. The charset comes from the byte order mark, valid UTF-8, the header or `<meta>`, in this
    order.

    Raises SourceError: EMPTY; NOT_A_FEED for a feed, JSON, a PDF or anything else that is not HTML;
    TOO_LARGE for a page beyond the limits above.
    """
    text = decode(payload, _content_type(payload, headers))
    _refuse_other_forms(text)
    if len(text) > MAX_CHARACTERS or text.count("<") > MAX_TAGS:
        raise _too_large(
            f"{len(text):,} characters with {text.count('<'):,} tags",
            f"{MAX_CHARACTERS:,} characters and {MAX_TAGS:,} tags are",
        )
    try:
        page = BeautifulSoup(XML_DECLARATION.sub("", text, count=1), "lxml")
    except MemoryError:
        raise
    except Exception as error:  # the publisher's markup broke the parser: the fault of the source, not a bug
        raise not_a_page_error(f"markup that no parser reads ({type(error).__name__})") from error
    _refuse_depth(page)
    return page


def _content_type(payload: bytes, headers: Mapping[str, str]) -> str:
    """The Content-Type header, or the charset of `<meta>` when the header names none."""
    header = headers.get("content-type", "")
    meta = META_CHARSET.search(payload[:PRESCAN_BYTES])
    return meta[1].decode("ascii", "replace") if meta and "charset" not in header.lower() else header


def _refuse_other_forms(text: str) -> None:
    refuse_empty(text)
    root = ROOT.search(text[:OPENING_CHARACTERS])
    if root and root[1].lower() != "html" and "<html" not in text[:OPENING_CHARACTERS].lower():
        raise not_a_page_error("a feed", "try kind feed for this source")
    if text.lstrip()[0] in "{[" or text.startswith("%PDF-") or not ELEMENT.search(text):
        raise not_a_page_error(f"something that begins '{snippet(text[:60])}'")


def not_a_page_error(what: str, hint: str = "open the address in a browser and compare") -> SourceError:
    """The error for a payload that is no page of the publisher's."""
    return SourceError(Cause.NOT_A_FEED, f"{what} came in place of a page", hint)


def _too_large(what: str, read: str) -> SourceError:
    return SourceError(
        Cause.TOO_LARGE,
        f"a page of {what}; at most {read} read",
        "look at the page by hand; watch a smaller part of it",
    )


def _refuse_depth(page: BeautifulSoup) -> None:
    depths: dict[int, int] = {id(page): 0}
    depth_sum = 0
    for element in page.find_all(True):
        depth = depths[id(element.parent)] + 1
        depths[id(element)] = depth
        depth_sum += depth
        if depth > MAX_DEPTH or depth_sum > MAX_DEPTH_SUM:
            raise _too_large(f"elements {depth} deep inside each other", f"{MAX_DEPTH} levels are")


def select(page: Tag, selector: str, limit: int = 0) -> list[Tag]:
    """The elements that match a CSS selector, in page order; none for an empty selector.

    Raises SourceError (LAYOUT) for an invalid selector: it comes from `sources.yaml`.
    """
    if not selector:
        return []
    try:
        return list(page.select(selector, limit=limit))
    except SelectorSyntaxError as error:
        raise SourceError(
            Cause.LAYOUT,
            f"the selector '{selector}' cannot be read",
            "mend it under selectors: in sources.yaml",
        ) from error


def select_first(page: Tag, selector: str) -> Tag | None:
    """The first element that matches; None if nothing does or the selector is empty."""
    return next(iter(select(page, selector, 1)), None)


def attribute(element: Tag | None, name: str) -> str:
    """An attribute as one string; empty when it is missing."""
    value = element.get(name) if element else None
    return value.strip() if isinstance(value, str) else " ".join(value or ())


def strings_in(element: Tag) -> Iterator[str]:
    """The visible strings inside an element, without scripts, styles and comments."""
    for node in element.descendants:
        # Not isinstance: comments, scripts and styles are subclasses of NavigableString.
        if type(node) is NavigableString and node.strip():
            yield str(node)


def block_around(node: PageElement) -> Tag | None:
    """The nearest ancestor that is a block, such as `<p>`, `<dt>` or `<div>`; None at the top."""
    return next((parent for parent in node.parents if parent.name not in INLINE), None)


def starts_line(node: NavigableString) -> bool:
    """Whether only white space comes before a string in its line."""
    for before in islice(node.previous_elements, MAX_LINE_NODES):
        if isinstance(before, Tag) and before.name not in INLINE:
            return True
        if type(before) is NavigableString and before.strip():
            return block_around(before) is not block_around(node)
    return True


def rest_of_line(node: PageElement) -> Iterator[PageElement]:
    """The nodes after a string up to the end of its line: a `<br>`, another block, or the end of this one."""
    block = block_around(node)
    for after in islice(node.next_elements, MAX_LINE_NODES):
        if (isinstance(after, Tag) and after.name not in INLINE) or block_around(after) is not block:
            return
        yield after


def visible_text(element: Tag | None) -> str:
    """The visible text as one line. Blocks are separated by a space, inline elements are not."""
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
    """A date as written: the `<time>` element with its `datetime` if there is one, else the visible text."""
    # Both, because the attribute may be a placeholder: gov.wales writes noon for a day without a time
    # (`datetime="2026-08-20T12:00:00Z"` beside "20 August 2026", seen in August 2026).
    time = element if element.name == "time" else element.find("time")
    if isinstance(time, Tag):
        return f'<time datetime="{attribute(time, "datetime")}">{visible_text(time)}</time>'.replace(
            ' datetime=""', ""
        )
    return visible_text(element)


def absolute_link(page: Tag, href: str, address: str) -> str:
    """The absolute address of `href` on the page at `address`."""
    return resolve_link(base_address(page, address), href)


def base_address(page: Tag, address: str) -> str:
    """The address that relative links start from: the page's `<base>`, else the page's own `address`."""
    return resolve_link(address, attribute(select_first(page, "base[href]"), "href")) or address


def resolve_link(base: str, href: str) -> str:
    """`href` joined to `base`. A link within the page (`#top`) stays as written."""
    return join_address(base, href) if href and not href.startswith("#") else href


def language_of(element: Tag) -> str | None:
    """The `lang` of the element or of its nearest ancestor that has one."""
    ancestors = (element, *element.parents)
    return next((language for one in ancestors if (language := attribute(one, "lang"))), None)


def translation_links(page: Tag, base: str) -> tuple[RawLink, ...]:
    """Links to the page in other languages, from `<link rel="alternate" hreflang>`."""
    own = attribute(select_first(page, "html[lang]"), "lang")
    links = select(page, 'link[rel~="alternate" i][hreflang][href]:not([hreflang="x-default"])', 20)
    return tuple(
        RawLink(href=resolve_link(base, attribute(link, "href")), language=attribute(link, "hreflang"))
        for link in links
        if attribute(link, "hreflang")[:2].lower() != own[:2].lower()
    )


def refuse_error_page(page: BeautifulSoup) -> None:
    """Raises SourceError (NOT_A_FEED) for a bot check, a login page or an error page sent with status 200."""
    title = visible_text(page.title)
    found = _describe_error_page(page, title)
    if found:
        what, hint = found
        raise not_a_page_error(f"{what} titled '{snippet(title)}'" if title else what, hint)


def _describe_error_page(page: BeautifulSoup, title: str) -> tuple[str, str] | None:
    """What the page is and what to try; None for an ordinary page."""
    visible = RECAPTCHA.sub("", " ".join(strings_in(page)))
    short = len(visible) < SHORT_PAGE
    if BOT_CHECK.search(title) or (short and BOT_CHECK.search(visible)):
        return "a bot check", "wait and poll more slowly; if it lasts, ask the publisher to let readers in"
    if short and (page.select_one("input[type=password]") or LOGIN.search(f"<title>{title}")):
        return "a login page", "find an address of the page that is public"
    if short and any(map(_is_no_page, select(page, "meta[content]"))):
        return "a page that sends readers on", "wait; if it lasts, open the address in a browser and compare"
    if ERROR_TITLE.match(title):
        return "an error page", "open the address in a browser; if it is gone there too, look for a new one"
    return None


def _is_no_page(meta: Tag) -> bool:
    """Whether a `<meta>` sends the reader on, or tells robots neither to keep the page nor to follow it."""
    content = attribute(meta, "content").lower()
    if attribute(meta, "http-equiv").lower() == "refresh":
        return True
    keeps_out = "none" in content or ("noindex" in content and "nofollow" in content)
    return attribute(meta, "name").lower() == "robots" and keeps_out


def attachment_links(main: Tag, base: str) -> tuple[RawLink, ...]:
    """The files that the text links to, each address once, titled by its first link."""
    found: dict[str, RawLink] = {}
    for link in select(main, "a[href]"):
        href = resolve_link(base, attribute(link, "href"))
        media_type = media_type_of(href)
        if media_type and len(found) < MAX_FILES:
            title = visible_text(link) or None
            found.setdefault(href, RawLink(href=href, rel="enclosure", type=media_type, title=title))
    return tuple(found.values())


def media_type_of(href: str, known: Mapping[str, str] = FILE_TYPES) -> str | None:
    """The media type of a file by the ending of its address; None for an ending that is not `known`."""
    parts = split_address(href)
    return known.get(PurePosixPath(parts.path).suffix.lower()) if parts.netloc else None
