"""Pages that lead on: no address that a document once had in our output folder goes away."""

from __future__ import annotations

from collections.abc import Iterator

from aggregator.model import Artifact, Edition
from aggregator.publish.addresses import entry_page
from aggregator.publish.lines import tell
from aggregator.publish.pages import page


def publish_moved(edition: Edition) -> Iterator[Artifact]:
    """A page at every former path of a document, with a link to the page that it has now.

    It forwards nobody: who comes by an old link sees which document it was.
    """
    held = {holding.entry.id: holding for holding in edition.holdings}
    taken = {entry_page(holding.entry) for holding in edition.holdings}
    for path, id in edition.former_pages.items():
        if id in held and path not in taken:
            yield page("moved.html.j2", edition, path, line=tell(held[id], edition))
