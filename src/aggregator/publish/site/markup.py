"""Rebuilds an entry's HTML for our pages: balanced, only allowed elements, nothing that runs or loads."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser
from typing import Final

from aggregator.publish.presentation.paths import web_url
from aggregator.values.text import remove_unwanted

_ALLOWED: Final = re.compile(
    "a|b|blockquote|br|caption|cite|code|dd|del|dl|dt|em|h3|h4|h5|h6|hr|i|ins|li|ol|p|pre|q|s|strong|sub|sup"
    "|table|tbody|td|th|thead|tr|ul"
)
# Headings start at h3: the page has its own h1 and h2.
_HEADINGS: Final = {"h1": "h3", "h2": "h3", "h3": "h4", "h4": "h5", "h5": "h6"}
_VOID: Final = frozenset({"br", "hr"})
# Removed with everything inside. Other elements that are not allowed lose only their tags.
_DROPPED: Final = re.compile("script|style|template|iframe|object|noscript|svg|math|textarea|title|select")


def rebuild_html(content: str) -> str:
    """The same text with only allowed elements, all closed, and without attributes except `lang` and `href`.

    `normalise/safe_html.py` has made the HTML safe already. This is the second line of defence: the result is
    inserted into pages unescaped.
    """
    rebuilder = _HtmlRebuilder()
    rebuilder.feed(remove_unwanted(content))
    rebuilder.close()
    return rebuilder.result()


class _HtmlRebuilder(HTMLParser):
    """Writes an allowed copy of what it parses, element by element."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._written: list[str] = []
        self._open: list[str] = []
        self._dropping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name = _HEADINGS.get(tag, tag)
        if _DROPPED.fullmatch(name):
            self._dropping += 1
        if self._dropping or not _ALLOWED.fullmatch(name):
            return
        self._written.append(f"<{name}{_attributes(name, dict(attrs))}>")
        if name not in _VOID:
            self._open.append(name)

    def handle_endtag(self, tag: str) -> None:
        name = _HEADINGS.get(tag, tag)
        if _DROPPED.fullmatch(name):
            self._dropping = max(0, self._dropping - 1)
        elif not self._dropping and name in self._open:
            self._close_to(name)

    def handle_data(self, data: str) -> None:
        if not self._dropping:
            self._written.append(escape(data))

    def result(self) -> str:
        """The HTML, with every element that is still open closed."""
        while self._open:
            self._close_to(self._open[-1])
        return "".join(self._written).strip()

    def _close_to(self, name: str) -> None:
        """Close the innermost `name` and everything opened inside it."""
        while True:
            closed = self._open.pop()
            self._written.append(f"</{closed}>")
            if closed == name:
                return


def _attributes(name: str, given: dict[str, str | None]) -> str:
    attributes = {"lang": given.get("lang")}
    if name == "a":
        attributes["href"] = web_url(given.get("href"))
    return "".join(f' {key}="{escape(value)}"' for key, value in attributes.items() if value)
