"""The pages about the site itself: digests, corrections, sources, search, about; and redirect pages."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from aggregator.model import DeferredArtifact, Snapshot
from aggregator.publish.feeds.catalogue import alert_feed_headings
from aggregator.publish.presentation.corrections import CORRECTIONS_PAGE, corrections_in
from aggregator.publish.presentation.dates import format_instant
from aggregator.publish.presentation.facets import facet_value_names
from aggregator.publish.presentation.paths import Facet, document_page_path
from aggregator.publish.presentation.rows import document_row
from aggregator.publish.presentation.text import clean_line
from aggregator.publish.site.advice import advice_by_source
from aggregator.publish.site.front_page import linked_digests
from aggregator.publish.site.render import render_page
from aggregator.publish.site.status import licences_used, source_rows


def publish_site(snapshot: Snapshot) -> Iterator[DeferredArtifact]:
    """`letters.html`, `corrections.html`, `sources.html`, `search.html` and `about.html`."""
    licences, sources = licences_used(snapshot), source_rows(snapshot)
    yield _digests(snapshot)
    yield _corrections(snapshot)
    yield render_page(
        "sources.html.j2",
        snapshot,
        "sources.html",
        sources=sources,
        advice=advice_by_source(snapshot),
        licences=licences,
    )
    yield render_page("search.html.j2", snapshot, "search.html", plan_names=tuple(_plan_names(snapshot)))
    alert_feeds = [
        {"name": heading.name, "title": clean_line(feed.rule.name)}
        for heading, feed in zip(alert_feed_headings(snapshot), snapshot.alerts, strict=True)
    ]
    yield render_page(
        "about.html.j2",
        snapshot,
        "about.html",
        source_count=len(sources),
        body_count=len(snapshot.bodies),
        licences=licences,
        alert_feeds=alert_feeds,
    )


def _plan_names(snapshot: Snapshot) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each plan's name as documents' pages have it, with the names by which people look for it."""
    for id, name in facet_value_names(snapshot)[Facet.PLAN].items():
        yield name, tuple(clean_line(spelling) for spelling in snapshot.plan_spellings.get(id, ()))


def publish_redirects(snapshot: Snapshot) -> Iterator[DeferredArtifact]:
    """A page at every former path of a document, with a link to its present page.

    It does not forward: whoever follows an old link first sees which document it was.
    """
    documents = {document.entry.id: document for document in snapshot.documents}
    used_paths = {document_page_path(document.entry) for document in snapshot.documents}
    for path, id in snapshot.former_pages.items():
        if id in documents and path not in used_paths:
            row = document_row(documents[id], snapshot)
            yield render_page("redirect.html.j2", snapshot, path, row=row)


def _digests(snapshot: Snapshot) -> DeferredArtifact:
    digests = linked_digests(snapshot, len(snapshot.digests))
    years = tuple(
        (year, tuple(of_year)) for year, of_year in groupby(digests, key=lambda digest: digest.period[:4])
    )
    # A published address may not move: the page is still called letters.html.
    return render_page("digests.html.j2", snapshot, "letters.html", years=years)


def _corrections(snapshot: Snapshot) -> DeferredArtifact:
    zone = snapshot.site.timezone
    dated = tuple(
        (correction, format_instant(correction.at, zone)) for correction in corrections_in(snapshot)
    )
    return render_page("corrections.html.j2", snapshot, CORRECTIONS_PAGE, corrections=dated)
