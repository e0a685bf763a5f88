"""Gives each document its key, its id, and the names by which it stays known when its address changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from aggregator.model import LONDON, Precision
from aggregator.normalise.dates import parse_moment

NAMESPACE: Final = UUID("9576dcd2-941f-5529-b3a0-1c924e2609b2")
"""UUID version 5 of `urn:x-uk-open-government-updates:document` under RFC 9562's namespace for URLs.

It never changes: every id that was published is made from it. It names the project, not an instance, so two
instances give one document one id; and it holds nothing of `base_url`, so moving an instance changes no id.
"""

OUR_ID: Final = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
"""An id as any instance makes them."""


NameBuilder = Callable[[re.Match[str]], str]

NAMES: Final[tuple[tuple[re.Pattern[str], NameBuilder], ...]] = (
    # Northern Ireland's departments share one Drupal: one node number on every host of theirs, while the
    # department's feed and the Executive's give one item two addresses (dof-dss/nicsdru_dept, 2026-05).
    (
        re.compile(r"https?://(?:www\.)?(?:[a-z]+-ni|northernireland)\.gov\.uk/node/(\d+)/?"),
        lambda found: f"ni-node:{found[1]}",
    ),
    (
        re.compile(r"https?://(?:www\.)?([a-z0-9.-]+)/node/(\d+)/?"),
        lambda found: f"node:{found[1]}:{found[2]}",
    ),
    # WordPress keeps the first host and the number in the guid when a site moves or a slug is corrected.
    (
        re.compile(r"https?://(?:www\.)?([a-z0-9.-]+(?:/[a-z0-9-]+)*)/\?p=(\d+)"),
        lambda found: f"wordpress:{found[1]}:{found[2]}",
    ),
)
"""Form of a native id, and the name that it gives. Other ids are not trusted: some feeds give
every item the same one."""


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


def document_key(page: str | None, own: str | None, prefix: str) -> str | None:
    """What identifies a document: its page's canonical address, else its own id (`record:ID`, `mail:ID`).

    `prefix` is how such an id begins; empty where only pages count. None when it has neither. A record that
    names its document's page is that document.
    """
    if page:
        return page
    return own if prefix and own and own.startswith(prefix) and own != prefix else None


def entry_id(key: str) -> str:
    """The permanent id of the document with this key (RFC 4287, 4.2.6: never changes, never reused)."""
    return f"urn:uuid:{uuid5(NAMESPACE, key)}"


def names_from_ids(*ids: str | None) -> tuple[str, ...]:
    """The names that a document's own ids give it, each once; mostly none."""
    found = (_name(id) for id in ids if id)
    return tuple(dict.fromkeys(name for name in found if name))


def _name(id: str) -> str | None:
    for form, namer in NAMES:
        if match := form.fullmatch(id.strip()):
            return namer(match)
    return None


def meeting_name(title: str, *, recorded: bool, now: datetime) -> str | None:
    """The name of the meeting that a title records, `meeting:uk-msf:2024-01-24`; None for any other title.

    A title without the day names no meeting: one of 2023 bears the wrong month and year (forum topic 2328).
    """
    group = next((body for words, body in GROUPS if words.search(title)), None)
    told = RECORD.search(title) or (recorded and KEPT.search(title))
    days = DAY.findall(title)
    if group is None or not told or len(days) != 1:
        return None
    held = parse_moment(" ".join(days[0]), now=now)
    if held is None or held.precision is not Precision.DAY:
        return None
    return f"{MEETING}{group}:{held.at.astimezone(LONDON).date().isoformat()}"
