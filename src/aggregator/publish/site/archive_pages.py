"""The archive's pages: every document by year and month, for those who have no scripts, too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from aggregator.model import Artifact, Document, Relevance, Snapshot
from aggregator.publish.presentation.months import ArchiveMonth, archive, years
from aggregator.publish.presentation.paths import month_page_path
from aggregator.publish.site.charts import chart
from aggregator.publish.site.render import list_page_data, page

PARTS: Final = {
    Relevance.YES: "About open government",
    Relevance.BORDERLINE: "Borderline",
    Relevance.NO: "Everything else from the same sources",
}


def publish_archive(edition: Snapshot) -> Iterator[Artifact]:
    """`archive.html`, `years/YYYY.html` and `months/YYYY-MM.html`."""
    drawers, zone = archive(edition), edition.site.zone
    by_year = years(drawers)
    drawn = chart((held for held in edition.holdings if held.labels.relevant), edition.at, zone)
    yield page("archive.html.j2", edition, "archive.html", drawn=drawn, years=tuple(by_year.items()))
    for drawer in drawers:
        if drawer.name not in by_year:
            yield _page(edition, drawer.name, drawer.title, drawer.holdings, year=drawer.name[:4])
    for year, told in by_year.items():
        without_month = next((one.holdings for one in told if one.name == year), ())
        months = tuple(one for one in told if one.name != year)
        yield _page(edition, year, year, without_month, months=months)


def _page(  # a year's page is a month's with one more thing on it
    edition: Snapshot,
    name: str,
    title: str,
    holdings: tuple[Document, ...],
    year: str = "",
    months: tuple[ArchiveMonth, ...] = (),
) -> Artifact:
    path = month_page_path(name)
    data = list_page_data(edition.site, title, path)
    return page(
        "drawer.html.j2",
        edition,
        path,
        name=title,
        year=year,
        months_of_year=months,
        parts=PARTS,
        holdings=holdings,
        data=data,
    )
