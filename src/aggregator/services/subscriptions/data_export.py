"""Everything that is kept of a reader, for that reader to take along."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aggregator.model import Subscriber
from aggregator.model.alerts import OwnRule
from aggregator.store import Store


def own_data(store: Store, reader: Subscriber) -> dict[str, Any]:
    """Address, choices, own rules with what they found, and how far each letter got; JSON can hold it all."""
    letters = store.postings.of_reader(reader.id)
    return {
        "address": reader.address,
        "standing": reader.standing.value,
        "since": reader.since.isoformat(),
        **asdict(reader.choices),
        "alerts": [_rule(store, reader, rule) for _, rule in store.alerts.own(reader.id)],
        "letters": [{"run": one.run, "state": one.state.value, "at": one.at.isoformat()} for one in letters],
    }


def _rule(store: Store, reader: Subscriber, rule: OwnRule) -> dict[str, Any]:
    """Without the address of its feed: a file is sooner passed on."""
    found = store.alerts.recent(f"{reader.id}/{rule.id}")
    return {
        "when": rule.when,
        "changes": rule.changes,
        "rhythm": rule.rhythm.value,
        "mail": rule.mail,
        "feed": bool(rule.feed),
        "found": [{"at": one.found.isoformat(), "title": one.title, "url": one.url} for one in found],
    }
