"""An entry's HTML made fit to stand inside a page of ours: balanced, and nothing in it that runs."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser
from typing import Final

from aggregator.publish.presentation.paths import web
from aggregator.values.text import tidy

_KEPT: Final = re.compile(
    "a|b|blockquote|br|caption|cite|code|dd|del|dl|dt|em|h3|h4|h5|h6|hr|i|ins|li|ol|p|pre|q|s|strong|sub|sup"
    "|table|tbody|td|th|thead|tr|ul"
)
_HEADINGS: Final = {"h1": "h3", "h2": "h3", "h3": "h4", "h4": "h5", "h5": "h6"}
"""The page has its own h1 and h2."""
_VOID: Final = frozenset({"br", "hr"})
_DROPPED: Final = re.compile("script|style|template|iframe|object|noscript|svg|math|textarea|title|select")
"""Left out with everything inside."""


def rebuild_html(content: str) -> str:
    """The same words with elements from a short list only, every one closed, no attribute but safe ones.

    Normalise has made the HTML safe already; this keeps our pages whole should that ever fail.
    """
    rebuilder = _HtmlRebuilder()
    rebuilder.feed(tidy(content))
    rebuilder.close()
    return rebuilder.result()


class _HtmlRebuilder(HTMLParser):
    """Writes what it reads anew, element by element."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._written: list[str] = []
        self._open: list[str] = []
        self._dropping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name = _HEADINGS.get(tag, tag)
        if _DROPPED.fullmatch(name):
            self._dropping += 1
        if self._dropping or not _KEPT.fullmatch(name):
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
        """Everything written, with what is still open closed."""
        while self._open:
            self._close_to(self._open[-1])
        return "".join(self._written).strip()

    def _close_to(self, name: str) -> None:
        """Close the innermost `name` and all that was opened inside it."""
        while True:
            closed = self._open.pop()
            self._written.append(f"</{closed}>")
            if closed == name:
                return


def _attributes(name: str, given: dict[str, str | None]) -> str:
    kept = {"lang": given.get("lang")}
    if name == "a":
        kept["href"] = web(given.get("href"))
    return "".join(f' {key}="{escape(value)}"' for key, value in kept.items() if value)
