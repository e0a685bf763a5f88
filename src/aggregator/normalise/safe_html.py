"""Makes hostile HTML safe and any text plain; the only door to nh3.

What we publish loads nothing from third parties, so that no publisher learns who reads us: images go, their
alternative text stays, and with them go tracking pixels.
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


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


BLOCKS: Final = _names(
    "p div section article aside header footer main figure figcaption details summary blockquote pre hr br"
    " h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table caption thead tbody tfoot tr th td"
)
INLINE: Final = _names("a abbr b cite code del em i ins kbd q s small strong sub sup time")
DROPPED: Final = _names(
    "script style template noscript iframe object embed svg math canvas audio video"
    " select textarea button title"
)
"""Elements that go with everything in them; of all others that are not allowed only the tags go."""

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

NEVER_NESTED: Final = _names(
    "br hr img input meta link wbr col area base source track p li dt dd td th tr thead tbody tfoot option"
)
"""Elements that hold none, or that the next of their kind ends."""

LONGEST: Final = 500_000
"""Characters of a field that are looked at."""
CONTENT_LIMIT: Final = 200_000
DEEPEST: Final = 100
HEAVIEST: Final = 500_000
"""Elements inside each other, and the sum of the depths of all tags, that are read as HTML. Beyond them nh3's
time and memory grow with the square; an article has a depth of about ten, and a sum of some thousands."""

IMAGE: Final = re.compile(r'<img(?: alt="([^"]*)")?>')
"""As nh3 writes it: no quote stands bare in an attribute, so this matches nothing inside one."""
BLOCK_TAG: Final = re.compile(rf"</?(?:{'|'.join(sorted(BLOCKS))})>")
EMPTY: Final = re.compile(r"<(p|div)>(?:\s|<br>)*</\1>\n?")
ESCAPED_TAG: Final = re.compile(
    r"&(?:amp;)?lt;/?(?:p|div|a|b|i|em|strong|span|ul|ol|li|br|h[1-6]|table|img)\b", re.IGNORECASE
)
STILL_MARKUP: Final = re.compile(
    r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
    r"|</?(?:p|a|b|i|u|em|strong|span|div|mark|br|ul|ol|li|img|h[1-6]|small|sup|sub|script|style)\b[^<>]*>",
    re.IGNORECASE,
)

CUT_MARKS: Final = ("[…]", "[...]", "...")
"""How publishers end a text that they cut; WordPress writes the first."""
FOOTER: Final = re.compile(r"The post .{1,600}? (?:first appeared|appeared first) on .{1,300}$", re.DOTALL)
FOOTER_PARAGRAPH: Final = re.compile(
    r"<p>The post <a [^>]*>.{0,600}</a> (?:first appeared|appeared first) on "
    r"<a [^>]*>.{0,300}</a>\.?</p>\s*$",
    re.DOTALL,
)
"""WordPress puts this line under items, in `description` and `content:encoded` alike (RSS, seen 2026)."""


def plain_text(text: str | None, is_html: bool) -> str:
    """One line of plain text out of HTML or text, escaped once, twice or not at all.

    `[…]` and `...` at the end become `…`; WordPress's line "The post … first appeared on …" goes.
    """
    words = _uncover(text)
    if is_html:
        words = _words(words)
    for _ in range(3):
        if not STILL_MARKUP.search(words):
            break
        words = _words(words)
    return _end_well(nfc_line(words))


def safe_html(text: str | None, base: str) -> str:
    """HTML that may stand on our pages: a few elements, absolute http(s) and mailto links, no images.

    `base` is what relative links are relative to. HTML that was escaped once too often is unescaped. At most
    about 200,000 characters are kept.
    """
    cleaned = _clean(_unescape(_uncover(text)), _link_filter(base))
    if (bared := _unescape(cleaned)) != cleaned:  # the only real tags were none that may stand
        cleaned = _clean(bared, _link_filter(base))
    if len(cleaned) > CONTENT_LIMIT:
        cleaned = _clean(_cut_markup(cleaned), _link_filter(base))
    start = max(cleaned.rfind("<p>The post <a "), 0)
    return (cleaned[:start] + FOOTER_PARAGRAPH.sub("", cleaned[start:])).strip()


def nfc_text(text: str) -> str:
    """Tidy, and in Unicode's composed form (NFC), so that equal words are equal."""
    return unicodedata.normalize("NFC", remove_unwanted(text))


def nfc_line(text: str) -> str:
    """One clean line in the composed form."""
    return unicodedata.normalize("NFC", one_line(text))


def truncate(text: str, limit: int) -> str:
    """At most `limit` characters; a longer text is cut at a word and ends with `…`.

    Unlike `one_line` it cuts at line breaks, too, and takes the comma or dash before the `…` away: whatever
    is stored was cut so, and a title that is cut in another way would be a change.
    """
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    if not text[limit - 1].isspace():
        head = head[: 1 + max(head.rfind(" "), head.rfind("\n"))] or head
    return head.rstrip(" \n,;:–-") + ELLIPSIS


def _uncover(text: str | None) -> str:
    """The field without CDATA marks that were escaped themselves; HTML would take them for a comment."""
    return (text or "")[:LONGEST].replace("<![CDATA[", "").replace("]]>", "")


def _unescape(markup: str) -> str:
    for _ in range(2):
        if TAG.search(markup) or not ESCAPED_TAG.search(markup):
            break
        markup = html.unescape(markup)
    return markup


def _clean(markup: str, links: Callable[[str, str, str], str | None]) -> str:
    if _too_deep(markup):
        words = html.escape(nfc_line(_without_tags(markup)), quote=False)
        return f"<p>{words}</p>" if words else ""
    safe = nh3.clean(
        nfc_text(markup),
        tags=BLOCKS | INLINE | {"img"},
        clean_content_tags=DROPPED,
        attributes=ATTRIBUTES,
        attribute_filter=links,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
    )
    # Again, since nh3 has decoded references such as &#x202e; by now; what it escaped stays escaped.
    return EMPTY.sub("", IMAGE.sub(_alternative, nfc_text(safe))).strip()


def _link_filter(base: str) -> Callable[[str, str, str], str | None]:
    def keep(tag: str, attribute: str, value: str) -> str | None:
        if attribute != "href" or value.lower().startswith("mailto:"):
            return value
        return clean_url(absolute_url(value, base))

    return keep


def _alternative(image: re.Match[str]) -> str:
    """An image's alternative text, escaped anew: in an attribute it may hold `<`."""
    return html.escape(html.unescape(image[1] or ""), quote=False)


def _words(markup: str) -> str:
    """The words of HTML, with a line break where a block begins or ends."""
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
        if depth > DEEPEST or weight > HEAVIEST:
            return True
    return False


def _without_tags(markup: str) -> str:
    return html.unescape(re.sub(r"<[^<>]*>?", " ", markup))


def _cut_markup(markup: str) -> str:
    """Cleaned HTML cut at a word outside its tags; what it leaves open is closed by cleaning again."""
    head = truncate(markup[: CONTENT_LIMIT + 1], CONTENT_LIMIT)
    opened = head.rfind("<")
    return head if opened <= head.rfind(">") else head[:opened] + ELLIPSIS


def _end_well(words: str) -> str:
    start = words.rfind("The post ")
    if start >= 0:
        words = words[:start] + FOOTER.sub("", words[start:])
    words = words.rstrip()
    mark = next((mark for mark in CUT_MARKS if words.endswith(mark)), None)
    return words.removesuffix(mark).rstrip(f" .{ELLIPSIS}") + ELLIPSIS if mark else words
