"""Who publishes, and where: bodies and the sources that are polled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Literal
from zlib import crc32

from aggregator.values.field_types import Address, FirstDay, Name, Some, Text

Nation = Literal["uk", "scotland", "wales", "northern-ireland", "england", "international"]

DetailField = Literal["published", "updated", "opens", "closes", "held", "next", "type"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerName:
    """What a body was called until a day (which no longer belongs to it), and from which one on."""

    name: Text
    until: FirstDay
    since: FirstDay | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A public body (or network) of this field, named as it names itself."""

    id: Name
    name: Text
    nation: Nation
    url: Address
    short: str = ""
    parent: Name | None = None
    aliases: tuple[Text, ...] = ()
    former: tuple[FormerName, ...] = ()
    """Names that it no longer bears, oldest first."""

    def name_on(self, day: date) -> str:
        """Its name on a day, so that a document keeps the body as it was named then."""
        borne = (old.name for old in self.former if (old.since or date.min) <= day < old.until)
        return next(borne, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A body that holds a role, from a day on and until another one (which no longer belongs to it)."""

    body: Name
    since: FirstDay
    until: FirstDay | None = None
    source: str = ""
    """Where this is said; empty: not yet sourced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A task that moves from body to body (who leads the national plan), so that it can be followed."""

    id: Name
    name: Text
    holders: tuple[Holder, ...]
    """In order of time; a gap is possible."""

    def held_by(self, body: str, day: date) -> bool:
        """Whether `body` held it on a day."""
        return any(
            holder.body == body and holder.since <= day and (holder.until is None or day < holder.until)
            for holder in self.holders
        )


class Scope(StrEnum):
    """How much of a source is about open government."""

    ALL = "all"
    RELEVANT = "relevant"


class Seen(StrEnum):
    """Whether a source's address was seen to answer, or only its pattern speaks for it."""

    ANSWERED = "answered"
    LIKELY = "likely"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selectors:
    """Where things stand on an HTML page, as CSS selectors. Inside `item` all others count from the item."""

    item: str = ""
    """The list's items; empty for a page that is watched as a whole."""
    title: str = ""
    link: str = ""
    """Empty: the first link inside `title`, else inside the item."""
    date: str = ""
    date_means: Literal["published", "updated"] = "published"
    """What `date` is."""
    utc: bool = False
    """Whether a time without a zone is UTC, where the publisher means that without saying so."""
    type: str = ""
    summary: str = ""
    next: str = ""
    """The link to the list's next page."""
    main: str = ""
    """The main text of a page; menus, cookie bars and footers lie outside it."""
    remove: tuple[Text, ...] = ()
    """What is cut out of the main text: glossaries, `printed on`, share buttons."""
    details: bool = False
    """Whether each item's own page is read too, by the labels in `labels`."""
    labels: Mapping[Text, DetailField] = field(default_factory=dict)
    """Labels of a detail page (`Closes`) and what stands after them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTrust:
    """Which messages of a mailbox are taken as a list's own; every other one is held for the operator."""

    list_id: Text
    """The List-Id (RFC 2919) without angle brackets."""
    servers: Annotated[tuple[Text, ...], Some]
    """The authserv-ids (RFC 8601, 2.5) of the mail servers whose Authentication-Results are believed."""
    signers: tuple[Text, ...] = ()
    """The domains that must have signed or sent a message; empty: those that the List-Id lies in."""
    password_file: str = ""
    """The file that holds the password of a mailbox on a server; empty for a mailbox of this machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One place that is polled, as `sources.yaml` names it."""

    id: str
    body: str
    kind: str
    title: str
    address: str
    fallbacks: tuple[str, ...] = ()
    every: timedelta
    pause: timedelta
    licence: str
    scope: Scope
    seen: Seen
    language: str = "en"
    enabled: bool = True
    updated_is_news: bool = False
    """A later `updated` alone is a revision, because this publisher moves it for major updates only."""
    page: str = ""
    """The page for people that this source belongs to; empty when it is not known."""
    note: str = ""
    selectors: Selectors = field(default_factory=Selectors)
    confirmed: bool = True
    """Whether the selectors were seen to fit a live page."""
    mail: MailTrust | None = None

    @property
    def fingerprint(self) -> str:
        """Differs between two sources whose answers are read differently: by kind, addresses or selectors."""
        read_by = (
            self.kind,
            self.address,
            self.fallbacks,
            self.page,
            self.language,
            self.selectors,
            self.mail,
        )
        return f"{crc32(repr(read_by).encode()):08x}"
