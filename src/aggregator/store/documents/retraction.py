"""Deletes a document's text from every table for good; a tombstone stays, so that no poll brings it back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select, true

from aggregator.model import Digest, DigestItem, Entry, Labels, Relevance
from aggregator.model.alert_rules import Alert
from aggregator.store.database.codec import Damaged
from aggregator.store.database.statements import RowValues, insert_if_new, update_rows
from aggregator.store.database.tables import alerts, carriers, digests, documents, revisions, tombstones
from aggregator.store.documents.blank_months import RETRACTED, blank_month_boards
from aggregator.store.documents.names import former_ids
from aggregator.store.documents.repair import any_entry


def retract(connection: Connection, document_id: str, reason: str, at: datetime) -> bool:
    """Blank the document in every table, issued digests and alerts too; return False for an unknown one."""
    # SQLite overwrites what it deletes, so that no text is left in free pages of the file.
    connection.exec_driver_sql("PRAGMA secure_delete = ON")
    if connection.scalar(select(documents.c.id).where(documents.c.id == document_id)) is None:
        return False
    insert_if_new(connection, tombstones, {"document_id": document_id, "retracted_at": at, "reason": reason})
    # Before anything is blanked: a damaged entry is replaced by another one of the document.
    entry = any_entry(connection, document_id)
    blank_month_boards(connection, _entries(connection, document_id))
    update_rows(
        connection,
        documents,
        documents.c.id == document_id,
        lambda row: {"entry": _blank(row["entry"], entry), **_without_damage(row)},
    )
    update_rows(
        connection,
        revisions,
        revisions.c.document_id == document_id,
        lambda row: {"entry": _blank(row["entry"], entry), "note": "", **_without_damage(row)},
    )
    update_rows(
        connection,
        carriers,
        carriers.c.document_id == document_id,
        lambda row: {
            "entry": _blank(row["entry"], entry),
            **_without_damage(row),
            "previous_entry": None,
            "pending_revision": None,
        },
    )
    # Digests and alerts of earlier days may name it by the id of a document that was merged into it.
    ids = (document_id, *former_ids(connection, document_id))
    update_rows(connection, digests, true(), lambda row: {"digest": _blank_digest(row["digest"], ids)})
    update_rows(
        connection, alerts, alerts.c.document_id.in_(ids), lambda row: {"alert": _blank_alert(row["alert"])}
    )
    return True


def _entries(connection: Connection, document_id: str) -> list[Entry]:
    """Return every stored version of the document that can be read."""
    stored = [
        *connection.scalars(select(documents.c.entry).where(documents.c.id == document_id)),
        *connection.scalars(select(carriers.c.entry).where(carriers.c.document_id == document_id)),
        *connection.scalars(select(revisions.c.entry).where(revisions.c.document_id == document_id)),
    ]
    return [entry for entry in stored if isinstance(entry, Entry)]


def _without_damage(row: RowValues) -> RowValues:
    """Return what replaces the damaged values of a row, other than its entry."""
    plain: RowValues = {"labels": Labels(type="other", relevance=Relevance.NO, subjects=()), "parts": ()}
    return {
        name: plain.get(name) for name, value in row.items() if name != "entry" and isinstance(value, Damaged)
    }


def _blank(stored: Entry | Damaged, other: Entry) -> Entry:
    """Return only what may stay: what identifies the document, and its dates."""
    entry = other if isinstance(stored, Damaged) else stored
    return Entry(
        id=entry.id,
        key=entry.key,
        url=None,
        source=entry.source,
        native_id=None,
        body=entry.body,
        title=RETRACTED,
        summary="",
        content="",
        text="",
        language=entry.language,
        published=entry.published,
        updated=entry.updated,
        licence=entry.licence,
    )


def _blank_alert(alert: Alert) -> Alert:
    # Date and body stay, so that those who got the alert can be told that the document is gone.
    event = replace(alert.event, note="")
    return replace(alert, title=RETRACTED, url="", page="", sentence="", event=event)


def _blank_digest(digest: Digest, ids: Collection[str]) -> Digest:
    sections = tuple(
        replace(section, items=tuple(_blank_item(item) if item.id in ids else item for item in section.items))
        for section in digest.sections
    )
    return replace(digest, sections=sections)


def _blank_item(item: DigestItem) -> DigestItem:
    removal = replace(item.removal, note="", to=None) if item.removal else None
    return replace(item, title=RETRACTED, summary="", url="", translations=(), removal=removal)
