"""Exports everything that is stored about a subscriber, for that subscriber."""

from __future__ import annotations

from typing import Any

from aggregator.model import Subscriber
from aggregator.model.alert_rules import SubscriberRule
from aggregator.store import Store


def export_own_data(store: Store, subscriber: Subscriber) -> dict[str, Any]:
    """Address, choices, alert rules with what they found, and deliveries; ready for JSON."""
    # The keys are those of files that subscribers have downloaded: they stay as they are.
    choices, deliveries = subscriber.choices, store.deliveries.of_subscriber(subscriber.id)
    return {
        "address": subscriber.address,
        "standing": subscriber.status.value,
        "since": subscriber.status_since.isoformat(),
        "bodies": choices.bodies,
        "topics": choices.topics,
        "types": choices.types,
        "when_empty": choices.when_empty,
        "rhythm": choices.frequency,
        "titles": choices.title_language,
        "only_alerts": choices.only_alerts,
        "alerts": [
            _rule(store, subscriber, rule) for _, rule in store.alerts.subscriber_rules(subscriber.id)
        ],
        "letters": [
            {"run": one.run, "state": one.status.value, "at": one.status_since.isoformat()}
            for one in deliveries
        ],
    }


def _rule(store: Store, subscriber: Subscriber, rule: SubscriberRule) -> dict[str, Any]:
    # Without the feed's address: whoever knows it can read the feed, and a file is soon passed on.
    alerts = store.alerts.recent(f"{subscriber.id}/{rule.id}")
    return {
        "when": rule.when,
        "changes": rule.changes,
        "rhythm": rule.frequency.value,
        "mail": rule.mail,
        "feed": bool(rule.feed_secret),
        "found": [{"at": one.found_at.isoformat(), "title": one.title, "url": one.url} for one in alerts],
    }
