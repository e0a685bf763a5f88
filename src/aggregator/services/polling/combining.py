"""Combines the carriers of each document; one that raises stops no other, and is not lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aggregator.classify import combine_carriers
from aggregator.classify.combine import LabelFunction
from aggregator.errors import AggregatorError
from aggregator.model import Carrier, Document, Labels, Relevance

# The exceptions that documents raised, by id.
BrokenDocuments = dict[str, Exception]
_TYPE: Final = "other"


def combine_or_keep(
    id: str, carriers: Sequence[Carrier], label: LabelFunction, lead: str | None, broken: BrokenDocuments
) -> Document | None:
    """Return the document of its carriers; None if it cannot be combined, with the exception in `broken`."""
    try:
        return combine_carriers(carriers, label, lead)
    except AggregatorError:
        raise
    except Exception as error:
        broken[id] = error
        return None


def plain_document(carriers: Sequence[Carrier]) -> Document:
    """Return a document that cannot be combined, as its first carrier has it and without labels.

    Its carriers can be stored with it, so that nothing is lost until it is combined again.
    """
    first = min(carriers, key=lambda carrier: (carrier.entry.relayed, carrier.first_seen, carrier.source))
    return Document(
        entry=first.entry,
        labels=Labels(type=_TYPE, relevance=Relevance.NO, subjects=(first.entry.body,)),
        carriers=tuple(carriers),
        first_seen=min(carrier.first_seen for carrier in carriers),
        updated=first.first_seen,
        backlog=first.backlog,
    )
