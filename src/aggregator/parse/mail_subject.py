"""Reads the subject of a message: its title, whether it answers another one, the day it speaks of."""

from __future__ import annotations

import re
from typing import Final

from aggregator.model import MailTrust, RawClaim
from aggregator.model.text import one_line
from aggregator.parse.mail_message import Header, words_of

TAGS: Final = r"\[([^\[\]]{1,60})\]\s*"
FORWARDS: Final = r"(?:fwd?|wg|ymlaen)\s*:\s*"
ANSWERS: Final = r"(?:re|aw|sv|antw|ateb|atb)(?:\[\d+\])?\s*:\s*"
TAG: Final = re.compile(TAGS)
FORWARD: Final = re.compile(FORWARDS, re.IGNORECASE)
ANSWER: Final = re.compile(rf"(?:{TAGS}|{FORWARDS})*{ANSWERS}", re.IGNORECASE)
EXTERNAL: Final = frozenset({"external", "ext", "externalemail"})

RECORD: Final = re.compile(
    r"\bread-?\s?outs?\b|\bminutes\b|\b(?:meeting|forum) (?:notes?|record|summary)\b|\bcofnod(?:ion)?\b"
    r"|\b(?:notes?|record|summary) (?:of|from)\b.{0,80}\b(?:meeting|forum)\b",
    re.IGNORECASE,
)
AHEAD: Final = re.compile(
    r"\b(?:next|agenda|invit\w+|save the date|register|upcoming|draft agenda)\b", re.IGNORECASE
)
MONTH: Final = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*|ionawr|chwefror|mawrth|ebrill|mai|mehefin"
    r"|gorffennaf|awst|medi|hydref|tachwedd|rhagfyr"
)
DAY: Final = re.compile(
    rf"\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?(?:{MONTH}) \d{{4}}\b"
    rf"|\b(?:{MONTH}) \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}\b"
    r"|\b\d{1,2}/\d{1,2}/\d{4}\b|\b\d{4}-\d\d-\d\d\b",
    re.IGNORECASE,
)


def is_answer(header: Header) -> bool:
    """Whether the message is an answer, of a person or of a machine (RFC 3834, 5)."""
    if header.first("auto-submitted").lower().startswith("auto-replied"):
        return True
    subject = words_of(header.first("subject"))
    if ANSWER.match(subject):
        return True
    follows = header.first("in-reply-to") or header.first("references")
    return bool(follows) and not RECORD.search(subject)


def read_subject(header: Header, trust: MailTrust) -> tuple[str, bool]:
    """The subject without what mail programs and the list put before it, and whether it was forwarded."""
    subject, forwarded = one_line(words_of(header.first("subject"))), False
    for _ in range(10):
        tag, forward = TAG.match(subject), FORWARD.match(subject)
        found = forward or (tag if tag and _is_tag(tag[1], trust) else None)
        if not found:
            break
        forwarded = forwarded or found is forward
        subject = subject[found.end() :]
    return subject, forwarded


def _is_tag(words: str, trust: MailTrust) -> bool:
    """Whether `[words]` names the list, or is the mark of a mail filter; `[Draft]` is neither."""
    letters = re.sub(r"[\W_]", "", words).lower()
    named = re.sub(r"[\W_]", "", trust.list_id).lower()
    return letters in EXTERNAL or (len(letters) > 1 and letters in named)


def claims_of(title: str, page: str | None) -> tuple[RawClaim, ...]:
    """The day of the meeting that a read-out is about, as its subject names it."""
    day = DAY.search(title)
    if not day or not RECORD.search(title) or AHEAD.search(title):
        return ()
    note = "The day stands in the subject of a message to the mailing list."
    return (RawClaim(what="meeting held", date=day[0], source=page, note=note),)
