"""When a source is polled next."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import Cause
from aggregator.fetch.http.poll_times import next_poll_at
from aggregator.model import Failed
from tests.support.builders import NOON, make_source

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def failed(cause: Cause = Cause.TIMEOUT, retry_after: timedelta | None = None) -> Failed:
    return Failed(url="https://example.org/", cause=cause, detail="", hint="", retry_after=retry_after)


def wait(every: timedelta, failures: int = 0, why: Failed | None = None, jitter: float = 0.0) -> timedelta:
    return (
        next_poll_at(make_source(every=every), now=NOON, failures=failures, failed=why, jitter=jitter) - NOON
    )


def test_a_source_that_was_read_keeps_its_interval() -> None:
    assert wait(HOUR) == HOUR
    assert wait(3 * DAY) == 3 * DAY


def test_jitter_adds_up_to_a_tenth_in_whole_seconds() -> None:
    assert wait(HOUR, jitter=0.5) == HOUR + timedelta(minutes=3)
    assert wait(timedelta(seconds=75), jitter=0.9) == timedelta(seconds=81)


@pytest.mark.parametrize(
    ("failures", "hours"), [(1, 2), (2, 4), (3, 8), (4, 16), (5, 24), (6, 24), (5000, 24)]
)
def test_each_failure_doubles_the_wait_up_to_a_day(failures: int, hours: int) -> None:
    assert wait(HOUR, failures, failed()) == timedelta(hours=hours)


@pytest.mark.parametrize(("failures", "days"), [(1, 2), (2, 4), (3, 7), (5000, 7)])
def test_a_source_that_is_gone_is_polled_once_a_week_in_the_end(failures: int, days: int) -> None:
    assert wait(DAY, failures, failed(Cause.GONE)) == timedelta(days=days)


def test_a_source_polled_less_often_than_daily_keeps_its_interval_after_failures() -> None:
    assert wait(3 * DAY, 4, failed()) == 3 * DAY


def test_a_retry_after_only_makes_the_wait_longer() -> None:
    assert wait(HOUR, 1, failed(Cause.THROTTLED, timedelta(hours=5))) == timedelta(hours=5)
    assert wait(HOUR, 1, failed(Cause.THROTTLED, timedelta(minutes=5))) == timedelta(hours=2)


@given(
    every=st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=60)),
    failures=st.integers(min_value=0, max_value=10_000),
    why=st.none()
    | st.builds(
        failed,
        cause=st.sampled_from(Cause),
        retry_after=st.none() | st.timedeltas(min_value=timedelta(0), max_value=DAY),
    ),
    jitter=st.floats(min_value=0, max_value=1, exclude_max=True),
)
def test_a_poll_is_never_before_the_interval_and_never_given_up(
    every: timedelta, failures: int, why: Failed | None, jitter: float
) -> None:
    waited = wait(every, failures, why, jitter)
    assert every <= waited <= max(every, 7 * DAY) * 1.1
    assert waited <= wait(every, failures + 1, why, jitter)
