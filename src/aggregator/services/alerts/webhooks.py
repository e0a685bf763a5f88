"""Posts alerts to webhooks, and retries until the receiver accepts them or they are given up."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Final

from aggregator.clock import Clock
from aggregator.config import Config
from aggregator.deliver.mail.retry import FIRST_RETRY_DELAY
from aggregator.deliver.mail.tokens import read_secret_file
from aggregator.deliver.webhook_request import (
    after_response,
    build_webhook_request,
    decode_secret,
    retry_later,
)
from aggregator.errors import DeliveryError, StoreError
from aggregator.fetch import Fetcher
from aggregator.model import SET_ASIDE, FetchResult, Request
from aggregator.model.alert_rules import AlertRule, Webhook, WebhookDelivery, WebhookStatus
from aggregator.model.faults import FaultKind
from aggregator.services.isolation import Isolation
from aggregator.store import Store
from aggregator.tasks import break_off_after, finish_when_cancelled, hold, in_thread, run_together

# Two processes that posted at once would post the same alerts twice.
WEBHOOK_LOCK: Final = "webhooks"

# Posted at once. After a crash so many may arrive twice, with the same id.
BATCH_SIZE: Final = 20


@dataclass(frozen=True)
class WebhookSender:
    """Posts the webhook deliveries of one store."""

    config: Config
    store: Store
    clock: Clock

    async def send_due(self, fetch: Fetcher, wait: timedelta = timedelta(0)) -> Counter[WebhookStatus]:
        """Post what is due; counts the outcomes. Raises StoreError when another process is posting."""
        # Without the lock first: most minutes nothing is due.
        if not await in_thread(self._due):
            return Counter()
        async with hold(self.store.job_lock(WEBHOOK_LOCK, wait=wait)):
            return await finish_when_cancelled(partial(self._send_all, fetch))

    async def _send_all(self, fetch: Fetcher, stop: asyncio.Event) -> Counter[WebhookStatus]:
        counts = Counter[WebhookStatus]()

        async def fetch_in_time(request: Request) -> FetchResult:
            async with break_off_after(stop):
                return await fetch(request)

        while not stop.is_set() and (due := await in_thread(self._due)):
            counts.update(await self._post_all(due, fetch_in_time))
        return counts

    def _due(self) -> tuple[WebhookDelivery, ...]:
        return self.store.alerts.due_webhook_deliveries(self.clock(), BATCH_SIZE)

    async def _post_all(self, due: tuple[WebhookDelivery, ...], fetch: Fetcher) -> list[WebhookStatus]:
        rules = {rule.key: rule for rule in self.config.alerts}
        isolation = await in_thread(Isolation, self.store, self.clock())
        outcomes = await run_together(
            self._post_guarded(post, rules.get(post.alert.rule_key), fetch, isolation) for post in due
        )
        await in_thread(self._save_all, outcomes)
        return [post.status for post, _ in outcomes]

    def _save_all(self, outcomes: Sequence[tuple[WebhookDelivery, timedelta]]) -> None:
        for post, delay in outcomes:
            # Also delays the other posts of a rule whose receiver did not accept this one.
            self.store.alerts.save_webhook_outcome(post, self.clock() + delay)

    async def _post_guarded(
        self, post: WebhookDelivery, rule: AlertRule | None, fetch: Fetcher, isolation: Isolation
    ) -> tuple[WebhookDelivery, timedelta]:
        """Post one; gives it as it is then, and how long the other posts of its rule wait if not accepted."""
        key = f"{post.alert.rule_key}/{post.alert.document_id}/{post.alert.event.key}"
        try:
            after = await self._post(post, rule, fetch)
        except StoreError:
            raise
        except Exception as error:
            fault = await in_thread(isolation.set_aside, FaultKind.WEBHOOK, key, error)
            # As long as for a receiver that does not answer; what is given up is shown in the inbox.
            after = retry_later(replace(post, attempts=post.attempts + 1), fault.error, self.clock())
            if after.status is WebhookStatus.GIVEN_UP:
                await in_thread(isolation.clear, FaultKind.WEBHOOK, key)
                return after, timedelta(0)
            # Only this one waits: the receiver is not ill.
            return replace(after, due=fault.next_attempt, reply=f"{SET_ASIDE}{fault.error}"), timedelta(0)
        await in_thread(isolation.clear, FaultKind.WEBHOOK, key)
        return after, FIRST_RETRY_DELAY

    async def _post(self, post: WebhookDelivery, rule: AlertRule | None, fetch: Fetcher) -> WebhookDelivery:
        if rule is None or rule.webhook is None:
            return replace(post, status=WebhookStatus.GIVEN_UP, reply="the rule has no webhook")
        if await in_thread(self.store.alerts.is_webhook_gone, rule.key):
            return replace(
                post, status=WebhookStatus.GONE, reply="the receiver answered 410 before and gets no more"
            )
        now, site = self.clock(), self.config.settings.site
        # Read at each attempt, so that a secret that was set or changed is used without a restart.
        try:
            key = decode_secret(await in_thread(self._read_secret, rule.webhook))
        except DeliveryError as error:
            return retry_later(post, str(error), now)
        request = build_webhook_request(post.alert, rule, rule.webhook, key, now, site, self.config.bodies)
        try:
            return after_response(post, await fetch(request), self.clock())
        # The program stops and the receiver takes too long: posted again later, with the same id.
        except TimeoutError:
            return retry_later(post, "the program was stopped", self.clock())

    def _read_secret(self, webhook: Webhook) -> str:
        if webhook.secret_env:
            if webhook.secret_env not in os.environ:
                raise DeliveryError(f"the variable {webhook.secret_env}, with the secret, is not set")
            return os.environ[webhook.secret_env]
        return read_secret_file(self.config.settings.path(webhook.secret_file), "the webhook's secret")
