"""Makes anybody's text fit to be shown: without the characters that no text needs, and in one line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
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


TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")


def depths(markup: str, unnested: frozenset[str]) -> Iterator[int]:
    """How many elements are open after each tag, however they are closed; those of `unnested` hold none."""
    opened: Counter[str] = Counter()
    depth = 0
    for tag in TAG.finditer(markup):
        name = tag[2].lower()
        step = (-1 if opened[name] else 0) if tag[1] else 1
        if name not in unnested:
            opened[name] += step
            depth += step
        yield depth


def tidy(text: str) -> str:
    """The text without unwanted characters; its spaces stay as they are."""
    return UNWANTED.sub("", BREAKS.sub(" ", text))


def one_line(text: str, longest: int | None = None) -> str:
    """One clean line: tidy, with single spaces; cut at a word, with `…`, where it is over `longest`."""
    start = text if longest is None else text[: longest * 16]  # megabytes for a line keep nobody waiting
    line = " ".join(tidy(start).split())
    if longest is None or (len(line) <= longest and len(start) == len(text)):
        return line
    kept = line[: longest - 1]
    return f"{kept.rpartition(' ')[0] or kept}{ELLIPSIS}"
