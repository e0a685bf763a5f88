"""The page of a subscriber's own alert rules: the rules, where alerts go, and a form to try another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.responses import Response

from aggregator.deliver.mail.tokens import Tokens
from aggregator.model import Frequency, Site, Subscriber, SubscriberStatus
from aggregator.model.alert_rules import SubscriberRule
from aggregator.services.alerts.rules import SubscriberRules
from aggregator.web.feed_pages import feed_address
from aggregator.web.form_data import FormData, first_value, is_ticked


@dataclass(frozen=True)
class AlertPage:
    """One of the subscription pages; the token that opens a subscriber's choices opens it, too."""

    subscriber_rules: SubscriberRules
    tokens: Tokens
    # For `bodies`, `topics` and `types` each id with its name.
    options: Mapping[str, Mapping[str, str]]
    site: Site
    # Makes a page from its template, title, status and values.
    render_page: Callable[..., Response]

    def handle_form(self, subscriber: Subscriber, form: FormData, now: datetime) -> Response | str:
        """Do what a form asks for. Returns the page to show, or the name of what was done."""
        action, rule, id = first_value(form, "action"), _rule(form), first_value(form, "id")
        try:
            if action == "try":
                trial = self.subscriber_rules.try_rule(subscriber, rule, now)
                return self.render(subscriber, rule=rule, trial=trial)
            if action == "watch":
                self.subscriber_rules.watch_for(subscriber, rule, now)
            elif action == "unwatch":
                self.subscriber_rules.matcher.store.alerts.delete_subscriber_rule(subscriber.id, id)
            elif action == "place":
                mail, feed = is_ticked(form, "mail"), is_ticked(form, "feed")
                self.subscriber_rules.set_destinations(subscriber, id, mail=mail, feed=feed)
            else:
                raise ValueError("This form was not filled in here.")
        except ValueError as error:
            return self.render(subscriber, rule=rule, problem=str(error), status=400)
        return action

    def render(
        self,
        subscriber: Subscriber,
        *,
        rule: SubscriberRule | None = None,
        trial: tuple[int, tuple[str, ...]] | None = None,
        **values: Any,
    ) -> Response:
        """The page. `rule` fills the form; `trial` has the number of mails in the past year, and titles."""
        return self.render_page(
            "alerts.html",
            "Your alerts",
            rules=tuple(self._row(own_rule) for own_rule in self.subscriber_rules.rules_of(subscriber)),
            rule=rule or SubscriberRule(id="", when=""),
            trial=trial,
            daily=Frequency.DAILY,
            paused=subscriber.status is SubscriberStatus.PAUSED,
            options=self.options,
            **values,
        )

    def _row(self, rule: SubscriberRule) -> dict[str, Any]:
        """A rule with its destinations in words and the address of its feed."""
        destinations = ("by mail" * rule.mail, "into a feed" * bool(rule.feed_secret))
        feed_name = f"{self.tokens.feed_token(rule.feed_secret)}.atom"
        return {
            "rule": rule,
            "destinations": ", ".join(filter(None, destinations)) or "nowhere",
            "feed": feed_address(self.site, feed_name) if rule.feed_secret else "",
        }


def _rule(form: FormData) -> SubscriberRule:
    daily = first_value(form, "rhythm") == Frequency.DAILY
    return SubscriberRule(
        id="tried",
        when=" ".join(first_value(form, "when").split()),
        changes=is_ticked(form, "changes"),
        frequency=Frequency.DAILY if daily else Frequency.AT_ONCE,
    )
