"""The words of this field: what makes an update relevant, and what makes it a consultation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Words that count as a hit. `exact` phrases (abbreviations) count only as written, in capitals."""

    words: str
    exact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeRule:
    """An update type and the words in a title that make it; the first rule that matches wins."""

    type: str
    phrases: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """`register/vocabulary.yaml` as values."""

    relevant: tuple[Phrase, ...]
    """A hit in title or text puts an update of a `relevant` source into the main feed."""
    types: tuple[TypeRule, ...]
    names: Mapping[str, str]
    """Each update type in plain words, in the order of the file."""
    publisher_types: Mapping[str, str]
    """The publishers' own type words, folded to lower case, and the update type that each means."""
