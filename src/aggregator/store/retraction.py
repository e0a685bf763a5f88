"""Takes a document's words out of every table for good; a tombstone stays, so that no poll brings it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, select, update

from aggregator.model import Digest, DigestItem, Entry
from aggregator.model.alerts import Alert
from aggregator.store.names import former_ids
from aggregator.store.rows import insert_once
from aggregator.store.tables import alerts, carriers, digest_runs, entries, revisions, tombstones

RETRACTED: Final = "Retracted"
"""What stands in place of the title."""


def retract(connection: Connection, entry_id: str, why: str, at: datetime) -> bool:
    """Blank the document in entries, carriers, revisions and issued letters; False when nobody holds it.

    SQLite overwrites what is replaced (`secure_delete`), so that the words are not left in free pages.
    """
    connection.exec_driver_sql("PRAGMA secure_delete = ON")
    held = connection.execute(select(entries.c.entry).where(entries.c.id == entry_id)).scalar()
    if held is None:
        return False
    insert_once(connection, tombstones, {"entry_id": entry_id, "at": at, "why": why})
    connection.execute(update(entries).where(entries.c.id == entry_id).values(entry=_blank(held)))
    mine = revisions.c.entry_id == entry_id
    connection.execute(update(revisions).where(mine).values(entry=_blank(held), note=""))
    _blank_carriers(connection, entry_id)
    for id in (entry_id, *former_ids(connection, entry_id)):
        _blank_letters(connection, id)
        _blank_alerts(connection, id)
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


def _blank_carriers(connection: Connection, entry_id: str) -> None:
    mine = carriers.c.entry_id == entry_id
    for source, entry in connection.execute(select(carriers.c.source_id, carriers.c.entry).where(mine)).all():
        connection.execute(
            update(carriers)
            .where(mine, carriers.c.source_id == source)
            .values(entry=_blank(entry), before=None)
        )


def _blank_letters(connection: Connection, entry_id: str) -> None:
    for week, digest in connection.execute(select(digest_runs.c.week, digest_runs.c.digest)).all():
        blanked = _blank_digest(digest, entry_id)
        if blanked != digest:
            statement = update(digest_runs).where(digest_runs.c.week == bindparam("its_week"))
            connection.execute(statement.values(digest=blanked), {"its_week": week})


def _blank_alerts(connection: Connection, entry_id: str) -> None:
    mine = alerts.c.entry_id == entry_id
    for rule, occasion, alert in connection.execute(
        select(alerts.c.rule, alerts.c.occasion, alerts.c.alert).where(mine)
    ).all():
        this = mine & (alerts.c.rule == rule) & (alerts.c.occasion == occasion)
        connection.execute(update(alerts).where(this).values(alert=_blank_alert(alert)))


def _blank_alert(alert: Alert) -> Alert:
    """When and of which body it was stays, so that those who were told can be told that it is gone."""
    occasion = replace(alert.occasion, note="")
    return replace(alert, title=RETRACTED, url="", page="", sentence="", occasion=occasion)


def _blank_digest(digest: Digest, entry_id: str) -> Digest:
    sections = tuple(
        replace(section, items=tuple(_blank_item(item, entry_id) for item in section.items))
        for section in digest.sections
    )
    return replace(digest, sections=sections)


def _blank_item(item: DigestItem, entry_id: str) -> DigestItem:
    if item.id != entry_id:
        return item
    removed = replace(item.removed, note="", to=None) if item.removed else None
    return replace(item, title=RETRACTED, summary="", url="", translations=(), removed=removed)
