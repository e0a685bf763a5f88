"""Keeps alerts: which rules are watched for, what was found, and which letter or post tells it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, and_, delete, func, select, true, update

from aggregator.model import DeliveryStatus
from aggregator.model.alerts import Alert, AlertRule, Hook, HookState, OwnRule, WatchedRule
from aggregator.store.database.engine import Subject, Within
from aggregator.store.database.statements import insert_once, rows_of, upsert
from aggregator.store.database.tables import alerts, hooks, mailings, own_rules, postings, watched_rules
from aggregator.store.deliveries import insert_postings
from aggregator.store.documents.names import Names

_KEY: Final = ("rule", "entry_id", "occasion")
_HOOK: Final = ("state", "due", "tries", "first_tried", "reply")
_SAME: Final = and_(*(alerts.c[name] == hooks.c[name] for name in _KEY))
"""The alert that a post tells."""


class Alerts(Subject):
    """What is watched for and what was told. Raises StoreError."""

    # ---------------------------------------------------------------- rules
    def watched(self, rule: str | None = None) -> dict[str, WatchedRule]:
        """Every rule that was ever watched for, by its key; or the one."""
        asked = select(watched_rules).where(watched_rules.c.rule == rule if rule else true())
        return {
            row.rule: WatchedRule(key=row.rule, when=row.condition, since=row.since, looked=row.looked)
            for row in self._database.rows(asked)
        }

    def forget(self, rule: str) -> None:
        """Take out everything of a rule: its watch, what it found, and what is still to be sent of it."""
        with self._database.writing() as connection:
            runs = select(alerts.c.run).where(alerts.c.rule == rule)
            unsent = postings.c.state.in_([DeliveryStatus.PLANNED, DeliveryStatus.HANDED_OVER])
            connection.execute(delete(postings).where(unsent, postings.c.run.in_(runs)))
            for table in (alerts, hooks, watched_rules):
                connection.execute(delete(table).where(table.c.rule == rule))

    def own(self, reader: str | None = None) -> tuple[tuple[str, OwnRule], ...]:
        """Readers' own rules, each with its reader's id; of everybody, or of one."""
        asked = select(own_rules.c.reader, own_rules.c.rule).order_by(own_rules.c.reader, own_rules.c.id)
        if reader is not None:
            asked = asked.where(own_rules.c.reader == reader)
        return tuple((row.reader, row.rule) for row in self._database.rows(asked))

    def add_own(self, reader: str, rule: OwnRule) -> None:
        """Keep a reader's own rule, in place of one with the same id."""
        row = {"reader": reader, "id": rule.id, "rule": rule, "feed": rule.feed or None}
        self._database.put(own_rules, row)

    def remove_own(self, reader: str, id: str) -> bool:
        """Take a reader's own rule out, with everything of it; whether there was one."""
        self.forget(f"{reader}/{id}")
        mine = (own_rules.c.reader == reader, own_rules.c.id == id)
        return bool(self._database.change(delete(own_rules).where(*mine)))

    def fed(self, word: str) -> tuple[str, OwnRule] | None:
        """Whose feed has this word: the reader's id and the rule."""
        asked = select(own_rules.c.reader, own_rules.c.rule).where(own_rules.c.feed == word)
        return next(((row.reader, row.rule) for row in self._database.rows(asked)), None)

    # ---------------------------------------------------------------- what was found
    def told(self, entry_ids: Collection[str]) -> dict[tuple[str, str], tuple[Alert, ...]]:
        """By rule and document what was found before, oldest first, also under a document's former id."""
        with self._database.reading() as connection:
            now = Names(Within(connection)).joined_ids()
            wanted = {*entry_ids, *(gone for gone, stays in now.items() if stays in entry_ids)}
            found: dict[tuple[str, str], tuple[Alert, ...]] = {}
            for row in rows_of(connection, select(alerts), alerts.c.entry_id, wanted):
                where = (row.rule, now.get(row.entry_id, row.entry_id))
                found[where] = (*found.get(where, ()), row.alert)
        return {where: tuple(sorted(told, key=_age)) for where, told in found.items()}

    def keep(
        self, found: Sequence[Alert], rules: Mapping[str, AlertRule], looked: Iterable[WatchedRule]
    ) -> tuple[Alert, ...]:
        """Keep what was found, the posts that follow, and up to when was looked, all at once.

        Gives what is new: the same occasion of a document twice is one alert.
        """
        rows = [{"rule": r.key, "condition": r.when, "since": r.since, "looked": r.looked} for r in looked]
        with self._database.writing() as connection:
            new = tuple(alert for alert in found if _insert(connection, alert, rules[alert.rule]))
            upsert(connection, watched_rules, rows)
        return new

    def recent(self, rule: str, limit: int | None = None) -> tuple[Alert, ...]:
        """What a rule found, the latest first."""
        found = self._database.values(select(alerts.c.alert).where(alerts.c.rule == rule))
        return tuple(sorted(found, key=_age, reverse=True)[:limit])

    def counts(self) -> dict[str, Counter[str]]:
        """By rule how many alerts there are (`alerts`), and how many posts in each state."""
        counted: dict[str, Counter[str]] = {}
        with self._database.reading() as connection:
            for row in connection.execute(select(alerts.c.rule, func.count().label("n")).group_by("rule")):
                counted.setdefault(row.rule, Counter())["alerts"] = row.n
            asked = select(hooks.c.rule, hooks.c.state, func.count().label("n")).group_by("rule", "state")
            for row in connection.execute(asked):
                counted.setdefault(row.rule, Counter())[row.state] = row.n
        return counted

    # ---------------------------------------------------------------- letters
    def waiting(self, now: datetime) -> tuple[str, ...]:
        """The keys of the rules of which an alert is due that no letter tells yet."""
        asked = select(alerts.c.rule).where(_is_waiting(now)).distinct().order_by(alerts.c.rule)
        return tuple(self._database.values(asked))

    def plan(self, rule: str, run: str, reader_ids: Iterable[str], now: datetime) -> bool:
        """Plan one letter for each reader that tells everything of the rule that is due, all at once.

        False, and nothing changed, when there is a run of this name. Without a reader nothing is planned, and
        what was due is not told later.
        """
        ids = list(reader_ids)
        with self._database.writing() as connection:
            if ids and not insert_once(connection, mailings, {"run": run, "planned": now}):
                return False
            mine = _is_waiting(now) & (alerts.c.rule == rule)
            connection.execute(update(alerts).where(mine).values(run=run if ids else ""))
            insert_postings(connection, run, ids, now)
            return bool(ids)

    def letter(self, run: str) -> tuple[Alert, ...]:
        """What the letter of a run tells, oldest first; empty when its rule or reader was erased."""
        found = self._database.values(select(alerts.c.alert).where(alerts.c.run == run))
        return tuple(sorted(found, key=_age))

    # ---------------------------------------------------------------- webhooks
    def due_hooks(self, now: datetime, limit: int) -> tuple[Hook, ...]:
        """The posts that are due, the longest waiting first, and of each rule one after another."""
        order = (hooks.c.due, hooks.c.entry_id, hooks.c.occasion)
        turn = func.row_number().over(partition_by=hooks.c.rule, order_by=order)
        ready = select(alerts.c.alert, *(hooks.c[name] for name in _HOOK)).join_from(hooks, alerts, _SAME)
        due = ready.where(hooks.c.state == HookState.PLANNED, hooks.c.due <= now)
        found = self._database.rows(due.order_by(hooks.c.due, turn, hooks.c.rule).limit(limit))
        return tuple(Hook(**{**row._mapping, "state": HookState(row.state)}) for row in found)

    def settle(self, hook: Hook, again: datetime) -> None:
        """Keep what came of a post.

        Once a receiver wants no more, what is planned for its rule goes, too. While it does not take a post,
        the others of its rule are not tried before `again`.
        """
        told = hook.alert
        this = (hooks.c.rule == told.rule) & (hooks.c.entry_id == told.entry)
        values = {name: getattr(hook, name) for name in _HOOK}
        rest = (hooks.c.rule == told.rule) & (hooks.c.state == HookState.PLANNED)
        with self._database.writing() as connection:
            connection.execute(
                update(hooks).where(this, hooks.c.occasion == told.occasion.key).values(values)
            )
            if hook.state is HookState.GONE:
                connection.execute(update(hooks).where(rest).values(state=HookState.GONE, reply=hook.reply))
            elif hook.state is HookState.PLANNED:
                connection.execute(update(hooks).where(rest, hooks.c.due < again).values(due=again))

    def last_reply(self, rule: str) -> str:
        """What was last said of a rule's posts; empty when nothing was."""
        asked = select(hooks.c.reply).where(hooks.c.rule == rule, hooks.c.reply != "")
        newest = asked.order_by(hooks.c.first_tried.desc(), hooks.c.due.desc()).limit(1)
        return self._database.value(newest) or ""

    def is_gone(self, rule: str) -> bool:
        """Whether a rule's receiver has answered that it wants no more."""
        asked = select(hooks.c.rule).where(hooks.c.rule == rule, hooks.c.state == HookState.GONE).limit(1)
        return self._database.value(asked) is not None


def _age(alert: Alert) -> tuple[datetime, datetime, str]:
    return alert.found, alert.occasion.at, alert.entry


def _insert(connection: Connection, alert: Alert, rule: AlertRule) -> bool:
    """Keep an alert, and the post of it where its rule has a webhook; whether it is new."""
    row = {
        "rule": alert.rule,
        "entry_id": alert.entry,
        "occasion": alert.occasion.key,
        "due": alert.due,
    }
    new = insert_once(connection, alerts, {**row, "run": None if rule.mail else "", "alert": alert})
    if new and rule.webhook:
        post = {"state": HookState.PLANNED, "tries": 0, "first_tried": None, "reply": ""}
        insert_once(connection, hooks, {**row, **post})
    return new


def _is_waiting(now: datetime) -> Any:
    return alerts.c.run.is_(None) & (alerts.c.due <= now)
