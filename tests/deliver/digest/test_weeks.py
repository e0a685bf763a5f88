"""The windows of digests: cases that calendars easily get wrong, worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.deliver import closed_days, closed_weeks, day_of, digest_window, week_of, windows_still_sent
from tests.support.builders import LONDON, instant

ZONES = st.sampled_from(
    ["Europe/London", "UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
).map(ZoneInfo)
INSTANTS = st.integers(157_766_400, 4_102_444_800).map(lambda second: datetime.fromtimestamp(second, UTC))
"""1975 to 2100."""


@pytest.mark.parametrize(
    ("week", "start", "end"),
    [
        ("2024-W04", "2024-01-22 08:00", "2024-01-29 08:00"),
        ("2024-W13", "2024-03-25 08:00", "2024-04-01 07:00"),  # clocks go forward on Sunday 31 March 2024
        ("2024-W26", "2024-06-24 07:00", "2024-07-01 07:00"),
        ("2024-W43", "2024-10-21 07:00", "2024-10-28 08:00"),  # and back on Sunday 27 October 2024
        ("2020-W53", "2020-12-28 08:00", "2021-01-04 08:00"),
        ("2021-W01", "2021-01-04 08:00", "2021-01-11 08:00"),
        ("2026-W53", "2026-12-28 08:00", "2027-01-04 08:00"),
    ],
)
def test_a_week_runs_from_monday_to_monday_at_eight_in_london(week: str, start: str, end: str) -> None:
    found = digest_window(week, LONDON)
    assert (found.start, found.end) == (instant(start), instant(end))
    assert found.start.tzinfo is UTC
    assert week_of(found.start, LONDON) == week
    assert week_of(found.end - timedelta(seconds=1), LONDON) == week
    assert week_of(found.end, LONDON) != week


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [
        ("2024-01-24", "2024-01-24 08:00", "2024-01-25 08:00"),
        ("2024-07-01", "2024-07-01 07:00", "2024-07-02 07:00"),
        ("2024-03-30", "2024-03-30 08:00", "2024-03-31 07:00"),  # 23 hours: clocks go forward on 31 March
        ("2024-10-26", "2024-10-26 07:00", "2024-10-27 08:00"),  # 25 hours: and back on 27 October
        ("2024-02-29", "2024-02-29 08:00", "2024-03-01 08:00"),
        ("2024-12-31", "2024-12-31 08:00", "2025-01-01 08:00"),
    ],
)
def test_a_day_runs_from_eight_to_eight_in_london(day: str, start: str, end: str) -> None:
    found = digest_window(day, LONDON)
    assert (found.start, found.end) == (instant(start), instant(end))
    assert day_of(found.start, LONDON) == day
    assert day_of(found.end - timedelta(seconds=1), LONDON) == day
    assert day_of(found.end, LONDON) != day


@pytest.mark.parametrize("day", ["2024-02-30", "2023-02-29", "2024-13-01", "2024-01-00"])
def test_a_day_that_does_not_exist_is_refused(day: str) -> None:
    with pytest.raises(ValueError, match=f"^there is no day {day}$"):
        digest_window(day, LONDON)


@pytest.mark.parametrize(
    ("first", "now", "days"),
    [
        ("2024-01-24 12:00", "2024-01-25 07:59", ()),
        ("2024-01-24 12:00", "2024-01-25 08:00", ("2024-01-24",)),
        ("2024-01-24 07:00", "2024-01-25 08:00", ("2024-01-23", "2024-01-24")),
        ("2024-03-30 12:00", "2024-03-31 07:00", ("2024-03-30",)),
        ("2023-01-01 00:00", "2024-01-29 08:00", tuple(f"2024-01-{n}" for n in range(22, 29))),
    ],
)
def test_closed_days_are_those_that_ended_since_the_first_and_at_most_seven(
    first: str, now: str, days: tuple[str, ...]
) -> None:
    assert closed_days(instant(first), instant(now), LONDON) == days


def test_the_last_week_and_its_days_are_still_sent() -> None:
    days = {f"2024-01-{n}" for n in range(22, 29)}
    assert windows_still_sent(instant("2024-01-29 08:00"), LONDON) == {"2024-W04"} | days
    assert windows_still_sent(instant("2024-01-29 07:59"), LONDON) == {"2024-W03", "2024-01-21"} | days - {
        "2024-01-28"
    }


@pytest.mark.parametrize(
    ("at", "week"),
    [
        ("2021-01-01 00:00", "2020-W53"),
        ("2021-01-04 07:59", "2020-W53"),
        ("2021-01-04 08:00", "2021-W01"),
        ("2024-12-31 12:00", "2025-W01"),
        ("2027-01-03 12:00", "2026-W53"),
        ("2024-07-01 06:59", "2024-W26"),
        ("2024-07-01 07:00", "2024-W27"),
    ],
)
def test_an_instant_belongs_to_the_week_that_contains_it(at: str, week: str) -> None:
    assert week_of(instant(at), LONDON) == week


@pytest.mark.parametrize(
    "name",
    ["", "2024", "2024-4", "2024-W4", "24-W04", "2024W04", "2024-w04", "2024-W04 ", "0000-W01", "٢٠٢٤-W04"],
)
def test_a_name_in_another_format_is_refused_with_the_right_format(name: str) -> None:
    with pytest.raises(
        ValueError, match=r"write year and ISO week as in 2024-W04, or a day as in 2024-01-24$"
    ):
        digest_window(name, LONDON)


@pytest.mark.parametrize(
    ("name", "last"),
    [("2024-W60", "2024-W52"), ("2024-W00", "2024-W52"), ("2021-W53", "2021-W52"), ("2020-W54", "2020-W53")],
)
def test_a_week_that_its_year_does_not_have_is_refused_with_the_last_week(name: str, last: str) -> None:
    with pytest.raises(
        ValueError, match=f"^there is no week {name}: that year has {name[:4]}-W01 to {last}$"
    ):
        digest_window(name, LONDON)


@pytest.mark.parametrize(
    ("first", "now", "weeks"),
    [
        ("2024-01-24 12:00", "2024-01-29 07:59", ()),
        ("2024-01-24 12:00", "2024-01-29 08:00", ("2024-W04",)),
        ("2024-01-22 07:59", "2024-01-29 08:00", ("2024-W03", "2024-W04")),
        ("2020-12-21 12:00", "2021-01-12 00:00", ("2020-W52", "2020-W53", "2021-W01")),
        ("2024-03-25 12:00", "2024-04-01 07:00", ("2024-W13",)),
        ("2024-06-01 00:00", "2024-01-29 08:00", ()),
    ],
)
def test_closed_weeks_are_those_that_ended_since_the_first(
    first: str, now: str, weeks: tuple[str, ...]
) -> None:
    assert closed_weeks(instant(first), instant(now), LONDON) == weeks


def test_at_most_eight_closed_weeks_are_looked_back_at() -> None:
    first, now = instant("2020-01-01 00:00"), instant("2024-03-20 12:00")
    assert closed_weeks(first, now, LONDON) == (
        "2024-W04",
        "2024-W05",
        "2024-W06",
        "2024-W07",
        "2024-W08",
        "2024-W09",
        "2024-W10",
        "2024-W11",
    )


@given(at=INSTANTS, zone=ZONES)
def test_windows_tile_time_without_gap_or_overlap(at: datetime, zone: ZoneInfo) -> None:
    current = digest_window(week_of(at, zone), zone)
    before = digest_window(week_of(current.start - timedelta(microseconds=1), zone), zone)
    after = digest_window(week_of(current.end, zone), zone)
    assert [at in one for one in (before, current, after)] == [False, True, False]
    assert (before.end, after.start) == (current.start, current.end)
    day = digest_window(day_of(at, zone), zone)
    assert current.start <= day.start <= at < day.end <= current.end


@given(first=INSTANTS, now=INSTANTS, zone=ZONES)
def test_closed_weeks_have_all_ended_and_the_next_has_not(
    first: datetime, now: datetime, zone: ZoneInfo
) -> None:
    weeks = [digest_window(week, zone) for week in closed_weeks(first, now, zone)]
    assert all(one.end <= now for one in weeks)
    assert all(one.end == following.start for one, following in pairwise(weeks))
    assert not weeks or now - weeks[-1].end < timedelta(days=7, hours=2)
    assert not weeks or first < weeks[0].end or len(weeks) == 8
