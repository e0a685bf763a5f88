"""The page of a document that cannot be shown, at the document's own path."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar

from aggregator.model import DeferredArtifact, Document, Snapshot
from aggregator.publish.presentation.paths import document_page_path, page_path_of_id, web_url
from aggregator.publish.presentation.text import clean_title
from aggregator.publish.site.render import render_page

PLAIN_TITLE: Final = "A document that we cannot show"
# Only if even the template of this page cannot be rendered.
_BARE_PAGE: Final = b"""<!doctype html>
<html lang="en-GB">
<meta charset="utf-8">
<title>A document that we cannot show</title>
<p>This document could not be shown, because of a fault of this site. We keep it, and try again.</p>
</html>
"""
Value = TypeVar("Value")


def placeholder_page(document: Document, snapshot: Snapshot) -> DeferredArtifact | None:
    """Return the page that says so, with title and link as far as these are safe; None without a path."""
    path = _safely(lambda: document_page_path(document.entry), None)
    if path is None:
        return None
    return DeferredArtifact(
        path=path, media_type="text/html", make=partial(_render, document, snapshot, path)
    )


def damaged_page(id: str, snapshot: Snapshot) -> DeferredArtifact:
    """Return the page that says so for a document of which only the id can be read."""
    # A record's own path is among what cannot be read: its page goes, and comes back with it.
    path = page_path_of_id(id)
    return render_page("placeholder.html.j2", snapshot, path, title=PLAIN_TITLE, official=None)


def _render(document: Document, snapshot: Snapshot, path: str) -> bytes:
    title = _safely(lambda: clean_title(document.entry.title, 300), "") or PLAIN_TITLE
    official = _safely(lambda: web_url(document.entry.url), None)
    full = render_page("placeholder.html.j2", snapshot, path, title=title, official=official)
    plain = render_page("placeholder.html.j2", snapshot, path, title=PLAIN_TITLE, official=None)
    return _safely(full.make, b"") or _safely(plain.make, b"") or _BARE_PAGE


def _safely(make: Callable[[], Value], otherwise: Value) -> Value:
    """Return what `make` returns, or `otherwise` if it raises: the document is known to break something."""
    try:
        return make()
    except Exception:
        return otherwise
