"""The pages about the site itself: letters, corrections, sources, search, about, and those that lead on."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from aggregator.model import Artifact, Snapshot
from aggregator.publish.feeds.catalogue import alert_headings
from aggregator.publish.presentation.corrections import CORRECTIONS, corrections_in
from aggregator.publish.presentation.dates import say_instant
from aggregator.publish.presentation.paths import entry_page
from aggregator.publish.presentation.rows import tell
from aggregator.publish.presentation.text import clean_line
from aggregator.publish.site.advice import advice_by_source
from aggregator.publish.site.front_page import linked_digests
from aggregator.publish.site.render import page
from aggregator.publish.site.status import licences_used, source_rows


def publish_site(edition: Snapshot) -> Iterator[Artifact]:
    """`letters.html`, `corrections.html`, `sources.html`, `search.html` and `about.html`."""
    licences, sources = licences_used(edition), source_rows(edition)
    told = {"sources": sources, "advice": advice_by_source(edition), "licences": licences}
    digests = linked_digests(edition, len(edition.digests))
    by_year = tuple((year, tuple(group)) for year, group in groupby(digests, key=lambda one: one.week[:4]))
    yield page("letters.html.j2", edition, "letters.html", years=by_year)
    yield _corrections(edition)
    yield page("sources.html.j2", edition, "sources.html", **told)
    yield page("search.html.j2", edition, "search.html")
    alerts = [
        {"name": heading.name, "words": clean_line(feed.rule.name)}
        for heading, feed in zip(alert_headings(edition), edition.alerts, strict=True)
    ]
    about = {"sources": len(sources), "bodies": len(edition.bodies), "licences": licences, "alerts": alerts}
    yield page("about.html.j2", edition, "about.html", **about)


def publish_redirects(edition: Snapshot) -> Iterator[Artifact]:
    """A page at every path that a document once had, with a link to the one that it has now.

    It forwards nobody: who comes by an old link sees which document it was.
    """
    held = {holding.entry.id: holding for holding in edition.holdings}
    taken = {entry_page(holding.entry) for holding in edition.holdings}
    for path, id in edition.former_pages.items():
        if id in held and path not in taken:
            yield page("moved.html.j2", edition, path, line=tell(held[id], edition))


def _corrections(edition: Snapshot) -> Artifact:
    zone = edition.site.zone
    told = tuple((one, say_instant(one.at, zone)) for one in corrections_in(edition))
    return page("corrections.html.j2", edition, CORRECTIONS, corrections=told)
