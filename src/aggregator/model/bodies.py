"""Public bodies, the roles that pass between them, and the sources that are polled.

Body, Role and Selectors are read straight from YAML: their field names are keys of the operator's files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Literal
from zlib import crc32

from aggregator.values.field_types import Address, FirstDay, Name, NotEmpty, Text

Nation = Literal["uk", "scotland", "wales", "northern-ireland", "england", "international"]

DetailField = Literal["published", "updated", "opens", "closes", "held", "next", "type"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerName:
    """An earlier name of a body. `since` is its first day, `until` the first day of the next name."""

    name: Text
    until: FirstDay
    since: FirstDay | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A public body or network, named as it names itself."""

    id: Name
    name: Text
    nation: Nation
    url: Address
    short: str = ""
    parent: Name | None = None
    aliases: tuple[Text, ...] = ()
    # Earlier names, oldest first.
    former: tuple[FormerName, ...] = ()

    def name_on(self, day: date) -> str:
        """The body's name on a day: a document is shown under the name its body had when it came out."""
        names = (old.name for old in self.former if (old.since or date.min) <= day < old.until)
        return next(names, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleHolder:
    """A body that has a role from the day `since`; `until` is the first day on which it no longer has it."""

    body: Name
    since: FirstDay
    until: FirstDay | None = None
    # Address of the source for this; empty while there is none.
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A task that passes from body to body, such as leading the national plan."""

    id: Name
    name: Text
    # In order of time; gaps are possible.
    holders: tuple[RoleHolder, ...]

    def is_assigned_to(self, body: str, day: date) -> bool:
        """Whether `body` had the role on a day."""
        return any(
            holder.body == body and holder.since <= day and (holder.until is None or day < holder.until)
            for holder in self.holders
        )


class Scope(StrEnum):
    """Whether all items of a source are about open government, or only some."""

    ALL = "all"
    RELEVANT = "relevant"


# In `Source.fingerprint`: renaming a field here re-reads every source once.
@dataclass(frozen=True, slots=True, kw_only=True)
class Selectors:
    """CSS selectors for an HTML page. If `item` is given, the others are relative to each item."""

    # The items of a list; empty for a page that is one document.
    item: str = ""
    title: str = ""
    # Empty: the first link inside `title`, else inside the item.
    link: str = ""
    date: str = ""
    # Which of an item's dates `date` is.
    date_means: Literal["published", "updated"] = "published"
    # Whether this publisher's times without a zone are UTC (else London).
    utc: bool = False
    type: str = ""
    summary: str = ""
    # The link to the list's next page.
    next: str = ""
    # The main text of a page, without menus, cookie bars and footers.
    main: str = ""
    # Parts to cut out of the main text: glossaries, `printed on`, share buttons.
    remove: tuple[Text, ...] = ()
    # Whether to read each item's own page too, using `labels`.
    details: bool = False
    # Labels on a detail page (`Closes`), and the field that each introduces.
    labels: Mapping[Text, DetailField] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTrust:
    """Which messages of a mailbox are accepted as a mailing list's own; all others are left to the
    operator."""

    # The List-Id (RFC 2919) without angle brackets.
    list_id: Text
    # The authserv-ids (RFC 8601, 2.5) of the mail servers whose Authentication-Results are trusted.
    servers: Annotated[tuple[Text, ...], NotEmpty]
    # Domains of which one must have signed or sent the message; empty: the domain of the List-Id.
    signers: tuple[Text, ...] = ()
    # File with the password of an IMAP mailbox; empty for a mailbox on this machine.
    password_file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One place that is polled, as `sources.yaml` describes it."""

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
    # Whether the address was seen to answer; False: only its pattern speaks for it.
    verified: bool
    language: str = "en"
    enabled: bool = True
    # Whether a later `updated` alone counts as a change: true where the publisher moves it for major updates
    # only.
    updated_means_change: bool = False
    # The web page for people that shows the same list; empty when not known.
    page: str = ""
    note: str = ""
    selectors: Selectors = field(default_factory=Selectors)
    # Whether the selectors were checked against the live page.
    confirmed: bool = True
    mail: MailTrust | None = None

    @property
    def fingerprint(self) -> str:
        """Changes when anything changes that decides how an answer is read: kind, addresses, selectors.

        A new fingerprint makes the next poll fetch everything anew, without validators.
        """
        # `repr` includes the field names of Selectors and MailTrust: renaming one re-reads every source once.
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
