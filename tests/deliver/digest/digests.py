"""Builders for tests of digests: items, sections, digests, and the rendered page or mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup

from aggregator.deliver import digest_window, render_digest
from aggregator.deliver.digest.footer import mail_footer
from aggregator.deliver.digest.render import render_html_and_text
from aggregator.model import Body, DeliveryStatus, Digest, DigestItem, Section, Site, TitleLanguage
from aggregator.publish import write_output
from aggregator.services.publishing.issue_digests import digest_files
from aggregator.store import Store
from tests.support.builders import LONDON, instant, make_body, make_site, make_snapshot, moment

BODIES = {"wales": make_body("wales", name="Welsh Government"), "cabinet-office": make_body()}
ISSUED = instant("2024-01-29 08:00")


def make_item(**changes: Any) -> DigestItem:
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


def make_digest(*sections: Section, **changes: Any) -> Digest:
    """The issued digest of the week of 22 January 2024."""
    window = digest_window("2024-W04", LONDON)
    return replace(
        Digest(period="2024-W04", window=window, sections=sections, unread_sources=(), issued_at=ISSUED),
        **changes,
    )


def publish_pages(folder: Path, *digests: Digest) -> None:
    """Publish the pages of digests and nothing else: before that their mails do not go out."""
    write_output(folder, digest_files(digests, make_snapshot()))


def make_section(heading: str, *items: DigestItem) -> Section:
    """A section with these items."""
    return Section(title=heading, items=items)


def render_page(
    digest: Digest, site: Site | None = None, bodies: dict[str, Body] | None = None
) -> tuple[str, str]:
    """The HTML and the text of a digest as a page."""
    page, text = render_digest(digest, site or make_site(), BODIES if bodies is None else bodies)
    return page.payload.decode(), text.payload.decode()


def render_mail(digest: Digest, titles: TitleLanguage = TitleLanguage.ENGLISH) -> tuple[str, str]:
    """The HTML and the text of a digest as it is mailed: under 90 kB."""
    footer = mail_footer(make_site(), digest.frequency, mailbox="post@example.org", token="token")  # noqa: S106  # signs nothing
    page, text = render_html_and_text(digest, make_site(), BODIES, footer, titles=titles)
    return page.decode(), text.decode()


def on_one_line(text: str) -> str:
    """A text without its line breaks."""
    return " ".join(text.split())


def link_targets(soup: BeautifulSoup) -> list[str]:
    """The addresses that a page links to, in order."""
    return [str(one["href"]) for one in soup("a")]


def element_names(soup: BeautifulSoup) -> set[str]:
    """The names of the elements on a page."""
    return {tag.name for tag in soup.find_all()}


ALLOWED_ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "table", "tbody", "tr", "td"),
    *("div", "h1", "h2", "h3", "p", "a", "ul", "li"),
}
"""All elements that a digest may have."""


def next_due(store: Store) -> datetime | None:
    """When the next planned delivery is due; None when none is planned."""
    deliveries = (
        one for subscriber in store.subscribers.all() for one in store.deliveries.of_subscriber(subscriber.id)
    )
    return min((one.due for one in deliveries if one.status is DeliveryStatus.PLANNED), default=None)
