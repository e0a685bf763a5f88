"""The parts of a document whose change is a change of substance, and how each part is compared."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from aggregator.classify.file_addresses import same_files
from aggregator.classify.wording.texts import Wording
from aggregator.classify.wording.typography import comparable_text
from aggregator.model import LONDON, Entry, Moment, Precision
from aggregator.model.days import COARSE, end_of


@dataclass(frozen=True, slots=True)
class ComparedPart:
    """One part of a document: its value in an entry (empty or None: not given), and how values compare."""

    value_of: Callable[[Entry], Any]
    same: Callable[[Any, Any], bool] = operator.eq


def comparable_moment(moment: Moment | None) -> tuple[datetime, Precision] | None:
    """Instant and precision of a moment. How its zone was known, and whether it has seconds, does not
    count."""
    if moment is None:
        return None
    return moment.at, Precision.MINUTE if moment.has_time else moment.precision


def comparable_deadline(moment: Moment | None) -> tuple[datetime, Precision] | None:
    """As `comparable_moment`, by the minute; a day closes at its end."""
    if moment is None or moment.precision in COARSE:
        return comparable_moment(moment)
    return last_minute(moment), Precision.MINUTE


def last_minute(moment: Moment) -> datetime:
    """23:59 in London for a day; the minute of any other moment."""
    if moment.precision is not Precision.DAY:
        return moment.at.replace(second=0)
    return end_of(moment, LONDON).astimezone(UTC) - timedelta(minutes=1)


def is_later(after: Moment | None, before: Moment | None) -> bool:
    """Whether a date has moved on. Moved back, or to an hour of the same day, it was only corrected."""
    if after is None or before is None:
        return False
    return after.at > max(before.at, last_minute(before))


def same_file_names(one: Entry, other: Entry) -> bool:
    """Whether the attachments have equal names: a site that moves takes its files along."""
    names, others = (sorted(href.rpartition("/")[2] for href in _files(entry)) for entry in (one, other))
    return names == others


def _files(entry: Entry) -> Mapping[str, int]:
    """The length of each attachment: a file replaced under the same link shows by its length alone."""
    return {link.href: link.length or 0 for link in entry.links if link.rel == "enclosure"}


# By name: the names are stored with revisions and published.
#
# `published` and `updated` are not parts: publishers set new dates without a change of words
# (legislation.gov.uk did so for 10 and 11 of 20 entries within a day, captures of 2015-12).
PARTS: Final[Mapping[str, ComparedPart]] = {
    "title": ComparedPart(lambda entry: comparable_text(entry.title)),
    "text": ComparedPart(Wording, Wording.says_the_same_as),
    "status": ComparedPart(lambda entry: comparable_text(entry.publisher_type or "")),
    "opening date": ComparedPart(lambda entry: comparable_moment(entry.opens)),
    "closing date": ComparedPart(lambda entry: comparable_deadline(entry.closes)),
    "dated facts": ComparedPart(lambda entry: frozenset(entry.claims)),
    "attachments": ComparedPart(_files, same_files),
}
