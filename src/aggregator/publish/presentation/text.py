"""Cleans text of publishers for output: no control characters, no direction overrides, limited in length."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from aggregator.values.text import one_line


def clean_line(text: str, max_length: int = 1000) -> str:
    """The text as one clean line; over `max_length` characters it is cut after a word and ends in `…`."""
    # The default keeps a hostile title of megabytes out of every page and feed.
    return one_line(text, max_length)


def clean_title(title: str, max_length: int = 1000) -> str:
    """A title as one clean line, `Untitled` when nothing is left of it."""
    # Never empty: Atom demands a title, and a link without text cannot be followed.
    return clean_line(title, max_length) or "Untitled"


def capitalise_first(text: str) -> str:
    """The text with its first letter as a capital; unlike `str.capitalize` it leaves the others alone."""
    return text[:1].upper() + text[1:]


def display_name(id: str, names: Mapping[str, str]) -> str:
    """The name of an id; without one, the id made readable (`meeting-record` becomes `Meeting record`)."""
    return clean_line(names.get(id) or id.replace("-", " ").capitalize())


_LANGUAGE_TAG: Final = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_MEDIA_TYPE: Final = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,127}/[A-Za-z0-9!#$&^_.+-]{1,127}(;[ -~]*)?")
# The language tag for an unknown language (BCP 47, 4.1).
UNDETERMINED_LANGUAGE: Final = "und"


def language_tag(language: str) -> str:
    """The text as a language tag (RFC 3066, as Atom wants it); `und` if it is not one."""
    tag = clean_line(language)
    return tag if _LANGUAGE_TAG.fullmatch(tag) else UNDETERMINED_LANGUAGE


def clean_media_type(text: str | None) -> str | None:
    """The text as a media type (RFC 6838, 4.2); None if it is not one."""
    media_type = clean_line(text or "")
    return media_type if _MEDIA_TYPE.fullmatch(media_type) else None
