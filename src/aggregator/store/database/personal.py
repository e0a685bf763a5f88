"""Lists what the store has about persons: a backup without subscribers leaves it out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import ColumnElement, Table

from aggregator.store.database import tables

# Each table with data of persons, and which of its rows have them; None: all. A test asks of each new table
# whether it belongs here.
PERSONAL: Final[Mapping[Table, ColumnElement[bool] | None]] = {
    tables.deliveries: None,
    tables.bounces: None,
    tables.processed_mail: None,
    tables.suppressions: None,
    tables.subscriber_rules: None,
    # The key of a subscriber's rule is `SUBSCRIBER/RULE`; the operator's own have no slash.
    tables.alerts: tables.alerts.c.rule_key.contains("/"),
    tables.alert_rule_states: tables.alert_rule_states.c.rule_key.contains("/"),
    tables.webhook_deliveries: tables.webhook_deliveries.c.rule_key.contains("/"),
    # The message of an exception may quote a mail.
    tables.faults: None,
    tables.breakdowns: None,
    tables.subscribers: None,
}

# Nothing about a person in these, but what publishers publish.
IMPERSONAL: Final[frozenset[Table]] = frozenset(
    {
        tables.documents,
        tables.carriers,
        tables.revisions,
        tables.document_names,
        tables.label_overrides,
        tables.tombstones,
        tables.source_states,
        tables.outages,
        tables.readings,
        tables.month_boards,
        tables.poll_runs,
        tables.robots_txt,
        tables.digests,
        tables.alert_retries,
        # A run of alerts is named by a hash of the rule.
        tables.delivery_runs,
    }
)
