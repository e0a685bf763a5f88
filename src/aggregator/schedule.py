"""When each job runs. The only file that imports apscheduler.

The scheduler only reminds; the store has the due times. Every job does all that is due and may run twice
without harm, so a missed hour, a laptop asleep, a restart or a second start loses and doubles nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

# Time between two runs of a job. No source is polled more often than every 15 minutes.
INTERVAL_SECONDS: Final = 60

Job = Callable[[], Awaitable[None]]


def digest_trigger(zone: ZoneInfo) -> CronTrigger:
    """08:00 in `zone`, in summer and winter time: then a day, and on Monday a week, has just closed."""
    return CronTrigger(hour=8, minute=0, second=0, timezone=zone)


def build_scheduler(
    work: Job, send: Job, update_search_index: Job, tell_operator: Job, zone: ZoneInfo
) -> AsyncIOScheduler:
    """A scheduler, not yet started, that runs each job every minute, and `work` also at 08:00 in `zone`."""
    scheduler = AsyncIOScheduler(
        timezone=zone,
        job_defaults={
            "misfire_grace_time": None,  # a late run is never skipped
            "coalesce": True,  # several missed runs become one
            "max_instances": 1,  # a job that still runs is not started again
        },
    )

    def add_every_minute(job: Job, id: str, name: str) -> None:
        scheduler.add_job(job, IntervalTrigger(seconds=INTERVAL_SECONDS, timezone=zone), id=id, name=name)

    add_every_minute(work, "work", "poll, issue digests and publish what is due")
    scheduler.add_job(work, digest_trigger(zone), id="digest", name="issue the digest at 08:00")
    add_every_minute(send, "send", "send mail and webhooks that are due")
    add_every_minute(update_search_index, "search", "update the search index")
    add_every_minute(tell_operator, "operator", "tell the operator what broke and what recovered")
    return scheduler
