"""The kinds of sources, and what other packages must know of each.

To add a kind: write a module of its name in `parse/`, which reads it, and add one line to KINDS.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

# The kind assumed for an address when none is given.
DEFAULT_KIND: Final = "feed"

# Prefixes of mailbox addresses.
MAILBOXES: Final = ("maildir:", "mbox:", "imap:", "imaps:")


class SourceLocation(Enum):
    """What the address of a source refers to."""

    WEB = "web"
    FOLDER = "folder"
    MAILBOX = "mailbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of source, as other packages see it."""

    location: SourceLocation = SourceLocation.WEB
    # Prefix of the keys of documents without a web page; empty if all its documents have one.
    own_id_prefix: str = ""
    # Whether we write its items ourselves. Then each item names its body; else it is the source's.
    written_by_us: bool = False
    # Whether reading it shows what a body publishes, for the board; our own records do not.
    official: bool = True
    # Whether a later `updated` alone counts as a change: it moves for major updates only, or is all we get.
    updated_means_change: bool = False
    # Whether it reads pages of a site, in whose place anything may be shown with status 200.
    reads_pages: bool = False
    # Whether its module has `request_older`, which asks for the page before.
    has_older_pages: bool = False
    # Whether an address may be one document (`single_document_link`), removed when the address is gone.
    may_be_one_document: bool = False
    # Whether any feed reader can subscribe to its address.
    in_opml: bool = False
    # What publishers of this kind could do better, for the page of advice.
    advice: str = ""


OFFER_FEED: Final = "Offer an Atom or RSS feed of this list."

# By name, in the order of docs and messages.
KINDS: Final[Mapping[str, Kind]] = {
    "feed": Kind(has_older_pages=True, in_opml=True),
    "records": Kind(
        location=SourceLocation.FOLDER, own_id_prefix="record:", written_by_us=True, official=False
    ),
    "jsonfeed": Kind(has_older_pages=True, in_opml=True),
    "govuk": Kind(updated_means_change=True, may_be_one_document=True),
    "listing": Kind(reads_pages=True, advice=OFFER_FEED),
    "citizenspace": Kind(reads_pages=True, advice=OFFER_FEED),
    "discourse": Kind(in_opml=True),
    "page": Kind(reads_pages=True, may_be_one_document=True, advice=OFFER_FEED),
    "sitemap": Kind(updated_means_change=True),
    "mailbox": Kind(location=SourceLocation.MAILBOX, own_id_prefix="mail:"),
}
