"""Converts model values to text and back: canonical JSON, and instants of one fixed width."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache, partial
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import Dialect, Text, TypeDecorator


class UnreadableValueError(Exception):
    """What is stored is not what this program writes: the file is damaged."""


@dataclass(frozen=True, slots=True)
class Damaged:
    """A stored value that cannot be read, in place of it. Stored again, it is as it was."""

    text: str


def to_json(model: Any, value: object) -> str:
    """Return `value` as JSON with sorted keys and no spaces, so that equal values are equal bytes.

    Raises for a value that is not of its declared type: it could not be read again.
    """
    plain = _adapter(model).dump_python(value, mode="json", warnings="error")
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


# A document's row, its carrier and its first revision mostly have the same entry, and are read in succession.
@lru_cache(maxsize=16)
def from_json(model: Any, text: str) -> Any:
    """Return the `model` value that `to_json` wrote; a missing field takes the model's default."""
    # A key that the model does not know is ignored: after a field is renamed, a store that no migration step
    # has rewritten would be read without an error, and without the value.
    return _adapter(model).validate_json(text)


@cache
def _adapter(model: Any) -> TypeAdapter[Any]:
    return TypeAdapter(model)


def to_text(instant: datetime) -> str:
    """Return `2026-06-05T12:00:00Z`: text that sorts as time does, in every engine and collation.

    Raises ValueError for an instant that is not in UTC or not on a whole second: it would come back changed.
    """
    if instant.utcoffset() != timedelta(0) or instant.microsecond:
        raise ValueError(f"the store takes UTC in whole seconds, not {instant!r}")
    return instant.replace(tzinfo=None).isoformat() + "Z"


class ConvertedText(TypeDecorator[Any]):
    """A text column whose values are converted by `write` and `read`; None is stored as NULL.

    With `tolerant`, a value that cannot be read becomes `Damaged`: whoever reads the column has to look.
    """

    impl = Text
    cache_ok = True

    def __init__(
        self, write: Callable[[Any], str], read: Callable[[str], Any], *, tolerant: bool = False
    ) -> None:
        super().__init__()
        self.write = write
        self.read = read
        self.tolerant = tolerant

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Convert to text."""
        if isinstance(value, Damaged):
            return value.text
        return None if value is None else self.write(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Convert from text. Raises UnreadableValueError."""
        try:
            return None if value is None else self.read(value)
        except (ValueError, TypeError) as error:
            if self.tolerant and value is not None:
                return Damaged(value)
            raise UnreadableValueError from error


# A column of instants.
INSTANT: Final = ConvertedText(to_text, datetime.fromisoformat)


def json_of(model: Any, *, tolerant: bool = False) -> ConvertedText:
    """Return a column type that stores values of one model type as canonical JSON; see `ConvertedText`."""
    return ConvertedText(partial(to_json, model), partial(from_json, model), tolerant=tolerant)
