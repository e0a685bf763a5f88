"""How a document changed: each revision with the publisher's note and what was and is, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import Document, Entry, Moment, Revision
from aggregator.model.licences import may_show
from aggregator.publish.presentation.dates import say
from aggregator.publish.presentation.diff import Piece, Row, side_by_side
from aggregator.publish.presentation.text import titled

ROWS: Final = 60
"""How many changed sentences are shown of one revision."""
MOST: Final = 50
"""How many revisions a page shows, the newest first; a page that is edited daily would never end."""


Changes = Mapping[str, tuple[Row, ...]]
"""The parts of a document that changed, each as it was and as it is."""


def revision_rows(holding: Document, zone: ZoneInfo) -> Iterator[tuple[Revision, Changes | None]]:
    """The revisions of every carrier, newest first, each with what changed; None where no licence lets us."""
    told = [pair for carrier in holding.carriers for pair in pairwise(carrier.revisions)]
    newest = sorted(told, key=lambda pair: (pair[1].seen_at, pair[1].entry.source), reverse=True)[:MOST]
    for before, after in newest:
        shown = may_show(before.entry.licence, after.entry.licence)
        yield after, dict(_changes(before.entry, after.entry, zone)) if shown else None


def rows_left_out(changes: Changes) -> int:
    """How many changed sentences are too many to be shown."""
    return sum(max(0, len(rows) - ROWS) for rows in changes.values())


def _changes(before: Entry, after: Entry, zone: ZoneInfo) -> Iterator[tuple[str, tuple[Row, ...]]]:
    """What differs in words; of dates and files each as one line."""
    words = {
        "Title": (titled(before.title), titled(after.title)),
        "Text": (before.text, after.text),
        "Status": (before.publisher_type or "", after.publisher_type or ""),
    }
    for part, (old, new) in words.items():
        if rows := side_by_side(old, new):
            yield part, rows
    for part, old_lines, new_lines in _lines(before, after, zone):
        if old_lines != new_lines:
            yield part, (Row(before=_pieces(old_lines), after=_pieces(new_lines)),)


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
