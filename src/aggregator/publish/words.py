"""Publishers' words made fit to be published: no control characters, no direction overrides, not endless."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_UNFIT: Final = re.compile(
    r"[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"  # no Char of XML 1.0 (2.2), or a C1
    r"|[\u202a-\u202e\u2066-\u2069]"  # would turn the direction of what stands after it on the page
)


def clean(text: str) -> str:
    """The text without the characters that break XML or that reorder the words around them."""
    return _UNFIT.sub("", text)


def line(text: str, longest: int = 1000) -> str:
    """The text as one clean line, cut at a word with `…` where it is longer than `longest` characters."""
    start = text[: longest * 16]  # whoever sends megabytes for a line must not make every page wait
    whole = " ".join(clean(start).split())
    if len(whole) <= longest and len(start) == len(text):
        return whole
    cut = whole[: longest - 1]
    return f"{cut.rpartition(' ')[0] or cut}…"


def titled(title: str, longest: int = 1000) -> str:
    """A title as one clean line; never empty, since Atom and links need words."""
    return line(title, longest) or "Untitled"


def capital(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def named(id: str, names: Mapping[str, str]) -> str:
    """The plain words for an id (`meeting-record` becomes `Meeting record` where no name is given)."""
    return line(names.get(id) or id.replace("-", " ").capitalize())


_TAG: Final = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_MEDIA_TYPE: Final = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,127}/[A-Za-z0-9!#$&^_.+-]{1,127}(;[ -~]*)?")
UNDETERMINED: Final = "und"
"""The tag that says that a language is not known (BCP 47, 4.1)."""


def tag(language: str) -> str:
    """A language tag (RFC 3066, as Atom wants it); `und` for what is none."""
    stated = line(language)
    return stated if _TAG.fullmatch(stated) else UNDETERMINED


def media_type(text: str | None) -> str | None:
    """A media type (RFC 6838, 4.2); None for what is none."""
    stated = line(text or "")
    return stated if _MEDIA_TYPE.fullmatch(stated) else None
