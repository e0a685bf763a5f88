"""Takes a document's words out of every table for good; a tombstone stays, so that no poll brings it back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select, true

from aggregator.model import Digest, DigestItem, Entry
from aggregator.model.alerts import Alert
from aggregator.store.database.statements import insert_once, rewrite
from aggregator.store.database.tables import alerts, carriers, digest_runs, entries, revisions, tombstones
from aggregator.store.documents.names import former_ids

RETRACTED: Final = "Retracted"
"""What stands in place of the title."""


def retract(connection: Connection, entry_id: str, why: str, at: datetime) -> bool:
    """Blank the document in entries, carriers, revisions and issued letters; False when nobody holds it.

    SQLite overwrites what is replaced (`secure_delete`), so that the words are not left in free pages.
    """
    connection.exec_driver_sql("PRAGMA secure_delete = ON")
    held = connection.scalar(select(entries.c.id).where(entries.c.id == entry_id))
    if held is None:
        return False
    insert_once(connection, tombstones, {"entry_id": entry_id, "at": at, "why": why})
    rewrite(connection, entries, entries.c.id == entry_id, lambda row: {"entry": _blank(row["entry"])})
    rewrite(
        connection,
        revisions,
        revisions.c.entry_id == entry_id,
        lambda row: {"entry": _blank(row["entry"]), "note": ""},
    )
    rewrite(
        connection,
        carriers,
        carriers.c.entry_id == entry_id,
        lambda row: {"entry": _blank(row["entry"]), "before": None},
    )
    ids = (entry_id, *former_ids(connection, entry_id))
    rewrite(connection, digest_runs, true(), lambda row: {"digest": _blank_digest(row["digest"], ids)})
    rewrite(connection, alerts, alerts.c.entry_id.in_(ids), lambda row: {"alert": _blank_alert(row["alert"])})
    return True


def _blank(entry: Entry) -> Entry:
    """What may stay: by what the document is known, and when."""
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
    """When and of which body it was stays, so that those who were told can be told that it is gone."""
    occasion = replace(alert.occasion, note="")
    return replace(alert, title=RETRACTED, url="", page="", sentence="", occasion=occasion)


def _blank_digest(digest: Digest, ids: Collection[str]) -> Digest:
    sections = tuple(
        replace(section, items=tuple(_blank_item(item) if item.id in ids else item for item in section.items))
        for section in digest.sections
    )
    return replace(digest, sections=sections)


def _blank_item(item: DigestItem) -> DigestItem:
    removed = replace(item.removed, note="", to=None) if item.removed else None
    return replace(item, title=RETRACTED, summary="", url="", translations=(), removed=removed)
