"""Gives tables, columns, JSON fields and status values the names of the glossary. Nothing else changes.

Every table but `source_states` is created anew and filled from the old one: SQLite cannot rename constraints,
and a migrated store must have the same schema as a new one. The names here are those of this step. They stay
when a later step renames something again.
"""

from __future__ import annotations

import json
from typing import Any, Final

from alembic import op

revision = "0010"
down_revision = "0009"

# By type: old field to new field, or to the new field and the names inside its value. Where the value is a
# text, these are old value to new value.
JSON_NAMES: Final[dict[str, dict[str, Any]]] = {
    "Alert": {
        "rule": "rule_key",
        "entry": "document_id",
        "found": "found_at",
        "occasion": ("event", {"why": "reason"}),
    },
    "Choices": {"rhythm": "frequency", "titles": "title_language"},
    "Digest": {
        "week": "period",
        "issued": "issued_at",
        "unread": "unread_sources",
        "silence": "silences",
        "sections": ("sections", {"items": ("items", {"removed": "removal"})}),
    },
    "Entry": {"origin": ("source_feed", {"address": "self_url"})},
    "Labels": {
        "marked": "overridden",
        "why": (
            "reasons",
            {
                "words": "text",
                "where": ("found_in", {"usual there": "typical"}),
                "speaks_for": "supports",
            },
        ),
    },
    "Run": {"asked": "polled"},
    "SourceState": {
        "settings": "fingerprint",
        "asked": "last_polled",
        "answered": "last_read",
        "first_answered": "first_read",
        "gap": "items_missed_at",
        "held": "removals_to_confirm",
        "head": ("feed_metadata", {"address": "self_url"}),
        "rejects": ("rejects", {"where": "item_name"}),
    },
    "SubscriberRule": {"rhythm": "frequency", "feed": "feed_secret"},
}

SUBSCRIBER_STATUS: Final = (
    "CASE standing WHEN 'reading' THEN 'active' WHEN 'left' THEN 'unsubscribed' "
    "WHEN 'stopped' THEN 'suppressed' ELSE standing END"
)
REPLY: Final = "CASE reply WHEN 'the reader had left' THEN 'the subscriber had left' ELSE reply END"
WEBHOOK_STATUS: Final = "CASE state WHEN 'taken' THEN 'accepted' ELSE state END"

# Old table, new table, and the source of each new column; the others have the same name in both.
COPIES: Final[tuple[tuple[str, str, dict[str, str]], ...]] = (
    (
        "entries",
        "documents",
        {
            "sort_date": "dated",
            "entry": "new_names('Entry', entry)",
            "labels": "new_names('Labels', labels)",
            "removal": "removed",
            "vocabulary_fingerprint": "labelled_by",
        },
    ),
    (
        "carriers",
        "carriers",
        {
            "document_id": "entry_id",
            "changed_at": "told_at",
            "entry": "new_names('Entry', entry)",
            "pending_removal": "vanishing",
            "removal": "removed",
            "previous_entry": "new_names('Entry', before)",
        },
    ),
    ("revisions", "revisions", {"document_id": "entry_id", "entry": "new_names('Entry', entry)"}),
    (
        "aliases",
        "document_names",
        {"document_id": "entry_id", "known_since": "since", "from_redirect": "moved"},
    ),
    ("marks", "label_overrides", {"document_id": "entry_id", "override": "mark"}),
    ("tombstones", "tombstones", {"document_id": "entry_id", "retracted_at": "at", "reason": "why"}),
    ("outages", "outages", {"items_missed": "missed"}),
    ("runs", "poll_runs", {"run": "new_names('Run', run)"}),
    ("robots", "robots_txt", {"robots_txt": "copy"}),
    ("digest_runs", "digests", {"period": "week", "digest": "new_names('Digest', digest)"}),
    (
        "readers",
        "subscribers",
        {
            "status": SUBSCRIBER_STATUS,
            "status_since": "since",
            "choices": "new_names('Choices', choices)",
            "leave_instructions": "leave",
            "replaces_id": "replaces",
        },
    ),
    ("mailings", "delivery_runs", {"planned_at": "planned"}),
    (
        "postings",
        "deliveries",
        {
            "subscriber_id": "reader",
            "status": "state",
            "status_since": "at",
            "attempts": "tries",
            "first_attempt": "first_tried",
            "unknown_outcomes": "unsure",
            "reply": REPLY,
        },
    ),
    ("shunned", "suppressions", {"address_hash": "fingerprint", "reason": "why", "suppressed_at": "at"}),
    ("replies", "processed_mail", {"processed_at": "at"}),
    ("bounces", "bounces", {"subscriber_id": "reader", "bounced_at": "at"}),
    (
        "watched_rules",
        "alert_rule_states",
        {"rule_key": "rule", "watched_since": "since", "checked_until": "looked"},
    ),
    (
        "alerts",
        "alerts",
        {
            "rule_key": "rule",
            "document_id": "entry_id",
            "event_key": "occasion",
            "alert": "new_names('Alert', alert)",
        },
    ),
    (
        "own_rules",
        "subscriber_rules",
        {"subscriber_id": "reader", "rule": "new_names('SubscriberRule', rule)", "feed_secret": "feed"},
    ),
    (
        "hooks",
        "webhook_deliveries",
        {
            "rule_key": "rule",
            "document_id": "entry_id",
            "event_key": "occasion",
            "status": WEBHOOK_STATUS,
            "attempts": "tries",
            "first_attempt": "first_tried",
        },
    ),
)

TABLES: Final = """
CREATE TABLE documents (
    id TEXT NOT NULL,
    "key" TEXT NOT NULL,
    body TEXT NOT NULL,
    backlog BOOLEAN NOT NULL,
    first_seen TEXT NOT NULL,
    updated TEXT NOT NULL,
    sort_date TEXT NOT NULL,
    entry TEXT NOT NULL,
    labels TEXT NOT NULL,
    removal TEXT,
    relevance TEXT NOT NULL,
    vocabulary_fingerprint TEXT NOT NULL,
    CONSTRAINT pk_documents PRIMARY KEY (id),
    CONSTRAINT uq_documents_key UNIQUE ("key")
);
CREATE TABLE carriers (
    document_id TEXT NOT NULL,
    source_id TEXT NOT NULL,
    first_seen TEXT NOT NULL,
    backlog BOOLEAN NOT NULL,
    changed_at TEXT NOT NULL,
    entry TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    pending_removal TEXT,
    removal TEXT,
    previous_entry TEXT,
    CONSTRAINT pk_carriers PRIMARY KEY (document_id, source_id),
    CONSTRAINT fk_carriers_documents FOREIGN KEY(document_id) REFERENCES documents (id)
        DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE revisions (
    document_id TEXT NOT NULL,
    source_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    seen_at TEXT NOT NULL,
    parts TEXT NOT NULL,
    entry TEXT NOT NULL,
    note TEXT NOT NULL,
    payload_sha256 TEXT NOT NULL,
    last_seen TEXT,
    CONSTRAINT pk_revisions PRIMARY KEY (document_id, source_id, number),
    CONSTRAINT fk_revisions_carriers FOREIGN KEY(document_id, source_id)
        REFERENCES carriers (document_id, source_id)
);
CREATE TABLE document_names (
    name TEXT NOT NULL,
    document_id TEXT NOT NULL,
    known_since TEXT NOT NULL,
    from_redirect BOOLEAN NOT NULL,
    CONSTRAINT pk_document_names PRIMARY KEY (name, document_id)
);
CREATE TABLE label_overrides (
    document_id TEXT NOT NULL,
    override TEXT NOT NULL,
    CONSTRAINT pk_label_overrides PRIMARY KEY (document_id)
);
CREATE TABLE tombstones (
    document_id TEXT NOT NULL,
    retracted_at TEXT NOT NULL,
    reason TEXT NOT NULL,
    CONSTRAINT pk_tombstones PRIMARY KEY (document_id)
);
CREATE TABLE outages (
    source_id TEXT NOT NULL,
    since TEXT NOT NULL,
    until TEXT NOT NULL,
    failing_since TEXT,
    failure TEXT,
    items_missed BOOLEAN NOT NULL,
    CONSTRAINT pk_outages PRIMARY KEY (source_id, since)
);
CREATE TABLE poll_runs (
    at TEXT NOT NULL,
    run TEXT NOT NULL,
    CONSTRAINT pk_poll_runs PRIMARY KEY (at)
);
CREATE TABLE robots_txt (
    origin TEXT NOT NULL,
    robots_txt TEXT NOT NULL,
    CONSTRAINT pk_robots_txt PRIMARY KEY (origin)
);
CREATE TABLE digests (
    period TEXT NOT NULL,
    digest TEXT NOT NULL,
    CONSTRAINT pk_digests PRIMARY KEY (period)
);
CREATE TABLE subscribers (
    id TEXT NOT NULL,
    address TEXT,
    status TEXT NOT NULL,
    status_since TEXT NOT NULL,
    choices TEXT NOT NULL,
    is_list BOOLEAN NOT NULL,
    leave_instructions TEXT NOT NULL,
    replaces_id TEXT NOT NULL,
    CONSTRAINT pk_subscribers PRIMARY KEY (id),
    CONSTRAINT uq_subscribers_address UNIQUE (address)
);
CREATE TABLE delivery_runs (
    run TEXT NOT NULL,
    planned_at TEXT NOT NULL,
    CONSTRAINT pk_delivery_runs PRIMARY KEY (run)
);
CREATE TABLE deliveries (
    run TEXT NOT NULL,
    subscriber_id TEXT NOT NULL,
    status TEXT NOT NULL,
    status_since TEXT NOT NULL,
    due TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    first_attempt TEXT,
    unknown_outcomes INTEGER NOT NULL,
    reply TEXT NOT NULL,
    CONSTRAINT pk_deliveries PRIMARY KEY (run, subscriber_id)
);
CREATE TABLE suppressions (
    address_hash TEXT NOT NULL,
    reason TEXT NOT NULL,
    suppressed_at TEXT NOT NULL,
    CONSTRAINT pk_suppressions PRIMARY KEY (address_hash)
);
CREATE TABLE processed_mail (
    sha256 TEXT NOT NULL,
    processed_at TEXT NOT NULL,
    CONSTRAINT pk_processed_mail PRIMARY KEY (sha256)
);
CREATE TABLE bounces (
    run TEXT NOT NULL,
    subscriber_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    bounced_at TEXT NOT NULL,
    CONSTRAINT pk_bounces PRIMARY KEY (run, subscriber_id, kind)
);
CREATE TABLE alert_rule_states (
    rule_key TEXT NOT NULL,
    condition TEXT NOT NULL,
    watched_since TEXT NOT NULL,
    checked_until TEXT NOT NULL,
    CONSTRAINT pk_alert_rule_states PRIMARY KEY (rule_key)
);
CREATE TABLE alerts (
    rule_key TEXT NOT NULL,
    document_id TEXT NOT NULL,
    event_key TEXT NOT NULL,
    due TEXT NOT NULL,
    run TEXT,
    alert TEXT NOT NULL,
    CONSTRAINT pk_alerts PRIMARY KEY (rule_key, document_id, event_key)
);
CREATE TABLE subscriber_rules (
    subscriber_id TEXT NOT NULL,
    id TEXT NOT NULL,
    rule TEXT NOT NULL,
    feed_secret TEXT,
    CONSTRAINT pk_subscriber_rules PRIMARY KEY (subscriber_id, id)
);
CREATE TABLE webhook_deliveries (
    rule_key TEXT NOT NULL,
    document_id TEXT NOT NULL,
    event_key TEXT NOT NULL,
    status TEXT NOT NULL,
    due TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    first_attempt TEXT,
    reply TEXT NOT NULL,
    CONSTRAINT pk_webhook_deliveries PRIMARY KEY (rule_key, document_id, event_key)
)
"""

INDEXES: Final = """
CREATE INDEX ix_documents_first_seen ON documents (first_seen);
CREATE INDEX ix_documents_newest ON documents (sort_date, id);
CREATE INDEX ix_documents_vocabulary_fingerprint ON documents (vocabulary_fingerprint);
CREATE INDEX ix_carriers_source ON carriers (source_id, last_seen);
CREATE INDEX ix_revisions_seen_at ON revisions (seen_at);
CREATE INDEX ix_document_names_document_id ON document_names (document_id);
CREATE INDEX ix_subscribers_status ON subscribers (status, status_since);
CREATE INDEX ix_deliveries_next ON deliveries (status, due, run, subscriber_id);
CREATE INDEX ix_deliveries_subscriber_id ON deliveries (subscriber_id);
CREATE INDEX ix_alerts_document_id ON alerts (document_id);
CREATE INDEX ix_alerts_run ON alerts (run);
CREATE UNIQUE INDEX ix_subscriber_rules_feed_secret ON subscriber_rules (feed_secret);
CREATE INDEX ix_webhook_deliveries_next ON webhook_deliveries (status, due)
"""


def upgrade() -> None:
    """Move the old tables aside, create and fill the new ones, and drop the old ones."""
    connection: Any = op.get_bind()
    connection.connection.driver_connection.create_function("new_names", 2, new_names, deterministic=True)
    # Pages of dropped tables are overwritten: an address that is erased later must not be left in them.
    op.execute("PRAGMA secure_delete = ON")
    for old, _, _ in COPIES:
        op.execute(f"ALTER TABLE {old} RENAME TO old_{old}")
    for statement in TABLES.split(";\n"):
        op.execute(statement)
    for old, new, sources in COPIES:
        columns = [row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({new})")]
        values = ", ".join(sources.get(column, f'"{column}"') for column in columns)
        op.execute(f"INSERT INTO {new} SELECT {values} FROM old_{old}")  # noqa: S608  # our own names
    # Revisions reference carriers, and these reference documents: the last of COPIES goes first.
    for old, _, _ in reversed(COPIES):
        op.execute(f"DROP TABLE old_{old}")
    for statement in INDEXES.split(";\n"):
        op.execute(statement)
    op.execute("UPDATE source_states SET state = new_names('SourceState', state)")


def new_names(type: str, text: str | None) -> str | None:
    """Return stored JSON with the new names, written as the store writes it: equal values are equal bytes."""
    if text is None:
        return None
    renamed = _rename(json.loads(text), JSON_NAMES[type])
    return json.dumps(renamed, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _rename(value: Any, names: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [_rename(one, names) for one in value]
    if isinstance(value, str):
        return names.get(value, value)
    if not isinstance(value, dict):
        return value
    renamed = {}
    for field, inner in value.items():
        new: Any = names.get(field, field)
        new_field, inner_names = (new, {}) if isinstance(new, str) else new
        renamed[new_field] = _rename(inner, inner_names)
    return renamed
