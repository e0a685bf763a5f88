"""Turns templates into pages, among them the front page; the only module of the site that uses Jinja.

A template sees the values that `render_page` gives it and, by their Python names, the functions and constants
listed here; each function is also a filter. Publishers' text must go through `clean_line` or `clean_title`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from aggregator.model import Artifact, DeferredArtifact, Document, Site, Snapshot, Source
from aggregator.model.days import day_of
from aggregator.publish.board import wording
from aggregator.publish.hosting.security import content_security_policy
from aggregator.publish.presentation.corrections import RELEVANCE_TEXTS
from aggregator.publish.presentation.dates import format_day, format_instant, format_moment
from aggregator.publish.presentation.fingerprints import common_fingerprint, fingerprint_of
from aggregator.publish.presentation.months import month_title
from aggregator.publish.presentation.paths import (
    Facet,
    board_month_path,
    document_page_path,
    facet_page_path,
    web_url,
)
from aggregator.publish.presentation.rows import body_name, document_row
from aggregator.publish.presentation.text import capitalise_first, clean_line, clean_title
from aggregator.publish.site.charts import updates_chart
from aggregator.publish.site.document_page import (
    MATCH_PLACES,
    REMOVAL_TEXTS,
    attachment_text,
    document_page_values,
    source_title,
)
from aggregator.publish.site.front_page import (
    closing_soon,
    closing_text,
    last_day,
    linked_digests,
    relevant_documents,
    updates_by_day,
)
from aggregator.publish.site.revisions import MAX_ROWS, count_hidden_rows, revisions_with_changes
from aggregator.publish.site.status import (
    coverage_note,
    last_record_age,
    last_record_date,
    licences_used,
    source_address_text,
    source_rows,
)
from aggregator.values.languages import is_english, own_name
from aggregator.values.web_addresses import host_of

_TEMPLATES: Final = Path(__file__).parents[1] / "templates"
# Files beside the templates that are published unchanged, with their media types.
_STATIC_FILES: Final = {
    "card.png": "image/png",  # the icon at 1200 by 630 pixels, shown where people share a page (Open Graph)
    "icon.svg": "image/svg+xml",
    "search.js": "text/javascript",
    "style.css": "text/css",
}
# How many updates the front page tries to show, until it is small enough.
_UPDATE_COUNTS: Final = (60, 40, 20, 10, 5, 0)
# The largest front page, in bytes: people read it on slow lines, too.
_MAX_FRONT_PAGE: Final = 100_000
# The vocabulary in which pages describe themselves to programs (JSON-LD).
SCHEMA_ORG: Final = "https://schema.org"

_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    auto_reload=False,  # else every page checks on disk whether its template has changed
    undefined=StrictUndefined,  # a misspelt name is an error and not an empty string
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATE_FUNCTIONS: Final = (
    # text
    *(clean_line, clean_title, capitalise_first, host_of, web_url, facet_page_path),
    *(board_month_path, month_title),
    # dates
    *(day_of, format_day, format_instant, format_moment),
    # documents
    *(document_row, body_name, source_title, attachment_text, closing_text),
    *(revisions_with_changes, count_hidden_rows),
    # bodies, sources, digests
    *(last_record_age, last_record_date, coverage_note, source_address_text, last_day, updates_chart),
    # the board
    *(wording.basis_text, wording.claim_text, wording.commitments_text, wording.coverage_gap_text),
    *(
        wording.coverage_text,
        wording.deadline_text,
        wording.other_document_text,
        wording.days_text,
        wording.lag_text,
    ),
    *(wording.result_text, wording.silence_text, wording.stage_text, wording.yes_no_text),
    *(wording.binding_checks, wording.evidence_link, wording.front_table_checks, wording.publication_date),
)
_TEMPLATE_CONSTANTS: Final = {
    "FRONT_TABLE_RULES": wording.FRONT_TABLE_RULES,
    "Facet": Facet,
    "language_name": lambda tag: clean_line(own_name(tag)),
    "is_english": is_english,
    "MATCH_PLACES": MATCH_PLACES,
    "MAX_ROWS": MAX_ROWS,
    "RELEVANCE_TEXTS": RELEVANCE_TEXTS,
    "REMOVAL_TEXTS": REMOVAL_TEXTS,
    "RESULT_CLASSES": wording.RESULT_CLASSES,
}
_functions_by_name: Final = {function.__name__: function for function in _TEMPLATE_FUNCTIONS}
_ENVIRONMENT.globals |= _TEMPLATE_CONSTANTS | _functions_by_name
_ENVIRONMENT.filters |= _functions_by_name


def render_page(template: str, snapshot: Snapshot, path: str, **values: object) -> DeferredArtifact:
    """The page at `path` of the output folder."""
    # Rendered when it is written: a page that cannot be rendered keeps no other from being made.
    make = partial(_render, template, snapshot, path=path, root="../" * path.count("/"), **values)
    return DeferredArtifact(path=path, media_type="text/html", make=make)


def _render(template: str, snapshot: Snapshot, *, path: str, root: str, **values: object) -> bytes:
    """The HTML of a page. `path` is the page's own path, `root` leads from it to the output folder."""
    site = snapshot.site
    contact = f"mailto:{site.contact}" if "@" in site.contact else web_url(site.contact)
    html = _ENVIRONMENT.get_template(template).render(
        site=site,
        snapshot=snapshot,
        contact=contact,
        path=path,
        root=root,
        zone=site.timezone,
        policy=content_security_policy(path),
        with_board=bool(snapshot.board.processes),
        **values,
    )
    return html.encode()


def publish_pages(snapshot: Snapshot) -> Iterator[Artifact | DeferredArtifact]:
    """`index.html`, `style.css`, `search.js`, `icon.svg`, `card.png`, and a page for each document."""
    yield DeferredArtifact(path="index.html", media_type="text/html", make=partial(_front_page, snapshot))
    for name, media_type in _STATIC_FILES.items():
        yield Artifact(path=name, media_type=media_type, payload=(_TEMPLATES / name).read_bytes())
    sources = {row.source.id: row.source for row in snapshot.sources}
    common = f"{common_fingerprint(snapshot)} {bool(snapshot.board.processes)}"
    for document in snapshot.documents:
        yield DeferredArtifact(
            path=document_page_path(document.entry),
            media_type="text/html",
            fingerprint=fingerprint_of([common, repr(_without_poll_times(document))]),
            make=partial(_document_page, document, snapshot, sources),
        )


def _without_poll_times(document: Document) -> Document:
    """The document without what changes at every poll. The page does not show it, so it must not count."""
    carriers = (
        replace(carrier, last_seen=None, pending_removal=None, pending_revision=None, newest_updated=None)
        for carrier in document.carriers
    )
    return replace(document, carriers=tuple(carriers))


def _document_page(document: Document, snapshot: Snapshot, sources: Mapping[str, Source]) -> bytes:
    values = document_page_values(document, snapshot, sources)
    return render_page("document.html.j2", snapshot, document_page_path(document.entry), **values).payload


def _front_page(snapshot: Snapshot) -> bytes:
    """The front page with as many updates as fit into its largest size."""
    html = b""
    total = len(relevant_documents(snapshot))
    for max_count in _UPDATE_COUNTS:
        html = _render(
            "index.html.j2",
            snapshot,
            path="",
            root="",
            days=updates_by_day(snapshot, max_count),
            shown=min(max_count, total),
            total=total,
            closing=closing_soon(snapshot),
            digests=linked_digests(snapshot),
            processes=snapshot.board.processes,
            sources=source_rows(snapshot),
            licences=licences_used(snapshot),
            json_ld=_site_json_ld(snapshot.site),
        )
        if len(html) <= _MAX_FRONT_PAGE:
            break
    return html


def _site_json_ld(site: Site) -> Mapping[str, Any]:
    """The site and its search, in schema.org's terms."""
    return {
        "@context": SCHEMA_ORG,
        "@type": "WebSite",
        "name": site.title,
        "url": site.base_url,
        "inLanguage": "en-GB",
        "potentialAction": {
            "@type": "SearchAction",
            "target": f"{site.base_url}search.html?q={{search_term_string}}",
            "query-input": "required name=search_term_string",
        },
    }


def list_json_ld(site: Site, name: str, path: str) -> Mapping[str, Any]:
    """A page that lists documents, in schema.org's terms."""
    return {
        "@context": SCHEMA_ORG,
        "@type": "CollectionPage",
        "name": name,
        "url": site.base_url + path,
        "inLanguage": "en-GB",
        "isPartOf": {"@type": "WebSite", "name": site.title, "url": site.base_url},
    }
