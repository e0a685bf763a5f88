"""The pages as HTML: how a template becomes a page, the front page, and the page of each document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from aggregator.model import Artifact, Deferred, Document, Site, Snapshot, Source
from aggregator.model.days import day_of
from aggregator.publish.board import wording
from aggregator.publish.hosting.security import policy
from aggregator.publish.presentation.corrections import VERDICTS
from aggregator.publish.presentation.dates import format_day, say, say_instant
from aggregator.publish.presentation.fingerprints import background, fingerprint
from aggregator.publish.presentation.paths import Facet, entry_page, facet_page_path, web
from aggregator.publish.presentation.rows import LANGUAGES, body_name, tell
from aggregator.publish.presentation.text import capitalise_first, clean_line, clean_title
from aggregator.publish.site.charts import chart
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
from aggregator.values.web_addresses import host_of

_TEMPLATES: Final = Path(__file__).parents[1] / "templates"
_FILES: Final = {
    "card.png": "image/png",  # the icon at 1200 by 630 pixels, for those who share a page (Open Graph)
    "icon.svg": "image/svg+xml",
    "search.js": "text/javascript",
    "style.css": "text/css",
}
"""What is published as it stands beside the templates."""
_LINES: Final = (60, 40, 20, 10, 5, 0)
"""How many lines of news the front page tries to show, until it is small enough."""
_LARGEST: Final = 100_000
"""The largest front page, in bytes: it is read on slow lines, too."""

SCHEMA_ORG: Final = "https://schema.org"
"""The words in which pages describe themselves to programs (JSON-LD)."""

_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    auto_reload=False,  # else every page asks the disk whether its template is still the same
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATE_FUNCTIONS: Final = (
    *(wording.basis_text, wording.result_text, wording.claim_text, wording.commitments_text),
    *(wording.days_text, wording.coverage_gap_text, wording.lag_text, wording.days_left_text),
    *(wording.silence_text, wording.stage_text, wording.yes_no_text, wording.coverage_text),
    *(wording.binding_checks, wording.front_table_checks, wording.evidence_link, wording.publication_date),
    *(revisions_with_changes, count_hidden_rows, attachment_text, source_title, last_day, closing_text),
    *(body_name, chart, tell, source_address_text, last_record_age, last_record_date, coverage_note),
    *(host_of, facet_page_path, web, say, format_day, say_instant, day_of, capitalise_first, clean_line, clean_title),
)
"""What templates may ask of the values that they show; every word of others goes through `line`."""
_TEMPLATE_CONSTANTS: Final = {
    "FRONT_TABLE_RULES": wording.FRONT_TABLE_RULES,
    "Facet": Facet,
    "LANGUAGES": LANGUAGES,
    "MATCH_PLACES": MATCH_PLACES,
    "MAX_ROWS": MAX_ROWS,
    "REMOVAL_TEXTS": REMOVAL_TEXTS,
    "RESULT_CLASSES": wording.RESULT_CLASSES,
    "VERDICTS": VERDICTS,
}
_ENVIRONMENT.globals |= _TEMPLATE_CONSTANTS | {one.__name__: one for one in _TEMPLATE_FUNCTIONS}
_ENVIRONMENT.filters |= {one.__name__: one for one in _TEMPLATE_FUNCTIONS}


def publish_pages(edition: Snapshot) -> Iterator[Artifact | Deferred]:
    """`index.html`, `style.css`, `search.js`, `icon.svg`, `card.png`, and a page for each document."""
    yield Artifact(path="index.html", media_type="text/html", payload=_front_page(edition))
    for name, media_type in _FILES.items():
        yield Artifact(path=name, media_type=media_type, payload=(_TEMPLATES / name).read_bytes())
    sources = {row.source.id: row.source for row in edition.sources}
    ground = f"{background(edition)} {bool(edition.board.processes)}"
    for holding in edition.holdings:
        yield Deferred(
            path=entry_page(holding.entry),
            media_type="text/html",
            fingerprint=fingerprint([ground, repr(_shown(holding))]),
            make=partial(_entry_page, holding, edition, sources),
        )


def _shown(holding: Document) -> Document:
    """The document without what moves at every poll and is not shown."""
    still = (replace(carrier, last_seen=None, vanishing=None) for carrier in holding.carriers)
    return replace(holding, carriers=tuple(still))


def _entry_page(holding: Document, edition: Snapshot, sources: Mapping[str, Source]) -> bytes:
    values = document_page_values(holding, edition, sources)
    return page("entry.html.j2", edition, entry_page(holding.entry), **values).payload


def page(template: str, edition: Snapshot, path: str, **values: object) -> Artifact:
    """The page at `path` of the output folder."""
    payload = render(template, edition, path=path, root="../" * path.count("/"), **values)
    return Artifact(path=path, media_type="text/html", payload=payload)


def render(template: str, edition: Snapshot, *, path: str, root: str, **values: object) -> bytes:
    """A page from its template. `path` is the page's own, `root` leads from it to the output folder."""
    site = edition.site
    contact = f"mailto:{site.contact}" if "@" in site.contact else web(site.contact)
    text = _ENVIRONMENT.get_template(template).render(
        site=site,
        edition=edition,
        contact=contact,
        path=path,
        root=root,
        zone=site.zone,
        policy=policy(path),
        with_board=bool(edition.board.processes),
        **values,
    )
    return text.encode()


def _front_page(edition: Snapshot) -> bytes:
    """The front page with as many lines of news as fit."""
    page = b""
    about = relevant_documents(edition)
    for most in _LINES:
        page = render(
            "index.html.j2",
            edition,
            path="",
            root="",
            days=updates_by_day(edition, most),
            shown=min(most, len(about)),
            known=len(about),
            closings=closing_soon(edition),
            letters=linked_digests(edition),
            processes=edition.board.processes,
            sources=source_rows(edition),
            licences=licences_used(edition),
            data=_site_data(edition.site),
        )
        if len(page) <= _LARGEST:
            break
    return page


def _site_data(site: Site) -> Mapping[str, Any]:
    """The site as a whole, and how it is searched."""
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


def list_page_data(site: Site, name: str, path: str) -> Mapping[str, Any]:
    """A page that lists documents."""
    return {
        "@context": SCHEMA_ORG,
        "@type": "CollectionPage",
        "name": name,
        "url": site.base_url + path,
        "inLanguage": "en-GB",
        "isPartOf": {"@type": "WebSite", "name": site.title, "url": site.base_url},
    }
