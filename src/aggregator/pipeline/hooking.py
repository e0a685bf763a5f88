"""Posts alerts to webhooks: what is due, each with its own id, tried again until it is taken or given up.

Whoever confirms an address may have us post to any host on the internet. So readers' posts come after the
operator's, one at a time to each receiver, and end where none was ever taken (docs/decisions/0023).
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from aggregator.clock import Clock
from aggregator.config import Config
from aggregator.deliver.retrying import FIRST_PAUSE
from aggregator.deliver.webhooks import hook_put_off, hook_request, hook_settled, read_secret
from aggregator.errors import DeliveryError
from aggregator.fetch import Fetch
from aggregator.model.alerts import AlertRule, Hook, HookState, Webhook
from aggregator.pipeline.alerting import Alerting
from aggregator.store import Store

HOOKS: Final = "hooks"
"""The lock that whoever posts holds."""

BATCH: Final = 20
"""Posts at once; after a crash so many may come twice, with the same id."""

READERS_TURN: Final = timedelta(seconds=30)
"""How long one call goes on with readers' posts: letters wait for it."""

PATIENCE: Final = 10.0
"""Seconds that a reader's receiver has to answer."""

FEW: Final = 6
"""Tries, an hour's worth, after which a reader's webhook that never took a post gets no more."""

NEVER_TAKEN: Final = f"it took none of its first {FEW} posts, and gets no more; its reader can set it anew"


@dataclass(frozen=True)
class Hooks:
    """The posts of one store."""

    config: Config
    store: Store
    clock: Clock

    async def work(self, fetch: Fetch, wait: timedelta = timedelta(0)) -> Counter[HookState]:
        """Post what is due; counts what became of it. StoreError: another process is at it."""
        counts = Counter[HookState]()
        if not any(self._due(own) for own in (False, True)):
            return counts
        with self.store.reserved(HOOKS, wait=wait):
            while due := self._due(own=False):
                counts.update(await self._post_all(due, fetch))
            end = self.clock() + READERS_TURN
            while self.clock() <= end and (due := self._due(own=True)):
                counts.update(await self._post_all(due, fetch))
        return counts

    def _due(self, own: bool) -> tuple[Hook, ...]:
        return self.store.alerts.due_hooks(self.clock(), BATCH, own=own)

    async def _post_all(self, due: tuple[Hook, ...], fetch: Fetch) -> list[HookState]:
        rules = Alerting(self.config, self.store).rules
        done = await asyncio.gather(*(self._tried(hook, rules.get(hook.alert.rule), fetch) for hook in due))
        for hook in done:
            self.store.alerts.settle(hook, self.clock() + FIRST_PAUSE)
            if hook.state is HookState.PLANNED and "/" in hook.alert.rule:
                self._end_if_never_taken(hook)
        return [hook.state for hook in done]

    async def _tried(self, hook: Hook, rule: AlertRule | None, fetch: Fetch) -> Hook:
        if rule is None or rule.webhook is None or not rule.posted:
            return replace(hook, state=HookState.GIVEN_UP, reply="the rule has no webhook, or is paused")
        if self.store.alerts.is_gone(rule.key):
            return replace(hook, state=HookState.GONE, reply="the receiver gets no more")
        return await self._asked(hook, rule, rule.webhook, fetch)

    async def _asked(self, hook: Hook, rule: AlertRule, where: Webhook, fetch: Fetch) -> Hook:
        now, site = self.clock(), self.config.settings.site
        try:
            key = read_secret(self.store.alerts.secret(rule.key) if rule.reader else self._secret(where))
        except DeliveryError as error:
            return hook_put_off(hook, str(error), now)
        request = hook_request(hook.alert, rule, where, key, now, site, self.config.bodies)
        try:
            async with asyncio.timeout(PATIENCE if rule.reader else None):
                result = await fetch(request)
        except TimeoutError:
            tried = replace(hook, tries=hook.tries + 1)
            return hook_put_off(tried, f"no answer in {PATIENCE:.0f} seconds", self.clock())
        return hook_settled(hook, result, self.clock())

    def _end_if_never_taken(self, hook: Hook) -> None:
        tries, ever = self.store.alerts.tried(hook.alert.rule)
        if tries >= FEW and not ever:
            reply = f"{hook.reply}; {NEVER_TAKEN}"
            self.store.alerts.settle(replace(hook, state=HookState.GONE, reply=reply), self.clock())

    def _secret(self, where: Webhook) -> str:
        if where.secret_env:
            if where.secret_env not in os.environ:
                raise DeliveryError(f"the variable {where.secret_env}, which holds the secret, is not set")
            return os.environ[where.secret_env]
        file = self.config.settings.path(where.secret_file)
        try:
            return file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise DeliveryError(f"{file}: the webhook's secret cannot be read: {error}") from error
