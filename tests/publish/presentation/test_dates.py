"""Dates in words, also on the days when the clocks change."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from aggregator.model import Precision
from aggregator.model.days import end_of
from aggregator.publish.presentation.dates import FormattedDate, format_moment
from tests.support.builders import instant, moment

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("at", "precision", "text", "machine_readable"),
    [
        ("2026-03-29 00:59", Precision.SECOND, "29 March 2026, 00:59", "2026-03-29T00:59+00:00"),
        ("2026-03-29 01:00", Precision.MINUTE, "29 March 2026, 02:00", "2026-03-29T02:00+01:00"),
        ("2026-10-24 23:00", Precision.DAY, "25 October 2026", "2026-10-25"),
        ("2026-11-30 00:00", Precision.DAY, "30 November 2026", "2026-11-30"),
        ("2026-05-31 23:00", Precision.MONTH, "June 2026", "2026-06"),
        ("2012-01-01 00:00", Precision.YEAR, "2012", "2012"),
    ],
)
def test_a_moment_is_formatted_in_london_time_at_its_own_precision(
    at: str, precision: Precision, text: str, machine_readable: str
) -> None:
    assert format_moment(moment(at, precision), LONDON) == FormattedDate(
        text=text, machine_readable=machine_readable
    )


@pytest.mark.parametrize(
    ("at", "precision", "end"),
    [
        ("2026-06-05 16:00", Precision.MINUTE, "2026-06-05 16:00"),
        ("2026-06-04 23:00", Precision.DAY, "2026-06-05 23:00"),
        # The day on which the clocks go back has 25 hours.
        ("2026-10-24 23:00", Precision.DAY, "2026-10-26 00:00"),
        ("2026-01-31 00:00", Precision.MONTH, "2026-02-01 00:00"),
        ("2025-12-01 00:00", Precision.MONTH, "2026-01-01 00:00"),
        ("2026-01-01 00:00", Precision.YEAR, "2027-01-01 00:00"),
    ],
)
def test_a_closing_date_lasts_to_the_end_of_its_precision(at: str, precision: Precision, end: str) -> None:
    assert end_of(moment(at, precision), LONDON) == instant(end)
