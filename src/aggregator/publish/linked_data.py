"""What a page says of itself to programs, in the words of schema.org (JSON-LD)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aggregator.model import Entry, Site
from aggregator.model.licences import licence
from aggregator.publish.addresses import web
from aggregator.publish.lines import Line
from aggregator.publish.words import line, titled

_CONTEXT: Final = "https://schema.org"


def of_site(site: Site) -> Mapping[str, Any]:
    """The site as a whole, and how it is searched."""
    return {
        "@context": _CONTEXT,
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


def of_list(site: Site, name: str, path: str) -> Mapping[str, Any]:
    """A page that lists documents."""
    return {
        "@context": _CONTEXT,
        "@type": "CollectionPage",
        "name": name,
        "url": site.base_url + path,
        "inLanguage": "en-GB",
        "isPartOf": {"@type": "WebSite", "name": site.title, "url": site.base_url},
    }


def of_document(
    site: Site, path: str, entry: Entry, told: Line, dated: str, archived: str | None
) -> Mapping[str, Any]:
    """The page of a document, and the document that it is about; what is not known is left out."""
    about = {
        "@type": "CreativeWork",
        "identifier": line(entry.id, 100),
        "name": titled(entry.title),
        "inLanguage": told.language,
        "datePublished": dated,
        "publisher": {"@type": "Organization", "name": told.body},
        "license": licence(entry.licence).url,
        "url": web(entry.url),
        "archivedAt": archived,
    }
    return {
        "@context": _CONTEXT,
        "@type": "WebPage",
        "url": site.base_url + path,
        "name": told.title,
        "isPartOf": {"@type": "WebSite", "name": site.title, "url": site.base_url},
        "mainEntity": {name: value for name, value in about.items() if value},
    }
