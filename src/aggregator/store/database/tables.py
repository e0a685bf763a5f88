"""Defines the tables. Keys are natural: the same polls in another order make the same rows."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
)

from aggregator.model import (
    Choices,
    Digest,
    Entry,
    Failed,
    LabelOverride,
    Labels,
    Moment,
    MonthBoard,
    PendingRemoval,
    PendingRevision,
    Removal,
    RobotsTxt,
    Run,
    SourceState,
)
from aggregator.model.alert_rules import Alert, SubscriberRule
from aggregator.store.database.codec import INSTANT, json_of

metadata: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

# ---------------------------------------------------------------- documents
# Their JSON is tolerant: one damaged document must not keep anybody from reading the others.
documents: Final = Table(
    "documents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("body", Text, nullable=False),
    Column("backlog", Boolean, nullable=False),
    Column("first_seen", INSTANT, nullable=False, index=True),
    Column("updated", INSTANT, nullable=False),
    # The document's own date to the second, or first_seen where it has none. "Newest first" sorts by it.
    Column("sort_date", INSTANT, nullable=False),
    Column("entry", json_of(Entry, tolerant=True), nullable=False),
    Column("labels", json_of(Labels, tolerant=True), nullable=False),
    Column("removal", json_of(Removal, tolerant=True), nullable=True),
    Column("relevance", Text, nullable=False),
    # Of the vocabulary that gave the labels. If it is not today's, the document is labelled again.
    Column("vocabulary_fingerprint", Text, nullable=False, index=True),
    Index("ix_documents_newest", "sort_date", "id"),
)

carriers: Final = Table(
    "carriers",
    metadata,
    # Checked at commit: a document and its carriers may be written in either order, but never one alone.
    Column(
        "document_id",
        Text,
        ForeignKey("documents.id", deferrable=True, initially="DEFERRED"),
        primary_key=True,
    ),
    Column("source_id", Text, primary_key=True),
    Column("first_seen", INSTANT, nullable=False),
    Column("backlog", Boolean, nullable=False),
    # When the source last changed `entry`. Keeps an older change that arrives late from undoing a newer one.
    Column("changed_at", INSTANT, nullable=False),
    Column("entry", json_of(Entry, tolerant=True), nullable=False),
    Column("last_seen", INSTANT, nullable=False),
    Column("pending_removal", json_of(PendingRemoval, tolerant=True), nullable=True),
    Column("removal", json_of(Removal, tolerant=True), nullable=True),
    # The entry before `changed_at`: other changes of that instant are compared with it, in whatever order.
    Column("previous_entry", json_of(Entry, tolerant=True), nullable=True),
    Column("pending_revision", json_of(PendingRevision, tolerant=True), nullable=True),
    Column("newest_updated", json_of(Moment, tolerant=True), nullable=True),
    Index("ix_carriers_source", "source_id", "last_seen"),
)

revisions: Final = Table(
    "revisions",
    metadata,
    Column("document_id", Text, primary_key=True),
    Column("source_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("seen_at", INSTANT, nullable=False, index=True),
    Column("parts", json_of(tuple[str, ...], tolerant=True), nullable=False),
    Column("entry", json_of(Entry, tolerant=True), nullable=False),
    Column("note", Text, nullable=False),
    Column("payload_sha256", Text, nullable=False),
    Column("last_seen", INSTANT, nullable=True),
    ForeignKeyConstraint(["document_id", "source_id"], ["carriers.document_id", "carriers.source_id"]),
)

document_names: Final = Table(
    "document_names",
    metadata,
    # Canonical links that a document had, `content:` and the publisher's own id, and the ids of documents
    # that were merged into it. Until they are merged, several documents may have the same name.
    Column("name", Text, primary_key=True),
    Column("document_id", Text, primary_key=True),
    # A name counts from the next instant on, so that the order of polls at one instant does not matter.
    Column("known_since", INSTANT, nullable=False),
    # Only where a redirect led: that address may have a document of its own.
    Column("from_redirect", Boolean, nullable=False),
    Index("ix_document_names_document_id", "document_id"),
)

label_overrides: Final = Table(
    "label_overrides",
    metadata,
    # The operator's corrections. They win over the vocabulary, and stay when it changes.
    Column("document_id", Text, primary_key=True),
    Column("override", json_of(LabelOverride), nullable=False),
)

tombstones: Final = Table(
    "tombstones",
    metadata,
    # Retracted documents: their text is gone from every table, and no poll brings it back.
    Column("document_id", Text, primary_key=True),
    Column("retracted_at", INSTANT, nullable=False),
    Column("reason", Text, nullable=False),
)

# ---------------------------------------------------------------- polls
source_states: Final = Table(
    "source_states",
    metadata,
    Column("source_id", Text, primary_key=True),
    Column("state", json_of(SourceState), nullable=False),
)

outages: Final = Table(
    "outages",
    metadata,
    # Times in which a source could not be read, once they are over. A source's state shows the present only.
    Column("source_id", Text, primary_key=True),
    Column("since", INSTANT, primary_key=True),
    Column("until", INSTANT, nullable=False),
    Column("failing_since", INSTANT, nullable=True),
    Column("failure", json_of(Failed), nullable=True),
    Column("items_missed", Boolean, nullable=False),
)

readings: Final = Table(
    "readings",
    metadata,
    # The first and last reading of each day (in London): with them the board of an earlier day can say when a
    # source had been read. `whole` are those with the whole text, and not only a 304.
    Column("source_id", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("first_at", INSTANT, nullable=False),
    Column("last_at", INSTANT, nullable=False),
    Column("first_whole_at", INSTANT, nullable=True),
    Column("last_whole_at", INSTANT, nullable=True),
)

poll_runs: Final = Table(
    "poll_runs",
    metadata,
    Column("at", INSTANT, primary_key=True),
    Column("run", json_of(Run), nullable=False),
)

robots_txt: Final = Table(
    "robots_txt",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("robots_txt", json_of(RobotsTxt), nullable=False),
)

# ---------------------------------------------------------------- board
month_boards: Final = Table(
    "month_boards",
    metadata,
    # `2026-11`. One row for each month that ended: its board is written down once.
    Column("month", Text, primary_key=True),
    Column("made_at", INSTANT, nullable=False),
    Column("board", json_of(MonthBoard), nullable=False),
)

# ---------------------------------------------------------------- mail
digests: Final = Table(
    "digests",
    metadata,
    # `2026-W23` or `2026-06-05`. One row for each: a digest is issued once.
    Column("period", Text, primary_key=True),
    Column("digest", json_of(Digest), nullable=False),
)

subscribers: Final = Table(
    "subscribers",
    metadata,
    Column("id", Text, primary_key=True),
    # The only place of an address. Null once it was erased.
    Column("address", Text, nullable=True, unique=True),
    Column("status", Text, nullable=False),
    Column("status_since", INSTANT, nullable=False),
    Column("choices", json_of(Choices), nullable=False),
    Column("is_list", Boolean, nullable=False),
    Column("leave_instructions", Text, nullable=False),
    Column("replaces_id", Text, nullable=False),
    Index("ix_subscribers_status", "status", "status_since"),
)

delivery_runs: Final = Table(
    "delivery_runs",
    metadata,
    # A digest or an alert whose deliveries were planned. The row and its deliveries are one transaction, and
    # the key refuses a second row: this is why nobody gets a digest twice.
    Column("run", Text, primary_key=True),
    Column("planned_at", INSTANT, nullable=False),
)

deliveries: Final = Table(
    "deliveries",
    metadata,
    Column("run", Text, primary_key=True),
    Column("subscriber_id", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("status_since", INSTANT, nullable=False),
    Column("due", INSTANT, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("first_attempt", INSTANT, nullable=True),
    Column("unknown_outcomes", Integer, nullable=False),
    Column("reply", Text, nullable=False),
    Index("ix_deliveries_next", "status", "due", "run", "subscriber_id"),
    Index("ix_deliveries_subscriber_id", "subscriber_id"),
)

suppressions: Final = Table(
    "suppressions",
    metadata,
    # Keyed hashes of addresses that bounced or complained: recognised again, but never read back.
    Column("address_hash", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("suppressed_at", INSTANT, nullable=False),
)

processed_mail: Final = Table(
    "processed_mail",
    metadata,
    # Inbound mail by the hash of its bytes. It stays in the mailbox, and is acted on once.
    Column("sha256", Text, primary_key=True),
    Column("processed_at", INSTANT, nullable=False),
)

bounces: Final = Table(
    "bounces",
    metadata,
    # One bounce of each kind for a delivery: a bounce that arrives twice counts once.
    Column("run", Text, primary_key=True),
    Column("subscriber_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("bounced_at", INSTANT, nullable=False),
)

# ---------------------------------------------------------------- alerts
alert_rule_states: Final = Table(
    "alert_rule_states",
    metadata,
    Column("rule_key", Text, primary_key=True),
    # The rule's text. A rule with another text is a new rule, which starts anew.
    Column("condition", Text, nullable=False),
    Column("watched_since", INSTANT, nullable=False),
    Column("checked_until", INSTANT, nullable=False),
)

alerts: Final = Table(
    "alerts",
    metadata,
    Column("rule_key", Text, primary_key=True),
    Column("document_id", Text, primary_key=True),
    Column("event_key", Text, primary_key=True),
    Column("due", INSTANT, nullable=False),
    # The delivery run that sends it. Null until that is planned, empty where no mail is to go.
    Column("run", Text, nullable=True, index=True),
    Column("alert", json_of(Alert), nullable=False),
    Index("ix_alerts_document_id", "document_id"),
)

alert_retries: Final = Table(
    "alert_retries",
    metadata,
    # Documents that could not be compared with the rules, and until when they had been.
    Column("document_id", Text, primary_key=True),
    Column("checked_until", INSTANT, nullable=False),
)

subscriber_rules: Final = Table(
    "subscriber_rules",
    metadata,
    Column("subscriber_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("rule", json_of(SubscriberRule), nullable=False),
    # The secret in the address of its feed, a copy of the rule's, to find the rule by. Null without a feed.
    Column("feed_secret", Text, nullable=True),
    Index("ix_subscriber_rules_feed_secret", "feed_secret", unique=True),
)

webhook_deliveries: Final = Table(
    "webhook_deliveries",
    metadata,
    Column("rule_key", Text, primary_key=True),
    Column("document_id", Text, primary_key=True),
    Column("event_key", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("due", INSTANT, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("first_attempt", INSTANT, nullable=True),
    Column("reply", Text, nullable=False),
    Index("ix_webhook_deliveries_next", "status", "due"),
)

# ---------------------------------------------------------------- faults
faults: Final = Table(
    "faults",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("error", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("first_at", INSTANT, nullable=False),
    Column("last_at", INSTANT, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt", INSTANT, nullable=False),
)

# ---------------------------------------------------------------- health
breakdowns: Final = Table(
    "breakdowns",
    metadata,
    Column("began_at", INSTANT, primary_key=True),
    Column("problems", Text, nullable=False),
    Column("reported_at", INSTANT, nullable=True),
    Column("well_since", INSTANT, nullable=True),
    Column("ended_at", INSTANT, nullable=True),
)
