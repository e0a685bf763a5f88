"""The key and the permanent id of a document, and the names by which it is recognised at a new address."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Final
from urllib.parse import unquote
from uuid import UUID, uuid5

from aggregator.model import Entry, Precision
from aggregator.normalise.dates import parse_moment
from aggregator.normalise.urls import canonical_url, spelling_of
from aggregator.values.web_addresses import split_address

# UUID version 5 of `urn:x-uk-open-government-updates:document` under RFC 9562's namespace for URLs.
#
# It never changes: every published id is made from it. It names the project, not an instance, so that two
# instances give a document the same id; and it does not contain `base_url`, so that moving an instance
# changes no id.
NAMESPACE: Final = UUID("9576dcd2-941f-5529-b3a0-1c924e2609b2")

# An id made by any instance of this program.
OUR_ID: Final = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


NameBuilder = Callable[[re.Match[str]], str]

# Forms of native ids, and the names that they give. Other ids are not trusted: some feeds give every item the
# same one.
NATIVE_ID_FORMS: Final[tuple[tuple[re.Pattern[str], NameBuilder], ...]] = (
    # Northern Ireland's departments share one Drupal: one node number on every host of theirs, while the
    # department's feed and the Executive's give one item two addresses (dof-dss/nicsdru_dept, 2026-05).
    (
        re.compile(r"https?://(?:www\.)?(?:[a-z]+-ni|northernireland)\.gov\.uk/node/(\d+)/?"),
        lambda match: f"ni-node:{match[1]}",
    ),
    (
        re.compile(r"https?://(?:www\.)?([a-z0-9.-]+)/node/(\d+)/?"),
        lambda match: f"node:{match[1]}:{match[2]}",
    ),
    # WordPress keeps the first host and the number in the guid when a site moves or a slug is corrected.
    (
        re.compile(r"https?://(?:www\.)?([a-z0-9.-]+(?:/[a-z0-9-]+)*)/\?p=(\d+)"),
        lambda match: f"wordpress:{match[1]}:{match[2]}",
    ),
)


# Ids that no two publishers give: a `tag:` (RFC 4151), a UUID, an address. Others count in their source only.
UUID_ID: Final = re.compile(r"(?:urn:uuid:)?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
AUTHORITY: Final = re.compile(r"(tag:[^,/:]+,|https?://[^/?#]+)", re.IGNORECASE)

# Drupal's id of the page `/node/57`.
DRUPAL_ID: Final = re.compile(r"(\d+) at https?://\S+")

# The beginning of the name of an address's spellings.
SPELLING_PREFIX: Final = "spelling:"
# The beginning of a name made of such an id.
ID_PREFIX: Final = "guid:"
# Beginnings of names that prove nothing alone: software gives a number twice, and one day has two papers.
NUMBER_PREFIXES: Final = ("node:", "ni-node:", "wordpress:", SPELLING_PREFIX, ID_PREFIX)

# Groups whose meetings are one series, by their names in titles, and the body of the series.
MEETING_GROUPS: Final = (
    (re.compile(r"\bmulti[- ]?stakeholder forum\b|\bMSF\b", re.IGNORECASE), "uk-msf"),
    (re.compile(r"\bopen government (?:partnership )?steering group\b", re.IGNORECASE), "scot-ogsg"),
)

RECORD_TITLE: Final = re.compile(
    r"\bread[- ]?out\b|\bminutes\b|\bmeeting notes\b|\bnotes? of\b", re.IGNORECASE
)
# How our own records are titled; elsewhere these words announce a meeting as often as they report one.
OWN_RECORD_TITLE: Final = re.compile(r"\bmeeting of\b", re.IGNORECASE)

# The beginning of a meeting's name.
MEETING_PREFIX: Final = "meeting:"

# Papers beside those of the meeting itself.
SIDE_PAPER: Final = re.compile(
    r"\bsub-?\s?(?:group|committee)\b|\b(?:working|task) (?:group|party)\b|\bannex|\bappendi", re.IGNORECASE
)

DAY_IN_TITLE: Final = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?(?: of)? ([A-Z][a-z]+),? (\d{4})\b")


def document_key(page: str | None, own_id: str | None, prefix: str) -> str | None:
    """What identifies a document: the canonical address of its page, else its own id (`record:ID`,
    `mail:ID`).

    `prefix` is the beginning of such ids; empty where only pages count. None without either. A record that
    names the page of its document is that document.
    """
    if page:
        return page
    return own_id if prefix and own_id and own_id.startswith(prefix) and own_id != prefix else None


def entry_id(key: str) -> str:
    """The permanent id of the document with this key; never changed and never reused (RFC 4287, 4.2.6)."""
    return f"urn:uuid:{uuid5(NAMESPACE, key)}"


def key_at_used_address(key: str, entry: Entry) -> str:
    """Return the key of a new document whose address another document had first.

    It is the same in every instance that sees both: made of the address, and the id or else the date.
    """
    date = entry.published or entry.updated
    day = date.at.date().isoformat() if date else entry.title
    return key_at_place(key, independent_id(entry) or day)


def place_on_page(entry: Entry) -> str | None:
    """Return what tells an item from others that share its page: the place to which it links, or its id."""
    return split_address(entry.url).fragment or independent_id(entry)


def key_at_place(page: str, place: str) -> str:
    """Return the key of an item that shares its page with other documents."""
    return f"{page}#{place}"


def independent_id(entry: Entry) -> str | None:
    """Return the publisher's id if it is not made from the link: such a one changes with the link."""
    id = entry.native_id
    if not id or entry.url is None:
        return id
    path = split_address(entry.url).path.rstrip("/")
    made_from_link = (
        canonical_url(id) == canonical_url(entry.url)
        or (len(path) > 1 and unquote(path) in unquote(id))
        or id.strip("/") == path.rpartition("/")[2]
        or DRUPAL_ID.sub(r"\1", id) == path.rpartition("/")[2]
    )
    return None if made_from_link else id


def authority_of_id(id: str) -> str | None:
    """Return who gave the id, as far as it is worldwide: of one giver two ids are two things."""
    if UUID_ID.fullmatch(id):
        return "uuid"
    match = AUTHORITY.match(id)
    return match[1].lower() if match else None


def name_from_worldwide_id(entry: Entry) -> str | None:
    """Return the name that another source can know the document by, from an id that nobody else gives."""
    id = independent_id(entry)
    if id is None or OUR_ID.fullmatch(id) or authority_of_id(id) is None or names_from_ids(id):
        return None
    return f"{ID_PREFIX}{id}"


def spelling_name(id: str | None, url: str | None) -> str | None:
    """The name by which a page is known under other spellings of its address, as long as its id stays.

    None without an id that says more than the address.
    """
    spelling = spelling_of(url)
    if not spelling or not id or canonical_url(id) == canonical_url(url):
        return None
    return f"{SPELLING_PREFIX}{uuid5(NAMESPACE, f'{spelling} {id.strip()}')}"


def names_from_ids(*ids: str | None) -> tuple[str, ...]:
    """The names that native ids and addresses give a document, each once; most give none."""
    found = (_name_from_id(id) for id in ids if id)
    return tuple(dict.fromkeys(name for name in found if name))


def _name_from_id(id: str) -> str | None:
    for id_form, build_name in NATIVE_ID_FORMS:
        if match := id_form.fullmatch(id.strip()):
            return build_name(match)
    return None


def meeting_name(title: str, *, own_record: bool, now: datetime) -> str | None:
    """The name of the meeting that a title records, `meeting:uk-msf:2024-01-24`; None for any other title.

    A title without the day names no meeting: one of 2023 has the wrong month and year (forum topic 2328).
    """
    body = next((body for pattern, body in MEETING_GROUPS if pattern.search(title)), None)
    is_record = RECORD_TITLE.search(title) or (own_record and OWN_RECORD_TITLE.search(title))
    days = DAY_IN_TITLE.findall(title)
    if body is None or not is_record or len(days) != 1 or SIDE_PAPER.search(title):
        return None
    day = parse_moment(" ".join(days[0]), now=now)
    if day is None or day.precision is not Precision.DAY:
        return None
    return f"{MEETING_PREFIX}{body}:{day.day.isoformat()}"
