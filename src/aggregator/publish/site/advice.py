"""What the publisher of each source could do so that anybody can follow it, by what was seen of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from aggregator.errors import Cause
from aggregator.model import Entry, Snapshot, SourceLine, Zone
from aggregator.model.days import TIMED
from aggregator.model.kinds import KINDS

ENOUGH: Final = 5
"""So many documents must have been seen before anything is said of all of them."""
_REFUSALS: Final = frozenset({401, 403, 429, 503})
_UNWELL: Final = frozenset({Cause.NOT_A_FEED, Cause.BROKEN_FEED, Cause.EMPTY, Cause.TRUNCATED})


@dataclass(slots=True)
class SourceStats:
    """What the documents of a source have in common."""

    documents: int = 0
    undated: int = 0
    assumed: int = 0
    """With a time, but without its zone."""
    bare: int = 0
    """Without any words but the title."""


def advice_by_source(edition: Snapshot) -> Mapping[str, tuple[str, ...]]:
    """Sentences for each source, by its id; none for a source that can hardly be better."""
    seen = _seen(edition)
    return {
        row.source.id: tuple(
            said.format(status=_status(row), advice=KINDS[row.source.kind].advice)
            for fits, said in _RULES
            if fits(row, seen[row.source.id])
        )
        for row in edition.sources
        if row.source.licence != "own"
    }


def _seen(edition: Snapshot) -> Mapping[str, SourceStats]:
    found: dict[str, SourceStats] = defaultdict(SourceStats)
    for holding in edition.holdings:
        for carrier in holding.carriers:
            _count(found[carrier.source], carrier.entry)
    return found


def _count(seen: SourceStats, entry: Entry) -> None:
    moment = entry.published or entry.updated
    seen.documents += 1
    seen.undated += moment is None
    seen.assumed += moment is not None and moment.zone is Zone.ASSUMED and moment.precision in TIMED
    seen.bare += not entry.text.removeprefix(entry.title).strip()


def _most(number: int, seen: SourceStats) -> bool:
    return seen.documents >= ENOUGH and number * 2 > seen.documents


_RULES: Final[tuple[tuple[Callable[[SourceLine, SourceStats], object], str], ...]] = (
    (
        lambda row, _: _cause(row) is Cause.ROBOTS,
        "Let robots.txt allow this address: it holds only what is published.",
    ),
    (
        lambda row, _: _cause(row) is not Cause.ROBOTS and _status(row) in _REFUSALS,
        "Answer programs that name themselves and ask seldom; we were refused (HTTP {status}).",
    ),
    (lambda row, _: _cause(row) in _UNWELL, "Serve a feed that a feed validator accepts at this address."),
    (lambda row, _: row.state.moved_to, "Keep the redirect: others still ask at the old address."),
    (
        lambda row, _: row.state.gap,
        "Carry more items, or archive documents (RFC 5005), so that nothing is missed.",
    ),
    (lambda row, _: row.state.rejects, "Give each item a title and an address of its own."),
    (lambda row, _: KINDS[row.source.kind].advice, "{advice}"),
    (lambda _, seen: _most(seen.undated, seen), "State for each document when it was published."),
    (lambda _, seen: _most(seen.assumed, seen), "State the time zone of each time (RFC 3339)."),
    (lambda _, seen: _most(seen.bare, seen), "Add a sentence to each item that says what it is about."),
    (
        lambda row, _: row.source.licence == "unknown",
        "State a licence, so that more than the title may be republished.",
    ),
)
"""When each sentence is said."""


def _cause(row: SourceLine) -> Cause | None:
    return row.state.failure.cause if row.state.failure else None


def _status(row: SourceLine) -> int | None:
    return row.state.failure.status if row.state.failure else None
