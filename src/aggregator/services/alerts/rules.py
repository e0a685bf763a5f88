"""Adds and removes alert rules: the operator's in alerts.yaml, subscribers' own in the store."""

from __future__ import annotations

import re
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from aggregator.config.alerts_file import AlertsFile, read_when
from aggregator.errors import ConfigError, ConfigIssue
from aggregator.model import Subscriber
from aggregator.model.alerts import AlertRule, OwnRule
from aggregator.services.alerts.matching import Alerting
from aggregator.values.field_types import SLUG

MOST_OWN: Final = 20
"""Rules of one subscriber: each is held against every document that moves."""

SHOWN: Final = 5
"""How many of the latest titles a trial shows."""


@dataclass(frozen=True)
class Rulebook:
    """The operator's rules. `file` is the project's alerts.yaml."""

    alerting: Alerting
    file: Path

    def drafted(self, id: str, name: str, when: str, **rest: Any) -> AlertRule:
        """A rule as somebody types it. Raises ConfigError, for its words with the column."""
        if not re.fullmatch(SLUG, id):
            what = "write small letters a to z, digits and single hyphens, such as 'closing-soon'"
            raise ConfigError((ConfigIssue(f"rule {id}", 0, what),))
        condition = read_when(when, self.alerting.config.rule_words)
        return AlertRule(id=id, name=name, when=condition, **rest)

    def add(self, rule: AlertRule, now: datetime) -> None:
        """Write a rule down, and watch for it from now on. Raises ConfigError."""
        if rule.id in {one.id for one in self.alerting.config.alerts}:
            what = "there is a rule with this id; choose another, or remove that one first"
            raise ConfigError((ConfigIssue(f"rule {rule.id}", 0, what),))
        self._written.add(
            {
                "id": rule.id,
                "name": rule.name,
                "when": str(rule.when),
                "changes": rule.changes,
                "rhythm": str(rule.rhythm),
                "mail": rule.mail,
                "webhook": asdict(rule.webhook) if rule.webhook else {},
                "feed": rule.feed,
            }
        )
        self.alerting.begin(rule, now)

    def remove(self, id: str) -> None:
        """Take a rule out, with what it found and what it has yet to send. Raises ConfigError."""
        self._written.remove(id)
        self.alerting.store.alerts.forget(id)

    @property
    def _written(self) -> AlertsFile:
        return AlertsFile(self.file, self.alerting.config.rule_words)


@dataclass(frozen=True)
class OwnRules:
    """The alert rules that subscribers keep for themselves. ValueError says in plain words what cannot be."""

    alerting: Alerting

    def of(self, reader: Subscriber) -> tuple[OwnRule, ...]:
        """A subscriber's own rules."""
        return tuple(rule for _, rule in self.alerting.store.alerts.own(reader.id))

    def try_rule(self, reader: Subscriber, rule: OwnRule, now: datetime) -> tuple[int, tuple[str, ...]]:
        """How many letters a rule would have sent in the past year, and the latest titles. ValueError."""
        trial = self.alerting.try_rule(self.alerting.own(reader.id, rule), now)
        titles = [document.entry.title for _, letter in trial.letters for _, document in letter]
        return len(trial.letters), tuple(reversed(titles[-SHOWN:]))

    def watch(self, reader: Subscriber, rule: OwnRule, now: datetime) -> None:
        """Keep a rule that is known by its words: the same words twice are one rule, and go where they went.

        ValueError: the words cannot be read, or there is no room.
        """
        known, drafted = self.of(reader), self.alerting.own(reader.id, rule)
        names = (f"rule-{number}" for number in range(1, len(known) + 2))
        free = next(id for id in names if id not in {own.id for own in known})
        same = next((own for own in known if own.when == str(drafted.when)), OwnRule(id=free, when=""))
        self.add(reader, replace(drafted, id=same.id), now, mail=same.mail, feed=bool(same.feed))

    def add(self, reader: Subscriber, rule: AlertRule, now: datetime, *, mail: bool, feed: bool) -> None:
        """Keep a rule in place of one with the same id, and watch for it from now on. ValueError."""
        known = {own.id: own for own in self.of(reader)}
        if len(known.keys() - {rule.id}) >= MOST_OWN:
            raise ValueError(f"{MOST_OWN} rules are the most; remove one first")
        before = known.get(rule.id) or OwnRule(id=rule.id, when="")
        kept = replace(before, when=str(rule.when), changes=rule.changes, rhythm=rule.rhythm)
        self._keep(reader, kept, mail=mail, feed=feed)
        self.alerting.begin(rule, now)

    def set_destinations(self, reader: Subscriber, id: str, *, mail: bool, feed: bool) -> None:
        """Let alerts of a rule go there from now on. ValueError."""
        rule = next((own for own in self.of(reader) if own.id == id), None)
        if rule is None:
            raise ValueError("this rule is not there any more")
        self._keep(reader, rule, mail=mail, feed=feed)

    def _keep(self, reader: Subscriber, rule: OwnRule, *, mail: bool, feed: bool) -> None:
        if not (mail or feed):
            raise ValueError("this rule would tell nobody: choose mail or a feed, or remove it")
        if feed and not self.alerting.config.settings.letters_url:
            raise ValueError("a reader's own feed is served below letters_url, which is not set here")
        word = (rule.feed or secrets.token_hex(16)) if feed else ""
        self.alerting.store.alerts.add_own(reader.id, replace(rule, mail=mail, feed=word))
