"""What the program must know of each kind of source; how a kind is read is its module in `parse/`.

To add a kind: one module of its name in `parse/`, and one line in KINDS.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

USUAL: Final = "feed"
"""What an address is taken for while nobody says its kind."""

MAILBOXES: Final = ("maildir:", "mbox:", "imap:", "imaps:")
"""How the address of a mailbox begins."""


class Reads(Enum):
    """What the address of a source names."""

    WEB = "web"
    FOLDER = "folder"
    MAILBOX = "mailbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of source, as other packages see it."""

    reads: Reads = Reads.WEB
    own_ids: str = ""
    """How the ids begin that identify its documents without a page; empty where only pages count."""
    ours: bool = False
    """Whether we write its items ourselves: each says whose it is, else all are the source's body's."""
    official: bool = True
    """Whether reading it is evidence on the board of what a body publishes; our own folder is none."""
    stamped: bool = False
    """Whether a later `updated` alone is news: it moves for major updates, or nothing else is told."""
    pages_back: bool = False
    """Whether its module knows where the older items of an answer are (`older`)."""
    one_document: bool = False
    """Whether an address may be one document, which is gone when the address is (`single`)."""
    in_opml: bool = False
    """Whether any feed reader can follow its address."""
    advice: str = ""
    """What a publisher who is read so could do better."""


OFFER_FEED: Final = "Offer an Atom or RSS feed of this list."

KINDS: Final[Mapping[str, Kind]] = {
    "feed": Kind(pages_back=True, in_opml=True),
    "records": Kind(reads=Reads.FOLDER, own_ids="record:", ours=True, official=False),
    "jsonfeed": Kind(pages_back=True, in_opml=True),
    "govuk": Kind(stamped=True, one_document=True),
    "listing": Kind(advice=OFFER_FEED),
    "citizenspace": Kind(advice=OFFER_FEED),
    "discourse": Kind(in_opml=True),
    "page": Kind(one_document=True, advice=OFFER_FEED),
    "sitemap": Kind(stamped=True),
    "mailbox": Kind(reads=Reads.MAILBOX, own_ids="mail:"),
}
"""In the order in which they are offered to whoever writes `sources.yaml`."""
