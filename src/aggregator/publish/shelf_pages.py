"""The pages that list documents by body, nation, topic, type, plan and role, and the page of all those."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import Artifact, Body, Edition, Holding, Role
from aggregator.publish.addresses import Shelf, shelf_name, shelf_page, web
from aggregator.publish.charts import MONTHS_SHOWN, chart
from aggregator.publish.dates import say_day
from aggregator.publish.filing import filed, say_drawer
from aggregator.publish.lines import Line, tell
from aggregator.publish.linked_data import of_list
from aggregator.publish.pages import page
from aggregator.publish.shelves import NATIONS, Group, by_shelf, groups
from aggregator.publish.words import line, named

NEWEST: Final = 100
"""How many documents a page lists."""
_KICKERS: Final[Mapping[Shelf, str]] = {
    Shelf.BODY: "Body",
    Shelf.NATION: "Nation",
    Shelf.TOPIC: "Topic",
    Shelf.TYPE: "Type of update",
    Shelf.PLAN: "Action plan",
    Shelf.ROLE: "Role",
}
_SECTIONS: Final[Mapping[Shelf, str]] = {
    Shelf.NATION: "Nations",
    Shelf.BODY: "Bodies",
    Shelf.TOPIC: "Topics",
    Shelf.TYPE: "Types of update",
    Shelf.PLAN: "Action plans",
    Shelf.ROLE: "Roles",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A fact about a group, and where it leads."""

    name: str
    href: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Facts of one sort."""

    heading: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfRow:
    """A group on the page that leads to all of them."""

    name: str
    href: str
    count: int
    bars: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Groups that stand together; `name` may be empty."""

    name: str
    rows: tuple[ShelfRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A shelf on the page that leads to all of them."""

    id: str
    name: str
    parts: tuple[Part, ...]


def publish_shelves(edition: Edition) -> Iterator[Artifact]:
    """`browse.html`, and `FOLDER/ID.html` for each body, nation, topic, type, plan and role."""
    made, zone = groups(edition), edition.site.zone
    sections = tuple(_sections(by_shelf(made), edition, zone))
    yield page("browse.html.j2", edition, "browse.html", sections=sections, shown=MONTHS_SHOWN)
    observed = {plan.plan.id for told in edition.board.processes for plan in told.plans}
    for group in made:
        if group.shelf is not Shelf.PLAN or group.id not in observed:  # else `plan_pages` tells more
            yield _page(group, edition, zone)


def _page(group: Group, edition: Edition, zone: ZoneInfo) -> Artifact:
    newest = group.holdings[:NEWEST]
    return page(
        "group.html.j2",
        edition,
        group.path,
        group=group,
        kicker=_KICKERS[group.shelf],
        facts=tuple(facts for facts in _facts(group, edition) if facts.items),
        feed=shelf_name(group.shelf, group.id),
        drawn=chart(group.holdings, edition.at, zone),
        months_told=tuple(_by_month(newest, edition, zone)),
        with_body=group.shelf is not Shelf.BODY or any(held.entry.body != group.id for held in newest),
        shown=len(newest),
        known=len(group.holdings),
        others=len(group.others),
        data=of_list(edition.site, group.name, group.path),
    )


def _by_month(
    holdings: Iterable[Holding], edition: Edition, zone: ZoneInfo
) -> Iterator[tuple[str, tuple[Line, ...]]]:
    ordered = sorted(holdings, key=lambda held: filed(held, zone), reverse=True)
    for name, group in groupby(ordered, key=lambda held: filed(held, zone)):
        yield say_drawer(name), tuple(tell(held, edition) for held in group)


def _facts(group: Group, edition: Edition) -> Iterator[Facts]:
    if group.shelf is Shelf.BODY:
        yield from _body_facts(edition.bodies[group.id], edition)
    if group.shelf is Shelf.ROLE:
        role = next(role for role in edition.roles if role.id == group.id)
        yield Facts(heading="Held by", items=tuple(_holders(role, edition)))


def _body_facts(body: Body, edition: Edition) -> Iterator[Facts]:
    site = web(body.url)
    nation = named(body.nation, NATIONS)
    former = (f"{line(old.name)}" for old in body.former)
    within = [one for one in edition.bodies.values() if one.id == body.parent]
    parts = [one for one in edition.bodies.values() if one.parent == body.id]
    roles = [role for role in edition.roles if any(holder.body == body.id for holder in role.holders)]
    yield Facts(heading="Own page", items=(Item(name=line(body.url), href=site),) if site else ())
    yield Facts(
        heading="Nation", items=(Item(name=nation, href=f"../{shelf_page(Shelf.NATION, body.nation)}"),)
    )
    yield Facts(heading="Part of", items=tuple(map(_body_item, within)))
    yield Facts(heading="Its parts", items=tuple(map(_body_item, parts)))
    yield Facts(heading="Former names", items=tuple(Item(name=name) for name in former))
    yield Facts(heading="Roles", items=tuple(_role_item(role) for role in roles))


def _body_item(body: Body) -> Item:
    return Item(name=line(body.name), href=f"../{shelf_page(Shelf.BODY, body.id)}")


def _role_item(role: Role) -> Item:
    return Item(name=line(role.name), href=f"../{shelf_page(Shelf.ROLE, role.id)}")


def _holders(role: Role, edition: Edition) -> Iterator[Item]:
    """Who held the role, the last one first, and where that is said."""
    for holder in reversed(role.holders):
        body = edition.bodies.get(holder.body)
        until = f" to {say_day(holder.until).words}" if holder.until else " on"
        sourced = f"; source: {line(holder.source)}" if holder.source else "; not yet sourced"
        yield Item(
            name=line(body.name_on(holder.since) if body else holder.body),
            href=f"../{shelf_page(Shelf.BODY, holder.body)}" if body else None,
            note=f"from {say_day(holder.since).words}{until}{sourced}",
        )


def _sections(
    shelves: Mapping[Shelf, tuple[Group, ...]], edition: Edition, zone: ZoneInfo
) -> Iterator[Section]:
    for shelf, name in _SECTIONS.items():
        told = shelves[shelf]
        if shelf is Shelf.BODY:
            parts = tuple(_nations(told, edition, zone))
        else:
            parts = (Part(name="", rows=tuple(_row(group, edition, zone) for group in told)),)
        if told:
            yield Section(id=str(shelf), name=name, parts=parts)


def _nations(told: Iterable[Group], edition: Edition, zone: ZoneInfo) -> Iterator[Part]:
    """The bodies of each nation, those of the register's first nation first."""
    nations = {group.id: edition.bodies[group.id].nation for group in told}
    for nation in dict.fromkeys((*NATIONS, *nations.values())):
        rows = tuple(_row(group, edition, zone) for group in told if nations[group.id] == nation)
        if rows:
            yield Part(name=named(nation, NATIONS), rows=rows)


def _row(group: Group, edition: Edition, zone: ZoneInfo) -> ShelfRow:
    drawn = chart(group.holdings, edition.at, zone)
    return ShelfRow(name=group.name, href=group.path, count=len(group.holdings), bars=drawn.bars)
