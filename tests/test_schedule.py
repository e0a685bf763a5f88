"""The scheduler: 08:00 on both sides of a clock change, and no run skipped for being late."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from aggregator.schedule import build_scheduler, digest_trigger


@pytest.mark.parametrize(
    ("after", "next_run"),
    [
        ("2026-03-28T08:00:01Z", "2026-03-29T07:00:00Z"),  # clocks went forward on Sunday 29 March
        ("2026-10-24T07:00:01Z", "2026-10-25T08:00:00Z"),  # clocks went back on Sunday 25 October
        ("2026-06-05T12:00:00Z", "2026-06-06T07:00:00Z"),
        ("2026-06-08T06:59:59Z", "2026-06-08T07:00:00Z"),
    ],
)
def test_the_digest_is_issued_at_eight_in_london_in_summer_and_winter(after: str, next_run: str) -> None:
    trigger = digest_trigger(ZoneInfo("Europe/London"))

    due = trigger.get_next_fire_time(None, datetime.fromisoformat(after))

    assert due.astimezone(UTC) == datetime.fromisoformat(next_run)


async def nothing() -> None:
    """A job that does nothing."""


def test_every_job_runs_each_minute_and_the_digest_at_eight() -> None:
    jobs = build_scheduler(nothing, nothing, nothing, nothing, ZoneInfo("Europe/London")).get_jobs()

    assert sorted(job.id for job in jobs) == ["digest", "operator", "search", "send", "work"]
    for id, trigger in ((job.id, str(job.trigger)) for job in jobs):
        expected = "cron[hour='8'" if id == "digest" else "interval[0:01:00]"
        assert expected in trigger
