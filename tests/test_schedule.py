"""The reminders: the letter's hour on both sides of a clock change, and nothing dropped for being late."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from aggregator.schedule import letter_hour, scheduler


@pytest.mark.parametrize(
    ("after", "next_letter"),
    [
        ("2026-03-28T08:00:01Z", "2026-03-29T07:00:00Z"),  # clocks went forward on Sunday 29 March
        ("2026-10-24T07:00:01Z", "2026-10-25T08:00:00Z"),  # clocks went back on Sunday 25 October
        ("2026-06-05T12:00:00Z", "2026-06-06T07:00:00Z"),
        ("2026-06-08T06:59:59Z", "2026-06-08T07:00:00Z"),
    ],
)
def test_the_letter_is_made_at_eight_in_london_whatever_the_season(after: str, next_letter: str) -> None:
    trigger = letter_hour(ZoneInfo("Europe/London"))

    due = trigger.get_next_fire_time(None, datetime.fromisoformat(after))

    assert due.astimezone(UTC) == datetime.fromisoformat(next_letter)


async def nothing() -> None:
    """A call that does nothing."""


def test_a_late_call_is_made_late_once_and_never_beside_itself() -> None:
    jobs = scheduler(nothing, nothing, nothing, ZoneInfo("Europe/London")).get_jobs()

    assert sorted(job.id for job in jobs) == ["letter", "look", "post", "search"]
    for id, trigger in ((job.id, str(job.trigger)) for job in jobs):
        wanted = "cron[hour='8'" if id == "letter" else "interval[0:01:00]"
        assert wanted in trigger
