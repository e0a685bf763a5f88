"""Keeps alerts: which rules are watched for, what was found, and which letter or post tells it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, select, update

from aggregator.model import LetterState
from aggregator.model.alerts import Alert, AlertRule, Hook, HookState, OwnRule, WatchedRule
from aggregator.store.engine import Database, Within
from aggregator.store.names import Names
from aggregator.store.postings import insert_postings
from aggregator.store.rows import chunks, insert_once, upsert
from aggregator.store.tables import alerts, hooks, mailings, own_rules, postings, watched_rules


class Alerts:
    """What is watched for and what was told. Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # ---------------------------------------------------------------- rules
    def watched(self, rule: str | None = None) -> dict[str, WatchedRule]:
        """Every rule that was ever watched for, by its key; or the one."""
        asked = select(watched_rules)
        with self._database.reading() as connection:
            rows = connection.execute(asked.where(watched_rules.c.rule == rule) if rule else asked)
            return {
                row.rule: WatchedRule(key=row.rule, when=row.condition, since=row.since, looked=row.looked)
                for row in rows
            }

    def forget(self, rule: str) -> None:
        """Take out everything of a rule: its watch, what it found, and what is still to be sent of it."""
        with self._database.writing() as connection:
            runs = select(alerts.c.run).where(alerts.c.rule == rule)
            unsent = postings.c.state.in_([LetterState.PLANNED, LetterState.HANDED_OVER])
            connection.execute(delete(postings).where(unsent, postings.c.run.in_(runs)))
            for table in (alerts, hooks, watched_rules):
                connection.execute(delete(table).where(table.c.rule == rule))

    def own(self, reader: str | None = None) -> tuple[tuple[str, OwnRule], ...]:
        """Readers' own rules, each with its reader's id; of everybody, or of one."""
        asked = select(own_rules.c.reader, own_rules.c.rule).order_by(own_rules.c.reader, own_rules.c.id)
        if reader is not None:
            asked = asked.where(own_rules.c.reader == reader)
        with self._database.reading() as connection:
            return tuple((row.reader, row.rule) for row in connection.execute(asked))

    def add_own(self, reader: str, rule: OwnRule, secret: str = "") -> None:
        """Keep a reader's own rule, in place of one with the same id.

        `secret` signs its posts; without one the webhook keeps the one that it has. At another address posts
        begin anew: what became of earlier ones, and what was still to be posted, goes.
        """
        with self._database.writing() as connection:
            mine = (own_rules.c.reader == reader) & (own_rules.c.id == rule.id)
            before = connection.execute(select(own_rules).where(mine)).one_or_none()
            same = before is not None and before.rule.webhook == rule.webhook
            kept = before.secret if before is not None and rule.webhook else None
            row = {"reader": reader, "id": rule.id, "rule": rule, "feed": rule.feed or None}
            upsert(connection, own_rules, [row | {"secret": secret or kept}])
            if not same:
                connection.execute(delete(hooks).where(hooks.c.rule == f"{reader}/{rule.id}"))

    def remove_own(self, reader: str, id: str) -> bool:
        """Take a reader's own rule out, with everything of it; whether there was one."""
        self.forget(f"{reader}/{id}")
        with self._database.writing() as connection:
            gone = delete(own_rules).where(own_rules.c.reader == reader, own_rules.c.id == id)
            return bool(connection.execute(gone).rowcount)

    def secret(self, rule: str) -> str:
        """What signs the posts of a reader's own rule; empty where it has no webhook."""
        reader, _, id = rule.partition("/")
        asked = select(own_rules.c.secret).where(own_rules.c.reader == reader, own_rules.c.id == id)
        with self._database.reading() as connection:
            return connection.execute(asked).scalar() or ""

    def fed(self, word: str) -> tuple[str, OwnRule] | None:
        """Whose feed has this word: the reader's id and the rule."""
        asked = select(own_rules.c.reader, own_rules.c.rule).where(own_rules.c.feed == word)
        with self._database.reading() as connection:
            row = connection.execute(asked).one_or_none()
            return (row.reader, row.rule) if row else None

    # ---------------------------------------------------------------- what was found
    def told(self, entry_ids: Collection[str]) -> dict[tuple[str, str], tuple[Alert, ...]]:
        """By rule and document what was found before, oldest first, also under a document's former id."""
        with self._database.reading() as connection:
            now = Names(Within(connection)).joined_ids()
            wanted = {*entry_ids, *(gone for gone, stays in now.items() if stays in entry_ids)}
            found: dict[tuple[str, str], tuple[Alert, ...]] = {}
            for chunk in chunks(wanted):
                asked = select(alerts).where(alerts.c.entry_id.in_(chunk))
                for row in connection.execute(asked):
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
            new = tuple(alert for alert in found if _insert(connection, alert, rules[alert.rule].mailed))
            for alert in new:
                if rules[alert.rule].posted:
                    insert_once(connection, hooks, _hook_row(alert))
            upsert(connection, watched_rules, rows)
        return new

    def recent(self, rule: str, limit: int | None = None) -> tuple[Alert, ...]:
        """What a rule found, the latest first."""
        with self._database.reading() as connection:
            found = list(connection.scalars(select(alerts.c.alert).where(alerts.c.rule == rule)))
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
        with self._database.reading() as connection:
            return tuple(connection.scalars(asked))

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
        with self._database.reading() as connection:
            return tuple(
                sorted(connection.scalars(select(alerts.c.alert).where(alerts.c.run == run)), key=_age)
            )

    # ---------------------------------------------------------------- webhooks
    def due_hooks(self, now: datetime, limit: int, *, own: bool = False) -> tuple[Hook, ...]:
        """The posts that are due, the longest waiting first.

        `own`: of readers' own rules, and one of each: who does not answer keeps nobody else waiting.
        """
        order = (hooks.c.due, hooks.c.entry_id, hooks.c.occasion)
        turn = func.row_number().over(partition_by=hooks.c.rule, order_by=order).label("turn")
        whose = hooks.c.rule.contains("/") if own else ~hooks.c.rule.contains("/")
        ready = _hooks().where(hooks.c.state == HookState.PLANNED, hooks.c.due <= now, whose)
        queue = ready.add_columns(hooks.c.rule, turn).subquery()
        first = select(queue).where(queue.c.turn <= (1 if own else limit))
        with self._database.reading() as connection:
            found = connection.execute(first.order_by(queue.c.due, queue.c.turn, queue.c.rule).limit(limit))
            return tuple(_hook(row) for row in found)

    def settle(self, hook: Hook, again: datetime) -> None:
        """Keep what came of a post.

        Once a receiver wants no more, what is planned for its rule goes, too. While it does not take a post,
        the others of its rule are not tried before `again`.
        """
        told = hook.alert
        this = (hooks.c.rule == told.rule) & (hooks.c.entry_id == told.entry)
        names = ("state", "due", "tries", "first_tried", "reply")
        values = {name: getattr(hook, name) for name in names}
        rest = (hooks.c.rule == told.rule) & (hooks.c.state == HookState.PLANNED)
        with self._database.writing() as connection:
            connection.execute(
                update(hooks).where(this, hooks.c.occasion == told.occasion.key).values(values)
            )
            if hook.state is HookState.GONE:
                connection.execute(update(hooks).where(rest).values(state=HookState.GONE, reply=hook.reply))
            elif hook.state is HookState.PLANNED:
                connection.execute(update(hooks).where(rest, hooks.c.due < again).values(due=again))

    def posts(self, rule: str) -> Counter[HookState]:
        """How many posts of a rule there are in each state."""
        asked = select(hooks.c.state, func.count().label("n")).where(hooks.c.rule == rule).group_by("state")
        with self._database.reading() as connection:
            return Counter({HookState(row.state): row.n for row in connection.execute(asked)})

    def tried(self, rule: str) -> tuple[int, bool]:
        """How often it was tried to post for a rule, and whether a post was ever taken."""
        taken = func.max(hooks.c.state == HookState.TAKEN)
        asked = select(func.sum(hooks.c.tries), taken).where(hooks.c.rule == rule)
        with self._database.reading() as connection:
            tries, ever = connection.execute(asked).one()
            return tries or 0, bool(ever)

    def last_reply(self, rule: str) -> str:
        """What was last said of a rule's posts; empty when nothing was."""
        asked = select(hooks.c.reply).where(hooks.c.rule == rule, hooks.c.reply != "")
        newest = asked.order_by(hooks.c.first_tried.desc(), hooks.c.due.desc()).limit(1)
        with self._database.reading() as connection:
            return connection.execute(newest).scalar() or ""

    def is_gone(self, rule: str) -> bool:
        """Whether a rule's receiver has answered that it wants no more."""
        asked = select(hooks.c.rule).where(hooks.c.rule == rule, hooks.c.state == HookState.GONE).limit(1)
        with self._database.reading() as connection:
            return connection.execute(asked).first() is not None


def _age(alert: Alert) -> tuple[datetime, datetime, str]:
    return alert.found, alert.occasion.at, alert.entry


def _insert(connection: Connection, alert: Alert, mailed: bool) -> bool:
    row = {
        "rule": alert.rule,
        "entry_id": alert.entry,
        "occasion": alert.occasion.key,
        "due": alert.due,
        "run": None if mailed else "",
        "alert": alert,
    }
    return insert_once(connection, alerts, row)


def _hook_row(alert: Alert) -> dict[str, Any]:
    return {
        "rule": alert.rule,
        "entry_id": alert.entry,
        "occasion": alert.occasion.key,
        "state": HookState.PLANNED,
        "due": alert.due,
        "tries": 0,
        "first_tried": None,
        "reply": "",
    }


def _is_waiting(now: datetime) -> Any:
    return alerts.c.run.is_(None) & (alerts.c.due <= now)


def _hooks() -> Select[Any]:
    same = (
        (alerts.c.rule == hooks.c.rule)
        & (alerts.c.entry_id == hooks.c.entry_id)
        & (alerts.c.occasion == hooks.c.occasion)
    )
    told = ("state", "due", "tries", "first_tried", "reply")
    return select(alerts.c.alert, *(hooks.c[name] for name in told)).join_from(hooks, alerts, same)


def _hook(row: Row[Any]) -> Hook:
    return Hook(
        alert=row.alert,
        state=HookState(row.state),
        due=row.due,
        tries=row.tries,
        first_tried=row.first_tried,
        reply=row.reply,
    )
