"""The type of a pair: a publisher's response, the edits to it, and the parts that a person says they
change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from aggregator.model import FetchedPart, Source
from tests.services.stage import FakeResponse

NOTHING: Final[tuple[str, ...]] = ()
"""The decision that it is no change for readers."""

RECORD: Final = "example-read-out.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A source and all its responses in one poll, by address."""

    source: Source
    answers: Mapping[str, str]

    def served(self, edits: Mapping[str, str]) -> dict[str, FakeResponse]:
        """The responses with every key of `edits` replaced. A key that is not there is a bug of the pair."""
        texts = dict(self.answers)
        for old, new in edits.items():
            assert any(old in text for text in texts.values()), f"nothing to edit: {old!r}"
            texts = {address: text.replace(old, new) for address, text in texts.items()}
        return {address: _response(address, text) for address, text in texts.items()}


@dataclass(frozen=True, slots=True)
class Pair:
    """The edits, and what a person says that they changed: parts of a revision, or NOTHING."""

    name: str
    form: Form
    edits: Mapping[str, str]
    changed: tuple[str, ...]
    why: str
    instead: Mapping[str, FakeResponse] = field(default_factory=dict)
    """Addresses that respond with an error status in the second poll."""

    def before(self) -> dict[str, FakeResponse]:
        return self.form.served({})

    def after(self) -> dict[str, FakeResponse]:
        return {**self.form.served(self.edits), **self.instead}


def _response(address: str, text: str) -> FakeResponse:
    if "://" in address:
        return text.encode()
    return (FetchedPart(name=RECORD, payload=text.encode()),)
