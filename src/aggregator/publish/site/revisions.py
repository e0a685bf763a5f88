"""How a document changed: each revision with the publisher's note and what was and is, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import Document, Entry, Moment, Revision
from aggregator.model.licences import may_show
from aggregator.publish.presentation.dates import say
from aggregator.publish.presentation.diff import DiffSpan, Row, sentence_changes
from aggregator.publish.presentation.text import clean_title

MAX_ROWS: Final = 60
"""How many changed sentences are shown of one revision."""
MOST: Final = 50
"""How many revisions a page shows, the newest first; a page that is edited daily would never end."""


Changes = Mapping[str, tuple[Row, ...]]
"""The parts of a document that changed, each as it was and as it is."""


def revisions_with_changes(holding: Document, zone: ZoneInfo) -> Iterator[tuple[Revision, Changes | None]]:
    """The revisions of every carrier, newest first, each with what changed; None where no licence lets us."""
    told = [pair for carrier in holding.carriers for pair in pairwise(carrier.revisions)]
    newest = sorted(told, key=lambda pair: (pair[1].seen_at, pair[1].entry.source), reverse=True)[:MOST]
    for before, after in newest:
        shown = may_show(before.entry.licence, after.entry.licence)
        yield after, dict(_changes(before.entry, after.entry, zone)) if shown else None


def count_hidden_rows(changes: Changes) -> int:
    """How many changed sentences are too many to be shown."""
    return sum(max(0, len(rows) - MAX_ROWS) for rows in changes.values())


def _changes(before: Entry, after: Entry, zone: ZoneInfo) -> Iterator[tuple[str, tuple[Row, ...]]]:
    """What differs in words; of dates and files each as one line."""
    words = {
        "Title": (clean_title(before.title), clean_title(after.title)),
        "Text": (before.text, after.text),
        "Status": (before.publisher_type or "", after.publisher_type or ""),
    }
    for part, (old, new) in words.items():
        if rows := sentence_changes(old, new):
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
        f"{clean_title(link.title or link.href, 200)}{f' ({link.length} bytes)' if link.length else ''}"
        for link in attached
    ]


def _claims(entry: Entry, zone: ZoneInfo) -> list[str]:
    return [
        f"{clean_title(claim.what)}: {say(claim.moment, zone).words if claim.moment else 'not known'}"
        for claim in entry.claims
    ]


def _pieces(lines: Iterable[str]) -> tuple[DiffSpan, ...]:
    return (DiffSpan(words="; ".join(lines), differs=True),) if lines else ()
