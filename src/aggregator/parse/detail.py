"""Reads an item's own page: what its labels say, and its text where the source names the place of it."""

from __future__ import annotations

from aggregator.errors import Cause, SourceError
from aggregator.model import Fetched, RawEntry, Source
from aggregator.parse.attachments import find_attachments
from aggregator.parse.html import BeautifulSoup, Tag, base_address, language_of, links_to_translations, select
from aggregator.parse.labels import claims_of, read_labels
from aggregator.parse.main_text import clean, find_main, layout_changed
from aggregator.parse.stand_in import refuse_stand_in


def read_detail(source: Source, page: BeautifulSoup, fetched: Fetched) -> RawEntry:
    """What the page at `fetched.url` adds to the list's item with this very link; the title stays the list's.

    The text is read only where `main` is named: what stands on a page whose layout nobody has described
    would change with every menu. Raises SourceError: NOT_A_FEED for a stand-in, LAYOUT when `main` finds
    nothing, or when there is no `main` and none of the labels either.
    """
    refuse_stand_in(page)
    said = read_labels(page, source.selectors.labels)
    base = base_address(page, fetched.final_url)
    main = _main(page, source)
    if main is None and not said:
        raise _no_labels(source)
    return RawEntry(
        where=fetched.url,
        link=fetched.url,
        content=main.decode_contents() if main else None,
        published=said.get("published"),
        updated=said.get("updated"),
        opens=said.get("opens"),
        closes=said.get("closes"),
        type=said.get("type"),
        language=language_of(main) if main else None,
        base=base,
        links=find_attachments(main, base) if main else (),
        claims=claims_of(said, fetched.url),
        translations=links_to_translations(page, base),
    )


def _main(page: BeautifulSoup, source: Source) -> Tag | None:
    """The text without the heading, which is the title again."""
    selectors = source.selectors
    if not selectors.main:
        return None
    main = find_main(page, selectors.main)
    if main is None:
        raise layout_changed(selectors.main, "main text")
    clean(main, selectors.remove)
    for heading in select(main, "h1", 1):
        heading.decompose()
    return main


def _no_labels(source: Source) -> SourceError:
    named = ", ".join(f"'{label}'" for label in source.selectors.labels) or "those that are known"
    return SourceError(
        Cause.LAYOUT,
        f"none of the labels is on the item's page: {named}",
        "open the page in a browser and mend labels: under selectors: in sources.yaml",
    )
