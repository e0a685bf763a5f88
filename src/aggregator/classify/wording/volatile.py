"""Leaves out of a text what counts, ages or dates itself: it differs at each look, and nobody edited it.

Everything here takes and gives comparable text (`comparable_text`).
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from aggregator.classify.wording.days import DATE, WEEKDAY, day_of, weekday_of
from aggregator.classify.wording.vocabulary import (
    AGO,
    CLOCK,
    COUNTED,
    FEW,
    KNOWN,
    NO_NUMBER,
    NUMBER,
    OF_THE_DAY,
    OF_TODAY,
    PRESENT,
    READING,
    RELATIVE_DAY,
    SAID,
    SHORT_UNIT,
    STAMPED,
    UNIT,
)

# What takes the place of a number that software writes.
MARK: Final = "#"
# Words of a line that says nothing but how often, how long or when; words beside a counter.
MAX_WORDS: Final = 14
MAX_COUNTER_WORDS: Final = 9
MAX_WEATHER_WORDS: Final = 4

DONE: Final = (
    r"(?:viewed|read|visited|downloaded|shared|opened|printed|clicked|accessed|seen|liked|watched|played)"
)
STATED: Final = (
    r"(?:updated|posted|published|modified|changed|edited|checked|refreshed|reviewed|added|seen|active)"
)
VISITORS: Final = r"(?:times?|people|persons|users|visitors|readers|members|gwaith)"
LABEL: Final = (
    r"(?:(?:page ?|unique ?|total ?)*(?:views?|visits?|visitors?|hits?|downloads?|reads?|likes?|shares?)"
    r"(?: count(?:er)?| number| today)?|counter|counts?|visitor(?: no\.?| number)|viewed|downloaded)"
)
# What stands at the end of a line and is counted by software alone.
HITS: Final = r"(?:(?:page ?)?views?|downloads?|hits?|impressions?|clicks?)"
READ: Final = r"(?:read(?:ing)?(?: time)?|to read|(?:o )?d?darllen)"

# Each with what takes its place: the words stay, so that an edit of them is seen.
ANYWHERE: Final = tuple(
    (re.compile(pattern), becomes)
    for pattern, becomes in (
        (
            rf"(?:^|(?<=\bbeen )|(?<=\bis ))({DONE})(?: by)?(?: over| about)? {NUMBER} {VISITORS}\b",
            rf"\1 {MARK}",
        ),
        (rf"\b({LABEL}) ?[:=(] ?{NUMBER}", rf"\1 {MARK}"),
        (rf"\b(visitor (?:number |no\.? )?){NUMBER}", rf"\1{MARK}"),
        (rf"\b((?:time now|current time|local time|time is(?: now)?)) ?:? ?{CLOCK}", rf"\1 {MARK}"),
        (rf"\b({STATED})(?: on)?:? (?:{AGO.pattern.replace('?P<unit>', '?:')})", rf"\1 {MARK}"),
        (rf"\b({STATED})(?: on)?:? (?:{RELATIVE_DAY.pattern})", rf"\1 {MARK}"),
        (rf"\b{FEW} (?:(?:more|working|calendar) )?{UNIT} (?:left|remaining|remain|to go|from now)\b", MARK),
        (
            rf"\b((?:clos|end|open|start|expir)(?:e?s|ing)) (?:in {FEW} {UNIT}|today|tomorrow)\b",
            rf"\1 {MARK}",
        ),
        (
            rf"\b(yn (?:cau|agor|dechrau|gorffen|dod i ben)) (?:mewn {FEW} {UNIT}|heddiw|yfory)\b",
            rf"\1 {MARK}",
        ),
        (rf"\b(?:about |less than )?{FEW}[ -]?(?:minutes?|mins?|munud(?:au)?)[ -]{READ}\b", MARK),
        (
            r"\b((?:estimated )?(?:reading time|read time|time to read|amser darllen)) ?:? ?"
            rf"(?:about |less than |~ ?)?{FEW} ?(?:minutes?|mins?|munud(?:au)?|m)\b",
            rf"\1 {MARK}",
        ),
        (
            rf"\b((?:generated|rendered|loaded|served|built)(?: by \S+)?) in {NUMBER}"
            r"(?: ?m?s(?:ec(?:ond)?s?)?)?\b",
            MARK,
        ),
        (
            r"\b((?:request|ray|session|trace|incident|correlation|event) ?id) ?[:#=]? ?[\w.-]*\d[\w.-]*",
            rf"\1 {MARK}",
        ),
    )
)
HITS_AT_END: Final = re.compile(rf"\b(?:{NUMBER} {HITS}|{HITS} {NUMBER})$")
BRACKETS: Final = re.compile(r"\(([^()]{1,60})\)")
DURATION: Final = re.compile(rf"\b{FEW} {UNIT}\b")
COPYRIGHT: Final = re.compile(r"\(c\)|\b(?:copyright|hawlfraint) (?=\d{4})")
YEAR: Final = re.compile(r"\b(?:19|20)\d\d(?:-\d{2,4})?\b")
WEATHER: Final = re.compile(rf"-?{NUMBER} ?° ?[cf]\b|(?<=today )-?{NUMBER} ?[cf]\b")
# A sum of money, a share, a size: what a publisher states.
STATED_NUMBER: Final = re.compile(r"[£$€%]|\d ?(?:per cent|percent|y cant)\b")
TODAY: Final = re.compile(r"\b(?:today|today's date|heddiw)(?: is|:)?,? $")
WORD: Final = re.compile(r"[^\W\d_]+")
ANY_NUMBER: Final = re.compile(NUMBER)
SENTENCE_END: Final = re.compile(r"(?<=[.!?…]) ")
# What a sentence needs to hold one of these at all.
HINT: Final = re.compile(
    r"\d|\b(?:ago|today|tomorrow|yesterday|now|left|remaining|read\w*|last|in|yn|darllen|no|first|less|dim|ddoe"
    r"|echdoe|heddiw|yfory)\b"
)


def without_counters(text: str) -> str:
    """Return a line or paragraph without what only counts or ages, with a mark for such numbers in it."""
    if not HINT.search(text):
        return text
    return " ".join(filter(None, map(_sentence, SENTENCE_END.split(text))))


def is_volatile(line: str) -> bool:
    """Return whether a line says nothing but how often, how long, or when software touched it."""
    plain = RELATIVE_DAY.sub(" ", AGO.sub(" ", line))
    undated = DATE.sub(" ", plain)
    words = WORD.findall(ANY_NUMBER.sub(" ", re.sub(CLOCK, " ", undated)))
    if STATED_NUMBER.search(line) or len(words) > MAX_WORDS or not KNOWN.issuperset(words):
        return False
    aged, dated = plain != line, undated != plain
    numbered = ANY_NUMBER.search(undated) is not None or not NO_NUMBER.isdisjoint(words)
    if not words:
        return aged and not dated and not numbered
    if dated:
        return not STAMPED.isdisjoint(words)
    if aged and not (STAMPED | SAID | COUNTED).isdisjoint(words):
        return True
    # A time is no count: `Reply in 20 days`.
    counted = COUNTED if DURATION.search(undated) is None else frozenset[str]()
    return numbered and not (counted | PRESENT | READING).isdisjoint(words)


def is_value(line: str) -> bool:
    """Return whether a line is no more than a number, a date or an age."""
    rest = ANY_NUMBER.sub(" ", re.sub(CLOCK, " ", AGO.sub(" ", DATE.sub(" ", line))))
    return bool(line) and WORD.search(rest) is None


def labels_volatile(label: str, value: str) -> bool:
    """Return whether a value is what the label beside it says that software counts or stamps."""
    return bool(label) and is_value(value) and is_volatile(f"{label.rstrip(': ')} {value}")


def _sentence(sentence: str) -> str:
    if is_volatile(sentence):
        return ""
    words = len(WORD.findall(sentence))
    sentence = BRACKETS.sub(lambda found: "" if is_volatile(found[1]) else found[0], sentence).strip()
    for pattern, becomes in ANYWHERE:
        sentence = pattern.sub(becomes, sentence)
    is_sentence = sentence.endswith((".", "!", "?"))
    # In a story, `3 years ago` is what it tells.
    sentence = AGO.sub(lambda found: found[0] if is_sentence and _is_long(found) else MARK, sentence)
    if words <= MAX_COUNTER_WORDS:
        sentence = HITS_AT_END.sub(MARK, sentence)
        if COPYRIGHT.search(sentence):
            sentence = YEAR.sub(MARK, sentence)
    return WEATHER.sub(MARK, sentence) if words <= MAX_WEATHER_WORDS else sentence


def _is_long(age: re.Match[str]) -> bool:
    unit = age["unit"]
    return unit is None or not re.fullmatch(SHORT_UNIT, unit)


def with_days_from(text: str, day: date, *, alone: bool = False, near: bool = False) -> str:
    """Return a line with dates counted from a day, if it says "today", or is no more than a date.

    A date that moves on as days go by is equal then. One in a sentence stays: it is what the sentence says.
    A line that is no more than a date counts if it stands `alone`, or if it may and is `near` the day: among
    others, or under a heading, it is the date of something.
    """
    words = set(WORD.findall(WEEKDAY.sub(" ", DATE.sub(" ", text))))
    says_today = OF_THE_DAY.issuperset(words) and not OF_TODAY.isdisjoint(words)
    if (says_today or not words) and (whole := _whole_day(text, day)) is not None:
        is_near = near and abs(whole) <= 1
        return f"{MARK}{whole}" if says_today or alone or is_near else text

    def count(found: re.Match[str]) -> str:
        named = (
            day_of(found, day.year)
            if TODAY.search(text[max(0, found.start() - 40) : found.start()])
            else None
        )
        return f"{MARK}{(named - day).days}" if named else found[0]

    return DATE.sub(count, text)


def _whole_day(line: str, day: date) -> int | None:
    """Return how far the only day in a line is from a day; by weekday, if it gives no date."""
    dates = list(DATE.finditer(line))
    if len(dates) == 1 and not ANY_NUMBER.search(re.sub(CLOCK, " ", DATE.sub(" ", line))):
        named = day_of(dates[0], day.year)
        return (named - day).days if named else None
    weekdays = list(WEEKDAY.finditer(line))
    if not dates and len(weekdays) == 1 and not ANY_NUMBER.search(line):
        return (weekday_of(weekdays[0]) - day.weekday()) % 7
    return None
