"""The archive pages: every document by year and month. They need no script, unlike the search."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from aggregator.model import DeferredArtifact, Document, Relevance, Snapshot
from aggregator.publish.presentation.months import ArchiveMonth, archive_months, months_by_year
from aggregator.publish.presentation.paths import month_page_path
from aggregator.publish.site.charts import updates_chart
from aggregator.publish.site.render import list_json_ld, render_page

RELEVANCE_HEADINGS: Final = {
    Relevance.YES: "About open government",
    Relevance.BORDERLINE: "Borderline",
    Relevance.NO: "Everything else from the same sources",
}


def publish_archive(snapshot: Snapshot) -> Iterator[DeferredArtifact]:
    """`archive.html`, `years/YYYY.html` and `months/YYYY-MM.html`."""
    months, zone = archive_months(snapshot), snapshot.site.timezone
    by_year = months_by_year(months)
    relevant = (document for document in snapshot.documents if document.labels.relevant)
    yield render_page(
        "archive.html.j2",
        snapshot,
        "archive.html",
        chart=updates_chart(relevant, snapshot.at, zone),
        years=tuple(by_year.items()),
    )
    for month in months:
        if month.name not in by_year:
            yield _page(snapshot, month.name, month.title, month.documents, year=month.name[:4])
    for year, of_year in by_year.items():
        # An archive month that is named by the year has the documents whose month is not known.
        without_month = next((month.documents for month in of_year if month.name == year), ())
        months_of_year = tuple(month for month in of_year if month.name != year)
        yield _page(snapshot, year, year, without_month, months_of_year=months_of_year)


def _page(
    snapshot: Snapshot,
    name: str,
    title: str,
    documents: tuple[Document, ...],
    year: str = "",
    months_of_year: tuple[ArchiveMonth, ...] = (),
) -> DeferredArtifact:
    """The page of a month, with a link to its `year`; or of a year, with links to its months."""
    path = month_page_path(name)
    return render_page(
        "month.html.j2",
        snapshot,
        path,
        name=title,
        year=year,
        months_of_year=months_of_year,
        relevance_headings=RELEVANCE_HEADINGS,
        documents=documents,
        json_ld=list_json_ld(snapshot.site, title, path),
    )
