"""Compares two versions of a text: as runs, as HTML for feeds, and sentence by sentence for pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from html import escape
from itertools import zip_longest
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import Entry, Moment, Translation
from aggregator.publish.presentation.dates import format_moment
from aggregator.publish.presentation.text import clean_line
from aggregator.values.text import remove_unwanted

# How many characters of each text a page compares.
MAX_COMPARED_LENGTH: Final = 30_000
# Comparing takes quadratic time at worst, and the texts are other people's: without a limit it could hang.
# How many characters of each text a feed compares.
_MAX_LENGTH_IN_FEED: Final = 20_000
_SENTENCE: Final = re.compile(r"(?<=[.!?;:])\s+|\n+")
# The most words, old and new together, that a feed compares singly; a longer passage is replaced whole.
_MAX_WORDS_PER_DIFF: Final = 400
# Sentences that share a smaller part of their words are shown as one removed and one added.
_MIN_SHARED: Final = 0.4


@dataclass(frozen=True, slots=True)
class DiffRun:
    """Consecutive parts (sentences or words) that are the same in two texts, or that differ."""

    before: Sequence[str]
    after: Sequence[str]
    same: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffSpan:
    """Consecutive words of one side, and whether they differ from the other side."""

    text: str
    differs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceChange:
    """A sentence before and after a change; one side is empty when it was added or removed."""

    before: tuple[DiffSpan, ...]
    after: tuple[DiffSpan, ...]


def diff_runs(old: Sequence[str], new: Sequence[str]) -> list[DiffRun]:
    """The runs that lead from the old sequence to the new one, in order."""
    # With autojunk, difflib would ignore words that are frequent in long texts, and find fewer equal runs.
    codes = SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes()
    return [DiffRun(old[a:b], new[c:d], operation == "equal") for operation, a, b, c, d in codes]


def sentence_changes(before: str, after: str) -> tuple[SentenceChange, ...]:
    """The sentences that differ between two texts, in order, without those that both have."""
    return tuple(
        _sentence_change(left, right)
        for run in diff_runs(_sentences(before), _sentences(after))
        if not run.same
        for left, right in zip_longest(run.before, run.after, fillvalue="")
    )


def _sentences(text: str) -> list[str]:
    parts = (" ".join(part.split()) for part in _SENTENCE.split(remove_unwanted(text)[:MAX_COMPARED_LENGTH]))
    return [part for part in parts if part]


def _sentence_change(left: str, right: str) -> SentenceChange:
    old, new = left.split(), right.split()
    runs = diff_runs(old, new)
    # The ratio of SequenceMatcher, from the runs that are known already.
    shared = 2 * sum(len(run.before) for run in runs if run.same)
    if shared / (len(old) + len(new)) < _MIN_SHARED:
        runs = [DiffRun(old, new, same=False)]
    return SentenceChange(
        before=tuple(DiffSpan(text=" ".join(run.before), differs=not run.same) for run in runs if run.before),
        after=tuple(DiffSpan(text=" ".join(run.after), differs=not run.same) for run in runs if run.after),
    )


def diff_as_html(before: Entry, after: Entry, zone: ZoneInfo, *, with_text: bool) -> str:
    """The changed title, dates, files and passages as HTML, each before and after.

    Set `with_text` only when the licence allows the publisher's text; titles and dates may always be shown.
    """
    parts = [*_changed_fields(before, after, zone)]
    if with_text and before.text != after.text:
        parts += _changed_passages(before.text, after.text)
    for old, new in changed_translations(before, after):
        if old.title != new.title:
            parts.append(f"Title: {_del_and_ins(clean_line(old.title), clean_line(new.title))}")
        if with_text and old.text != new.text:
            parts += _changed_passages(old.text, new.text)
    return "".join(f"<p>{part}</p>" for part in parts)


def changed_translations(before: Entry, after: Entry) -> Iterator[tuple[Translation, Translation]]:
    """The translations whose words are known of both and are not the same."""
    had = {one.language: one for one in before.translations}
    for new in after.translations:
        old = had.get(new.language)
        if old and old.title and new.title and (old.title, old.text) != (new.title, new.text):
            yield (
                replace(old, text=old.text if new.text else ""),
                replace(new, text=new.text if old.text else ""),
            )


def _changed_fields(before: Entry, after: Entry, zone: ZoneInfo) -> Iterator[str]:
    fields = {
        "Title": (clean_line(before.title), clean_line(after.title)),
        "Opens": (_moment_text(before.opens, zone), _moment_text(after.opens, zone)),
        "Closes": (_moment_text(before.closes, zone), _moment_text(after.closes, zone)),
        "Kind": (clean_line(before.publisher_type or ""), clean_line(after.publisher_type or "")),
        "Files": (_files(before), _files(after)),
    }
    for name, (old, new) in fields.items():
        if old != new:
            yield f"{name}: {_del_and_ins(old, new)}"


def _moment_text(moment: Moment | None, zone: ZoneInfo) -> str:
    return format_moment(moment, zone).text if moment else ""


def _files(entry: Entry) -> str:
    return clean_line(
        ", ".join(link.title or link.href for link in entry.links if link.rel == "enclosure"), 2000
    )


def _changed_passages(before: str, after: str) -> Iterator[str]:
    """Each run of sentences that differs, compared word by word, without the sentences in between."""
    old, new = (
        _SENTENCE.split(clean_line(remove_unwanted(text), _MAX_LENGTH_IN_FEED)) for text in (before, after)
    )
    for run in diff_runs(old, new):
        if not run.same:
            yield _word_diff(" ".join(run.before), " ".join(run.after))


def _word_diff(before: str, after: str) -> str:
    # One word changed in a long passage is worth showing; hundreds of single words cannot be read.
    old, new = before.split(), after.split()
    if not old or not new or len(old) + len(new) > _MAX_WORDS_PER_DIFF:
        return _del_and_ins(before, after)
    return " ".join(
        escape(" ".join(run.before)) if run.same else _del_and_ins(" ".join(run.before), " ".join(run.after))
        for run in diff_runs(old, new)
    )


def _del_and_ins(before: str, after: str) -> str:
    was = f"<del>{escape(before)}</del>" if before else ""
    now = f"<ins>{escape(after)}</ins>" if after else ""
    return " ".join(filter(None, (was, now)))
