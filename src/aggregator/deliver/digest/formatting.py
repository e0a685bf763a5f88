"""Texts of dates, deadlines, changes, languages and counts in mails, and line wrapping."""

from __future__ import annotations

import re
import textwrap
from datetime import datetime
from zoneinfo import ZoneInfo

from aggregator.model import Digest, Moment, Precision, Removal, RemovalKind
from aggregator.model.days import COARSE, MONTHS, day_in_words, days_left, first_day, is_over
from aggregator.values.languages import english_name, is_english
from aggregator.values.text import one_line

# Width of plain-text mail: RFC 5322, 2.1.1 allows 78 characters; a reply needs two for the quoting mark.
TEXT_WIDTH = 76

MAX_TITLE_LENGTH = 300
# In characters. Publishers write titles a page long, and paragraphs without a full stop.
MAX_SENTENCE_LENGTH = 300

# Parts of a revision whose own names are not plain words.
PART_NAMES = {"updated": "date of update"}

REMOVAL_TEXTS = {
    RemovalKind.WITHDRAWN: "Withdrawn by its publisher",
    RemovalKind.GONE: "Taken away by its publisher",
    RemovalKind.MISSING: "No longer there; its publisher does not say why",
    RemovalKind.REDIRECTED: "No longer there; its address leads elsewhere",
}


# A full stop ends a sentence if a capital or digit follows, unless it ends an abbreviation or an initial.
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'’”)]*\s+(?=[\"'‘“(]?[A-ZÀ-Þ0-9])")
_ABBREVIATION_END = re.compile(r"(?:\b(?:[A-Z]|Dr|Mr|Mrs|Ms|Prof|St|No|vs|cf|e\.g|i\.e|etc)\.)$")


def wrap(text: str, first: str = "", rest: str = "") -> str:
    """Wrap `text` at 76 columns. A longer word, such as a link, is not broken."""
    wrapper = textwrap.TextWrapper(
        TEXT_WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return wrapper.fill(text)


def first_sentence(text: str) -> str:
    """The first sentence of a paragraph; at most `MAX_SENTENCE_LENGTH` characters."""
    line = one_line(text)
    for end in _SENTENCE_END.finditer(line):
        if not _ABBREVIATION_END.search(line[: end.start()]):
            return one_line(line[: end.end()], MAX_SENTENCE_LENGTH)
    return one_line(line, MAX_SENTENCE_LENGTH)


def instant_text(instant: datetime, zone: ZoneInfo) -> str:
    """Such as `Monday 22 January 2024, 08:00 GMT`."""
    local = instant.astimezone(zone)
    return f"{local:%A} {day_in_words(local)}, {local:%H:%M %Z}"


def moment_text(moment: Moment, zone: ZoneInfo) -> str:
    """The moment at its own precision: `2024`, `January 2024`, `24 January 2024`, or with the time."""
    day, local = first_day(moment, zone), moment.at.astimezone(zone)
    match moment.precision:
        case Precision.YEAR:
            return f"{day:%Y}"
        case Precision.MONTH:
            return f"{MONTHS[day.month - 1]} {day.year}"
        case Precision.DAY:
            return day_in_words(day)
        case _:
            return f"{day_in_words(day)}, {local:%H:%M %Z}"


def closing_text(closes: Moment, at: datetime, zone: ZoneInfo) -> str:
    """When something closes, with the days left at `at`, the end of the digest's window."""
    day = f"{first_day(closes, zone):%A} " if closes.precision not in COARSE else ""
    when = f"{day}{moment_text(closes, zone)}"
    if is_over(closes, at, zone):
        return f"Closed {when}"
    if closes.precision in COARSE:
        return f"Closes by the end of {when}"
    return f"Closes {when} ({_days_left_text(days_left(closes, at, zone))})"


def changes_text(parts: tuple[str, ...]) -> str:
    """Such as `Changed: title, closing date`; empty when no part is known to have changed."""
    names = [PART_NAMES.get(part, part) for part in parts]
    return f"Changed: {', '.join(names)}" if names else ""


def removal_text(removal: Removal, zone: ZoneInfo) -> str:
    """How a document was removed, with the publisher's date and note where there are any."""
    when = f", {moment_text(removal.moment, zone)}" if removal.moment else ""
    note = f": {removal.note}" if removal.note else ""
    return f"{REMOVAL_TEXTS[removal.kind]}{when}{note}"


def language_text(tag: str) -> str:
    """Such as `in Welsh`; empty for English."""
    return "" if is_english(tag) else f"in {english_name(tag) or f'the language {one_line(tag)}'}"


def contents_text(digest: Digest) -> str:
    """How many updates and reminders a digest has, such as `3 updates, 1 reminder`."""
    updates = count_text(digest.update_count, "update", "updates")
    return (
        f"{updates}, {count_text(digest.reminder_count, 'reminder', 'reminders')}"
        if digest.reminder_count
        else updates
    )


def count_text(count: int, one: str, many: str) -> str:
    """Such as `1 update` or `12 updates`."""
    return f"{count} {one if count == 1 else many}"


def _days_left_text(days: int) -> str:
    return "on the day of this letter" if days == 0 else count_text(days, "day left", "days left")
