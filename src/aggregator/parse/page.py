"""Reads one watched page as a document: its main text, dates and attachments."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from aggregator.errors import Cause, SourceError
from aggregator.model import Fetched, ParsedPage, RawEntry, Request, Source
from aggregator.parse.html.article import find_main, layout_error, remove_boilerplate
from aggregator.parse.html.date_labels import labelled_values, meeting_claims
from aggregator.parse.html.dom import (
    ACCEPT,
    BeautifulSoup,
    Tag,
    attachment_links,
    attribute,
    base_address,
    date_text,
    language_of,
    parse_html,
    refuse_error_page,
    select,
    select_first,
    translation_links,
    visible_text,
)
from aggregator.parse.html.hidden import is_hidden, shown_text

# The site's name at the end of a title: `Minutes - gov.scot`, `Members | Open Government Partnership`.
SITE_SUFFIX: Final = re.compile(r"\s+(?:[|–—-]|::)\s+[^|–—]{1,60}$")

PUBLISHED_META: Final = (
    'meta[property="article:published_time"], meta[name="dcterms.issued" i], meta[name="dc.date.issued" i]'
)
# Not `article:modified_time`: software moves it when nothing of the text has changed (WordPress).
PUBLISHED_TIME: Final = "time[itemprop=datePublished], time[pubdate], time.published, time.entry-date"


def request(source: Source, address: str) -> Request:
    """A plain request for a web page."""
    return Request(url=address, pause=source.pause, accept=ACCEPT)


def single_document_link(source: Source, address: str) -> str | None:
    """The page's link, but only for the last of the source's addresses."""
    # A page is gone only when its last fallback is: an earlier address may have moved to a later one.
    return _link(source) if address == (source.address, *source.fallbacks)[-1] else None


def read(source: Source, fetched: Fetched) -> ParsedPage:
    """The page as one item, linked by the source's `page`, else by its address.

    Raises SourceError as `parse_html` and `refuse_error_page` do, and LAYOUT when no main text is found.
    """
    page = parse_html(fetched.payload, fetched.headers)
    refuse_error_page(page)
    main = find_main(page, source.selectors.main)
    if main is None:
        raise layout_error(source.selectors.main, "main text")
    return ParsedPage(entries=(_entry(source, page, main, fetched.final_url),))


def _entry(source: Source, page: BeautifulSoup, main: Tag, address: str) -> RawEntry:
    base, link = base_address(page, address), _link(source)
    values = _unique_labels(page, source.selectors.labels)
    heading = _heading(page, main)
    title = shown_text(heading) or SITE_SUFFIX.sub("", visible_text(page.title))
    # The date may stand in an element that nobody sees.
    published = _published(page)
    remove_boilerplate(main, source.selectors.remove)
    if heading is not None and not heading.decomposed:
        heading.decompose()
    if not visible_text(main):
        named = source.selectors.main or "main, article, #content or body"
        raise SourceError(
            Cause.LAYOUT,
            f"no main text: '{named}' is empty",
            "open the page in a browser, look where its text is, and write selectors: main: in sources.yaml",
        )
    return RawEntry(
        item_name="page",
        link=link,
        title=title or source.title,
        content=main.decode_contents(),
        published=values.get("published") or _published(page) or published,
        updated=values.get("updated"),
        opens=values.get("opens"),
        closes=values.get("closes"),
        type=values.get("type"),
        language=language_of(main),
        base=base,
        links=attachment_links(main, base),
        claims=meeting_claims(values, link),
        translations=translation_links(page, base),
    )


def _link(source: Source) -> str:
    # Never the address that was read: fallbacks, and the several slugs that Glasgow has for one article
    # number (`/article/1337/…`), are all the same document.
    return source.page or source.address


def _unique_labels(page: Tag, labels: Mapping[str, str]) -> dict[str, str]:
    """The label values of the page. A label with several values is left out.

    A list of documents repeats `Published` for each of them, which says nothing about the page.
    """
    found: dict[str, set[str]] = {}
    for meaning, value in labelled_values(page, labels):
        found.setdefault(meaning, set()).add(value)
    return {meaning: value for meaning, values in found.items() for value in values if len(values) == 1}


def _heading(page: Tag, main: Tag) -> Tag | None:
    headings = (*select(main, "h1", 1), *select(page, "h1", 1))
    with_text = [heading for heading in headings if visible_text(heading)]
    return next((heading for heading in with_text if not is_hidden(heading)), next(iter(with_text), None))


def _published(page: Tag) -> str | None:
    time = select_first(page, PUBLISHED_TIME)
    return attribute(select_first(page, PUBLISHED_META), "content") or (time and date_text(time)) or None
