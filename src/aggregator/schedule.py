"""Reminds: which call is made when. The database remembers what is due.

Every call may be made twice without harm and does all that is due, so a missed hour, a laptop asleep,
a restart or a second start loses and doubles nothing. The only file that imports apscheduler.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

LOOK_EVERY: Final = 60
"""Seconds between two looks at what is due; no source is asked more often than every 15 minutes."""

Call = Callable[[], Awaitable[None]]


def letter_hour(zone: ZoneInfo) -> CronTrigger:
    """08:00 in `zone`, on both sides of a clock change: when a day, and on Monday a week, has just closed."""
    return CronTrigger(hour=8, minute=0, second=0, timezone=zone)


def scheduler(work: Call, post: Call, index: Call, zone: ZoneInfo) -> AsyncIOScheduler:
    """A scheduler, not yet started: `work` each minute and at the letter's hour; `post`, `index` each minute.

    A call that is late is made late (no misfire limit), several missed ones are made once (`coalesce`), and
    one that still runs is not started again.
    """
    made = AsyncIOScheduler(
        timezone=zone, job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
    )
    made.add_job(
        work, IntervalTrigger(seconds=LOOK_EVERY, timezone=zone), id="look", name="look at what is due"
    )
    made.add_job(work, letter_hour(zone), id="letter", name="the letter's hour")
    made.add_job(post, IntervalTrigger(seconds=LOOK_EVERY, timezone=zone), id="post", name="send letters")
    made.add_job(
        index, IntervalTrigger(seconds=LOOK_EVERY, timezone=zone), id="search", name="the search index"
    )
    return made
