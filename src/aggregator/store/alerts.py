"""Stores alerts: how far each rule has been checked, what it found, and which mail or webhook sends it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, delete, func, select, true, update

from aggregator.model import DeliveryStatus
from aggregator.model.alert_rules import (
    Alert,
    AlertRule,
    AlertRuleState,
    SubscriberRule,
    WebhookDelivery,
    WebhookStatus,
)
from aggregator.store.database.engine import OpenTransaction, Repository
from aggregator.store.database.statements import insert_if_new, select_in_chunks, upsert
from aggregator.store.database.tables import (
    alert_retries,
    alert_rule_states,
    alerts,
    deliveries,
    delivery_runs,
    subscriber_rules,
    webhook_deliveries,
)
from aggregator.store.deliveries import insert_deliveries
from aggregator.store.documents.names import DocumentNames

# Joins a webhook delivery with its alert.
_SAME_ALERT: Final = and_(
    *(alerts.c[name] == webhook_deliveries.c[name] for name in ("rule_key", "document_id", "event_key"))
)


class Alerts(Repository):
    """Alert rules, alerts and webhook deliveries. Raises StoreError."""

    # ---------------------------------------------------------------- rules
    def rule_states(self, rule_key: str | None = None) -> dict[str, AlertRuleState]:
        """Return since when each rule is watched for and until when it was checked, by key; or one rule's."""
        where = alert_rule_states.c.rule_key == rule_key if rule_key else true()
        return {
            row.rule_key: AlertRuleState(
                rule_key=row.rule_key,
                when=row.condition,
                watched_since=row.watched_since,
                checked_until=row.checked_until,
            )
            for row in self._database.rows(select(alert_rule_states).where(where))
        }

    def delete_rule(self, rule_key: str) -> None:
        """Delete everything of a rule: its state, its alerts, and the deliveries that are not sent yet."""
        with self._database.write_transaction() as connection:
            runs = select(alerts.c.run).where(alerts.c.rule_key == rule_key)
            is_unsent = deliveries.c.status.in_([DeliveryStatus.PLANNED, DeliveryStatus.HANDED_OVER])
            # Without its alerts a delivery could not be written. What was sent stays, to be counted.
            connection.execute(delete(deliveries).where(is_unsent, deliveries.c.run.in_(runs)))
            for table in (alerts, webhook_deliveries, alert_rule_states):
                connection.execute(delete(table).where(table.c.rule_key == rule_key))

    def subscriber_rules(self, subscriber_id: str | None = None) -> tuple[tuple[str, SubscriberRule], ...]:
        """Return subscribers' own rules as pairs (subscriber id, rule): everybody's, or one subscriber's."""
        columns = subscriber_rules.c
        query = select(columns.subscriber_id, columns.rule).order_by(columns.subscriber_id, columns.id)
        if subscriber_id is not None:
            query = query.where(columns.subscriber_id == subscriber_id)
        return tuple((row.subscriber_id, row.rule) for row in self._database.rows(query))

    def save_subscriber_rule(self, subscriber_id: str, rule: SubscriberRule) -> None:
        """Save a subscriber's own rule, in place of one with the same id."""
        row = {
            "subscriber_id": subscriber_id,
            "id": rule.id,
            "rule": rule,
            "feed_secret": rule.feed_secret or None,
        }
        self._database.upsert(subscriber_rules, row)

    def delete_subscriber_rule(self, subscriber_id: str, id: str) -> bool:
        """Delete a subscriber's own rule, with everything of it; return whether there was one."""
        # The key of a subscriber's own rule, see `AlertRule.key`.
        self.delete_rule(f"{subscriber_id}/{id}")
        where = (subscriber_rules.c.subscriber_id == subscriber_id, subscriber_rules.c.id == id)
        return bool(self._database.execute(delete(subscriber_rules).where(*where)))

    def rule_of_feed(self, feed_secret: str) -> tuple[str, SubscriberRule] | None:
        """Return the subscriber id and the rule of the feed with this secret, or None."""
        columns = subscriber_rules.c
        query = select(columns.subscriber_id, columns.rule).where(columns.feed_secret == feed_secret)
        return next(((row.subscriber_id, row.rule) for row in self._database.rows(query)), None)

    # ---------------------------------------------------------------- alerts
    def by_rule_and_document(self, document_ids: Collection[str]) -> dict[tuple[str, str], tuple[Alert, ...]]:
        """Return the alerts on these documents by rule key and document id, the oldest first.

        Alerts under the id of a document that was merged into one of these are among them.
        """
        with self._database.read_transaction() as connection:
            merged = DocumentNames(OpenTransaction(connection)).merged_ids()
            # An alert keeps the id that its document had when it was found.
            wanted = {*document_ids, *(id for id, into in merged.items() if into in document_ids)}
            found: dict[tuple[str, str], tuple[Alert, ...]] = {}
            for row in select_in_chunks(connection, select(alerts), alerts.c.document_id, wanted):
                key = (row.rule_key, merged.get(row.document_id, row.document_id))
                found[key] = (*found.get(key, ()), row.alert)
        return {key: tuple(sorted(several, key=_age)) for key, several in found.items()}

    def retries(self) -> dict[str, datetime]:
        """Return the documents that wait for another comparison, and until when they had been compared."""
        rows = self._database.rows(select(alert_retries))
        return {row.document_id: row.checked_until for row in rows}

    def save(
        self,
        found: Sequence[Alert],
        rules: Mapping[str, AlertRule],
        states: Iterable[AlertRuleState],
        retries: Mapping[str, datetime] | None = None,
    ) -> tuple[Alert, ...]:
        """Save alerts, the webhook deliveries that follow, and the states of rules, in one transaction.

        Returns the new alerts: the same event of a document twice is one alert. `retries` takes the place of
        what `retries()` returns; without it, that stays.
        """
        rows = [
            {
                "rule_key": state.rule_key,
                "condition": state.when,
                "watched_since": state.watched_since,
                "checked_until": state.checked_until,
            }
            for state in states
        ]
        with self._database.write_transaction() as connection:
            # Together with how far the rule was checked: a crash neither loses an alert nor repeats it.
            new = tuple(alert for alert in found if _insert(connection, alert, rules[alert.rule_key]))
            upsert(connection, alert_rule_states, rows)
            if retries is not None:
                connection.execute(delete(alert_retries).where(alert_retries.c.document_id.not_in(retries)))
                waiting = [{"document_id": id, "checked_until": at} for id, at in retries.items()]
                upsert(connection, alert_retries, waiting)
        return new

    def recent(self, rule_key: str, limit: int | None = None) -> tuple[Alert, ...]:
        """Return the alerts of a rule, the latest first; at most `limit`."""
        found = self._database.column(select(alerts.c.alert).where(alerts.c.rule_key == rule_key))
        return tuple(sorted(found, key=_age, reverse=True)[:limit])

    def counts_by_rule(self) -> dict[str, Counter[str]]:
        """Count by rule key the alerts (`alerts`) and the webhook deliveries of each status."""
        by_rule: dict[str, Counter[str]] = {}
        count = func.count().label("n")
        of_alerts = select(alerts.c.rule_key, count).group_by(alerts.c.rule_key)
        key = (webhook_deliveries.c.rule_key, webhook_deliveries.c.status)
        with self._database.read_transaction() as connection:
            for row in connection.execute(of_alerts):
                by_rule.setdefault(row.rule_key, Counter())["alerts"] = row.n
            for row in connection.execute(select(*key, count).group_by(*key)):
                by_rule.setdefault(row.rule_key, Counter())[row.status] = row.n
        return by_rule

    # ---------------------------------------------------------------- mail
    def rules_with_due_alerts(self, now: datetime) -> tuple[str, ...]:
        """Return the keys of the rules with alerts that are due and not in a delivery run yet."""
        query = select(alerts.c.rule_key).where(_is_due(now)).distinct().order_by(alerts.c.rule_key)
        return tuple(self._database.column(query))

    def plan_deliveries(self, rule_key: str, run: str, subscriber_ids: Iterable[str], now: datetime) -> bool:
        """Plan a delivery with all due alerts of the rule to each subscriber, in one transaction.

        Returns False, and changes nothing, if the run is planned already. Without a subscriber nothing is
        planned, and the due alerts are never mailed.
        """
        ids = list(subscriber_ids)
        with self._database.write_transaction() as connection:
            if ids and not insert_if_new(connection, delivery_runs, {"run": run, "planned_at": now}):
                return False
            due = _is_due(now) & (alerts.c.rule_key == rule_key)
            # An empty run keeps alerts that nobody wanted from going to somebody who subscribes later.
            connection.execute(update(alerts).where(due).values(run=run if ids else ""))
            insert_deliveries(connection, run, ids, now)
            return bool(ids)

    def of_run(self, run: str) -> tuple[Alert, ...]:
        """Return the alerts of a delivery run, the oldest first; none once its rule was deleted."""
        found = self._database.column(select(alerts.c.alert).where(alerts.c.run == run))
        return tuple(sorted(found, key=_age))

    # ---------------------------------------------------------------- webhooks
    def due_webhook_deliveries(self, now: datetime, limit: int) -> tuple[WebhookDelivery, ...]:
        """Return at most `limit` due webhook deliveries, the longest due first, the rules taking turns."""
        columns = webhook_deliveries.c
        # Of equal due times, the first of each rule comes before the second of any.
        order = (columns.due, columns.document_id, columns.event_key)
        rank_in_rule = func.row_number().over(partition_by=columns.rule_key, order_by=order)
        query = (
            select(webhook_deliveries, alerts.c.alert)
            .join_from(webhook_deliveries, alerts, _SAME_ALERT)
            .where(columns.status == WebhookStatus.PLANNED, columns.due <= now)
            .order_by(columns.due, rank_in_rule, columns.rule_key)
        )
        return tuple(_to_webhook_delivery(row) for row in self._database.rows(query.limit(limit)))

    def save_webhook_outcome(self, delivery: WebhookDelivery, next_attempt: datetime) -> None:
        """Save the outcome of a webhook delivery.

        If the receiver wants no more, everything planned for the rule is given up, too. If it did not accept,
        the other deliveries of the rule are not attempted before `next_attempt`.
        """
        columns, alert = webhook_deliveries.c, delivery.alert
        of_rule = columns.rule_key == alert.rule_key
        this = of_rule & (columns.document_id == alert.document_id) & (columns.event_key == alert.event.key)
        planned = of_rule & (columns.status == WebhookStatus.PLANNED)
        outcome = {
            "status": delivery.status,
            "due": delivery.due,
            "attempts": delivery.attempts,
            "first_attempt": delivery.first_attempt,
            "reply": delivery.reply,
        }
        change = update(webhook_deliveries)
        with self._database.write_transaction() as connection:
            connection.execute(change.where(this).values(outcome))
            if delivery.status is WebhookStatus.GONE:
                # 410: the receiver asks for nothing more (RFC 9110, 15.5.11).
                gone = {"status": WebhookStatus.GONE, "reply": delivery.reply}
                connection.execute(change.where(planned).values(gone))
            elif delivery.status is WebhookStatus.PLANNED:
                connection.execute(change.where(planned, columns.due < next_attempt).values(due=next_attempt))

    def webhooks_given_up(self, since: datetime) -> tuple[tuple[str, int, datetime, str], ...]:
        """Return each rule with posts given up first tried since an instant: key, count, instant, a reply."""
        columns = webhook_deliveries.c
        first = func.min(columns.first_attempt, type_=columns.first_attempt.type).label("since")
        query = (
            select(columns.rule_key, func.count().label("n"), first, func.max(columns.reply).label("reply"))
            .where(columns.status == WebhookStatus.GIVEN_UP, columns.first_attempt >= since)
            .group_by(columns.rule_key)
            .order_by(columns.rule_key)
        )
        return tuple((row.rule_key, row.n, row.since, row.reply) for row in self._database.rows(query))

    def post_again(self, rule_key: str, now: datetime) -> int:
        """Plan the posts of a rule anew that were given up; return how many."""
        columns = webhook_deliveries.c
        is_given_up = (columns.status == WebhookStatus.GIVEN_UP) & columns.first_attempt.is_not(None)
        fresh = {"attempts": 0, "first_attempt": None, "reply": ""}
        return self._database.execute(
            update(webhook_deliveries)
            .where(columns.rule_key == rule_key, is_given_up)
            .values(status=WebhookStatus.PLANNED, due=now, **fresh)
        )

    def try_set_aside(self, key: str, now: datetime) -> int:
        """Make a webhook delivery due that waits (`RULE/DOCUMENT/EVENT`); return how many these are."""
        columns = webhook_deliveries.c
        is_meant = columns.rule_key + "/" + columns.document_id + "/" + columns.event_key == key
        is_planned = columns.status == WebhookStatus.PLANNED
        statement = update(webhook_deliveries).where(is_meant, is_planned).values(due=now)
        return self._database.execute(statement)

    def last_webhook_reply(self, rule_key: str) -> str:
        """Return the last reply to a webhook delivery of a rule; empty if there was none."""
        columns = webhook_deliveries.c
        query = select(columns.reply).where(columns.rule_key == rule_key, columns.reply != "")
        newest = query.order_by(columns.first_attempt.desc(), columns.due.desc()).limit(1)
        return self._database.scalar(newest) or ""

    def is_webhook_gone(self, rule_key: str) -> bool:
        """Whether a rule's receiver has answered that it wants no more."""
        columns = webhook_deliveries.c
        query = select(columns.rule_key).where(
            columns.rule_key == rule_key, columns.status == WebhookStatus.GONE
        )
        return self._database.scalar(query.limit(1)) is not None


def _age(alert: Alert) -> tuple[datetime, datetime, str]:
    return alert.found_at, alert.event.at, alert.document_id


def _insert(connection: Connection, alert: Alert, rule: AlertRule) -> bool:
    """Insert an alert, and a webhook delivery if its rule has a webhook; return whether it is new."""
    key = {"rule_key": alert.rule_key, "document_id": alert.document_id, "event_key": alert.event.key}
    row = {**key, "due": alert.due, "run": None if rule.mail else "", "alert": alert}
    is_new = insert_if_new(connection, alerts, row)
    if is_new and rule.webhook:
        delivery = {
            **key,
            "status": WebhookStatus.PLANNED,
            "due": alert.due,
            "attempts": 0,
            "first_attempt": None,
            "reply": "",
        }
        insert_if_new(connection, webhook_deliveries, delivery)
    return is_new


def _is_due(now: datetime) -> Any:
    return alerts.c.run.is_(None) & (alerts.c.due <= now)


def _to_webhook_delivery(row: Row[Any]) -> WebhookDelivery:
    return WebhookDelivery(
        alert=row.alert,
        status=WebhookStatus(row.status),
        due=row.due,
        attempts=row.attempts,
        first_attempt=row.first_attempt,
        reply=row.reply,
    )
