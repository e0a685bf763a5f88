"""Advice to the publisher of each source, on what would make it easier to follow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from aggregator.errors import Cause
from aggregator.model import Entry, Snapshot, SourceWithState, ZoneBasis
from aggregator.model.kinds import KINDS

# From fewer documents we draw no conclusion about a source.
MIN_DOCUMENTS: Final = 5
_REFUSALS: Final = frozenset({401, 403, 429, 503})
_INVALID_FEED: Final = frozenset({Cause.NOT_A_FEED, Cause.BROKEN_FEED, Cause.EMPTY, Cause.TRUNCATED})


@dataclass(slots=True)
class SourceStats:
    """Counts over the documents of a source."""

    documents: int = 0
    undated: int = 0
    # With a time but no time zone.
    without_zone: int = 0
    # Without any text beyond the title.
    title_only: int = 0


def advice_by_source(snapshot: Snapshot) -> Mapping[str, tuple[str, ...]]:
    """The sentences for each source, by its id. Sources written by us get none."""
    stats = _stats_by_source(snapshot)
    return {
        row.source.id: tuple(
            sentence.format(status=_status(row), advice=KINDS[row.source.kind].advice)
            for applies, sentence in _RULES
            if applies(row, stats[row.source.id])
        )
        for row in snapshot.sources
        if row.source.licence != "own"  # our own records: there is no publisher to advise
    }


def _stats_by_source(snapshot: Snapshot) -> Mapping[str, SourceStats]:
    stats: dict[str, SourceStats] = defaultdict(SourceStats)
    for document in snapshot.documents:
        for carrier in document.carriers:
            _count(stats[carrier.source], carrier.entry)
    return stats


def _count(stats: SourceStats, entry: Entry) -> None:
    moment = entry.published or entry.updated
    stats.documents += 1
    stats.undated += moment is None
    stats.without_zone += moment is not None and moment.zone is ZoneBasis.ASSUMED and moment.has_time
    stats.title_only += not entry.text.removeprefix(entry.title).strip()


def _most(number: int, stats: SourceStats) -> bool:
    return stats.documents >= MIN_DOCUMENTS and number * 2 > stats.documents


# Each sentence with the condition under which a source gets it. `{advice}` is the kind's own advice.
_RULES: Final[tuple[tuple[Callable[[SourceWithState, SourceStats], object], str], ...]] = (
    (
        lambda row, _: _cause(row) is Cause.ROBOTS,
        "Let robots.txt allow this address: it holds only what is published.",
    ),
    (
        lambda row, _: _cause(row) is not Cause.ROBOTS and _status(row) in _REFUSALS,
        "Answer programs that name themselves and ask seldom; we were refused (HTTP {status}).",
    ),
    (
        lambda row, _: _cause(row) in _INVALID_FEED,
        "Serve a feed that a feed validator accepts at this address.",
    ),
    (lambda row, _: row.state.moved_to, "Keep the redirect: others still ask at the old address."),
    (
        lambda row, _: row.state.items_missed_at,
        "Carry more items, or archive documents (RFC 5005), so that nothing is missed.",
    ),
    (lambda row, _: row.state.rejects, "Give each item a title and an address of its own."),
    (lambda row, _: KINDS[row.source.kind].advice, "{advice}"),
    (lambda _, stats: _most(stats.undated, stats), "State for each document when it was published."),
    (lambda _, stats: _most(stats.without_zone, stats), "State the time zone of each time (RFC 3339)."),
    (
        lambda _, stats: _most(stats.title_only, stats),
        "Add a sentence to each item that says what it is about.",
    ),
    (
        lambda row, _: row.source.licence == "unknown",
        "State a licence, so that more than the title may be republished.",
    ),
)


def _cause(row: SourceWithState) -> Cause | None:
    return row.state.failure.cause if row.state.failure else None


def _status(row: SourceWithState) -> int | None:
    return row.state.failure.status if row.state.failure else None
