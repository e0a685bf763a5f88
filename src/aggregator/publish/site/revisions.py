"""The revisions of a document, with the sentences that changed side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import Claim, Document, Entry, Moment, Revision
from aggregator.model.licences import may_show
from aggregator.publish.presentation.dates import format_moment
from aggregator.publish.presentation.diff import (
    DiffSpan,
    SentenceChange,
    changed_translations,
    sentence_changes,
)
from aggregator.publish.presentation.edits import edits
from aggregator.publish.presentation.text import clean_title

# How many changed sentences a page shows for each part of a revision.
MAX_ROWS: Final = 60
# The most revisions that a page shows. Some pages are edited daily.
MAX_REVISIONS: Final = 50


# The changed parts of a document by name, each with its sentences before and after.
Changes = Mapping[str, tuple[SentenceChange, ...]]


def revisions_with_changes(document: Document, zone: ZoneInfo) -> Iterator[tuple[Revision, Changes | None]]:
    """The edits of a document, newest first, each with its changes, as the first source has them.

    What only other sources show is added. The changes are None where a licence does not let us show both
    texts.
    """
    for edit in list(edits(document))[: -MAX_REVISIONS - 1 : -1]:
        # Both texts are shown, so both licences must allow it.
        shown = [
            dict(_changes(before.entry, after.entry, zone))
            for before, after in ((edit.before, edit.after), *edit.others)
            if may_show(before.entry.licence, after.entry.licence)
        ]
        yield (
            edit.after,
            {part: rows for one in reversed(shown) for part, rows in one.items()} or ({} if shown else None),
        )


def count_hidden_rows(changes: Changes) -> int:
    """How many changed sentences the page leaves out."""
    return sum(max(0, len(rows) - MAX_ROWS) for rows in changes.values())


def _changes(before: Entry, after: Entry, zone: ZoneInfo) -> Iterator[tuple[str, tuple[SentenceChange, ...]]]:
    """Text changes by sentence; dates, files and claims as one row each."""
    texts = {
        "Title": (clean_title(before.title), clean_title(after.title)),
        "Text": (before.text, after.text),
        "Status": (before.publisher_type or "", after.publisher_type or ""),
    }
    for part, (old, new) in texts.items():
        if rows := sentence_changes(old, new) + _translated_changes(before, after, part):
            yield part, rows
    for part, old_values, new_values in _field_values(before, after, zone):
        if old_values != new_values:
            yield part, (SentenceChange(before=_as_span(old_values), after=_as_span(new_values)),)


def _translated_changes(before: Entry, after: Entry, part: str) -> tuple[SentenceChange, ...]:
    changed = list(changed_translations(before, after))
    if part == "Title":
        pairs = [(clean_title(old.title), clean_title(new.title)) for old, new in changed]
    else:
        pairs = [(old.text, new.text) for old, new in changed] if part == "Text" else []
    return tuple(row for old, new in pairs for row in sentence_changes(old, new))


def _field_values(before: Entry, after: Entry, zone: ZoneInfo) -> Iterator[tuple[str, list[str], list[str]]]:
    yield "Opens", _date(before.opens, zone), _date(after.opens, zone)
    yield "Closes", _date(before.closes, zone), _date(after.closes, zone)
    yield "Attachments", _files(before), _files(after)
    yield "Dated facts", _claims(before, zone), _claims(after, zone)


def _date(moment: Moment | None, zone: ZoneInfo) -> list[str]:
    return [format_moment(moment, zone).text] if moment else []


def _files(entry: Entry) -> list[str]:
    attached = (link for link in entry.links if link.rel == "enclosure")
    return [
        f"{clean_title(link.title or link.href, 200)}{f' ({link.length} bytes)' if link.length else ''}"
        for link in attached
    ]


def _claims(entry: Entry, zone: ZoneInfo) -> list[str]:
    return [f"{clean_title(claim.what)}: {_claim_date(claim, zone)}" for claim in entry.claims]


def _claim_date(claim: Claim, zone: ZoneInfo) -> str:
    return format_moment(claim.moment, zone).text if claim.moment else "not known"


def _as_span(values: Iterable[str]) -> tuple[DiffSpan, ...]:
    return (DiffSpan(text="; ".join(values), differs=True),) if values else ()
