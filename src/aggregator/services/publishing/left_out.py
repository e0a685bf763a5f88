"""The documents that a run leaves out because they break something, and what stands in for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from aggregator.model import Digest, DigestItem, Document, Entry
from aggregator.model.alert_rules import Alert

# Stands in place of the title.
STAND_IN_TITLE: Final = "A document that we cannot show at present"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """The ids of the documents that are left out of a run."""

    # Not published, but counted: its stand-in, with dates and labels but no text, is on the board and in
    # digests. Otherwise our own fault would look like the silence of a body, and no digest would have it.
    hidden: frozenset[str] = frozenset()
    # Not even counted: its stand-in breaks something, too.
    dropped: frozenset[str] = frozenset()

    @property
    def ids(self) -> frozenset[str]:
        """Every document that is not published."""
        return self.hidden | self.dropped

    def without(self, ids: Iterable[str]) -> LeftOut:
        """Leave out more documents: those that are hidden already are dropped."""
        more = frozenset(ids)
        dropped = self.dropped | (more & self.hidden)
        return LeftOut(hidden=(self.hidden | more) - dropped, dropped=dropped)

    def only(self, kept: frozenset[str], all_ids: Iterable[str]) -> LeftOut:
        """Drop every document but those of `kept`."""
        return LeftOut(hidden=self.hidden & kept, dropped=frozenset(all_ids) - kept | self.dropped)

    def published(self, documents: Iterable[Document]) -> tuple[Document, ...]:
        """Return the documents that are published."""
        ids = self.ids
        return tuple(document for document in documents if document.entry.id not in ids)

    def counted(self, documents: Iterable[Document]) -> tuple[Document, ...]:
        """Return the documents that count for the board and in digests."""
        return tuple(
            stand_in(document) if document.entry.id in self.hidden else document
            for document in documents
            if document.entry.id not in self.dropped
        )

    def alerts(self, alerts: Iterable[Alert]) -> tuple[Alert, ...]:
        """Return the alerts of documents that are published."""
        ids = self.ids
        return tuple(alert for alert in alerts if alert.document_id not in ids)

    def digest(self, digest: Digest) -> Digest:
        """Return a stored digest with stand-ins."""
        if not any(item.id in self.ids for section in digest.sections for item in section.items):
            return digest
        sections = (replace(section, items=tuple(self._items(section.items))) for section in digest.sections)
        return replace(digest, sections=tuple(section for section in sections if section.items))

    def _items(self, items: Iterable[DigestItem]) -> Iterable[DigestItem]:
        for item in items:
            if item.id in self.hidden:
                yield replace(item, title=STAND_IN_TITLE, summary="", translations=())
            elif item.id not in self.dropped:
                yield item


NOTHING_LEFT_OUT: Final = LeftOut()


def stand_in(document: Document) -> Document:
    """Return the document without its text: dates, labels and addresses stay."""
    carriers = (
        replace(
            carrier,
            entry=_without_text(carrier.entry),
            previous_entry=None,
            revisions=tuple(
                replace(revision, entry=_without_text(revision.entry), note="")
                for revision in carrier.revisions
            ),
        )
        for carrier in document.carriers
    )
    labels = replace(document.labels, reasons=())
    return replace(document, entry=_without_text(document.entry), labels=labels, carriers=tuple(carriers))


def _without_text(entry: Entry) -> Entry:
    return replace(
        entry,
        title=STAND_IN_TITLE,
        summary="",
        content="",
        text="",
        categories=(),
        links=(),
        translations=(),
        notes=(),
    )
