"""Tells plain text, in which tags are meant to be read, from HTML that a publisher calls plain text."""

from __future__ import annotations

import re
from typing import Final

# Whoever writes about markup names an element (`the <b> element`); whoever writes markup closes it, breaks
# lines, links, or begins with a block.
MARKUP: Final = re.compile(
    r"</[a-z][a-z0-9]*>|<br\s*/?>|<(?:a|img)\s[^<>]*=|\A\s*<(?:p|div|ul|ol|table|h[1-6])[\s>]", re.IGNORECASE
)


def looks_like_html(text: str) -> bool:
    """Return whether a text that should be plain is HTML."""
    return bool(MARKUP.search(text))
