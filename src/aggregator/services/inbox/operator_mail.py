"""Tells the operator by mail when the program breaks and when it works again: once each."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from aggregator import log
from aggregator.config import Config
from aggregator.deliver.mail.operator import OperatorNotice, build_operator_mail
from aggregator.model import SendOutcome
from aggregator.model.faults import Breakdown
from aggregator.services.inbox.health import HealthReport
from aggregator.services.inbox.queues import InboxItem, item_text
from aggregator.services.isolation import describe
from aggregator.services.mailing.mailer import open_transport
from aggregator.store import Store
from aggregator.tasks import finish_when_cancelled, in_thread

# What lasts a shorter time is no breakdown: a start after a long pause has to poll first.
BROKEN_FOR: Final = timedelta(minutes=5)
# Well for so long, it has recovered; less, and what comes and goes would be a mail each time.
WELL_FOR: Final = timedelta(minutes=15)
# After a mail that was not accepted.
RETRY_AFTER: Final = timedelta(minutes=10)
MOST_INBOX_LINES: Final = 40


@dataclass
class OperatorMail:
    """Sends the mails of one running program to `operator_address`; none if that is not set.

    The breakdown is stored before its mail is handed over, and nothing is sent if another process was faster
    or if it was stored already: a restart repeats no mail. Only while the store cannot be written, memory
    takes its place.
    """

    config: Config
    store: Store
    replay: Path | None = None
    # The last one that was read or stored.
    _last: Breakdown | None = None
    # The one that should be stored, and could not be.
    _unsaved: Breakdown | None = None
    _not_before: datetime | None = None

    async def report(self, health: HealthReport, now: datetime) -> None:
        """Compare with the report before, and tell the operator what is new. Called each minute."""
        if not self.config.settings.operator_address or self.replay:
            return
        await finish_when_cancelled(partial(self._report, health, now))

    async def _report(self, health: HealthReport, now: datetime, stop: asyncio.Event) -> None:
        present = self._unsaved or await in_thread(self._stored)
        if not health.ok:
            await self._broken(present, health, now, stop)
        elif present:
            await self._well(present, health, now, stop)

    async def _broken(
        self, present: Breakdown | None, health: HealthReport, now: datetime, stop: asyncio.Event
    ) -> None:
        began = present or Breakdown(began_at=now, problems="\n".join(health.problems))
        broken = replace(began, well_since=None)
        if broken.reported_at or now - broken.began_at < BROKEN_FOR:
            await in_thread(self._save, present, broken)
            return
        reported = replace(broken, problems="\n".join(health.problems), reported_at=now)
        await self._tell(present, reported, broken, _broken_notice(reported, health), now, stop)

    async def _well(
        self, present: Breakdown, health: HealthReport, now: datetime, stop: asyncio.Event
    ) -> None:
        if present.reported_at is None and now - present.began_at < BROKEN_FOR:
            await in_thread(self._save, present, None)
        elif present.well_since is None:
            await in_thread(self._save, present, replace(present, well_since=now))
        elif now - present.well_since >= WELL_FOR:
            ended = replace(present, ended_at=now)
            await self._tell(present, ended, present, _well_notice(ended, health), now, stop)

    async def _tell(
        self,
        before: Breakdown | None,
        reported: Breakdown,
        unreported: Breakdown,
        notice: OperatorNotice,
        now: datetime,
        stop: asyncio.Event,
    ) -> None:
        """Store `reported` and send the notice; if the server did not take it, store `unreported` again."""
        if self._not_before and now < self._not_before:
            return
        # Stored first: dying between the two loses a mail, the other order would repeat it at each restart.
        if await in_thread(self._save, before, reported) and not await self._sent(notice, now, stop):
            self._not_before = now + RETRY_AFTER
            await in_thread(self._save, None if reported.ended_at else reported, unreported)

    async def _sent(self, notice: OperatorNotice, now: datetime, stop: asyncio.Event) -> bool:
        settings = self.config.settings
        to, sender = settings.operator_address, settings.mail_sender
        message = build_operator_mail(notice, to, settings.site, sender, now)
        try:
            async with open_transport(settings, self.replay, stop=stop) as (transport, _):
                (result,) = await transport([message])
        except Exception as error:  # whatever it is, the mail has to be tried again
            log.info("the operator was not told", reason=describe(error))
            return False
        # After an unknown outcome it may have arrived: once too few is better than again and again.
        return result.outcome in {SendOutcome.ACCEPTED, SendOutcome.UNKNOWN}

    def _stored(self) -> Breakdown | None:
        try:
            self._last = self.store.breakdowns.present()
        except Exception as error:  # a damaged store may raise anything
            log.info("memory takes the place of the store", reason=describe(error))
        return self._last

    def _save(self, before: Breakdown | None, after: Breakdown | None) -> bool:
        """Store `after`, or remember it while that is not possible; False if another process was faster."""
        if before == after and self._unsaved is None:
            return True
        try:
            # What was only remembered is not what the store has.
            stored = self.store.breakdowns.present() if self._unsaved else before
            is_ours = self.store.breakdowns.replace(stored, after)
        except Exception as error:  # a damaged store may raise anything
            log.info("memory takes the place of the store", reason=describe(error))
            self._unsaved = after
            is_ours = True
        else:
            self._unsaved = None
        self._last = after
        return is_ours


def _broken_notice(reported: Breakdown, health: HealthReport) -> OperatorNotice:
    return OperatorNotice(
        run=f"operator-broken-{reported.began_at:%Y%m%dT%H%M%SZ}",
        subject="something is wrong",
        lines=(
            f"Since {reported.began_at:%Y-%m-%d %H:%M} UTC the program does not do what it has to:",
            "",
            *(f"- {problem}" for problem in health.problems),
            "",
            *_inbox_lines(health.inbox),
            "",
            "There is no other mail about this until all is well again. docs/operating.md says what to do.",
        ),
    )


def _well_notice(ended: Breakdown, health: HealthReport) -> OperatorNotice:
    return OperatorNotice(
        run=f"operator-well-{ended.began_at:%Y%m%dT%H%M%SZ}",
        subject="all is well again",
        lines=(
            f"Since {ended.well_since:%Y-%m-%d %H:%M} UTC the program works again. "
            f"From {ended.began_at:%Y-%m-%d %H:%M} UTC this was wrong:",
            "",
            *(f"- {problem}" for problem in ended.problems.splitlines()),
            "",
            *_inbox_lines(health.inbox),
        ),
    )


def _inbox_lines(items: Sequence[InboxItem]) -> tuple[str, ...]:
    if not items:
        return ("Nothing else waits for you.",)
    shown = items[:MOST_INBOX_LINES]
    rest = len(items) - len(shown)
    return (
        "This waits for you:",
        "",
        *(f"- {item_text(item)}: {item.command}" for item in shown),
        *((f"- and {rest} more: aggregator inbox",) if rest else ()),
    )
