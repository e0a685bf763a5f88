"""The pages that list documents by body, nation, topic, type, plan and role, and the page of all those."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import Artifact, Body, Edition, Role
from aggregator.publish.presentation.dates import say_day
from aggregator.publish.presentation.facets import NATIONS, Group, by_shelf, groups
from aggregator.publish.presentation.months import filed, say_drawer
from aggregator.publish.presentation.paths import Shelf, shelf_name, shelf_page, web
from aggregator.publish.presentation.text import line, named
from aggregator.publish.site.charts import MONTHS_SHOWN, chart
from aggregator.publish.site.render import of_list, page

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


Section = tuple[Shelf, str, Mapping[str, Sequence[Group]]]
"""A shelf on the page that leads to all of them: its name, and its groups by heading, which may be empty."""
Fact = tuple[str, str | None, str]
"""A fact about a group: its words, where it leads, and what else is to be said of it."""


def publish_shelves(edition: Edition) -> Iterator[Artifact]:
    """`browse.html`, and `FOLDER/ID.html` for each body, nation, topic, type, plan and role."""
    made, zone = groups(edition), edition.site.zone
    sections = tuple(_sections(by_shelf(made), edition))
    yield page("browse.html.j2", edition, "browse.html", sections=sections, shown=MONTHS_SHOWN)
    observed = {plan.plan.id for told in edition.board.processes for plan in told.plans}
    for group in made:
        if group.shelf is not Shelf.PLAN or group.id not in observed:  # else `publish_plans` tells more
            yield _page(group, edition, zone)


def _page(group: Group, edition: Edition, zone: ZoneInfo) -> Artifact:
    newest, by = group.holdings[:NEWEST], partial(filed, zone=zone)
    by_month = sorted(newest, key=by, reverse=True)
    return page(
        "group.html.j2",
        edition,
        group.path,
        group=group,
        kicker=_KICKERS[group.shelf],
        facts={heading: facts for heading, facts in _facts(group, edition).items() if facts},
        feed=shelf_name(group.shelf, group.id),
        drawn=chart(group.holdings, edition.at, zone),
        months_told=[(say_drawer(name), list(held)) for name, held in groupby(by_month, by)],
        with_body=group.shelf is not Shelf.BODY or any(held.entry.body != group.id for held in newest),
        shown=len(newest),
        known=len(group.holdings),
        others=len(group.others),
        data=of_list(edition.site, group.name, group.path),
    )


def _facts(group: Group, edition: Edition) -> Mapping[str, Sequence[Fact]]:
    """What is known of a body or a role, by heading."""
    if group.shelf is Shelf.BODY:
        return _body_facts(edition.bodies[group.id], edition)
    if group.shelf is Shelf.ROLE:
        role = next(role for role in edition.roles if role.id == group.id)
        return {"Held by": tuple(_holders(role, edition))}
    return {}


def _body_facts(body: Body, edition: Edition) -> Mapping[str, Sequence[Fact]]:
    site, bodies = web(body.url), edition.bodies.values()
    roles = [role for role in edition.roles if any(holder.body == body.id for holder in role.holders)]
    return {
        "Own page": [(line(body.url), site, "")] if site else [],
        "Nation": [(named(body.nation, NATIONS), f"../{shelf_page(Shelf.NATION, body.nation)}", "")],
        "Part of": [_linked(Shelf.BODY, one) for one in bodies if one.id == body.parent],
        "Its parts": [_linked(Shelf.BODY, one) for one in bodies if one.parent == body.id],
        "Former names": [(line(old.name), None, "") for old in body.former],
        "Roles": [_linked(Shelf.ROLE, role) for role in roles],
    }


def _linked(shelf: Shelf, one: Body | Role) -> Fact:
    return line(one.name), f"../{shelf_page(shelf, one.id)}", ""


def _holders(role: Role, edition: Edition) -> Iterator[Fact]:
    """Who held the role, the last one first, and where that is said."""
    for holder in reversed(role.holders):
        body = edition.bodies.get(holder.body)
        until = f" to {say_day(holder.until).words}" if holder.until else " on"
        sourced = f"; source: {line(holder.source)}" if holder.source else "; not yet sourced"
        yield (
            line(body.name_on(holder.since) if body else holder.body),
            f"../{shelf_page(Shelf.BODY, holder.body)}" if body else None,
            f"from {say_day(holder.since).words}{until}{sourced}",
        )


def _sections(shelves: Mapping[Shelf, tuple[Group, ...]], edition: Edition) -> Iterator[Section]:
    for shelf, name in _SECTIONS.items():
        told = shelves[shelf]
        if told:
            yield shelf, name, _by_nation(told, edition) if shelf is Shelf.BODY else {"": told}


def _by_nation(told: Iterable[Group], edition: Edition) -> Mapping[str, Sequence[Group]]:
    """The bodies of each nation, those of the register's first nation first."""
    found: dict[str, list[Group]] = {nation: [] for nation in NATIONS}
    for group in told:
        found.setdefault(edition.bodies[group.id].nation, []).append(group)
    return {named(nation, NATIONS): groups for nation, groups in found.items() if groups}
