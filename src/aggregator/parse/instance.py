"""Understands an item that another instance of this program passes on: whose it is, and what it is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from aggregator.model import Head, RawEntry, RawRemoval, RemovalKind

KEPT: Final = {"alternate", "enclosure", "via"}
"""The links that are the document's. Its thanks to who carried it (`related`) and its own page about the
document are the instance's; if they were taken over, they would go round among instances without end."""

NAMED: Final = ("topic", "plan")
STATUS: Final = {kind.value: kind for kind in RemovalKind}


def passed_on(told: RawEntry, marks: Iterable[tuple[str, str]], origin: Head, instance: Head) -> RawEntry:
    """The item with its `atom:source` kept and its categories (kind and term) read.

    `instance` is what the feed says of itself: it is the origin of what the instance wrote itself.
    """
    terms: dict[str, list[str]] = {}
    for kind, term in marks:
        terms.setdefault(kind, []).append(term)
    removed = next((STATUS[term] for term in terms.get("status", ()) if term in STATUS), None)
    return replace(
        told,
        body=next(iter(terms.get("body", ())), None),
        type=next(iter(terms.get("type", ())), None),
        categories=tuple(f"{kind}:{term}" for kind in NAMED for term in terms.get(kind, ())),
        links=tuple(link for link in told.links if link.rel in KEPT),
        origin=origin if origin.id else instance,
        licence=next((link.href for link in told.links if link.rel == "license"), None),
        removal=RawRemoval(kind=removed) if removed else None,
    )
