"""Reads a mailbox that is subscribed to a mailing list: each announcement of the list is an item.

A message that may be forged, or cannot be read, is quarantined for the operator: it becomes a Reject whose
reason starts with `quarantined: `. To let such messages through, correct `mail:` in `sources.yaml`, or write
a record.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Final

from aggregator.errors import Cause, SourceError
from aggregator.model import (
    Fetched,
    FetchedPart,
    MailTrust,
    ParsedPage,
    RawClaim,
    RawEntry,
    RawLink,
    Reject,
    Request,
    Source,
)
from aggregator.parse.mail.announcement import read_announcement
from aggregator.parse.mail.authenticity import find_doubt, is_list_domain
from aggregator.parse.mail.automatic import find_automatic, is_sent_by_program
from aggregator.parse.mail.digest import take_apart
from aggregator.parse.mail.message import (
    MailHeader,
    MailMessage,
    UnreadableMail,
    decode_header_text,
    parse_message,
    read_header,
)
from aggregator.parse.mail.redact import names_in_header
from aggregator.values.web_addresses import host_of

QUARANTINE_PREFIX: Final = "quarantined: "
# The start of the id of a message without a page of its own.
MESSAGE_ID_PREFIX: Final = "mail:"

DOCUMENT_TYPES: Final = re.compile(
    r"application/(?:pdf|msword|rtf|vnd\.(?:openxmlformats|oasis|ms-)[\w.+-]*)"
)


LIST_TAG: Final = r"\[([^\[\]]{1,60})\]\s*"
FORWARD_PREFIX: Final = r"(?:fwd?|wg|ymlaen)\s*:\s*"
REPLY_PREFIX: Final = r"(?:re|aw|sv|antw|ateb|atb)(?:\[\d+\])?\s*:\s*"
TAG: Final = re.compile(LIST_TAG)
FORWARD: Final = re.compile(FORWARD_PREFIX, re.IGNORECASE)
REPLY: Final = re.compile(rf"(?:{LIST_TAG}|{FORWARD_PREFIX})*{REPLY_PREFIX}", re.IGNORECASE)
EXTERNAL_TAGS: Final = frozenset({"external", "ext", "externalemail"})

# Subjects of read-outs and minutes, in English and Welsh.
READ_OUT: Final = re.compile(
    r"\bread-?\s?outs?\b|\bminutes\b|\b(?:meeting|forum) (?:notes?|record|summary)\b|\bcofnod(?:ion)?\b"
    r"|\b(?:notes?|record|summary) (?:of|from)\b.{0,80}\b(?:meeting|forum)\b",
    re.IGNORECASE,
)
# Subjects about a meeting to come. A date in them is not the date of the minutes.
FUTURE_MEETING: Final = re.compile(
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


def request(source: Source, address: str) -> Request:
    """A request for the newest messages, without a pause: the mailbox is our own."""
    return Request(url=address, pause=timedelta(0), accept="message/rfc822")


def read(source: Source, fetched: Fetched) -> ParsedPage:
    """The announcements among the messages, each once, in the order in which they came.

    Replies are discussion, not announcements (`is_reply`). A reply with a document attached may be a
    read-out, so it is quarantined, and so is what only seems to be an automatic message. Raises SourceError
    when the source has no `mail:` with the list to trust.
    """
    if source.mail is None:
        raise SourceError(
            Cause.LAYOUT, "nothing says which messages to take", "add mail: with list_id and servers"
        )
    found = [one for part in fetched.parts for one in _read_part(part, source.mail)]
    rejects = tuple(one for one in found if isinstance(one, Reject))
    return ParsedPage(
        entries=_unique(entry for entry in found if isinstance(entry, RawEntry)),
        rejects=rejects + _fetch_rejects(fetched),
    )


def _unique(entries: Iterable[RawEntry]) -> tuple[RawEntry, ...]:
    """Each announcement as it came first. A repeat has the same Message-ID, or the same title and words."""
    found: dict[object, RawEntry] = {}
    known_texts: set[str] = set()
    for entry in entries:
        text = re.sub(r"<[^<>]*>|[^\w<]+", "", f"{entry.title} {entry.content}").casefold()
        if entry.id not in found and text not in known_texts:
            found[entry.id] = entry
        known_texts.add(text)
    return tuple(found.values())


def _fetch_rejects(fetched: Fetched) -> tuple[Reject, ...]:
    """The messages that the fetcher left out. The payload has a line for each: name, tab, reason."""
    lines = (line.partition("\t") for line in fetched.payload.decode("utf-8", "replace").splitlines())
    return tuple(Reject(item_name=f"message {name}", why=QUARANTINE_PREFIX + why) for name, _, why in lines)


def _read_part(part: FetchedPart, trust: MailTrust) -> Iterator[RawEntry | Reject]:
    """The announcements in a message, more than one in a digest, or why it is quarantined."""
    item_name = f"message {part.name}"
    try:
        if doubt := find_doubt(read_header(part.payload), trust):
            raise UnreadableMail(doubt)
        mail = parse_message(part.payload)
        digested = take_apart(mail)
    except UnreadableMail as error:
        yield _quarantined(item_name, str(error))
        return
    members = tuple(dict.fromkeys(name for one in digested for name in names_in_header(one.header)))
    if not digested:
        yield from _read_message(item_name, mail, trust, members, part.payload)
    for number, message in enumerate(digested, 1):
        yield from _read_message(f"{item_name}, {number} of its digest", message, trust, members, b"")


def _read_message(
    item_name: str, mail: MailMessage, trust: MailTrust, members: Sequence[str], raw: bytes
) -> Iterator[RawEntry | Reject]:
    """The announcement, or why it is quarantined; nothing for a reply or what a program says it sent."""
    if mail.digested:
        yield _quarantined(item_name, "it is a digest inside a digest")
    elif is_sent_by_program(mail.header):
        return
    elif is_reply(mail.header):
        if any(DOCUMENT_TYPES.match(attachment.type) for attachment in mail.attachments):
            yield _quarantined(item_name, "an answer with a document attached")
    elif why := find_automatic(mail, read_subject(mail.header, trust)[0], raw):
        yield _quarantined(item_name, why)
    else:
        yield _entry(item_name, mail, trust, members)


def _quarantined(item_name: str, why: str) -> Reject:
    return Reject(item_name=item_name, why=f"{QUARANTINE_PREFIX}{why}")


def _entry(item_name: str, mail: MailMessage, trust: MailTrust, members: Sequence[str]) -> RawEntry:
    header = mail.header
    subject, forwarded = read_subject(header, trust)
    announcement = read_announcement(mail, forwarded=forwarded, members=members)
    title = announcement.redactor.redact(subject)
    # Only a page on the list's own domain: any other link could claim to be somebody else's document.
    page = next((one for one in _links(header, "archived-at") if is_list_domain(host_of(one), trust)), None)
    around = dict.fromkeys((*_links(header, "archived-at"), *_links(header, "list-archive")))
    return RawEntry(
        item_name=item_name,
        id=_id(header, title, announcement.content),
        link=page,
        title=title or None,
        content=announcement.content or None,
        published=header.first("date")[:100] or None,
        language=header.first("content-language").partition(",")[0].strip()[:20] or None,
        links=tuple(RawLink(href=link, rel="related") for link in around if link != page),
        claims=meeting_claims(title, page),
    )


def _id(header: MailHeader, title: str, content: str) -> str:
    """An id made from the Message-ID; from title and text if the message has none."""
    named = header.first("message-id").strip()
    digest = hashlib.sha256((named or f"{title}\n{content}").encode("utf-8", "replace"))
    return MESSAGE_ID_PREFIX + digest.hexdigest()[:32]


def _links(header: MailHeader, name: str) -> tuple[str, ...]:
    """The web links of `Archived-At` (this message; RFC 5064) or `List-Archive` (all; RFC 2369, 3.6)."""
    fields = (re.findall(r"<(https?://[^<>\s]{1,1000})>", field) for field in header.all(name))
    return tuple(href for found in fields for href in found)[:5]


def is_reply(header: MailHeader) -> bool:
    """Whether the message is a reply of a person.

    People reply to an old message to write a new one. So a message with `In-Reply-To` or `References` is no
    reply if its subject does not start with `Re:` and names a read-out or minutes.
    """
    subject = decode_header_text(header.first("subject"))
    follows = header.first("in-reply-to") or header.first("references")
    return bool(REPLY.match(subject) or (follows and not READ_OUT.search(subject)))


def read_subject(header: MailHeader, trust: MailTrust) -> tuple[str, bool]:
    """The subject without the prefixes of mail programs and of the list, and whether it was forwarded."""
    subject, forwarded = " ".join(decode_header_text(header.first("subject")).split()), False
    for _ in range(10):
        tag, forward = TAG.match(subject), FORWARD.match(subject)
        found = forward or (tag if tag and _is_tag(tag[1], trust) else None)
        if not found:
            break
        forwarded = forwarded or found is forward
        subject = subject[found.end() :]
    return subject, forwarded


def _is_tag(text: str, trust: MailTrust) -> bool:
    """Whether `[text]` in a subject names the list or comes from a mail filter; `[Draft]` does neither."""
    characters = re.sub(r"[\W_]", "", text).lower()
    list_characters = re.sub(r"[\W_]", "", trust.list_id).lower()
    return characters in EXTERNAL_TAGS or (len(characters) > 1 and characters in list_characters)


def meeting_claims(title: str, page: str | None) -> tuple[RawClaim, ...]:
    """A claim for the day of the meeting, if the subject is that of a read-out and names a day."""
    day = DAY.search(title)
    if not day or not READ_OUT.search(title) or FUTURE_MEETING.search(title):
        return ()
    note = "The day stands in the subject of a message to the mailing list."
    return (RawClaim(what="meeting held", date=day[0], source=page, note=note),)
