"""The badges of a document's row: that it was withdrawn, and its other languages."""

from __future__ import annotations

from lxml import html

from aggregator.model import Removal, RemovalKind, Translation
from aggregator.publish import make_artifacts
from tests.support.builders import make_document, make_entry, make_snapshot


def page(**changes: object) -> html.HtmlElement:
    document = make_document(**changes)  # type: ignore[arg-type]  # each test passes arguments of a document
    index = next(a for a in make_artifacts(make_snapshot(documents=(document,))) if a.path == "index.html")
    return html.fromstring(index.payload.decode())


def test_what_was_withdrawn_is_labelled_and_its_link_stays() -> None:
    shown = page(removal=Removal(kind=RemovalKind.WITHDRAWN))

    assert shown.xpath("//*[contains(@class, 'removed')]/text()") == ["withdrawn"]
    assert shown.xpath("//a[@class='title']/@href") == ["https://www.gov.uk/a-plan"]


def test_a_welsh_pair_is_one_row_with_two_links() -> None:
    welsh = Translation(language="cy", url="https://www.gov.uk/a-plan.cy", title="Cynllun")
    shown = page(entry=make_entry(translations=(welsh,)))

    (link,) = shown.xpath("//a[@hreflang='cy']")
    assert (link.get("href"), link.get("lang"), link.get("title"), link.text) == (
        "https://www.gov.uk/a-plan.cy",
        "cy",
        "Cynllun",
        "Cymraeg",
    )
