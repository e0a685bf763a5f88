"""Adds and removes alert rules: the operator's in alerts.yaml, subscribers' own in the store."""

from __future__ import annotations

import re
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from aggregator.config.alerts_file import AlertsFile, parse_condition
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.model import Subscriber
from aggregator.model.alert_rules import AlertRule, SubscriberRule
from aggregator.services.alerts.matching import AlertMatcher
from aggregator.values.field_types import SLUG

# Rules of one subscriber. Every rule is matched against every changed document.
MAX_RULES: Final = 20

# The latest titles that a trial shows.
TRIAL_TITLES: Final = 5


@dataclass(frozen=True)
class OperatorRules:
    """The operator's rules, in `file`, the project's alerts.yaml."""

    matcher: AlertMatcher
    file: Path

    def draft(self, id: str, name: str, when: str, **rest: Any) -> AlertRule:
        """A rule from what the operator typed. Raises ConfigError, for a wrong condition with the column."""
        # The id is part of the path of a published feed.
        if not re.fullmatch(SLUG, id):
            problem = "write small letters a to z, digits and single hyphens, such as 'closing-soon'"
            raise ConfigError((ConfigIssue(f"rule {id}", 0, problem),))
        condition = parse_condition(when, self.matcher.config.valid_ids)
        return AlertRule(id=id, name=name, when=condition, **rest)

    def add(self, rule: AlertRule, now: datetime) -> None:
        """Write a rule into the file, and match it from now on. Raises ConfigError."""
        if rule.id in {one.id for one in self.matcher.config.alerts}:
            problem = "there is a rule with this id; choose another, or remove that one first"
            raise ConfigError((ConfigIssue(f"rule {rule.id}", 0, problem),))
        self._alerts_file.add(
            {
                "id": rule.id,
                "name": rule.name,
                "when": str(rule.when),
                "changes": rule.changes,
                "frequency": str(rule.frequency),
                "mail": rule.mail,
                "webhook": asdict(rule.webhook) if rule.webhook else {},
                "feed": rule.feed,
            }
        )
        self.matcher.start_watching(rule, now)

    def remove(self, id: str) -> None:
        """Remove a rule, with its alerts and what it has yet to send. Raises ConfigError."""
        self._alerts_file.remove(id)
        self.matcher.store.alerts.delete_rule(id)

    @property
    def _alerts_file(self) -> AlertsFile:
        return AlertsFile(self.file, self.matcher.config.valid_ids)


@dataclass(frozen=True)
class SubscriberRules:
    """The alert rules of subscribers. Methods raise ValueError with a reason for the subscriber."""

    matcher: AlertMatcher

    def rules_of(self, subscriber: Subscriber) -> tuple[SubscriberRule, ...]:
        """All rules of one subscriber."""
        return tuple(rule for _, rule in self.matcher.store.alerts.subscriber_rules(subscriber.id))

    def try_rule(
        self, subscriber: Subscriber, rule: SubscriberRule, now: datetime
    ) -> tuple[int, tuple[str, ...]]:
        """How many mails a rule would have sent in the past year, and the latest titles."""
        try:
            trial = self.matcher.try_rule(self.matcher.to_alert_rule(subscriber.id, rule), now)
        except ConfigError as error:
            raise ValueError(str(error)) from error
        titles = [document.entry.title for _, events in trial.mails for _, document in events]
        return len(trial.mails), tuple(reversed(titles[-TRIAL_TITLES:]))

    def watch_for(self, subscriber: Subscriber, rule: SubscriberRule, now: datetime) -> None:
        """Add a rule without an id. One with the same condition is replaced, and keeps its destinations."""
        existing, parsed = self.rules_of(subscriber), self.matcher.to_alert_rule(subscriber.id, rule)
        ids = (f"rule-{number}" for number in range(1, len(existing) + 2))
        free_id = next(id for id in ids if id not in {rule.id for rule in existing})
        same = next(
            (rule for rule in existing if rule.when == str(parsed.when)), SubscriberRule(id=free_id, when="")
        )
        self.add(subscriber, replace(parsed, id=same.id), now, mail=same.mail, feed=bool(same.feed_secret))

    def add(self, subscriber: Subscriber, rule: AlertRule, now: datetime, *, mail: bool, feed: bool) -> None:
        """Add a rule, or replace the one with its id, and match it from now on."""
        existing = {rule.id: rule for rule in self.rules_of(subscriber)}
        if len(existing.keys() - {rule.id}) >= MAX_RULES:
            raise ValueError(f"{MAX_RULES} rules are the most; remove one first")
        before = existing.get(rule.id) or SubscriberRule(id=rule.id, when="")
        changed = replace(before, when=str(rule.when), changes=rule.changes, frequency=rule.frequency)
        self._store(subscriber, changed, mail=mail, feed=feed)
        self.matcher.start_watching(rule, now)

    def set_destinations(self, subscriber: Subscriber, id: str, *, mail: bool, feed: bool) -> None:
        """Choose where the alerts of a rule go from now on."""
        rule = next((rule for rule in self.rules_of(subscriber) if rule.id == id), None)
        if rule is None:
            raise ValueError("this rule is not there any more")
        self._store(subscriber, rule, mail=mail, feed=feed)

    def _store(self, subscriber: Subscriber, rule: SubscriberRule, *, mail: bool, feed: bool) -> None:
        if not (mail or feed):
            raise ValueError("this rule would tell nobody: choose mail or a feed, or remove it")
        # A private feed cannot be a file in output/: it must be gone at once when it is turned off.
        if feed and not self.matcher.config.settings.subscriptions_url:
            raise ValueError(
                "a subscriber's own feed is served below subscriptions_url, which is not set here"
            )
        # The secret stays while the feed is on. Turned off and on again, the feed has a new address.
        secret = (rule.feed_secret or secrets.token_hex(16)) if feed else ""
        changed = replace(rule, mail=mail, feed_secret=secret)
        self.matcher.store.alerts.save_subscriber_rule(subscriber.id, changed)
