"""Makes the files for a static host and for search engines: headers, robots.txt and sitemaps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from aggregator.model import Artifact, Document, Snapshot
from aggregator.model.days import first_day
from aggregator.publish.hosting.security import COMMON_HEADERS, content_security_policy_header
from aggregator.publish.presentation.facets import facet_value_names
from aggregator.publish.presentation.months import archive_month_of, archive_months, months_by_year
from aggregator.publish.presentation.paths import Facet, board_month_path, document_page_path, facet_page_path

_SITEMAP_NAMESPACE: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_TOP_PAGES: Final = (
    *("", "browse.html", "archive.html", "letters.html"),
    *("corrections.html", "sources.html", "about.html"),
)


def publish_hosting(snapshot: Snapshot) -> Iterator[Artifact]:
    """`_headers`, `robots.txt`, `sitemap.xml`, and `sitemaps/YYYY.xml` for the documents of each year."""
    yield Artifact(path="_headers", media_type="text/plain", payload=_headers().encode())
    yield Artifact(path="robots.txt", media_type="text/plain", payload=_robots(snapshot).encode())
    # One sitemap for each year: a new document changes one small file.
    zone, by_year = snapshot.site.timezone, dict[str, list[Document]]()
    for document in snapshot.documents:
        by_year.setdefault(archive_month_of(document, zone)[:4], []).append(document)
    sitemaps = {"sitemaps/pages.xml": _page_addresses(snapshot)}
    for year in sorted(by_year):
        sitemaps[f"sitemaps/{year}.xml"] = tuple(_document_addresses(by_year[year], zone))
    for path, addresses in sitemaps.items():
        yield _sitemap(path, "urlset", "url", snapshot, addresses)
    yield _sitemap("sitemap.xml", "sitemapindex", "sitemap", snapshot, ((path, "") for path in sitemaps))


def _headers() -> str:
    """The headers in the format that Netlify and Cloudflare Pages read."""
    # Rules for a path add up, and a browser applies all policies that it gets: so no path matches two rules.
    # docs/hosting.md repeats these headers for nginx and Apache: change both.
    common = "".join(f"  {name}: {value}\n" for name, value in COMMON_HEADERS.items())
    page_folders = ("board", "digests", "entries", "records", "months", "years", *Facet)
    pages = ("", "index.html", *_TOP_PAGES[1:], "board.html", "search.html")
    paths = (*pages, *(f"{folder}/*" for folder in page_folders))
    rules = (
        f"/{path}\n  Content-Security-Policy: {content_security_policy_header(path)}\n" for path in paths
    )
    return f"/*\n{common}" + "".join(rules)


def _robots(snapshot: Snapshot) -> str:
    return f"User-agent: *\nAllow: /\n\nSitemap: {snapshot.site.base_url}sitemap.xml\n"


def _page_addresses(snapshot: Snapshot) -> tuple[tuple[str, str], ...]:
    months = archive_months(snapshot)
    processes = snapshot.board.processes
    paths = ["board.html"] if processes else []
    paths += [f"board/{report.process.id}.html" for report in processes]
    paths += [board_month_path(board.month) for board in snapshot.month_boards]
    paths += [
        facet_page_path(facet, id) for facet, names in facet_value_names(snapshot).items() for id in names
    ]
    paths += [month.path for month in months]
    paths += [f"years/{year}.html" for year in months_by_year(months)]
    return tuple((path, "") for path in dict.fromkeys((*_TOP_PAGES, *paths)))


def _document_addresses(documents: Iterable[Document], zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    for document in sorted(documents, key=lambda document: document.entry.id):
        yield document_page_path(document.entry), first_day(document.last_change, zone).isoformat()


def _sitemap(
    path: str, root: str, element: str, snapshot: Snapshot, addresses: Iterable[tuple[str, str]]
) -> Artifact:
    elements = (
        f"<{element}><loc>{escape(snapshot.site.base_url + address)}</loc>"
        f"{f'<lastmod>{day}</lastmod>' if day else ''}</{element}>\n"
        for address, day in addresses
    )
    start = '<?xml version="1.0" encoding="UTF-8"?>'
    text = f'{start}\n<{root} xmlns="{_SITEMAP_NAMESPACE}">\n{"".join(elements)}</{root}>\n'
    return Artifact(path=path, media_type="application/xml", payload=text.encode())
