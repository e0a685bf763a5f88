"""Values for tests of the letter: an item, a digest, and the letter that comes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from bs4 import BeautifulSoup

from aggregator.deliver import render_digest, digest_window
from aggregator.deliver.digest.footer import mail_footer
from aggregator.deliver.digest.render import render_html_and_text as written_as_mail
from aggregator.model import Body, DeliveryStatus, Digest, DigestItem, Section, Site, TitleLanguage
from aggregator.store import Store
from tests.support.builders import LONDON, make_body, instant, moment, make_site

BODIES = {"wales": make_body("wales", name="Welsh Government"), "cabinet-office": make_body()}
ISSUED = instant("2024-01-29 08:00")


def item(**changes: Any) -> DigestItem:
    """An update of the Cabinet Office, first seen on Wednesday 24 January 2024."""
    default = DigestItem(
        id="urn:uuid:1",
        title="A plan",
        url="https://www.gov.uk/a-plan",
        body="cabinet-office",
        type="report",
        summary="What the plan says.",
        language="en",
        dated=moment("2024-01-23 09:30"),
        first_seen=instant("2024-01-24 10:00"),
    )
    return replace(default, **changes)


def digest(*sections: Section, **changes: Any) -> Digest:
    """The issued letter of the week of 22 January 2024."""
    span = digest_window("2024-W04", LONDON)
    return replace(
        Digest(period="2024-W04", window=span, sections=sections, unread_sources=(), issued_at=ISSUED), **changes
    )


def under(heading: str, *items: DigestItem) -> Section:
    """A section with these items."""
    return Section(title=heading, items=items)


def written(found: Digest, of: Site | None = None, bodies: dict[str, Body] | None = None) -> tuple[str, str]:
    """The HTML and the text of a letter."""
    page, text = render_digest(found, of or make_site(), BODIES if bodies is None else bodies)
    return page.payload.decode(), text.payload.decode()


def mailed(found: Digest, titles: TitleLanguage = TitleLanguage.ENGLISH) -> tuple[str, str]:
    """The HTML and the text of a letter as it is mailed: under 90 kB."""
    foot = mail_footer(make_site(), found.frequency, mailbox="post@example.org", token="token")  # noqa: S106  # a word
    page, text = written_as_mail(found, make_site(), BODIES, foot, titles=titles)
    return page.decode(), text.decode()


def said(text: str) -> str:
    """The text letter on one line."""
    return " ".join(text.split())


def links(soup: BeautifulSoup) -> list[str]:
    """Where the links of a page lead, in its order."""
    return [str(one["href"]) for one in soup("a")]


def names(soup: BeautifulSoup) -> set[str]:
    """The elements that a page is made of."""
    return {tag.name for tag in soup.find_all()}


ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "table", "tbody", "tr", "td"),
    *("div", "h1", "h2", "h3", "p", "a", "ul", "li"),
}
"""All that a letter is ever made of."""


def next_due(store: Store) -> datetime | None:
    """When the next planned letter is due; None when none is planned."""
    letters = (one for reader in store.subscribers.all() for one in store.deliveries.of_subscriber(reader.id))
    return min((one.due for one in letters if one.status is DeliveryStatus.PLANNED), default=None)
