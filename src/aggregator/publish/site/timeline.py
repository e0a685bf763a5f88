"""A timeline as coordinates for an SVG; the table beside it gives the same points in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import Moment
from aggregator.model.days import day_of, end_of, first_day
from aggregator.publish.presentation.text import clean_line

WIDTH: Final = 1000
MARGIN: Final = 40
# The height of a lane, and the least horizontal distance between two points in one.
LANE: Final = 46
# The most years that are labelled below the axis.
MAX_TICKS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelinePoint:
    """A day, or a span of days; `number` is its row in the table."""

    number: int
    first: date
    last: date
    # The CSS class in `board.css`: `used`, `claim` or `plan`.
    kind: str
    title: str


# A point with its x, width and y in the drawing.
PlacedPoint = tuple[TimelinePoint, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The coordinates of the SVG, whose view box is `0 0 1000 height`."""

    height: int
    base: int
    # Each labelled year with the x of its first day.
    ticks: tuple[tuple[int, int], ...]
    points: tuple[PlacedPoint, ...]
    # The x of the board's day; None when it is outside the drawing.
    today: int | None
    first: date
    last: date


def timeline_point(
    number: int, first: Moment, last: Moment, kind: str, title: str, zone: ZoneInfo
) -> TimelinePoint:
    """A point from the first possible day to the last: a date known to the month spans that month."""
    begins, ends = first_day(first, zone), day_of(end_of(last, zone), zone)
    return TimelinePoint(
        number=number,
        first=begins,
        last=max(begins, ends),
        kind=kind,
        title=f"{number}: {clean_line(title)}",
    )


def timeline(points: Sequence[TimelinePoint], today: date) -> Timeline | None:
    """The points on whole years from the first to the last of them; None without a point."""
    if not points:
        return None
    first = date(min(point.first for point in points).year, 1, 1)
    last = date(max(point.last for point in points).year, 12, 31)
    placed, lanes = _place(points, first, last)
    base = 24 + LANE * lanes  # 24 units above the lanes for the top of the drawing
    return Timeline(
        height=base + 60,  # room for the labels of the years
        base=base,
        ticks=tuple(_ticks(first, last)),
        points=placed,
        today=_x(today, first, last) if first <= today <= last else None,
        first=first,
        last=last,
    )


def _x(day: date, first: date, last: date) -> int:
    share = (day - first).days / ((last - first).days or 1)
    return MARGIN + round(share * (WIDTH - 2 * MARGIN))


def _place(points: Iterable[TimelinePoint], first: date, last: date) -> tuple[tuple[PlacedPoint, ...], int]:
    """Each point in the lowest lane that is free there, and the number of lanes. Lane 0 is the lowest."""
    ends: list[int] = []
    found = []
    for point in sorted(points, key=lambda point: (point.first, point.number)):
        x, end = _x(point.first, first, last), _x(point.last, first, last)
        # A circle reaches half a lane to the left and right of its day.
        lane = next((lane for lane, taken in enumerate(ends) if taken <= x - LANE // 2), len(ends))
        ends[lane : lane + 1] = [max(end, x + LANE // 2)]
        found.append((point, x, end - x, lane))
    ground = 24 + LANE * (len(ends) - 1) + LANE // 2
    return tuple((point, x, width, ground - LANE * lane) for point, x, width, lane in found), len(ends)


def _ticks(first: date, last: date) -> Iterable[tuple[int, int]]:
    # One year more than there are, so that the end of the last year is labelled too.
    years = range(first.year, last.year + 2)
    step = -(-len(years) // MAX_TICKS)  # rounded up
    for year in years[::step]:
        day = min(date(year, 1, 1), last + timedelta(days=1))
        yield year, _x(day, first, last)
