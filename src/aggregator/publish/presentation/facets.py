"""Groups documents by facet: body, nation, topic, type, plan and role."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from aggregator.model import Document, Relevance, Snapshot
from aggregator.publish.presentation.dates import document_day
from aggregator.publish.presentation.paths import Facet, facet_page_path
from aggregator.publish.presentation.text import capitalise_first, clean_line, display_name

# The nations of `register/bodies.yaml` with their names, in the order of the pages.
NATIONS: Final[Mapping[str, str]] = {
    "uk": "United Kingdom",
    "scotland": "Scotland",
    "wales": "Wales",
    "northern-ireland": "Northern Ireland",
    "england": "England",
    "international": "International",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetListing:
    """The documents of one value of a facet, such as one topic: the content of its page, newest first."""

    facet: Facet
    id: str
    name: str
    # Those that are relevant or borderline.
    documents: list[Document] = field(default_factory=list)
    # Those that are not; only the archive lists them.
    irrelevant: list[Document] = field(default_factory=list)

    @property
    def path(self) -> str:
        """The path of its page."""
        return facet_page_path(self.facet, self.id)


def facet_value_names(snapshot: Snapshot) -> Mapping[Facet, Mapping[str, str]]:
    """The name of each value of each facet, by id, in the order of the register and the vocabulary."""
    # A nation that is not in the list above is added by its id, so that no body is lost.
    nations = {body.nation for body in snapshot.bodies.values()}
    ordered_nations = (*NATIONS, *sorted(nations - NATIONS.keys()))
    return {
        Facet.NATION: {id: display_name(id, NATIONS) for id in ordered_nations if id in nations},
        Facet.BODY: {id: clean_line(body.name) for id, body in snapshot.bodies.items()},
        Facet.TOPIC: {id: display_name(id, snapshot.topics) for id in snapshot.topics},
        Facet.TYPE: {id: display_name(id, snapshot.types) for id in snapshot.types},
        Facet.PLAN: {id: display_name(id, snapshot.plans) for id in snapshot.plans},
        Facet.ROLE: {role.id: clean_line(role.name) for role in snapshot.roles},
    }


def facet_values_of(document: Document, snapshot: Snapshot) -> tuple[tuple[Facet, str], ...]:
    """The facet values of a document: publisher and subjects, their nations, its labels, and roles.

    A role counts for the body that had it on the document's own day, or without one on that of first sight.
    """
    # A document about its own body, or about two bodies of a nation, belongs to that value only once.
    return tuple(dict.fromkeys(_facet_values_of(document, snapshot)))


def facet_listings(snapshot: Snapshot) -> tuple[FacetListing, ...]:
    """The listing of every value in the register and the vocabulary, in their order; some are empty."""
    listings = {
        (facet, id): FacetListing(facet=facet, id=id, name=capitalise_first(name))
        for facet, names in facet_value_names(snapshot).items()
        for id, name in names.items()
    }
    for document in snapshot.documents:
        is_listed = document.labels.relevance is not Relevance.NO
        # A value that the register or the vocabulary no longer has gets no page.
        for key in facet_values_of(document, snapshot):
            if listing := listings.get(key):
                (listing.documents if is_listed else listing.irrelevant).append(document)
    return tuple(listings.values())


def listings_by_facet(listings: tuple[FacetListing, ...]) -> Mapping[Facet, tuple[FacetListing, ...]]:
    """The listings of each facet; a facet without listings has an empty tuple."""
    by_facet: dict[Facet, list[FacetListing]] = defaultdict(list)
    for listing in listings:
        by_facet[listing.facet].append(listing)
    return {facet: tuple(by_facet[facet]) for facet in Facet}


def _facet_values_of(document: Document, snapshot: Snapshot) -> Iterator[tuple[Facet, str]]:
    labels = document.labels
    bodies = (document.entry.body, *labels.subjects)
    for id in bodies:
        yield Facet.BODY, id
        if body := snapshot.bodies.get(id):
            yield Facet.NATION, body.nation
    yield from ((Facet.TOPIC, topic) for topic in labels.topics)
    yield Facet.TYPE, labels.type
    yield from ((Facet.PLAN, plan) for plan in labels.plans)
    day = document_day(document, snapshot.site.timezone)
    for role in snapshot.roles:
        if any(role.is_assigned_to(id, day) for id in bodies):
            yield Facet.ROLE, role.id
