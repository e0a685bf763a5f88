"""Reads a mailbox that is subscribed to a mailing list: each of the list's announcements is an entry.

A message that may not be the list's own, or cannot be read, is held for the operator: a Reject whose reason
begins with `held: `. To let such messages through, mend `mail:` in `sources.yaml`, or write a record.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from aggregator.errors import Cause, SourceError
from aggregator.model import (
    Fetched,
    MailTrust,
    Page,
    Part,
    RawEntry,
    RawLink,
    Reject,
    Request,
    Source,
)
from aggregator.model.addresses import host_of
from aggregator.parse.mail_message import Header, Mail, Unreadable, read_header, take_apart
from aggregator.parse.mail_subject import claims_of, is_answer, read_subject
from aggregator.parse.mail_text import announcement
from aggregator.parse.mail_trust import belongs, find_doubt

HELD: Final = "held: "
OWN: Final = "mail:"
"""What the id of a message without a page of its own begins with."""

DOCUMENTS: Final = re.compile(r"application/(?:pdf|msword|rtf|vnd\.(?:openxmlformats|oasis|ms-)[\w.+-]*)")


def request(source: Source, address: str) -> Request:
    """The newest messages of the box; a mailbox has to be spared by nobody."""
    return Request(url=address, pause=timedelta(0), accept="message/rfc822")


def read(source: Source, fetched: Fetched) -> Page:
    """The announcements among the messages, each once, in the order in which they came.

    Answers to messages of the list are discussion and no entries. A message without `In-Reply-To` and
    `References` is none, nor is one whose subject was written anew and names a read-out or minutes: people
    answer an old message to write a new one. An answer under `Re:` with a document attached may hold a
    read-out, so it is held. Raises SourceError when the source does not say which messages to take.
    """
    if source.mail is None:
        raise SourceError(
            Cause.LAYOUT, "nothing says which messages to take", "add mail: with list_id and servers"
        )
    found = [_read_part(part, source.mail) for part in fetched.parts]
    rejects = tuple(one for one in found if isinstance(one, Reject))
    return Page(
        entries=_once(entry for entry in found if isinstance(entry, RawEntry)),
        rejects=rejects + _left_out(fetched),
    )


def _once(entries: Iterable[RawEntry]) -> tuple[RawEntry, ...]:
    """Each announcement as it came first: a repeat bears the same Message-ID, or title and words."""
    found: dict[object, RawEntry] = {}
    told: set[str] = set()
    for entry in entries:
        words = re.sub(r"<[^<>]*>|[^\w<]+", "", f"{entry.title} {entry.content}").casefold()
        if entry.id not in found and words not in told:
            found[entry.id] = entry
        told.add(words)
    return tuple(found.values())


def _left_out(fetched: Fetched) -> tuple[Reject, ...]:
    """What fetch did not bring, a line each: name, tab, why."""
    lines = (line.partition("\t") for line in fetched.payload.decode("utf-8", "replace").splitlines())
    return tuple(Reject(where=f"message {name}", why=HELD + why) for name, _, why in lines)


def _read_part(part: Part, trust: MailTrust) -> RawEntry | Reject | None:
    """An entry, or why the message is held; None for a message that is no announcement."""
    where = f"message {part.name}"
    try:
        if doubt := find_doubt(read_header(part.payload), trust):
            raise Unreadable(doubt)
        mail = take_apart(part.payload)
    except Unreadable as why:
        return Reject(where=where, why=f"{HELD}{why}")
    if not is_answer(mail.header):
        return _entry(where, mail, trust)
    documents = any(DOCUMENTS.match(attachment.type) for attachment in mail.attachments)
    return Reject(where=where, why=f"{HELD}an answer with a document attached") if documents else None


def _entry(where: str, mail: Mail, trust: MailTrust) -> RawEntry:
    header = mail.header
    subject, forwarded = read_subject(header, trust)
    said = announcement(mail, forwarded=forwarded)
    title = said.persons.scrub(subject)
    # Any other link could claim to be somebody's document.
    page = next((one for one in _links(header, "archived-at") if belongs(host_of(one), trust)), None)
    around = dict.fromkeys((*_links(header, "archived-at"), *_links(header, "list-archive")))
    return RawEntry(
        where=where,
        id=_id(header, title, said.content),
        link=page,
        title=title or None,
        content=said.content or None,
        published=header.first("date")[:100] or None,
        language=header.first("content-language").partition(",")[0].strip()[:20] or None,
        links=tuple(RawLink(href=link, rel="related") for link in around if link != page),
        claims=claims_of(title, page),
    )


def _id(header: Header, title: str, content: str) -> str:
    """Made from the Message-ID; from the words where there is none."""
    named = header.first("message-id").strip()
    digest = hashlib.sha256((named or f"{title}\n{content}").encode("utf-8", "replace"))
    return OWN + digest.hexdigest()[:32]


def _links(header: Header, name: str) -> tuple[str, ...]:
    """The web links of `Archived-At` (this message; RFC 5064) or `List-Archive` (all; RFC 2369, 3.6)."""
    fields = (re.findall(r"<(https?://[^<>\s]{1,1000})>", field) for field in header.all(name))
    return tuple(href for found in fields for href in found)[:5]
