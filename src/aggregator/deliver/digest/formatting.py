"""The letter's words for dates, deadlines, changes and languages, and the text of others made safe to set."""

from __future__ import annotations

import re
import textwrap
from datetime import datetime
from zoneinfo import ZoneInfo

from aggregator.model import Digest, Moment, Precision, Removal, RemovalKind
from aggregator.model.days import COARSE, days_left, in_words, is_over
from aggregator.values.text import one_line

COLUMNS = 76
"""Width of a text letter: under the 78 characters of RFC 5322, 2.1.1, with room for a quoting mark."""

LONGEST_TITLE = 300
LONGEST_SENTENCE = 300
"""Characters: a paragraph without a full stop, or a title a page long, is set no longer than this."""

PARTS = {"updated": "date of update"}
"""The parts of a revision are named in plain words already; one carries the name of its field."""

REMOVALS = {
    RemovalKind.WITHDRAWN: "Withdrawn by its publisher",
    RemovalKind.GONE: "Taken away by its publisher",
    RemovalKind.MISSING: "No longer there; its publisher does not say why",
    RemovalKind.REDIRECTED: "No longer there; its address leads elsewhere",
}

LANGUAGES = {"cy": "in Welsh", "gd": "in Gaelic"}

_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'’”)]*\s+(?=[\"'‘“(]?[A-ZÀ-Þ0-9])")
_NO_END = re.compile(r"(?:\b(?:[A-Z]|Dr|Mr|Mrs|Ms|Prof|St|No|vs|cf|e\.g|i\.e|etc)\.)$")


def wrap(text: str, first: str = "", rest: str = "") -> str:
    """Lines of at most 76 columns; a word longer than that, such as a link, stays whole."""
    wrapper = textwrap.TextWrapper(
        COLUMNS, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
    return wrapper.fill(text)


def first_sentence(text: str) -> str:
    """The first sentence of a paragraph; where it does not end, as much of it as a letter has room for."""
    line = one_line(text)
    for end in _SENTENCE_END.finditer(line):
        if not _NO_END.search(line[: end.start()]):
            return one_line(line[: end.end()], LONGEST_SENTENCE)
    return one_line(line, LONGEST_SENTENCE)


def say_instant(instant: datetime, zone: ZoneInfo) -> str:
    """`Monday 22 January 2024, 08:00 GMT`."""
    local = instant.astimezone(zone)
    return f"{local:%A} {in_words(local)}, {local:%H:%M %Z}"


def say_moment(moment: Moment, zone: ZoneInfo) -> str:
    """The moment at its own precision: `2024`, `January 2024`, `24 January 2024`, or with hour and zone."""
    local = moment.at.astimezone(zone)
    match moment.precision:
        case Precision.YEAR:
            return f"{local:%Y}"
        case Precision.MONTH:
            return f"{local:%B %Y}"
        case Precision.DAY:
            return in_words(local)
        case _:
            return f"{in_words(local)}, {local:%H:%M %Z}"


def say_closing(closes: Moment, at: datetime, zone: ZoneInfo) -> str:
    """When it closes, with the days left on the day of `at`: the day on which the letter's week ends."""
    day = f"{closes.at.astimezone(zone):%A} " if closes.precision not in COARSE else ""
    when = f"{day}{say_moment(closes, zone)}"
    if is_over(closes, at, zone):
        return f"Closed {when}"
    return f"Closes {when} ({_say_days(days_left(closes, at, zone))})"


def say_changes(parts: tuple[str, ...]) -> str:
    """`Changed: title, closing date`; empty when nothing is known to have changed."""
    words = [PARTS.get(part, part) for part in parts]
    return f"Changed: {', '.join(words)}" if words else ""


def say_removal(removal: Removal, zone: ZoneInfo) -> str:
    """What became of a document, with the publisher's own date and words where there are any."""
    when = f", {say_moment(removal.moment, zone)}" if removal.moment else ""
    note = f": {removal.note}" if removal.note else ""
    return f"{REMOVALS[removal.kind]}{when}{note}"


def say_language(tag: str) -> str:
    """`in Welsh` for an update that is not in English, where we have a word for its language."""
    return LANGUAGES.get(tag.partition("-")[0].lower(), "")


def say_contents(digest: Digest) -> str:
    """How many updates a letter holds, and how many reminders if any."""
    news = say_count(digest.news, "update", "updates")
    return f"{news}, {say_count(digest.reminders, 'reminder', 'reminders')}" if digest.reminders else news


def say_count(count: int, one: str, many: str) -> str:
    """`1 update`, `12 updates`."""
    return f"{count} {one if count == 1 else many}"


def _say_days(days: int) -> str:
    return "on the day of this letter" if days == 0 else say_count(days, "day left", "days left")
