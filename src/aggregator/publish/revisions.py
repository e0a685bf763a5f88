"""How a document changed: each revision with the publisher's note and what was and is, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import Entry, Holding, Moment, Note, Revision, Source
from aggregator.model.licences import licence
from aggregator.publish.dates import Said, say, say_instant
from aggregator.publish.differences import Piece, Row, side_by_side
from aggregator.publish.entry_dates import source_title
from aggregator.publish.words import line, titled

ROWS: Final = 60
"""How many changed sentences are shown of one revision."""
MOST: Final = 50
"""How many revisions a page shows, the newest first; a page that is edited daily would never end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One part of a document as it was and as it is."""

    part: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionRow:
    """One revision as its page tells it."""

    seen: Said
    source: str
    parts: tuple[str, ...]
    note: str
    changes: tuple[Change, ...]
    more: int
    """How many changed sentences are not shown."""
    sha256: str
    """Of the publisher's answer in which it was seen; empty where it was not kept."""
    hidden: bool
    """Whether the licence keeps us from showing the words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRow:
    """The publisher's own words for a change."""

    when: Said | None
    text: str


def revision_rows(holding: Holding, sources: Mapping[str, Source], zone: ZoneInfo) -> tuple[RevisionRow, ...]:
    """Every revision of every carrier, newest first."""
    told = [pair for carrier in holding.carriers for pair in pairwise(carrier.revisions)]
    newest = sorted(told, key=lambda pair: (pair[1].seen_at, pair[1].entry.source), reverse=True)[:MOST]
    return tuple(_revision(before, after, sources, zone) for before, after in newest)


def note_rows(notes: Iterable[Note], zone: ZoneInfo) -> tuple[NoteRow, ...]:
    """The publisher's own history of a document, newest first."""
    return tuple(
        NoteRow(when=say(note.moment, zone) if note.moment else None, text=line(note.text)) for note in notes
    )


def _revision(
    before: Revision, after: Revision, sources: Mapping[str, Source], zone: ZoneInfo
) -> RevisionRow:
    shown = licence(before.entry.licence).open and licence(after.entry.licence).open
    changes = tuple(_changes(before.entry, after.entry, zone)) if shown else ()
    return RevisionRow(
        seen=say_instant(after.seen_at, zone),
        source=source_title(after.entry.source, sources),
        parts=tuple(line(part) for part in after.parts),
        note=line(after.note) if shown else "",
        changes=tuple(Change(part=change.part, rows=change.rows[:ROWS]) for change in changes),
        more=sum(max(0, len(change.rows) - ROWS) for change in changes),
        sha256=after.payload_sha256,
        hidden=not shown,
    )


def _changes(before: Entry, after: Entry, zone: ZoneInfo) -> Iterator[Change]:
    """What differs in words; of dates and files each as one line."""
    words = {
        "Title": (titled(before.title), titled(after.title)),
        "Text": (before.text, after.text),
        "Status": (before.publisher_type or "", after.publisher_type or ""),
    }
    for part, (old, new) in words.items():
        if rows := side_by_side(old, new):
            yield Change(part=part, rows=rows)
    for part, old_lines, new_lines in _lines(before, after, zone):
        if old_lines != new_lines:
            yield Change(part=part, rows=(Row(before=_pieces(old_lines), after=_pieces(new_lines)),))


def _lines(before: Entry, after: Entry, zone: ZoneInfo) -> Iterator[tuple[str, list[str], list[str]]]:
    yield "Opens", _date(before.opens, zone), _date(after.opens, zone)
    yield "Closes", _date(before.closes, zone), _date(after.closes, zone)
    yield "Attachments", _files(before), _files(after)
    yield "Dated facts", _claims(before, zone), _claims(after, zone)


def _date(moment: Moment | None, zone: ZoneInfo) -> list[str]:
    return [say(moment, zone).words] if moment else []


def _files(entry: Entry) -> list[str]:
    attached = (link for link in entry.links if link.rel == "enclosure")
    return [
        f"{titled(link.title or link.href, 200)}{f' ({link.length} bytes)' if link.length else ''}"
        for link in attached
    ]


def _claims(entry: Entry, zone: ZoneInfo) -> list[str]:
    return [
        f"{titled(claim.what)}: {say(claim.moment, zone).words if claim.moment else 'not known'}"
        for claim in entry.claims
    ]


def _pieces(lines: Iterable[str]) -> tuple[Piece, ...]:
    return (Piece(words="; ".join(lines), differs=True),) if lines else ()
