"""Detects feeds, and what publishers send in place of one: a page, a bot check, JSON, nothing or an
attack."""

from __future__ import annotations

import html
import re
from typing import Final

from aggregator.errors import Cause, SourceError
from aggregator.values.text import one_line

ROOT: Final = re.compile(r"<(?:[\w.-]{1,40}:)?(rss|feed|rdf|html)(?=[\s>/])", re.IGNORECASE)
# A root element, or a comment or instruction, in which none is looked for. Possessive: it never goes back.
ROOT_OR_COMMENT: Final = re.compile(
    rf"<!--(?:[^-]++|-(?!->))*+(?:-->)?|<\?[^>]*+>?|{ROOT.pattern}", re.IGNORECASE
)
ELEMENT: Final = re.compile(r"<([A-Za-z][\w:.-]{0,40})")
TITLE: Final = re.compile(r"<title[^>]{0,200}>([^<]{0,300})", re.IGNORECASE)
NAMED_FEED: Final = re.compile(
    r"<link\b(?=[^>]{0,500}type=[\"']application/(?:rss|atom)\+xml)[^>]{0,500}?href=[\"']([^\"'>]{1,300})",
    re.IGNORECASE,
)
BOT_CHECK: Final = re.compile(
    r"captcha|cloudflare|incapsula|access denied|request blocked|attention required|just a moment"
    r"|are you (?:a )?(?:human|robot)|unusual traffic|security check",
    re.IGNORECASE,
)
LOGIN: Final = re.compile(
    r"type=[\"']?password|<title[^>]{0,200}>[^<]{0,80}(?:log|sign)[ -]?in\b", re.IGNORECASE
)

PREFIX: Final = re.compile(r"\bxmlns:([\w.-]{1,80})")
# Far more than a real feed has. Above these limits feedparser's time grows with the square (measured). Size
# alone is limited by `answer_megabytes`, `parse_seconds` and `parse_memory`.
MAX_PREFIXES: Final = 100
# A tag with more than 100 attributes. Python's SAX reader looks each attribute up in a list of all of them
# (`getValueByQName`), so its time grows with the square of their number. Possessive: it never goes back.
MAX_ATTRIBUTES: Final = 100
MANY_ATTRIBUTES: Final = re.compile(
    r"""<[^\s<>/=!?"']++(?:\s++[^\s<>/="']++\s*+=\s*+(?:"[^"<]*+"|'[^'<]*+')){101}"""
)

# Characters at the start of a payload that are searched to find out what it is.
OPENING_CHARACTERS: Final = 20_000


def find_feed(text: str) -> int:
    """The position of the feed's root element. What comes before it, such as a server's warning, may be cut.

    Raises SourceError: EMPTY; NOT_A_FEED with what came instead; BROKEN_FEED for XML that is unsafe to parse.
    """
    refuse_empty(text)
    root = next((found for found in ROOT_OR_COMMENT.finditer(text) if found[1]), None)
    prologue = text[: root.start()] if root else text[:OPENING_CHARACTERS]
    if (root and root[1].lower() == "html") or _is_page(prologue):
        raise page_error(text[:OPENING_CHARACTERS], "a feed")
    if root is None:
        raise _not_a_feed_error(text)
    _refuse_excess(text)
    return root.start()


def _is_page(prologue: str) -> bool:
    """Whether an HTML document begins. A feed may bear its document type, but nothing else of it."""
    _, found, rest = prologue.lower().partition("<!doctype html")
    return bool(found and ELEMENT.search(rest))


def refuse_empty(text: str) -> None:
    """Raises SourceError (EMPTY) for text that is blank."""
    if not text.strip():
        raise SourceError(Cause.EMPTY, "the answer is empty", "wait; if it lasts, look for a new address")


def broken_error(detail: str) -> SourceError:
    """The error for markup or JSON that cannot be parsed, or is unsafe to parse."""
    return SourceError(
        Cause.BROKEN_FEED, detail, "wait for the next poll; if it lasts, tell the publisher what was seen"
    )


def _refuse_excess(text: str) -> None:
    prefixes = len(set(PREFIX.findall(text)))
    if prefixes > MAX_PREFIXES:
        raise _excess_error(f"{prefixes} namespaces; at most {MAX_PREFIXES} are read")
    if MANY_ATTRIBUTES.search(text):
        raise _excess_error(f"a tag with more than {MAX_ATTRIBUTES} attributes, the most that are read")


def _excess_error(what: str) -> SourceError:
    hint = "look at the answer by hand; no feed needs so many: tell the publisher what was seen"
    return SourceError(Cause.BROKEN_FEED, what, hint)


def page_error(opening: str, wanted: str) -> SourceError:
    """The error for an HTML page that came instead of what is `wanted`, such as `a feed`."""
    what, hint = _describe_page(opening)
    title = TITLE.search(opening)
    named = f" titled '{snippet(title[1])}'" if title and title[1].strip() else ""
    return SourceError(Cause.NOT_A_FEED, f"{what}{named} came in place of {wanted}", hint)


def _describe_page(opening: str) -> tuple[str, str]:
    """What the page is, and what to try."""
    if BOT_CHECK.search(opening):
        return (
            "a bot check",
            "wait and poll more slowly; if it lasts, ask the publisher to let feed readers in",
        )
    if LOGIN.search(opening):
        return "a login page", "find an address of the feed that is public"
    if named := NAMED_FEED.search(opening):
        return "a page", f"the page itself names a feed: {snippet(named[1])}"
    return (
        "a page",
        "open the address in a browser and look for its feed; without one, use kind listing or page",
    )


def _not_a_feed_error(text: str) -> SourceError:
    if text.lstrip()[0] in "{[":
        return SourceError(Cause.NOT_A_FEED, "JSON came in place of XML", "try kind jsonfeed for this source")
    element = ELEMENT.search(text[:OPENING_CHARACTERS])
    what = f"its first element is <{element[1]}>" if element else f"it begins '{snippet(text[:60])}'"
    return SourceError(
        Cause.NOT_A_FEED,
        f"neither Atom nor RSS: {what}",
        "open the address in a browser and compare it with the publisher's list of feeds",
    )


def snippet(text: str) -> str:
    """Text of a publisher, shortened to one line for a message."""
    return one_line(html.unescape(text))[:80]
