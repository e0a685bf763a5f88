"""Takes out the characters that no text needs, folds white space, and cuts at a word."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

UNWANTED: Final = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # controls that are no white space
    "\u00ad\u200b\u2060\ufeff"  # soft hyphens, and spaces and joiners of no width
    "\u202a-\u202e\u2066-\u2069"  # overrides of direction: they can make a title read as something else
    "\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]+"  # no characters at all (Unicode, 23.7)
)
BREAKS: Final = re.compile("[\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
"""White space that XML or HTML does not know as such."""

ELLIPSIS: Final = "…"


def tidy(text: str) -> str:
    """The text without unwanted characters, in Unicode's composed form (NFC); its spaces stay as they are."""
    return unicodedata.normalize("NFC", UNWANTED.sub("", BREAKS.sub(" ", text)))


def fold(text: str) -> str:
    """One line of text: tidy, with single spaces (the no-break space among them)."""
    return " ".join(tidy(text).split())


def cut(text: str, limit: int) -> str:
    """At most `limit` characters; a longer text is cut at a word and ends with `…`."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    if not text[limit - 1].isspace():
        head = head[: 1 + max(head.rfind(" "), head.rfind("\n"))] or head
    return head.rstrip(" \n,;:–-") + ELLIPSIS
