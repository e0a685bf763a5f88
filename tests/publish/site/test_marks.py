"""What a line says of a document that was taken away, and of its other languages."""

from __future__ import annotations

from lxml import html

from aggregator.model import Removal, RemovalKind, Translation
from aggregator.publish import artifacts
from tests.support.builders import edition, entry, holding


def page(**changes: object) -> html.HtmlElement:
    held = holding(**changes)  # type: ignore[arg-type]  # each test gives what a holding takes
    index = next(a for a in artifacts(edition(holdings=(held,))) if a.path == "index.html")
    return html.fromstring(index.payload.decode())


def test_what_was_withdrawn_is_marked_and_its_link_stays() -> None:
    shown = page(removed=Removal(kind=RemovalKind.WITHDRAWN))

    assert shown.xpath("//*[contains(@class, 'removed')]/text()") == ["withdrawn"]
    assert shown.xpath("//a[@class='title']/@href") == ["https://www.gov.uk/a-plan"]


def test_a_welsh_pair_is_one_line_with_two_links() -> None:
    welsh = Translation(language="cy", url="https://www.gov.uk/a-plan.cy", title="Cynllun")
    shown = page(told=entry(translations=(welsh,)))

    (link,) = shown.xpath("//a[@hreflang='cy']")
    assert (link.get("href"), link.get("lang"), link.get("title"), link.text) == (
        "https://www.gov.uk/a-plan.cy",
        "cy",
        "Cynllun",
        "Cymraeg",
    )
