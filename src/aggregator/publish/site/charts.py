"""Small bar charts of updates by month, as SVG geometry and in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import Document
from aggregator.model.days import day_of
from aggregator.publish.presentation.months import archive_month_of, month_title

MONTHS_SHOWN: Final = 24
# The width of a month in units of the view box; a bar is two units narrower.
STEP: Final = 10
HEIGHT: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One bar for each month up to the present one."""

    # The path data of an SVG whose view box is `0 0 width height`.
    bars: str
    width: int
    height: int
    # The count of the highest bar.
    highest: int
    # The chart in words, for screen readers.
    text: str
    # Each month's title and count, oldest first.
    counts: tuple[tuple[str, int], ...]


def updates_chart(
    documents: Iterable[Document], at: datetime, zone: ZoneInfo, months: int = MONTHS_SHOWN
) -> Chart:
    """The chart of the last `months` months, including the present one, in the site's time zone."""
    # A document known to its year only is counted under `2026`, and so in no month.
    found = Counter(archive_month_of(document, zone) for document in documents)
    names = _months(day_of(at, zone), months)
    counts = [found[name] for name in names]
    highest = max(counts)
    total = sum(counts)
    span = f"from {month_title(names[0])} to {month_title(names[-1])}"
    summary = f"{total} {'update' if total == 1 else 'updates'} {span}"
    peak = f"; most in {month_title(names[counts.index(highest)])}: {highest}" if highest else ""
    return Chart(
        bars="".join(_bar(number, count, highest) for number, count in enumerate(counts) if count),
        width=STEP * months,
        height=HEIGHT,
        highest=highest,
        text=summary + peak,
        counts=tuple(zip(map(month_title, names), counts, strict=True)),
    )


def _months(day: date, number: int) -> list[str]:
    last = day.year * 12 + day.month - 1  # months since the year 0
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(last - number + 1, last + 1)]


def _bar(number: int, count: int, highest: int) -> str:
    """The path of one bar, at least two units high, so that a single update is visible."""
    height = max(2, round(HEIGHT * count / highest))
    return f"M{number * STEP + 1} {HEIGHT}v-{height}h{STEP - 2}v{height}z"
