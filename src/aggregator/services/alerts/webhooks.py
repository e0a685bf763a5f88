"""Posts alerts to webhooks: what is due, each with its own id, tried again until it is taken or given up."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from aggregator.clock import Clock
from aggregator.config import Config
from aggregator.deliver.mail.retry import FIRST_PAUSE
from aggregator.deliver.mail.tokens import read_secret_file
from aggregator.deliver.webhook_request import hook_put_off, hook_request, hook_settled, read_secret
from aggregator.errors import DeliveryError
from aggregator.fetch import Fetch
from aggregator.model.alerts import AlertRule, Hook, HookState, Webhook
from aggregator.store import Store

HOOKS: Final = "hooks"
"""The lock that whoever posts holds."""

BATCH: Final = 20
"""Posts at once; after a crash so many may come twice, with the same id."""


@dataclass(frozen=True)
class Hooks:
    """The posts of one store."""

    config: Config
    store: Store
    clock: Clock

    async def work(self, fetch: Fetch, wait: timedelta = timedelta(0)) -> Counter[HookState]:
        """Post what is due; counts what became of it. StoreError: another process is at it."""
        counts = Counter[HookState]()
        if not self._due():
            return counts
        with self.store.reserved(HOOKS, wait=wait):
            while due := self._due():
                counts.update(await self._post_all(due, fetch))
        return counts

    def _due(self) -> tuple[Hook, ...]:
        return self.store.alerts.due_hooks(self.clock(), BATCH)

    async def _post_all(self, due: tuple[Hook, ...], fetch: Fetch) -> list[HookState]:
        rules = {rule.key: rule for rule in self.config.alerts}
        done = await asyncio.gather(*(self._tried(hook, rules.get(hook.alert.rule), fetch) for hook in due))
        for hook in done:
            self.store.alerts.settle(hook, self.clock() + FIRST_PAUSE)
        return [hook.state for hook in done]

    async def _tried(self, hook: Hook, rule: AlertRule | None, fetch: Fetch) -> Hook:
        if rule is None or rule.webhook is None:
            return replace(hook, state=HookState.GIVEN_UP, reply="the rule has no webhook")
        if self.store.alerts.is_gone(rule.key):
            return replace(hook, state=HookState.GONE, reply="the receiver gets no more")
        now, site = self.clock(), self.config.settings.site
        try:
            key = read_secret(self._secret(rule.webhook))
        except DeliveryError as error:
            return hook_put_off(hook, str(error), now)
        request = hook_request(hook.alert, rule, rule.webhook, key, now, site, self.config.bodies)
        return hook_settled(hook, await fetch(request), self.clock())

    def _secret(self, where: Webhook) -> str:
        if where.secret_env:
            if where.secret_env not in os.environ:
                raise DeliveryError(f"the variable {where.secret_env}, which holds the secret, is not set")
            return os.environ[where.secret_env]
        return read_secret_file(self.config.settings.path(where.secret_file), "the webhook's secret")
