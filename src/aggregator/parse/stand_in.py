"""Tells a publisher's page from a bot check, a login page or an error page that came with 200."""

from __future__ import annotations

import re
from typing import Final

from aggregator.parse.html import BeautifulSoup, not_a_page, strings_in, words
from aggregator.parse.recognise import LOGIN, WALL, shown

ERROR_TITLE: Final = re.compile(
    r"error\s*(?:[:|–-]|\d|$)|[45]\d\d\s*(?:[:|–-]|$|error|not found|forbidden|bad gateway|internal|service)"
    r"|page (?:not found|unavailable)|not found|forbidden$|service unavailable|something went wrong"
    r"|(?:site )?(?:down for|under) maintenance|sorry,",
    re.IGNORECASE,
)
RECAPTCHA: Final = re.compile(r"\b(?:re|h)captcha\b", re.IGNORECASE)
"""Named in the small print of forms on pages that are no bot check."""
SHORT: Final = 1_000
"""Characters of visible text that a bot check or a login page does not pass (menus alone are longer on the
pages of publishers); a page that has more may well speak of captchas or passwords."""


def refuse_stand_in(page: BeautifulSoup) -> None:
    """Raises SourceError (NOT_A_FEED) when this is not the page that was asked for."""
    title = words(page.title)
    found = _describe(page, title)
    if found:
        what, hint = found
        raise not_a_page(f"{what} titled '{shown(title)}'" if title else what, hint)


def _describe(page: BeautifulSoup, title: str) -> tuple[str, str] | None:
    """What came instead, and what to try."""
    visible = RECAPTCHA.sub("", " ".join(strings_in(page)))
    short = len(visible) < SHORT
    if WALL.search(title) or (short and WALL.search(visible)):
        return "a bot check", "wait and poll more slowly; if it lasts, ask the publisher to let readers in"
    if short and (page.select_one("input[type=password]") or LOGIN.search(f"<title>{title}")):
        return "a login page", "find an address of the page that is public"
    if ERROR_TITLE.match(title):
        return "an error page", "open the address in a browser; if it is gone there too, look for a new one"
    return None
