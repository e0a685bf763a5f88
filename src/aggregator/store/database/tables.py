"""The tables. Keys are natural: the same polls in another order make the same rows."""

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
    PendingRemoval,
    Removal,
    RobotsCopy,
    Run,
    SourceState,
)
from aggregator.model.alerts import Alert, OwnRule
from aggregator.store.database.codec import INSTANT, json_of

metadata: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

entries: Final = Table(
    "entries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("body", Text, nullable=False),
    Column("backlog", Boolean, nullable=False),
    Column("first_seen", INSTANT, nullable=False, index=True),
    Column("updated", INSTANT, nullable=False),
    # The document's own date to the second, or first_seen where it has none: what "newest first" goes by.
    Column("dated", INSTANT, nullable=False),
    Column("entry", json_of(Entry), nullable=False),
    Column("labels", json_of(Labels), nullable=False),
    Column("removed", json_of(Removal), nullable=True),
    Column("relevance", Text, nullable=False),
    # The fingerprint of the vocabulary that labelled it; another one than today's: to be labelled anew.
    Column("labelled_by", Text, nullable=False, index=True),
    Index("ix_entries_newest", "dated", "id"),
)

carriers: Final = Table(
    "carriers",
    metadata,
    # Checked at commit: a document and its carriers may be written in either order, but never one alone.
    Column(
        "entry_id",
        Text,
        ForeignKey("entries.id", deferrable=True, initially="DEFERRED"),
        primary_key=True,
    ),
    Column("source_id", Text, primary_key=True),
    Column("first_seen", INSTANT, nullable=False),
    Column("backlog", Boolean, nullable=False),
    # When the source last told something that moved `entry`; keeps an old change from undoing a newer one.
    Column("told_at", INSTANT, nullable=False),
    Column("entry", json_of(Entry), nullable=False),
    Column("last_seen", INSTANT, nullable=False),
    Column("vanishing", json_of(PendingRemoval), nullable=True),
    Column("removed", json_of(Removal), nullable=True),
    # What it told before `told_at`: what others of the same instant are compared with, in whatever order.
    Column("before", json_of(Entry), nullable=True),
    Index("ix_carriers_source", "source_id", "last_seen"),
)

revisions: Final = Table(
    "revisions",
    metadata,
    Column("entry_id", Text, primary_key=True),
    Column("source_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("seen_at", INSTANT, nullable=False, index=True),
    Column("parts", json_of(tuple[str, ...]), nullable=False),
    Column("entry", json_of(Entry), nullable=False),
    Column("note", Text, nullable=False),
    Column("payload_sha256", Text, nullable=False),
    Column("last_seen", INSTANT, nullable=True),
    ForeignKeyConstraint(["entry_id", "source_id"], ["carriers.entry_id", "carriers.source_id"]),
)

aliases: Final = Table(
    "aliases",
    metadata,
    # Whatever a document goes by: canonical links that it had, `content:` and the publisher's own id, and the
    # ids of documents that turned out to be this one. Of one instant several documents may claim a name.
    Column("name", Text, primary_key=True),
    Column("entry_id", Text, primary_key=True),
    # A name counts from the next instant on: what is told at this one is the same in any order.
    Column("since", INSTANT, nullable=False),
    # Only where the document was moved to, by a redirect: that address may have a document of its own.
    Column("moved", Boolean, nullable=False),
    Index("ix_aliases_entry_id", "entry_id"),
)

marks: Final = Table(
    "marks",
    metadata,
    # The operator's corrections; they win over the vocabulary, and stay when it changes.
    Column("entry_id", Text, primary_key=True),
    Column("mark", json_of(LabelOverride), nullable=False),
)

tombstones: Final = Table(
    "tombstones",
    metadata,
    # A document that was retracted: its words are gone from every table, and no poll brings them back.
    Column("entry_id", Text, primary_key=True),
    Column("at", INSTANT, nullable=False),
    Column("why", Text, nullable=False),
)

source_states: Final = Table(
    "source_states",
    metadata,
    Column("source_id", Text, primary_key=True),
    Column("state", json_of(SourceState), nullable=False),
)

outages: Final = Table(
    "outages",
    metadata,
    # When a source could not be read: kept once it is over, since its state then tells of it no more.
    Column("source_id", Text, primary_key=True),
    Column("since", INSTANT, primary_key=True),
    Column("until", INSTANT, nullable=False),
    Column("failing_since", INSTANT, nullable=True),
    Column("failure", json_of(Failed), nullable=True),
    Column("missed", Boolean, nullable=False),
)

runs: Final = Table(
    "runs",
    metadata,
    Column("at", INSTANT, primary_key=True),
    Column("run", json_of(Run), nullable=False),
)

digest_runs: Final = Table(
    "digest_runs",
    metadata,
    Column("week", Text, primary_key=True),
    Column("digest", json_of(Digest), nullable=False),
)

robots: Final = Table(
    "robots",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("copy", json_of(RobotsCopy), nullable=False),
)

readers: Final = Table(
    "readers",
    metadata,
    Column("id", Text, primary_key=True),
    # The only place of an address; null once it was erased.
    Column("address", Text, nullable=True, unique=True),
    Column("standing", Text, nullable=False),
    Column("since", INSTANT, nullable=False),
    Column("choices", json_of(Choices), nullable=False),
    Column("is_list", Boolean, nullable=False),
    Column("leave", Text, nullable=False),
    Column("replaces", Text, nullable=False),
    Index("ix_readers_standing", "standing", "since"),
)

mailings: Final = Table(
    "mailings",
    metadata,
    # A run whose letters were planned: the row and its postings came in one transaction.
    Column("run", Text, primary_key=True),
    Column("planned", INSTANT, nullable=False),
)

postings: Final = Table(
    "postings",
    metadata,
    Column("run", Text, primary_key=True),
    Column("reader", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("at", INSTANT, nullable=False),
    Column("due", INSTANT, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("first_tried", INSTANT, nullable=True),
    Column("unsure", Integer, nullable=False),
    Column("reply", Text, nullable=False),
    Index("ix_postings_next", "state", "due", "run", "reader"),
    Index("ix_postings_reader", "reader"),
)

watched_rules: Final = Table(
    "watched_rules",
    metadata,
    Column("rule", Text, primary_key=True),
    # The rule's words: when they change it is another rule, whose watch begins anew.
    Column("condition", Text, nullable=False),
    Column("since", INSTANT, nullable=False),
    Column("looked", INSTANT, nullable=False),
)

alerts: Final = Table(
    "alerts",
    metadata,
    Column("rule", Text, primary_key=True),
    Column("entry_id", Text, primary_key=True),
    Column("occasion", Text, primary_key=True),
    Column("due", INSTANT, nullable=False),
    # The run of letters that tells it; null until it is planned, empty where no letter is to go.
    Column("run", Text, nullable=True, index=True),
    Column("alert", json_of(Alert), nullable=False),
    Index("ix_alerts_entry_id", "entry_id"),
)

own_rules: Final = Table(
    "own_rules",
    metadata,
    Column("reader", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("rule", json_of(OwnRule), nullable=False),
    # The word of its feed once more, to be found by; null where it has none.
    Column("feed", Text, nullable=True),
    Index("ix_own_rules_feed", "feed", unique=True),
)

hooks: Final = Table(
    "hooks",
    metadata,
    Column("rule", Text, primary_key=True),
    Column("entry_id", Text, primary_key=True),
    Column("occasion", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("due", INSTANT, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("first_tried", INSTANT, nullable=True),
    Column("reply", Text, nullable=False),
    Index("ix_hooks_next", "state", "due"),
)

shunned: Final = Table(
    "shunned",
    metadata,
    # Keyed hashes of addresses that bounced or complained: they are known again, and cannot be read back.
    Column("fingerprint", Text, primary_key=True),
    Column("why", Text, nullable=False),
    Column("at", INSTANT, nullable=False),
)

replies: Final = Table(
    "replies",
    metadata,
    # Mails to us that were acted on, by the hash of their bytes: they stay in the mailbox, and are done with.
    Column("sha256", Text, primary_key=True),
    Column("at", INSTANT, nullable=False),
)

bounces: Final = Table(
    "bounces",
    metadata,
    # One bounce of each kind for a letter: a bounce that comes twice is one.
    Column("run", Text, primary_key=True),
    Column("reader", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("at", INSTANT, nullable=False),
)
