"""Makes hostile HTML safe, and turns HTML into plain text; only it uses nh3.

What we publish loads nothing from third parties, so that no publisher learns who reads us: images, and with
them tracking pixels, are replaced by their alternative text.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

import nh3

from aggregator.normalise.urls import absolute_url, clean_url
from aggregator.values.text import ELLIPSIS, TAG, nesting_depths, one_line, remove_unwanted


def _name_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


BLOCKS: Final = _name_set(
    "p div section article aside header footer main figure figcaption details summary blockquote pre hr br"
    " h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table caption thead tbody tfoot tr th td"
)
INLINE: Final = _name_set("a abbr b cite code del em i ins kbd q s small strong sub sup time")
# Elements that are dropped with their content; of all others that are not allowed only the tags go.
DROPPED: Final = _name_set(
    "script style template noscript iframe object embed svg math canvas audio video"
    " select textarea button title"
)

ATTRIBUTES: Final[Mapping[str, set[str]]] = {
    "*": {"lang"},
    "a": {"href", "hreflang", "title"},
    "abbr": {"title"},
    "img": {"alt"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
SCHEMES: Final = {"http", "https", "mailto"}

# Elements that contain none, or that the next of their kind ends.
NEVER_NESTED: Final = _name_set(
    "br hr img input meta link wbr col area base source track p li dt dd td th tr thead tbody tfoot option"
)

# Characters of a field that are read.
MAX_FIELD_CHARS: Final = 500_000
MAX_CONTENT_CHARS: Final = 200_000
MAX_DEPTH: Final = 100
# Depth of nested elements, and sum of the depths of all tags, up to which a text is read as HTML. Beyond them
# nh3's time and memory grow with the square; an article has a depth of about ten, and a sum of some
# thousands.
MAX_WEIGHT: Final = 500_000

# An image as nh3 writes it: it escapes quotes in attributes, so this matches nothing inside one.
IMAGE: Final = re.compile(r'<img(?: alt="([^"]*)")?>')
BLOCK_TAG: Final = re.compile(rf"</?(?:{'|'.join(sorted(BLOCKS))})>")
EMPTY_BLOCK: Final = re.compile(r"<(p|div)>(?:\s|<br>)*</\1>\n?")
ESCAPED_TAG: Final = re.compile(
    r"&(?:amp;)?lt;/?(?:p|div|a|b|i|em|strong|span|ul|ol|li|br|h[1-6]|table|img)\b", re.IGNORECASE
)
ESCAPED_MARKUP: Final = re.compile(
    r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
    r"|</?(?:p|a|b|i|u|em|strong|span|div|mark|br|ul|ol|li|img|h[1-6]|small|sup|sub|script|style)\b[^<>]*>",
    re.IGNORECASE,
)

# How publishers end a text that they cut short; WordPress writes the first.
TRUNCATION_ENDINGS: Final = ("[…]", "[...]", "...")
WORDPRESS_FOOTER: Final = re.compile(
    r"The post .{1,600}? (?:first appeared|appeared first) on .{1,300}$", re.DOTALL
)
# WordPress puts this line under items, in `description` and `content:encoded` alike (RSS feeds of 2026).
WORDPRESS_FOOTER_HTML: Final = re.compile(
    r"<p>The post <a [^>]*>.{0,600}</a> (?:first appeared|appeared first) on "
    r"<a [^>]*>.{0,300}</a>\.?</p>\s*$",
    re.DOTALL,
)


def plain_text(text: str | None, is_html: bool) -> str:
    """One line of plain text out of HTML or text, escaped once, twice or not at all.

    `[…]` and `...` at the end become `…`; WordPress's line "The post … first appeared on …" is removed.
    """
    plain = _without_cdata(text)
    if is_html:
        plain = _text_of_html(plain)
    for _ in range(3):
        if not ESCAPED_MARKUP.search(plain):
            break
        plain = _text_of_html(plain)
    return _tidy_end(nfc_line(plain))


def verbatim_text(text: str | None) -> str:
    """One line of plain text, in which what looks like markup stays."""
    return _tidy_end(nfc_line((text or "")[:MAX_FIELD_CHARS]))


def text_of_safe_html(markup: str) -> str:
    """One line of plain text out of our own safe HTML, in which what was escaped stays as it is read."""
    return _tidy_end(nfc_line(_text_of_html(markup)))


def safe_html(text: str | None, base: str) -> str:
    """HTML that is safe on our pages: a few elements, absolute http(s) and mailto links, no images.

    `base` is the address to which links are relative. HTML that was escaped once too often is unescaped. The
    result has at most about `MAX_CONTENT_CHARS` characters.
    """
    cleaned = _sanitise(_undo_double_escape(_without_cdata(text)), _link_filter(base))
    # Again: the text may have had real tags that are not allowed, which hid the escaped ones until now.
    if (unescaped := _undo_double_escape(cleaned)) != cleaned:
        cleaned = _sanitise(unescaped, _link_filter(base))
    if len(cleaned) > MAX_CONTENT_CHARS:
        cleaned = _sanitise(_truncate_html(cleaned), _link_filter(base))
    start = max(cleaned.rfind("<p>The post <a "), 0)
    return (cleaned[:start] + WORDPRESS_FOOTER_HTML.sub("", cleaned[start:])).strip()


def nfc_text(text: str) -> str:
    """The text without control characters and in Unicode's composed form (NFC), so that equal texts are
    equal."""
    return unicodedata.normalize("NFC", remove_unwanted(text))


def nfc_line(text: str) -> str:
    """The text as one line, in Unicode's composed form (NFC)."""
    return unicodedata.normalize("NFC", one_line(text))


def truncate(text: str, limit: int) -> str:
    """At most `limit` characters; a longer text is cut between words and ends with `…`.

    Unlike `one_line` it also cuts at line breaks, and drops a comma or dash before the `…`. Stored texts were
    cut in this way: a title that is cut in another way would be a change of substance.
    """
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    if not text[limit - 1].isspace():
        head = head[: 1 + max(head.rfind(" "), head.rfind("\n"))] or head
    return head.rstrip(" \n,;:–-") + ELLIPSIS


def _without_cdata(text: str | None) -> str:
    """The field without escaped CDATA marks, which HTML would take for a comment."""
    return (text or "")[:MAX_FIELD_CHARS].replace("<![CDATA[", "").replace("]]>", "")


def _undo_double_escape(markup: str) -> str:
    for _ in range(2):
        if TAG.search(markup) or not ESCAPED_TAG.search(markup):
            break
        markup = html.unescape(markup)
    return markup


def _sanitise(markup: str, filter_links: Callable[[str, str, str], str | None]) -> str:
    if _too_deep(markup):
        plain = html.escape(nfc_line(_without_tags(markup)), quote=False)
        return f"<p>{plain}</p>" if plain else ""
    safe = nh3.clean(
        nfc_text(markup),
        tags=BLOCKS | INLINE | {"img"},
        clean_content_tags=DROPPED,
        attributes=ATTRIBUTES,
        attribute_filter=filter_links,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
    )
    # Compose again: only now has nh3 decoded references such as &#x202e;. What it escaped stays escaped.
    return EMPTY_BLOCK.sub("", IMAGE.sub(_alternative, nfc_text(safe))).strip()


def _link_filter(base: str) -> Callable[[str, str, str], str | None]:
    def filter_attribute(tag: str, attribute: str, value: str) -> str | None:
        if attribute != "href" or value.lower().startswith("mailto:"):
            return value
        return clean_url(absolute_url(value, base))

    return filter_attribute


def _alternative(image: re.Match[str]) -> str:
    """An image's alternative text, escaped again: in an attribute it may contain `<`."""
    return html.escape(html.unescape(image[1] or ""), quote=False)


def _text_of_html(markup: str) -> str:
    """The text of HTML, with a line break where a block begins or ends."""
    if "<" not in markup:
        return html.unescape(markup)
    if _too_deep(markup):
        return _without_tags(markup)
    safe = nh3.clean(
        nfc_text(markup),
        tags=BLOCKS | {"img"},
        clean_content_tags=DROPPED,
        attributes={"img": {"alt"}},
        link_rel=None,
    )
    return html.unescape(BLOCK_TAG.sub("\n", IMAGE.sub(_alternative, safe)))


def _too_deep(markup: str) -> bool:
    weight = 0
    for depth in nesting_depths(markup, NEVER_NESTED):
        weight += depth
        if depth > MAX_DEPTH or weight > MAX_WEIGHT:
            return True
    return False


def _without_tags(markup: str) -> str:
    return html.unescape(re.sub(r"<[^<>]*>?", " ", markup))


def _truncate_html(markup: str) -> str:
    """Safe HTML cut between words and outside tags; sanitising again closes the elements left open."""
    head = truncate(markup[: MAX_CONTENT_CHARS + 1], MAX_CONTENT_CHARS)
    opened = head.rfind("<")
    return head if opened <= head.rfind(">") else head[:opened] + ELLIPSIS


def _tidy_end(plain: str) -> str:
    start = plain.rfind("The post ")
    if start >= 0:
        plain = plain[:start] + WORDPRESS_FOOTER.sub("", plain[start:])
    plain = plain.rstrip()
    ending = next((ending for ending in TRUNCATION_ENDINGS if plain.endswith(ending)), None)
    return plain.removesuffix(ending).rstrip(f" .{ELLIPSIS}") + ELLIPSIS if ending else plain
