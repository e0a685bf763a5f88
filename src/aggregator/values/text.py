"""Cleans text from outside: removes characters that no text needs, and makes one line of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

UNWANTED: Final = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # controls that are not white space
    "\u00ad\u200b\u2060\ufeff"  # soft hyphens, and spaces and joiners of no width
    "\u202a-\u202e\u2066-\u2069"  # overrides of direction, which can make a title read as something else
    "\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]+"  # not characters (Unicode, 23.7)
)
# White space that XML or HTML does not treat as such.
BREAKS: Final = re.compile("[\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")

ELLIPSIS: Final = "…"


TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")


def nesting_depths(markup: str, unnested: frozenset[str]) -> Iterator[int]:
    """The depth of nesting after each tag of `markup`; elements named in `unnested` do not add to it."""
    # Counted by name, so that tags closed in the wrong order, or never opened, do not upset the depth.
    opened: Counter[str] = Counter()
    depth = 0
    for tag in TAG.finditer(markup):
        name = tag[2].lower()
        step = (-1 if opened[name] else 0) if tag[1] else 1
        if name not in unnested:
            opened[name] += step
            depth += step
        yield depth


def remove_unwanted(text: str) -> str:
    """The text without unwanted characters; spaces stay as they are."""
    return UNWANTED.sub("", BREAKS.sub(" ", text))


def one_line(text: str, max_length: int | None = None) -> str:
    """The text as one clean line with single spaces; beyond `max_length` it is cut after a word with `…`."""
    # Cut first: a title of megabytes must not cost the time to clean all of it.
    start = text if max_length is None else text[: max_length * 16]
    line = " ".join(remove_unwanted(start).split())
    if max_length is None or (len(line) <= max_length and len(start) == len(text)):
        return line
    cut = line[: max_length - 1]
    return f"{cut.rpartition(' ')[0] or cut}{ELLIPSIS}"
