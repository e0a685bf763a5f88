"""Adds and removes alert rules: the operator's in alerts.yaml, readers' own in the store."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from aggregator.config.alerts import AlertsFile, read_when
from aggregator.errors import ConfigError, Mistake
from aggregator.model import Reader
from aggregator.model.alerts import AlertRule, OwnRule, Pace, Places, Webhook
from aggregator.model.written import SLUG
from aggregator.pipeline.alerting import Alerting
from aggregator.pipeline.placing import Placing, new_secret, refused

MOST_OWN: Final = 20
"""Rules of one reader: each is held against every document that moves."""


@dataclass(frozen=True)
class Rulebook:
    """The rules of one project. `file` is its alerts.yaml."""

    alerting: Alerting
    file: Path

    def drafted(self, id: str, name: str, when: str, **places: Any) -> AlertRule:
        """A rule as somebody types it. Raises ConfigError, for its words with the column."""
        if not re.fullmatch(SLUG, id):
            what = "write small letters a to z, digits and single hyphens, such as 'closing-soon'"
            raise ConfigError((Mistake(f"rule {id}", 0, what),))
        condition = read_when(when, self.alerting.config.rule_words)
        return AlertRule(id=id, name=name, when=condition, **places)

    def add(self, rule: AlertRule, now: datetime) -> None:
        """Write an operator's rule down, and watch for it from now on. Raises ConfigError."""
        if rule.id in {one.id for one in self.alerting.config.alerts}:
            what = "there is a rule with this id; choose another, or remove that one first"
            raise ConfigError((Mistake(f"rule {rule.id}", 0, what),))
        self._written.add(
            {
                "id": rule.id,
                "name": rule.name,
                "when": str(rule.when),
                "changes": rule.changes,
                "rhythm": str(rule.rhythm),
                "mail": rule.mail,
                "webhook": _told(rule.webhook),
                "feed": rule.feed,
            }
        )
        self.alerting.begin(rule, now)

    def add_own(self, reader: Reader, rule: AlertRule, now: datetime, places: Places | None = None) -> str:
        """Keep a reader's own rule, in place of one with the same id, and watch for it from now on.

        `places` None: word of it goes where it went, a new rule's by mail. Gives the secret of a webhook that
        is new, else nothing. Raises ConfigError for places that cannot be, or when the reader has as many
        rules as one may have.
        """
        known = self.alerting.store.alerts.own(reader.id)
        before = _one(known, rule.id) or OwnRule(id=rule.id, when="")
        if len({own.id for _, own in known} - {rule.id}) >= MOST_OWN:
            raise refused(f"{MOST_OWN} rules are the most; remove one first")
        kept = replace(before, when=str(rule.when), changes=rule.changes, rhythm=rule.rhythm)
        secret = self._keep(reader, kept, places)
        self.alerting.begin(rule, now)
        return secret

    def place(self, reader: Reader, id: str, places: Places) -> str:
        """Let word of a reader's own rule go elsewhere from now on; gives and raises as `add_own`."""
        return self._keep(reader, self._own(reader, id), places)

    def renew_secret(self, reader: Reader, id: str) -> str:
        """A new secret for the webhook of a reader's own rule. Raises ConfigError where it has none."""
        rule = self._own(reader, id)
        if not rule.webhook:
            raise refused("this rule has no webhook")
        secret = new_secret()
        self.alerting.store.alerts.add_own(reader.id, rule, secret)
        return secret

    def remove(self, id: str) -> None:
        """Take an operator's rule out, with what it found and what it has yet to send. Raises ConfigError."""
        self._written.remove(id)
        self.alerting.store.alerts.forget(id)

    def remove_own(self, reader: Reader, id: str) -> None:
        """Take a reader's own rule out, with everything of it. Raises ConfigError."""
        if not self.alerting.store.alerts.remove_own(reader.id, id):
            what = "this reader has no rule with this id; `aggregator alerts list` shows them"
            raise ConfigError((Mistake(f"rule {id}", 0, what),))

    def _own(self, reader: Reader, id: str) -> OwnRule:
        rule = _one(self.alerting.store.alerts.own(reader.id), id)
        if rule is None:
            raise refused("this rule is not there any more")
        return rule

    def _keep(self, reader: Reader, rule: OwnRule, places: Places | None) -> str:
        """Keep a rule, with all its places; gives the secret of a webhook that is new."""
        alerting, secret = self.alerting, ""
        if places:
            placing = Placing(alerting.config, alerting.store.alerts.own())
            rule, secret = placing.placed(reader.id, rule, places)
        alerting.store.alerts.add_own(reader.id, rule, secret)
        return secret

    @property
    def _written(self) -> AlertsFile:
        return AlertsFile(self.file, self.alerting.config.rule_words)


def pace_of(daily: bool) -> Pace:
    """At once, unless it is to be daily."""
    return Pace.DAILY if daily else Pace.AT_ONCE


def _one(known: Sequence[tuple[str, OwnRule]], id: str) -> OwnRule | None:
    return next((own for _, own in known if own.id == id), None)


def _told(hook: Webhook | None) -> dict[str, str]:
    if hook is None:
        return {}
    return {"url": hook.url, "secret_env": hook.secret_env, "secret_file": hook.secret_file}
