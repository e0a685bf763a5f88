"""The pages as HTML: the front page, one page for each record without a page, and their style sheet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from aggregator.model import Artifact, Edition, Holding
from aggregator.publish.addresses import web
from aggregator.publish.board_rows import front_rows
from aggregator.publish.feeds import main_feeds
from aggregator.publish.front import closing, letters, news, relevant
from aggregator.publish.record import record
from aggregator.publish.status import body_rows, licences_used, source_rows

_TEMPLATES: Final = Path(__file__).with_name("templates")
_LINES: Final = (60, 40, 20, 10, 5, 0)
"""How many lines of news the front page tries to show, until it is small enough."""
_LARGEST: Final = 100_000
"""The largest front page, in bytes: it is read on slow lines, too."""

_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def publish_pages(edition: Edition) -> Iterator[Artifact]:
    """`index.html`, `style.css` and `records/NAME.html`."""
    yield Artifact(path="index.html", media_type="text/html", payload=_front_page(edition))
    yield Artifact(path="style.css", media_type="text/css", payload=(_TEMPLATES / "style.css").read_bytes())
    for holding in edition.holdings:
        if path := holding.entry.own_page:
            yield Artifact(path=path, media_type="text/html", payload=_record_page(holding, path, edition))


def _front_page(edition: Edition) -> bytes:
    """The front page with as many lines of news as fit."""
    page = b""
    for most in _LINES:
        page = render(
            "index.html.j2",
            edition,
            path="",
            root="",
            days=news(edition, most),
            shown=min(most, len(relevant(edition))),
            known=len(relevant(edition)),
            closings=closing(edition),
            letters=letters(edition),
            processes=front_rows(edition),
            bodies=body_rows(edition),
            sources=source_rows(edition),
            licences=licences_used(edition),
        )
        if len(page) <= _LARGEST:
            break
    return page


def _record_page(holding: Holding, path: str, edition: Edition) -> bytes:
    return render("record.html.j2", edition, path=path, root="../", record=record(holding, edition))


def render(template: str, edition: Edition, *, path: str, root: str, **values: object) -> bytes:
    """A page from its template. `path` is the page's own, `root` leads from it to the output folder."""
    site = edition.site
    contact = f"mailto:{site.contact}" if "@" in site.contact else web(site.contact)
    text = _ENVIRONMENT.get_template(template).render(
        site=site, contact=contact, path=path, root=root, feeds=main_feeds(site), zone=site.zone, **values
    )
    return text.encode()
