"""Reads one item of an HTML list by the selectors of its source."""

from __future__ import annotations

import re
from typing import Final

from aggregator.model import RawEntry, Selectors
from aggregator.parse.html import Tag, attribute, date_in, language_of, seen_from, select, words

LEADING_WORDS: Final = re.compile(
    r"^(?:[a-z ]{1,30}:|(?:date|(?:date )?published|posted|(?:last )?updated|opened|added)(?: on)?)\s+(?=\S)",
    re.IGNORECASE,
)
"""What stands before a date in lists: `Published: 3 May 2026`, `Opened 6 August 2026`."""
TIME: Final = re.compile(r"\d{1,2}:\d\d(?::\d\d)?(?: ?[ap]m)?$", re.IGNORECASE)


def read_item(selectors: Selectors, number: int, item: Tag, base: str) -> RawEntry:
    """The item's words; title and link are None where its selectors find nothing. Links are absolute.

    Where `date` and `type` name the same element, it is a line such as OGP's `2023, IRM Report, Web page`:
    the first of its parts that has a digit is the date, the first that has none the type.
    """
    title = _first(item, selectors.title)
    link = _link(item, title, selectors.link)
    if selectors.type and selectors.type == selectors.date:
        date, kind = _split_line(item, selectors.type)
    else:
        date, kind = _date(item, selectors), words(_first(item, selectors.type))
    means_updated = selectors.date_means == "updated"
    return RawEntry(
        where=f"item {number}",
        link=seen_from(base, attribute(link, "href")) or None,
        title=words(title if selectors.title else link) or None,
        summary=words(_first(item, selectors.summary)) or None,
        summary_is_html=False,
        published=None if means_updated else date or None,
        updated=date or None if means_updated else None,
        type=kind or None,
        language=language_of(item),
        base=base,
    )


def _first(item: Tag, selector: str) -> Tag | None:
    return next(iter(select(item, selector, 1)), None)


def _link(item: Tag, title: Tag | None, selector: str) -> Tag | None:
    """The link that the selector names; without one the title's own, else the item's first."""
    if selector:
        return _first(item, selector)
    around = (title, *title.parents) if title else ()
    of_title = next((element for element in around if element.name == "a"), None)
    if item.name == "a":
        return item
    return (_first(title, "a[href]") if title else None) or of_title or _first(item, "a[href]")


def _date(item: Tag, selectors: Selectors) -> str:
    """The first date that the selector finds; gov.scot's lists show one `<dd>` beside others (2026)."""
    written = (date_in(found) for found in select(item, selectors.date, 10))
    date = LEADING_WORDS.sub("", next((text for text in written if re.search(r"\d", text)), ""))
    return f"{date} UTC" if selectors.utc and TIME.search(date) else date


def _split_line(item: Tag, selector: str) -> tuple[str, str]:
    lines = (words(found) for found in select(item, selector, 10))
    parts = next((line.split(",") for line in lines if "," in line), [])
    dates = (part.strip() for part in parts if re.search(r"\d", part))
    kinds = (part.strip() for part in parts if not re.search(r"\d", part))
    return next(dates, ""), next(kinds, "")
