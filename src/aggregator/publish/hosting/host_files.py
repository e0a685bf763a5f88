"""What a static host and a search engine need beside the pages: headers, robots.txt and sitemaps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from aggregator.model import Artifact, Document, Snapshot
from aggregator.model.days import day_of
from aggregator.publish.hosting.security import HEADERS, policy_header
from aggregator.publish.presentation.facets import shelf_names
from aggregator.publish.presentation.months import archive, filed, years
from aggregator.publish.presentation.paths import Facet, entry_page, shelf_page

_NAMESPACE: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_TOP: Final = (
    *("", "browse.html", "archive.html", "letters.html"),
    *("corrections.html", "sources.html", "about.html"),
)


def publish_hosting(edition: Snapshot) -> Iterator[Artifact]:
    """`_headers`, `robots.txt`, `sitemap.xml`, and `sitemaps/YYYY.xml` for the documents of each year."""
    yield Artifact(path="_headers", media_type="text/plain", payload=_headers().encode())
    yield Artifact(path="robots.txt", media_type="text/plain", payload=_robots(edition).encode())
    zone, by_year = edition.site.zone, dict[str, list[Document]]()
    for holding in edition.holdings:
        by_year.setdefault(filed(holding, zone)[:4], []).append(holding)
    maps = {"sitemaps/pages.xml": _pages(edition)}
    for year in sorted(by_year):
        maps[f"sitemaps/{year}.xml"] = tuple(_documents(by_year[year], zone))
    for path, addresses in maps.items():
        yield _xml(path, "urlset", "url", edition, addresses)
    yield _xml("sitemap.xml", "sitemapindex", "sitemap", edition, ((path, "") for path in maps))


def _headers() -> str:
    """The form that Netlify and Cloudflare Pages read. Rules for one path add up: no two policies do."""
    common = "".join(f"  {name}: {value}\n" for name, value in HEADERS.items())
    folders = ("board", "digests", "entries", "records", "months", "years", *Facet)
    paths = ("", "index.html", *_TOP[1:], "board.html", "search.html", *(f"{folder}/*" for folder in folders))
    rules = (f"/{path}\n  Content-Security-Policy: {policy_header(path)}\n" for path in paths)
    return f"/*\n{common}" + "".join(rules)


def _robots(edition: Snapshot) -> str:
    return f"User-agent: *\nAllow: /\n\nSitemap: {edition.site.base_url}sitemap.xml\n"


def _pages(edition: Snapshot) -> tuple[tuple[str, str], ...]:
    drawers = archive(edition)
    processes = edition.board.processes
    listed = ["board.html"] if processes else []
    listed += [f"board/{told.process.id}.html" for told in processes]
    listed += [shelf_page(shelf, id) for shelf, names in shelf_names(edition).items() for id in names]
    listed += [drawer.path for drawer in drawers]
    listed += [f"years/{year}.html" for year in years(drawers)]
    return tuple((path, "") for path in dict.fromkeys((*_TOP, *listed)))


def _documents(holdings: Iterable[Document], zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    for holding in sorted(holdings, key=lambda held: held.entry.id):
        yield entry_page(holding.entry), day_of(holding.updated, zone).isoformat()


def _xml(
    path: str, root: str, element: str, edition: Snapshot, addresses: Iterable[tuple[str, str]]
) -> Artifact:
    rows = (
        f"<{element}><loc>{escape(edition.site.base_url + address)}</loc>"
        f"{f'<lastmod>{day}</lastmod>' if day else ''}</{element}>\n"
        for address, day in addresses
    )
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_NAMESPACE}">\n{"".join(rows)}</{root}>\n'
    )
    return Artifact(path=path, media_type="application/xml", payload=text.encode())
