"""Reads one watched page: its main text, its dates and its attachments, and nothing around them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from aggregator.errors import Cause, SourceError
from aggregator.model import Fetched, Page, RawEntry, Request, Source
from aggregator.parse.html.article import clean, find_main, layout_changed
from aggregator.parse.html.date_labels import claims_of, labelled_values
from aggregator.parse.html.dom import (
    ACCEPT,
    BeautifulSoup,
    Tag,
    attribute,
    base_address,
    date_in,
    find_attachments,
    first,
    language_of,
    links_to_translations,
    refuse_stand_in,
    select,
    soup,
    words,
)

SUFFIX: Final = re.compile(r"\s+(?:[|–—-]|::)\s+[^|–—]{1,60}$")
"""How sites add their name to a title: `Minutes - gov.scot`, `Members | Open Government Partnership`."""

PUBLISHED: Final = (
    'meta[property="article:published_time"], meta[name="dcterms.issued" i], meta[name="dc.date.issued" i]'
)
PUBLISHED_TIME: Final = "time[itemprop=datePublished], time[pubdate], time.published, time.entry-date"
"""Not `article:modified_time`: software moves it when nothing of the text has changed (WordPress)."""


def request(source: Source, address: str) -> Request:
    """One plain request."""
    return Request(url=address, pause=source.pause, accept=ACCEPT)


def single(source: Source, address: str) -> str | None:
    """The page's link, for the last of the source's addresses: the others may still answer."""
    return _link(source) if address == (source.address, *source.fallbacks)[-1] else None


def read(source: Source, fetched: Fetched) -> Page:
    """The page as one item. Its link is the source's `page`, else its address, wherever the answer came from:
    fallbacks and other names of the same page (Glasgow keeps one number under several) are one document.

    Raises SourceError: what `soup` and `refuse_stand_in` raise, and LAYOUT when no main text is found.
    """
    page = soup(fetched.payload, fetched.headers)
    refuse_stand_in(page)
    main = find_main(page, source.selectors.main)
    if main is None:
        raise layout_changed(source.selectors.main, "main text")
    return Page(entries=(_entry(source, page, main, fetched.final_url),))


def _entry(source: Source, page: BeautifulSoup, main: Tag, address: str) -> RawEntry:
    base, link = base_address(page, address), _link(source)
    said = _said_once(page, source.selectors.labels)
    heading = _heading(page, main)
    title = words(heading) or SUFFIX.sub("", words(page.title))
    clean(main, source.selectors.remove)
    if heading is not None and not heading.decomposed:
        heading.decompose()
    if not words(main):
        named = source.selectors.main or "main, article, #content or body"
        raise SourceError(
            Cause.LAYOUT,
            f"no main text: '{named}' is empty",
            "open the page in a browser, look where its text stands, "
            "and write selectors: main: in sources.yaml",
        )
    return RawEntry(
        where="page",
        link=link,
        title=title or source.title,
        content=main.decode_contents(),
        published=said.get("published") or _published(page),
        updated=said.get("updated"),
        opens=said.get("opens"),
        closes=said.get("closes"),
        type=said.get("type"),
        language=language_of(main),
        base=base,
        links=find_attachments(main, base),
        claims=claims_of(said, link),
        translations=links_to_translations(page, base),
    )


def _link(source: Source) -> str:
    return source.page or source.address


def _said_once(page: Tag, labels: Mapping[str, str]) -> dict[str, str]:
    """What the page says beside its labels, where it says one thing: a list of documents, each with its own
    `Published`, says nothing of the page."""
    found: dict[str, set[str]] = {}
    for meaning, value in labelled_values(page, labels):
        found.setdefault(meaning, set()).add(value)
    return {meaning: value for meaning, values in found.items() for value in values if len(values) == 1}


def _heading(page: Tag, main: Tag) -> Tag | None:
    headings = (*select(main, "h1", 1), *select(page, "h1", 1))
    return next((heading for heading in headings if words(heading)), None)


def _published(page: Tag) -> str | None:
    time = first(page, PUBLISHED_TIME)
    return attribute(first(page, PUBLISHED), "content") or (time and date_in(time)) or None
