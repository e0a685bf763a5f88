"""Small charts: how many updates there were in each month, as the geometry of an SVG and as words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import Document
from aggregator.model.days import day_of
from aggregator.publish.presentation.months import filed, month_title

MONTHS_SHOWN: Final = 24
STEP: Final = 10
"""How wide a month is, in units of the drawing; a bar is a little narrower."""
HEIGHT: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A bar for each month up to the present one."""

    bars: str
    """The bars as the path of an SVG whose view box is `0 0 width height`."""
    width: int
    height: int
    most: int
    words: str
    """The same for those who do not see it."""
    counts: tuple[tuple[str, int], ...]
    """Each month in words and its count, oldest first."""


def chart(holdings: Iterable[Document], at: datetime, zone: ZoneInfo, months: int = MONTHS_SHOWN) -> Chart:
    """The updates of the last months, the present one among them."""
    found = Counter(filed(holding, zone) for holding in holdings)
    names = _months(day_of(at, zone), months)
    counts = [found[name] for name in names]
    most = max(counts)
    total = sum(counts)
    span = f"from {month_title(names[0])} to {month_title(names[-1])}"
    told = f"{total} {'update' if total == 1 else 'updates'} {span}"
    peak = f"; most in {month_title(names[counts.index(most)])}: {most}" if most else ""
    return Chart(
        bars="".join(_bar(number, count, most) for number, count in enumerate(counts) if count),
        width=STEP * months,
        height=HEIGHT,
        most=most,
        words=told + peak,
        counts=tuple(zip(map(month_title, names), counts, strict=True)),
    )


def _months(day: date, number: int) -> list[str]:
    last = day.year * 12 + day.month - 1
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(last - number + 1, last + 1)]


def _bar(number: int, count: int, most: int) -> str:
    """A bar that stands on the ground; the smallest can still be seen."""
    high = max(2, round(HEIGHT * count / most))
    return f"M{number * STEP + 1} {HEIGHT}v-{high}h{STEP - 2}v{high}z"
