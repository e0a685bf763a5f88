"""By what documents are listed: each body, nation, topic, type, plan and role with what belongs to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from aggregator.model import Document, Relevance, Snapshot
from aggregator.model.days import day_of
from aggregator.publish.presentation.paths import Facet, shelf_page
from aggregator.publish.presentation.text import capital, line, named

NATIONS: Final[Mapping[str, str]] = {
    "uk": "United Kingdom",
    "scotland": "Scotland",
    "wales": "Wales",
    "northern-ireland": "Northern Ireland",
    "england": "England",
    "international": "International",
}
"""The nations of `register/bodies.yaml`, in the order in which they are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One page's worth: what it is called, and its documents, newest first."""

    shelf: Facet
    id: str
    name: str
    holdings: list[Document] = field(default_factory=list)
    """Those that are about open government, or perhaps so."""
    others: list[Document] = field(default_factory=list)
    """Those that are not; they stand in the archive only."""

    @property
    def path(self) -> str:
        """Where its page stands."""
        return shelf_page(self.shelf, self.id)


def shelf_names(edition: Snapshot) -> Mapping[Facet, Mapping[str, str]]:
    """What stands on each shelf, by id, in the order of the register and the vocabulary, with its name."""
    nations = {body.nation for body in edition.bodies.values()}
    ordered = (*NATIONS, *sorted(nations - NATIONS.keys()))
    return {
        Facet.NATION: {id: named(id, NATIONS) for id in ordered if id in nations},
        Facet.BODY: {id: line(body.name) for id, body in edition.bodies.items()},
        Facet.TOPIC: {id: named(id, edition.topics) for id in edition.topics},
        Facet.TYPE: {id: named(id, edition.types) for id in edition.types},
        Facet.PLAN: {id: named(id, edition.plans) for id in edition.plans},
        Facet.ROLE: {role.id: line(role.name) for role in edition.roles},
    }


def shelves_of(holding: Document, edition: Snapshot) -> tuple[tuple[Facet, str], ...]:
    """Where a document belongs: to the body that published it and to those that it is about, and so on.

    A role is theirs who held it on the document's own day, else on the day of our first sight.
    """
    return tuple(dict.fromkeys(_shelves_of(holding, edition)))


def groups(edition: Snapshot) -> tuple[Group, ...]:
    """Every group that the register and the vocabulary know, in their order; empty ones, too."""
    made = {
        (shelf, id): Group(shelf=shelf, id=id, name=capital(name))
        for shelf, names in shelf_names(edition).items()
        for id, name in names.items()
    }
    for holding in edition.holdings:
        about = holding.labels.relevance is not Relevance.NO
        for key in shelves_of(holding, edition):
            if group := made.get(key):
                (group.holdings if about else group.others).append(holding)
    return tuple(made.values())


def by_shelf(groups: tuple[Group, ...]) -> Mapping[Facet, tuple[Group, ...]]:
    """The groups of each shelf."""
    shelves: dict[Facet, list[Group]] = defaultdict(list)
    for group in groups:
        shelves[group.shelf].append(group)
    return {shelf: tuple(shelves[shelf]) for shelf in Facet}


def _shelves_of(holding: Document, edition: Snapshot) -> Iterator[tuple[Facet, str]]:
    labels = holding.labels
    concerned = (holding.entry.body, *labels.subjects)
    for id in concerned:
        yield Facet.BODY, id
        if body := edition.bodies.get(id):
            yield Facet.NATION, body.nation
    yield from ((Facet.TOPIC, topic) for topic in labels.topics)
    yield Facet.TYPE, labels.type
    yield from ((Facet.PLAN, plan) for plan in labels.plans)
    day = day_of(holding.dated.at if holding.dated else holding.first_seen, edition.site.zone)
    for role in edition.roles:
        if any(role.held_by(id, day) for id in concerned):
            yield Facet.ROLE, role.id
