"""Publishers' words made fit to be published: no control characters, no direction overrides, not endless."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from aggregator.values.text import one_line


def line(text: str, longest: int = 1000) -> str:
    """The text as one clean line, cut at a word with `…` where it is longer than `longest` characters."""
    return one_line(text, longest)


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
