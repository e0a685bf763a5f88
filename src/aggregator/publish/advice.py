"""What the publisher of each source could do so that anybody can follow it, by what was seen of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from aggregator.errors import Cause
from aggregator.model import Edition, Entry, SourceLine, Zone
from aggregator.model.days import TIMED

ENOUGH: Final = 5
"""So many documents must have been seen before anything is said of all of them."""
_LISTS: Final = frozenset({"listing", "page", "citizenspace"})
"""Kinds that read pages made for people, where there is no feed."""
_REFUSALS: Final = frozenset({401, 403, 429, 503})


@dataclass(slots=True)
class Seen:
    """What the documents of a source have in common."""

    documents: int = 0
    undated: int = 0
    assumed: int = 0
    """With a time, but without its zone."""
    bare: int = 0
    """Without any words but the title."""


def advice(edition: Edition) -> Mapping[str, tuple[str, ...]]:
    """Sentences for each source, by its id; none for a source that can hardly be better."""
    seen = _seen(edition)
    return {
        row.source.id: tuple(sentence for rule in _RULES if (sentence := rule(row, seen[row.source.id])))
        for row in edition.sources
        if row.source.licence != "own"
    }


def _seen(edition: Edition) -> Mapping[str, Seen]:
    found: dict[str, Seen] = defaultdict(Seen)
    for holding in edition.holdings:
        for carrier in holding.carriers:
            _count(found[carrier.source], carrier.entry)
    return found


def _count(seen: Seen, entry: Entry) -> None:
    moment = entry.published or entry.updated
    seen.documents += 1
    seen.undated += moment is None
    seen.assumed += moment is not None and moment.zone is Zone.ASSUMED and moment.precision in TIMED
    seen.bare += not entry.text.removeprefix(entry.title).strip()


def _most(number: int, seen: Seen) -> bool:
    return seen.documents >= ENOUGH and number * 2 > seen.documents


def _refused(row: SourceLine, _: Seen) -> str:
    failure = row.state.failure
    if failure and failure.cause is Cause.ROBOTS:
        return "Let robots.txt allow this address: it holds only what is published."
    if failure and failure.status in _REFUSALS:
        return (
            f"Answer programs that name themselves and ask seldom; we were refused (HTTP {failure.status})."
        )
    return ""


def _unwell(row: SourceLine, _: Seen) -> str:
    broken = {Cause.NOT_A_FEED, Cause.BROKEN_FEED, Cause.EMPTY, Cause.TRUNCATED}
    if row.state.failure and row.state.failure.cause in broken:
        return "Serve a feed that a feed validator accepts at this address."
    return ""


def _moved(row: SourceLine, _: Seen) -> str:
    return "Keep the redirect: others still ask at the old address." if row.state.moved_to else ""


def _too_short(row: SourceLine, _: Seen) -> str:
    return (
        "Carry more items, or archive documents (RFC 5005), so that nothing is missed."
        if row.state.gap
        else ""
    )


def _rejected(row: SourceLine, _: Seen) -> str:
    return "Give each item a title and an address of its own." if row.state.rejects else ""


def _no_feed(row: SourceLine, _: Seen) -> str:
    return "Offer an Atom or RSS feed of this list." if row.source.kind in _LISTS else ""


def _no_dates(_: SourceLine, seen: Seen) -> str:
    return "State for each document when it was published." if _most(seen.undated, seen) else ""


def _no_zone(_: SourceLine, seen: Seen) -> str:
    return "State the time zone of each time (RFC 3339)." if _most(seen.assumed, seen) else ""


def _no_words(_: SourceLine, seen: Seen) -> str:
    return "Add a sentence to each item that says what it is about." if _most(seen.bare, seen) else ""


def _no_licence(row: SourceLine, _: Seen) -> str:
    return (
        "State a licence, so that more than the title may be republished."
        if row.source.licence == "unknown"
        else ""
    )


_RULES: Final[tuple[Callable[[SourceLine, Seen], str], ...]] = (
    *(_refused, _unwell, _moved, _too_short, _rejected),
    *(_no_feed, _no_dates, _no_zone, _no_words, _no_licence),
)
