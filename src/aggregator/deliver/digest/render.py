"""Renders a digest as HTML and as plain text, for mail and for the site."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from aggregator.deliver.digest.footer import Footer, page_footer
from aggregator.deliver.digest.formatting import wrap
from aggregator.deliver.digest.view import DigestView, ViewOptions, build_view
from aggregator.model import Artifact, Body, Digest, Site, TitleLanguage

# Gmail hides what comes after about 102 kB (shkspr.mobi, "102KB ought to be enough", May 2019).
MAX_MAIL_BYTES = 90_000

# Of the page on the site, to which "and n more" in the mail links. Browsers take more than mail programs.
MAX_PAGE_BYTES = 400_000

# Less than any update takes, so that the search below starts at a number that could fit.
MIN_ITEM_BYTES = 300

# A template that names a missing field fails at once instead of sending a mail with a hole in it.
_TEMPLATES = Environment(
    loader=PackageLoader("aggregator.deliver"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def render_digest(digest: Digest, site: Site, bodies: Mapping[str, Body]) -> tuple[Artifact, ...]:
    """`digests/WEEK.html` and `digests/WEEK.txt`, with the same updates in both.

    The page may be four times as long as a mail, so that it has what a mail leaves out. Dates are in the
    site's time zone. The same digest gives the same bytes.
    """
    footer = page_footer(site, digest.frequency)
    page, text = render_html_and_text(digest, site, bodies, footer, max_bytes=MAX_PAGE_BYTES)
    return (
        Artifact(path=f"digests/{digest.period}.html", media_type="text/html", payload=page),
        Artifact(path=f"digests/{digest.period}.txt", media_type="text/plain", payload=text),
    )


def render_html_and_text(
    digest: Digest,
    site: Site,
    bodies: Mapping[str, Body],
    footer: Footer,
    *,
    titles: TitleLanguage = TitleLanguage.ENGLISH,
    max_bytes: int = MAX_MAIL_BYTES,
) -> tuple[bytes, bytes]:
    """The digest as HTML of fewer than `max_bytes`, and as text. Both are UTF-8.

    A digest that is too long is shortened: each section shows the same number of updates, as many as fit,
    the most important ones, and then "and n more" with a link. `titles` is the language whose title comes
    first where a document has several.
    """
    is_page = max_bytes > MAX_MAIL_BYTES

    def view_of(max_items: int) -> DigestView:
        options = ViewOptions(site=site, bodies=bodies, titles=titles, max_items=max_items, is_page=is_page)
        return build_view(digest, options, footer)

    lists: list[tuple[object, ...]] = [section.items for section in digest.sections]
    lists += [digest.unread_sources, digest.unasked_sources]
    longest = min(max(len(items) for items in lists), max_bytes // MIN_ITEM_BYTES)
    view = view_of(longest)
    if len(page := _html(view)) >= max_bytes:
        # The size grows with the number of items, so a binary search finds the largest number that fits.
        too_many = bisect_left(range(longest), max_bytes, key=lambda count: len(_html(view_of(count))))
        view = view_of(max(too_many - 1, 0))
        page = _html(view)
    return page, _text(view)


def _html(view: DigestView) -> bytes:
    """The HTML. `digest.css` is inlined, for mail programs that drop style sheets; `media.css` stays one."""
    page = _TEMPLATES.get_template("digest.html").render(digest=view)
    return css_inline.inline(page, load_remote_stylesheets=False).encode()


def _text(view: DigestView) -> bytes:
    return _TEMPLATES.get_template("digest.txt").render(digest=view).encode()


def _underline(heading: str, stroke: str) -> str:
    wrapped = wrap(heading)
    width = max(map(len, wrapped.splitlines()))
    return f"{wrapped}\n{stroke * width}"


_TEMPLATES.filters |= {"wrap": wrap, "underline": _underline}
