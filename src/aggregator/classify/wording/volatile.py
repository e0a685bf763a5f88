"""Leaves out of a text what counts, ages or dates itself: it differs at each look, and nobody edited it.

Everything here takes and gives comparable text (`comparable_text`).
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from aggregator.classify.wording.days import DATE, day_of

# What takes the place of a number that software writes.
MARK: Final = "#"
# Words of a sentence that says nothing but how often, or when, beside the number.
MAX_COUNTER_WORDS: Final = 9

NUMBER: Final = r"\d(?:[\d,.']*\d)?(?: ?[km](?!\w))?\+?"
FEW: Final = rf"(?:{NUMBER}|an?|one|two|three|four|five|six|seven|eight|nine|ten|a few|several|un|dau|dwy)"
UNIT: Final = (
    r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|eiliad(?:au)?|munud(?:au)?|awr"
    r"|oriau|d?diwrnod|wythnos(?:au)?|mis(?:oedd)?|blynedd|flwyddyn)"
)
DONE: Final = (
    r"(?:viewed|read|visited|downloaded|shared|opened|printed|clicked|accessed|seen|liked|watched|played)"
)
STATED: Final = (
    r"(?:updated|posted|published|modified|changed|edited|checked|refreshed|reviewed|added|seen|active)"
)
VISITORS: Final = r"(?:times|people|persons|users|visitors|readers|members|gwaith)"
# What software counts. In a longer sentence it may be what the text is about.
COUNTED: Final = (
    r"(?:(?:page ?)?views?|visits?|visitors?|hits?|downloads?|impressions?|clicks?|reads?|likes?|shares?"
    r"|comments?|repl(?:y|ies)|reactions?|followers?|subscribers?|readers?|retweets?|plays?|favourites?"
    r"|bookmarks?|users?|guests?|members?|people|signatures?|ymweliad(?:au)?|ymwelwyr)"
)
LABEL: Final = (
    r"(?:(?:page ?|unique ?|total ?)*(?:views?|visits?|visitors?|hits?|downloads?|reads?|likes?|shares?)"
    r"(?: count(?:er)?| number| today)?|counter|counts?|visitor(?: no\.?| number)|viewed|downloaded)"
)
CLOCK: Final = r"\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?: ?[ap]\.?m\.?)?(?: ?(?:gmt|bst|utc))?"
READING: Final = r"(?:read(?:ing)?(?: time)?|to read|darllen)"

# Each with what takes its place: the words stay, so that an edit of them is seen.
ANYWHERE: Final = tuple(
    (re.compile(pattern), becomes)
    for pattern, becomes in (
        (rf"\b({DONE})(?: by)?(?: over| about)? {NUMBER} {VISITORS}\b", rf"\1 {MARK}"),
        (rf"\b({LABEL}) ?[:=(] ?{NUMBER}", rf"\1 {MARK}"),
        (rf"\b(visitor (?:number |no\.? )?){NUMBER}", rf"\1{MARK}"),
        (rf"\b((?:time now|current time|local time|time is(?: now)?)) ?:? ?{CLOCK}", rf"\1 {MARK}"),
        # `3 days ago` is `yesterday` or `just now` of another day.
        (
            rf"(?:\b(?:about|over|almost|less than|more than) )?\b{FEW} ?(?:{UNIT}|mo|[smhdwy])"
            rf"(?:,? (?:and )?{FEW} {UNIT})* (?:ago|yn ol|yn ôl)\b",
            MARK,
        ),
        (
            rf"\b({STATED})(?: on)?:? (?:just now|moments ago|today|yesterday|this (?:week|month)"
            rf"|last (?:week|month|year))\b(?:,? (?:at )?{CLOCK})?",
            rf"\1 {MARK}",
        ),
        (rf"\b{FEW} (?:(?:more|working|calendar) )?{UNIT} (?:left|remaining|remain|to go|from now)\b", MARK),
        (
            rf"\b((?:clos|end|open|start|expir)(?:e?s|ing)) (?:in {FEW} {UNIT}|today|tomorrow)\b",
            rf"\1 {MARK}",
        ),
        (rf"\b(?:about |less than )?{FEW}[ -]?(?:minutes?|mins?|munud)[ -]{READING}\b", MARK),
        (
            r"\b((?:estimated )?(?:reading time|read time|time to read|amser darllen)) ?:? ?"
            rf"(?:about |less than |~ ?)?{FEW} ?(?:minutes?|mins?|munud|m)\b",
            rf"\1 {MARK}",
        ),
        (
            rf"\b((?:generated|rendered|loaded|served|built) in) {NUMBER}(?: ?m?s(?:ec(?:ond)?s?)?)?\b",
            rf"\1 {MARK}",
        ),
        (
            r"\b((?:request|ray|session|trace|incident|correlation|event) ?id) ?[:#=]? ?[\w.-]*\d[\w.-]*",
            rf"\1 {MARK}",
        ),
        (r"\(c\) ((?:\w+ ){0,4})\d{4}(?:-\d{2,4})?", rf"(c) \1{MARK}"),
    )
)
IN_A_SHORT_SENTENCE: Final = re.compile(
    rf"{NUMBER} (?=(?:[a-z]+ )?{COUNTED}\b)|(?<=\b)-?{NUMBER} ?°? ?[cf]\b"
)
# A line that says when the page was touched, and no more.
STAMP: Final = re.compile(
    r"(?:this |the )?(?:page |site |list |content )?(?:was )?(?:last )?(?:updated|reviewed|modified|checked"
    r"|viewed|printed|generated|refreshed|accessed|retrieved|visited|crawled|cached)\b"
)
# Words beside a date that only says which day it is.
OF_THE_DAY: Final = frozenset(
    [
        "today",
        "s",
        "is",
        "it",
        "the",
        "date",
        "now",
        "current",
        "time",
        "day",
        "local",
        "london",
        "generated",
        "rendered",
        "printed",
        "retrieved",
        "accessed",
        "refreshed",
        "page",
        "site",
        "on",
        "at",
        "of",
        "as",
        "edition",
        "weather",
        "for",
        "forecast",
        "your",
        "here",
        "heddiw",
        "dyddiad",
    ]
)
TODAY: Final = re.compile(r"\b(?:today|today's date|heddiw)(?: is|:)?,? $")
WORD: Final = re.compile(r"[^\W\d_]+")
SENTENCE_END: Final = re.compile(r"(?<=[.!?…]) ")
# What a sentence needs to hold one of these at all.
HINT: Final = re.compile(
    r"\d|\b(?:ago|today|tomorrow|yesterday|now|left|remaining|read\w*|last|in|yn|darllen)\b"
)


def without_counters(text: str) -> str:
    """Return a line or paragraph with a mark for each number that counts or ages by itself."""
    return " ".join(map(_sentence, SENTENCE_END.split(text))) if HINT.search(text) else text


def _sentence(sentence: str) -> str:
    for pattern, becomes in ANYWHERE:
        sentence = pattern.sub(becomes, sentence)
    words = len(WORD.findall(sentence))
    if words <= MAX_COUNTER_WORDS:
        sentence = IN_A_SHORT_SENTENCE.sub(f"{MARK} ", sentence)
    dated = MARK in sentence or DATE.search(sentence)
    return MARK if dated and words <= MAX_COUNTER_WORDS and STAMP.match(sentence) else sentence


def with_days_from(text: str, day: date) -> str:
    """Return a line with dates counted from a day, if it is no more than a date or says "today".

    A date that moves on as days go by is equal then. One in a sentence stays: it is what the sentence says.
    """

    def count(found: re.Match[str]) -> str:
        before, after = text[: found.start()], text[found.end() :]
        alone = OF_THE_DAY.issuperset(WORD.findall(before + after))
        named = day_of(found, day.year) if alone or TODAY.search(before) else None
        return f"{MARK}{(named - day).days}" if named else found[0]

    return DATE.sub(count, text)
