"""Which updates a letter keeps when it has no room for all."""

from __future__ import annotations

from aggregator.deliver.sections import Heading
from aggregator.model import DigestItem, Section


def most_worthy(section: Section, at_most: int) -> tuple[DigestItem, ...]:
    """At most so many of a section's updates, in the section's own order.

    What closes soonest stays. Elsewhere what more speaks for its relevance, then what was seen later: it is
    what a reader is least likely to have found by themselves.
    """
    if section.title == Heading.CLOSING or len(section.items) <= at_most:
        return section.items[:at_most]
    places = range(len(section.items))
    best = sorted(places, key=lambda place: _worth(section.items[place], place))[:at_most]
    return tuple(section.items[place] for place in sorted(best))


def _worth(item: DigestItem, place: int) -> tuple[int, float, int]:
    return (-item.score, -item.first_seen.timestamp(), place)
