"""Makes one of two: of documents that turned out to be one, and of sources that become one.

Documents keep their `published`, `first_seen`, and whether and when they were news.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, select

from aggregator.model import Carrier, Moment, Removal, RemovalKind, Revision
from aggregator.store.database.statements import insert_once, rewrite
from aggregator.store.database.tables import carriers, entries, marks
from aggregator.store.documents.carriers import delete_carriers, write_carriers
from aggregator.store.documents.names import give_names
from aggregator.store.documents.queries import TOLD, carriers_from, read_carriers


def join_documents(connection: Connection, gone: str, stays: str) -> None:
    """Give every word on the document `gone` to `stays`, which must be held anew then, and is known by the
    other id, too.

    Of a source that told of both, the word of its latest look stands; the publication date of `stays` does
    not move.
    """
    first_seen = connection.execute(select(entries.c.first_seen).where(entries.c.id == gone)).scalar_one()
    held = connection.execute(select(entries.c.entry).where(entries.c.id == stays)).scalar_one()
    mine = read_carriers(connection, [gone])
    theirs = {one.source: one for one in read_carriers(connection, [stays])}
    given = [_settled(one, held.published) for one in mine]
    joined = [_latest_of(theirs[one.source], one) if one.source in theirs else one for one in given]
    delete_carriers(connection, [*mine, *(theirs[one.source] for one in mine if one.source in theirs)])
    write_carriers(connection, [(_retold(one, id=held.id, key=held.key), None) for one in joined])
    connection.execute(delete(entries).where(entries.c.id == gone))
    give_names(connection, gone, stays, first_seen)
    _give_mark(connection, gone, stays)


def join_sources(connection: Connection, old: str, new: str) -> int:
    """Give every document that the source `old` carries to `new`; how many they are.

    Of a document that both carry, the word of `new` stands, since `new` is what will be asked about it. The
    first word of whoever told it later was no news and no revision; it goes. The revisions of both stay, in
    the order in which they were seen. What is known of the polls of `old` stays with `old`.
    """
    shared = select(carriers.c.entry_id).where(carriers.c.source_id == old)
    _settle_published(connection, shared)
    rewrite(
        connection,
        entries,
        entries.c.id.in_(shared),
        lambda row: {"entry": replace(row["entry"], source=new)} if row["entry"].source == old else {},
    )
    asked = TOLD.where(carriers.c.source_id.in_((old, new)), carriers.c.entry_id.in_(shared))
    both = list(carriers_from(connection.execute(asked).all()))
    mine = [one for one in both if one.source == old]
    theirs = {one.entry.id: one for one in both if one.source == new}
    joined = [_heir(theirs[one.entry.id], one) if one.entry.id in theirs else one for one in mine]
    delete_carriers(connection, both)
    write_carriers(connection, [(_retold(one, source=new), None) for one in joined])
    return len(mine)


def _give_mark(connection: Connection, gone: str, stays: str) -> None:
    """The operator's correction stays with the document; of two, that of the one that stays."""
    mark = connection.scalar(select(marks.c.mark).where(marks.c.entry_id == gone))
    if mark:
        insert_once(connection, marks, {"entry_id": stays, "mark": mark})
        connection.execute(delete(marks).where(marks.c.entry_id == gone))


def _settled(told: Carrier, published: Moment | None) -> Carrier:
    """No carrier may state another date of publication than its document, which would then move."""
    if not (published and told.entry.published):
        return told
    return replace(told, entry=replace(told.entry, published=published))


def _settle_published(connection: Connection, shared: Select[Any]) -> None:
    """Which of several carriers leads may hang on their ids, so all must state what their document does."""
    held = connection.execute(select(entries.c.id, entries.c.entry).where(entries.c.id.in_(shared)))
    published = {row.id: row.entry.published for row in held}
    told = read_carriers(connection, published)
    settled = [(_settled(one, published[one.entry.id]), one) for one in told]
    write_carriers(connection, [(after, before) for after, before in settled if after != before])


def _retold(told: Carrier, **changes: Any) -> Carrier:
    """With every entry in it changed."""
    return replace(
        told,
        entry=replace(told.entry, **changes),
        before=replace(told.before, **changes) if told.before else None,
        revisions=tuple(replace(one, entry=replace(one.entry, **changes)) for one in told.revisions),
    )


def _latest_of(there: Carrier, given: Carrier) -> Carrier:
    """Of two words of one source that of its latest look stands."""
    stands, other = sorted((there, given), key=lambda one: (-_last_seen(one).timestamp(), one.entry.rank))
    return _join(stands, other, stands.removed)


def _heir(stands: Carrier, given: Carrier) -> Carrier:
    """Anybody's word that it was taken away counts; being left out of a list only when both leave it out."""
    said = [one.removed for one in (stands, given) if one.removed]
    told = [removed for removed in said if removed.kind is not RemovalKind.MISSING]
    both = stands.removed if len(said) == 2 else None
    return _join(stands, given, told[0] if told else both)


def _join(stands: Carrier, given: Carrier, removed: Removal | None) -> Carrier:
    """One carrier out of two: `stands` is what it tells now, `removed` whether it was taken away.

    It is backlog by what was told first, as the document itself is. The first word of whichever was told
    later was no news and no revision; it goes. The revisions of both stay, in the order of sight.
    """
    both = (stands, given)
    first_seen = min(one.first_seen for one in both)
    founders = [one for one in both if one.first_seen == first_seen]
    entry = stands.entry.beside(given.entry)
    return replace(
        stands,
        first_seen=first_seen,
        told_at=stands.since,
        backlog=all(one.backlog for one in founders),
        last_seen=max(_last_seen(one) for one in both),
        removed=removed,
        entry=replace(entry, published=entry.published or given.entry.published, removal=removed),
        revisions=_join_revisions(both, founders),
    )


def _join_revisions(both: Sequence[Carrier], founders: Sequence[Carrier]) -> tuple[Revision, ...]:
    """The first word of all, then every later revision; each but the last was seen until some instant."""
    first = max(founders, key=lambda one: _stated(one.revisions[0]))
    later = [_ended(revision, one) for one in both for revision in one.revisions[1:]]
    later.sort(key=lambda revision: revision.seen_at)
    *ended, last = (_ended(first.revisions[0], first), *later)
    return tuple(
        replace(revision, number=number)
        for number, revision in enumerate((*ended, replace(last, last_seen=None)), 1)
    )


def _ended(revision: Revision, told: Carrier) -> Revision:
    return replace(revision, last_seen=revision.last_seen or _last_seen(told))


def _last_seen(told: Carrier) -> datetime:
    return told.last_seen or told.first_seen


def _stated(first: Revision) -> str:
    """The publisher's own date of a first word: of two that were told at once the later one was shown."""
    moment = first.entry.updated or first.entry.published
    return moment.at.isoformat() if moment else ""
