"""By what documents are listed: each body, nation, topic, type, plan and role with what belongs to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import Edition, Holding, Relevance
from aggregator.publish.addresses import Shelf, shelf_page
from aggregator.publish.dates import day_of
from aggregator.publish.words import line, named

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

    shelf: Shelf
    id: str
    name: str
    holdings: list[Holding] = field(default_factory=list)
    """Those that are about open government, or perhaps so."""
    others: list[Holding] = field(default_factory=list)
    """Those that are not; they stand in the archive only."""

    @property
    def path(self) -> str:
        """Where its page stands."""
        return shelf_page(self.shelf, self.id)


def groups(edition: Edition) -> tuple[Group, ...]:
    """Every group that the register and the vocabulary know, in their order; empty ones, too."""
    made = {(group.shelf, group.id): group for group in _empty(edition)}
    zone = ZoneInfo(edition.site.zone)
    for holding in edition.holdings:
        about = holding.labels.relevance is not Relevance.NO
        for key in dict.fromkeys(_belongs(holding, edition, zone)):
            if group := made.get(key):
                (group.holdings if about else group.others).append(holding)
    return tuple(made.values())


def by_shelf(groups: tuple[Group, ...]) -> Mapping[Shelf, tuple[Group, ...]]:
    """The groups of each shelf."""
    shelves: dict[Shelf, list[Group]] = defaultdict(list)
    for group in groups:
        shelves[group.shelf].append(group)
    return {shelf: tuple(shelves[shelf]) for shelf in Shelf}


def _empty(edition: Edition) -> Iterator[Group]:
    nations = {body.nation for body in edition.bodies.values()}
    known = {id: name for id, name in NATIONS.items() if id in nations}
    known |= {id: named(id, {}) for id in sorted(nations - NATIONS.keys())}
    names: Mapping[Shelf, Mapping[str, str]] = {
        Shelf.NATION: known,
        Shelf.BODY: {id: line(body.name) for id, body in edition.bodies.items()},
        Shelf.TOPIC: edition.topics,
        Shelf.TYPE: edition.types,
        Shelf.PLAN: edition.plans,
        Shelf.ROLE: {role.id: role.name for role in edition.roles},
    }
    for shelf, ids in names.items():
        for id in ids:
            yield Group(shelf=shelf, id=id, name=_capital(named(id, ids)))


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _belongs(holding: Holding, edition: Edition, zone: ZoneInfo) -> Iterator[tuple[Shelf, str]]:
    """A document belongs to the body that published it and to those that it is about."""
    labels, publisher = holding.labels, holding.entry.body
    for id in (publisher, *labels.subjects):
        yield Shelf.BODY, id
        if body := edition.bodies.get(id):
            yield Shelf.NATION, body.nation
    yield Shelf.TYPE, labels.type
    for topic in labels.topics:
        yield Shelf.TOPIC, topic
    for plan in labels.plans:
        yield Shelf.PLAN, plan
    day = day_of(holding.dated.at if holding.dated else holding.first_seen, zone)
    for role in edition.roles:
        if role.held_by(publisher, day):
            yield Shelf.ROLE, role.id
