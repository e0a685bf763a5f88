"""The pages that list documents by body, nation, topic, type, plan and role, and the page of all those."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import Artifact, Body, Role, Snapshot
from aggregator.publish.presentation.dates import format_day
from aggregator.publish.presentation.facets import NATIONS, Group, groups, listings_by_facet
from aggregator.publish.presentation.months import filed, month_title
from aggregator.publish.presentation.paths import Facet, facet_file_stem, facet_page_path, web
from aggregator.publish.presentation.text import clean_line, display_name
from aggregator.publish.site.charts import MONTHS_SHOWN, chart
from aggregator.publish.site.render import list_page_data, page

NEWEST: Final = 100
"""How many documents a page lists."""
_KICKERS: Final[Mapping[Facet, str]] = {
    Facet.BODY: "Body",
    Facet.NATION: "Nation",
    Facet.TOPIC: "Topic",
    Facet.TYPE: "Type of update",
    Facet.PLAN: "Action plan",
    Facet.ROLE: "Role",
}
_SECTIONS: Final[Mapping[Facet, str]] = {
    Facet.NATION: "Nations",
    Facet.BODY: "Bodies",
    Facet.TOPIC: "Topics",
    Facet.TYPE: "Types of update",
    Facet.PLAN: "Action plans",
    Facet.ROLE: "Roles",
}


Section = tuple[Facet, str, Mapping[str, Sequence[Group]]]
"""A shelf on the page that leads to all of them: its name, and its groups by heading, which may be empty."""
Fact = tuple[str, str | None, str]
"""A fact about a group: its words, where it leads, and what else is to be said of it."""


def publish_listings(edition: Snapshot) -> Iterator[Artifact]:
    """`browse.html`, and `FOLDER/ID.html` for each body, nation, topic, type, plan and role."""
    made, zone = groups(edition), edition.site.zone
    sections = tuple(_sections(listings_by_facet(made), edition))
    yield page("browse.html.j2", edition, "browse.html", sections=sections, shown=MONTHS_SHOWN)
    observed = {plan.plan.id for told in edition.board.processes for plan in told.plans}
    for group in made:
        if group.shelf is not Facet.PLAN or group.id not in observed:  # else `publish_plans` tells more
            yield _page(group, edition, zone)


def _page(group: Group, edition: Snapshot, zone: ZoneInfo) -> Artifact:
    newest, by = group.holdings[:NEWEST], partial(filed, zone=zone)
    by_month = sorted(newest, key=by, reverse=True)
    return page(
        "group.html.j2",
        edition,
        group.path,
        group=group,
        kicker=_KICKERS[group.shelf],
        facts={heading: facts for heading, facts in _facts(group, edition).items() if facts},
        feed=facet_file_stem(group.shelf, group.id),
        drawn=chart(group.holdings, edition.at, zone),
        months_told=[(month_title(name), list(held)) for name, held in groupby(by_month, by)],
        with_body=group.shelf is not Facet.BODY or any(held.entry.body != group.id for held in newest),
        shown=len(newest),
        known=len(group.holdings),
        others=len(group.others),
        data=list_page_data(edition.site, group.name, group.path),
    )


def _facts(group: Group, edition: Snapshot) -> Mapping[str, Sequence[Fact]]:
    """What is known of a body or a role, by heading."""
    if group.shelf is Facet.BODY:
        return _body_facts(edition.bodies[group.id], edition)
    if group.shelf is Facet.ROLE:
        role = next(role for role in edition.roles if role.id == group.id)
        return {"Held by": tuple(_holders(role, edition))}
    return {}


def _body_facts(body: Body, edition: Snapshot) -> Mapping[str, Sequence[Fact]]:
    site, bodies = web(body.url), edition.bodies.values()
    roles = [role for role in edition.roles if any(holder.body == body.id for holder in role.holders)]
    return {
        "Own page": [(clean_line(body.url), site, "")] if site else [],
        "Nation": [(display_name(body.nation, NATIONS), f"../{facet_page_path(Facet.NATION, body.nation)}", "")],
        "Part of": [_linked(Facet.BODY, one) for one in bodies if one.id == body.parent],
        "Its parts": [_linked(Facet.BODY, one) for one in bodies if one.parent == body.id],
        "Former names": [(clean_line(old.name), None, "") for old in body.former],
        "Roles": [_linked(Facet.ROLE, role) for role in roles],
    }


def _linked(shelf: Facet, one: Body | Role) -> Fact:
    return clean_line(one.name), f"../{facet_page_path(shelf, one.id)}", ""


def _holders(role: Role, edition: Snapshot) -> Iterator[Fact]:
    """Who held the role, the last one first, and where that is said."""
    for holder in reversed(role.holders):
        body = edition.bodies.get(holder.body)
        until = f" to {format_day(holder.until).words}" if holder.until else " on"
        sourced = f"; source: {clean_line(holder.source)}" if holder.source else "; not yet sourced"
        yield (
            clean_line(body.name_on(holder.since) if body else holder.body),
            f"../{facet_page_path(Facet.BODY, holder.body)}" if body else None,
            f"from {format_day(holder.since).words}{until}{sourced}",
        )


def _sections(shelves: Mapping[Facet, tuple[Group, ...]], edition: Snapshot) -> Iterator[Section]:
    for shelf, name in _SECTIONS.items():
        told = shelves[shelf]
        if told:
            yield shelf, name, _by_nation(told, edition) if shelf is Facet.BODY else {"": told}


def _by_nation(told: Iterable[Group], edition: Snapshot) -> Mapping[str, Sequence[Group]]:
    """The bodies of each nation, those of the register's first nation first."""
    found: dict[str, list[Group]] = {nation: [] for nation in NATIONS}
    for group in told:
        found.setdefault(edition.bodies[group.id].nation, []).append(group)
    return {display_name(nation, NATIONS): groups for nation, groups in found.items() if groups}
