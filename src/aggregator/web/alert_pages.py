"""The page of a subscriber's own alert rules: what they find, where alerts go, and a form to try another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.responses import Response

from aggregator.deliver.mail.tokens import Tokens
from aggregator.model import Site, Subscriber, SubscriberStatus
from aggregator.model.alerts import OwnRule
from aggregator.model.subscriptions import Frequency
from aggregator.services.alerts.rules import OwnRules
from aggregator.web.feed_pages import feed_address
from aggregator.web.form_data import FormData, is_ticked, one


@dataclass(frozen=True)
class AlertPage:
    """One page among the pages of letters, opened by the same token as a subscriber's choices."""

    own_rules: OwnRules
    tokens: Tokens
    known: Mapping[str, Mapping[str, str]]
    site: Site
    page: Callable[..., Response]
    """Makes a page from its template, title, status and values."""

    async def act(self, reader: Subscriber, form: FormData, now: datetime) -> Response | str:
        """Do what a form asks for: the page that answers it, or the name of what was done."""
        action, rule, id = one(form, "action"), _rule(form), one(form, "id")
        try:
            if action == "try":
                # It looks at everything that is held: beside the loop, which has others to serve.
                tried = await asyncio.to_thread(self.own_rules.try_rule, reader, rule, now)
                return self.shown(reader, rule=rule, tried=tried)
            if action == "watch":
                self.own_rules.watch(reader, rule, now)
            elif action == "unwatch":
                self.own_rules.alerting.store.alerts.remove_own(reader.id, id)
            elif action == "place":
                mail, feed = is_ticked(form, "mail"), is_ticked(form, "feed")
                self.own_rules.set_destinations(reader, id, mail=mail, feed=feed)
            else:
                raise ValueError("This form was not filled in here.")
        except ValueError as error:
            return self.shown(reader, rule=rule, problem=str(error), status=400)
        return action

    def shown(
        self,
        reader: Subscriber,
        *,
        rule: OwnRule | None = None,
        tried: tuple[int, tuple[str, ...]] | None = None,
        **values: Any,
    ) -> Response:
        """The page, with a rule in its form and what a trial of it came to."""
        return self.page(
            "alerts.html",
            "Your alerts",
            rules=tuple(self._row(own) for own in self.own_rules.of(reader)),
            rule=rule or OwnRule(id="", when=""),
            tried=tried,
            daily=Frequency.DAILY,
            paused=reader.standing is SubscriberStatus.PAUSED,
            known=self.known,
            **values,
        )

    def _row(self, rule: OwnRule) -> dict[str, Any]:
        """A rule, and where its alerts go."""
        ways = ("by mail" * rule.mail, "into a feed" * bool(rule.feed))
        return {
            "own": rule,
            "goes": ", ".join(filter(None, ways)) or "nowhere",
            "feed": feed_address(self.site, f"{self.tokens.feed(rule.feed)}.atom") if rule.feed else "",
        }


def _rule(form: FormData) -> OwnRule:
    pace = Frequency.DAILY if one(form, "rhythm") == Frequency.DAILY else Frequency.AT_ONCE
    when = " ".join(one(form, "when").split())
    return OwnRule(id="tried", when=when, changes=is_ticked(form, "changes"), rhythm=pace)
