"""Knows one meeting's record from another's, so that a read-out is one document wherever it is posted.

The UK's forum has its read-outs posted on the network's site and on its forum, sent by mail, and kept here as
records, each under another title and address; what they share is the group and the day.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from aggregator.model import LONDON, Precision
from aggregator.normalise.dates import moment

GROUPS: Final = (
    (re.compile(r"\bmulti[- ]?stakeholder forum\b|\bMSF\b", re.IGNORECASE), "uk-msf"),
    (re.compile(r"\bopen government (?:partnership )?steering group\b", re.IGNORECASE), "scot-ogsg"),
)
"""The groups of this field that meet in one series each, and the body that stands for them."""

RECORD: Final = re.compile(r"\bread[- ]?out\b|\bminutes\b|\bmeeting notes\b|\bnotes? of\b", re.IGNORECASE)
KEPT: Final = re.compile(r"\bmeeting of\b", re.IGNORECASE)
"""How records of our own are titled; elsewhere this announces a meeting as often as it reports one."""

MEETING: Final = "meeting:"
"""Begins the name of a meeting."""

DAY: Final = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?(?: of)? ([A-Z][a-z]+),? (\d{4})\b")


def meeting_name(title: str, *, recorded: bool, now: datetime) -> str | None:
    """The name of the meeting that a title records, `meeting:uk-msf:2024-01-24`; None for any other title.

    A title without the day names no meeting: one of 2023 bears the wrong month and year (forum topic 2328).
    """
    group = next((body for words, body in GROUPS if words.search(title)), None)
    told = RECORD.search(title) or (recorded and KEPT.search(title))
    days = DAY.findall(title)
    if group is None or not told or len(days) != 1:
        return None
    held = moment(" ".join(days[0]), now=now)
    if held is None or held.precision is not Precision.DAY:
        return None
    return f"{MEETING}{group}:{held.at.astimezone(LONDON).date().isoformat()}"
