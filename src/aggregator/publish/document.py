"""One document of a feed, the newest items or a page of its archive, ready to be written in any form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aggregator.model import Link, Site
from aggregator.publish.feeds import Heading
from aggregator.publish.items import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a writer needs, and all that it needs."""

    heading: Heading
    site: Site
    id: str
    """The feed's: the archive pages bear it, too (RFC 5005, 4)."""
    updated: datetime
    items: tuple[Item, ...]
    links: tuple[Link, ...]
    """`alternate`, `self`, `hub`, `current`, `prev-archive`."""
    archive: bool = False

    def link(self, rel: str) -> str | None:
        """The first address of a relation."""
        return next((link.href for link in self.links if link.rel == rel), None)
