"""The pages that list documents by body, nation, topic, type, plan and role; and `browse.html`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.model import Body, DeferredArtifact, Role, Snapshot
from aggregator.publish.presentation.dates import format_day
from aggregator.publish.presentation.facets import NATIONS, FacetListing, facet_listings, listings_by_facet
from aggregator.publish.presentation.months import archive_month_of, month_title
from aggregator.publish.presentation.paths import Facet, facet_file_stem, facet_page_path, web_url
from aggregator.publish.presentation.text import clean_line, display_name
from aggregator.publish.site.charts import MONTHS_SHOWN, updates_chart
from aggregator.publish.site.render import list_json_ld, render_page

# How many documents a page lists.
MAX_DOCUMENTS: Final = 100
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


# A facet on `browse.html`, its name, and its listings by heading. The heading may be empty.
Section = tuple[Facet, str, Mapping[str, Sequence[FacetListing]]]
# A fact about a body or a role: its text, a link or None, and a note.
ListingFact = tuple[str, str | None, str]


def publish_listings(snapshot: Snapshot) -> Iterator[DeferredArtifact]:
    """`browse.html`, and `FOLDER/ID.html` for each body, nation, topic, type, plan and role."""
    listings, zone = facet_listings(snapshot), snapshot.site.timezone
    sections = tuple(_sections(listings_by_facet(listings), snapshot))
    yield render_page("browse.html.j2", snapshot, "browse.html", sections=sections, months_shown=MONTHS_SHOWN)
    plans_on_board = {plan.plan.id for process in snapshot.board.processes for plan in process.plans}
    for listing in listings:
        # `publish_plans` makes the pages of plans on the board, at the same paths.
        if listing.facet is not Facet.PLAN or listing.id not in plans_on_board:
            yield _page(listing, snapshot, zone)


def _page(listing: FacetListing, snapshot: Snapshot, zone: ZoneInfo) -> DeferredArtifact:
    newest, month_of = listing.documents[:MAX_DOCUMENTS], partial(archive_month_of, zone=zone)
    by_month = groupby(sorted(newest, key=month_of, reverse=True), month_of)
    has_other_bodies = any(document.entry.body != listing.id for document in newest)
    return render_page(
        "listing.html.j2",
        snapshot,
        listing.path,
        listing=listing,
        kicker=_KICKERS[listing.facet],
        facts={heading: facts for heading, facts in _facts(listing, snapshot).items() if facts},
        feed=facet_file_stem(listing.facet, listing.id),
        chart=updates_chart(listing.documents, snapshot.at, zone),
        months=[(month_title(name), list(documents)) for name, documents in by_month],
        show_body=listing.facet is not Facet.BODY or has_other_bodies,
        shown=len(newest),
        total=len(listing.documents),
        irrelevant=len(listing.irrelevant),
        json_ld=list_json_ld(snapshot.site, listing.name, listing.path),
    )


def _facts(listing: FacetListing, snapshot: Snapshot) -> Mapping[str, Sequence[ListingFact]]:
    """What the register says of a body or a role, by heading."""
    if listing.facet is Facet.BODY:
        return _body_facts(snapshot.bodies[listing.id], snapshot)
    if listing.facet is Facet.ROLE:
        role = next(role for role in snapshot.roles if role.id == listing.id)
        return {"Held by": tuple(_role_holders(role, snapshot))}
    return {}


def _body_facts(body: Body, snapshot: Snapshot) -> Mapping[str, Sequence[ListingFact]]:
    url, bodies = web_url(body.url), snapshot.bodies.values()
    roles = [role for role in snapshot.roles if any(holder.body == body.id for holder in role.holders)]
    return {
        "Own page": [(clean_line(body.url), url, "")] if url else [],
        "Nation": [
            (display_name(body.nation, NATIONS), f"../{facet_page_path(Facet.NATION, body.nation)}", "")
        ],
        "Part of": [_linked(Facet.BODY, other) for other in bodies if other.id == body.parent],
        "Its parts": [_linked(Facet.BODY, other) for other in bodies if other.parent == body.id],
        "Former names": [(clean_line(former.name), None, "") for former in body.former],
        "Roles": [_linked(Facet.ROLE, role) for role in roles],
    }


def _linked(facet: Facet, item: Body | Role) -> ListingFact:
    return clean_line(item.name), f"../{facet_page_path(facet, item.id)}", ""


def _role_holders(role: Role, snapshot: Snapshot) -> Iterator[ListingFact]:
    """Who held the role and when, the last holder first, with the source of that."""
    for holder in reversed(role.holders):
        body = snapshot.bodies.get(holder.body)
        until = f" to {format_day(holder.until).text}" if holder.until else " on"
        source = f"; source: {clean_line(holder.source)}" if holder.source else "; not yet sourced"
        yield (
            clean_line(body.name_on(holder.since) if body else holder.body),
            f"../{facet_page_path(Facet.BODY, holder.body)}" if body else None,
            f"from {format_day(holder.since).text}{until}{source}",
        )


def _sections(
    listings_by_facet: Mapping[Facet, tuple[FacetListing, ...]], snapshot: Snapshot
) -> Iterator[Section]:
    for facet, name in _SECTIONS.items():
        listings = listings_by_facet[facet]
        if listings:
            yield facet, name, _by_nation(listings, snapshot) if facet is Facet.BODY else {"": listings}


def _by_nation(listings: Iterable[FacetListing], snapshot: Snapshot) -> Mapping[str, Sequence[FacetListing]]:
    """The bodies of each nation, in the order of `NATIONS`."""
    by_nation: dict[str, list[FacetListing]] = {nation: [] for nation in NATIONS}
    for listing in listings:
        by_nation.setdefault(snapshot.bodies[listing.id].nation, []).append(listing)
    return {display_name(nation, NATIONS): group for nation, group in by_nation.items() if group}
