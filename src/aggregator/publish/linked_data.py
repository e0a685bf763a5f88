"""What a page says of itself to programs, in the words of schema.org (JSON-LD)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aggregator.model import Site
from aggregator.publish.entry_page import Document

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


def of_document(document: Document, site: Site) -> Mapping[str, Any]:
    """The page of a document, and the document that it is about; what is not known is left out."""
    ours = site.base_url + document.path
    about = {
        "@type": "CreativeWork",
        "identifier": document.id,
        "name": document.title,
        "inLanguage": document.line.language,
        "datePublished": document.dated.stamp,
        "publisher": {"@type": "Organization", "name": document.line.body},
        "license": document.licence.url,
        "url": document.official,
        "archivedAt": document.copy,
    }
    return {
        "@context": _CONTEXT,
        "@type": "WebPage",
        "url": ours,
        "name": document.line.title,
        "isPartOf": {"@type": "WebSite", "name": site.title, "url": site.base_url},
        "mainEntity": {name: value for name, value in about.items() if value},
    }
