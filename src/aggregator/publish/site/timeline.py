"""A timeline as numbers: where years, spans and marks stand; the table beside it has the words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import Moment
from aggregator.model.days import day_of, end_of
from aggregator.publish.presentation.text import clean_line

WIDTH: Final = 1000
MARGIN: Final = 40
LANE: Final = 46
"""The height of a line of marks, and the width that a mark keeps free around it."""
TICKS: Final = 12
"""The most years that are written below the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelinePoint:
    """A day, or a span of days; `number` is its line in the table."""

    number: int
    first: date
    last: date
    kind: str
    """A class of the style sheet: `used`, `claim`, `plan`, `meeting`."""
    title: str


Placed = tuple[TimelinePoint, int, int, int]
"""A mark with where it is drawn: x, width, y."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """What the SVG is made of."""

    height: int
    base: int
    ticks: tuple[tuple[int, int], ...]
    """Each year that is written, and where it begins."""
    marks: tuple[Placed, ...]
    today: int | None
    """Where the day of the board stands, if it lies on the line."""
    first: date
    last: date


def timeline_point(
    number: int, first: Moment, last: Moment, kind: str, title: str, zone: ZoneInfo
) -> TimelinePoint:
    """From the first day of what is known to its last: a month is a span of a month."""
    begins, over = day_of(first.at, zone), day_of(end_of(last, zone), zone)
    return TimelinePoint(
        number=number, first=begins, last=max(begins, over), kind=kind, title=f"{number}: {clean_line(title)}"
    )


def timeline(marks: Sequence[TimelinePoint], today: date) -> Timeline | None:
    """The marks on one line from the first to the last of them; None when there is none."""
    if not marks:
        return None
    first = date(min(mark.first for mark in marks).year, 1, 1)
    last = date(max(mark.last for mark in marks).year, 12, 31)
    placed, lanes = _place(marks, first, last)
    base = 24 + LANE * lanes
    return Timeline(
        height=base + 60,
        base=base,
        ticks=tuple(_ticks(first, last)),
        marks=placed,
        today=_x(today, first, last) if first <= today <= last else None,
        first=first,
        last=last,
    )


def _x(day: date, first: date, last: date) -> int:
    share = (day - first).days / ((last - first).days or 1)
    return MARGIN + round(share * (WIDTH - 2 * MARGIN))


def _place(marks: Iterable[TimelinePoint], first: date, last: date) -> tuple[tuple[Placed, ...], int]:
    """Each mark in the lowest lane that is free there; the lanes are counted from below."""
    ends: list[int] = []
    found = []
    for mark in sorted(marks, key=lambda mark: (mark.first, mark.number)):
        x, end = _x(mark.first, first, last), _x(mark.last, first, last)
        lane = next((lane for lane, taken in enumerate(ends) if taken <= x - LANE // 2), len(ends))
        ends[lane : lane + 1] = [max(end, x + LANE // 2)]
        found.append((mark, x, end - x, lane))
    ground = 24 + LANE * (len(ends) - 1) + LANE // 2
    return tuple((mark, x, width, ground - LANE * lane) for mark, x, width, lane in found), len(ends)


def _ticks(first: date, last: date) -> Iterable[tuple[int, int]]:
    years = range(first.year, last.year + 2)
    step = -(-len(years) // TICKS)
    for year in years[::step]:
        day = min(date(year, 1, 1), last + timedelta(days=1))
        yield year, _x(day, first, last)
