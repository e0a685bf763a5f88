"""The letter as two files: HTML that mail programs show as it is, and plain text that reads by itself."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from aggregator.deliver.digest.footer import Footer, foot_of_page
from aggregator.deliver.digest.formatting import wrap
from aggregator.deliver.digest.view import LetterLines, Saying, say
from aggregator.model import Artifact, Body, Digest, Site, Titles

LARGEST = 90_000
"""Bytes: Gmail hides what comes after about 102 kB (shkspr.mobi, "102KB ought to be enough", May 2019)."""

LARGEST_PAGE = 400_000
"""Bytes of the letter as a page, to which "and n more" leads: browsers take more than mail programs do."""

SMALLEST_ITEM = 300
"""Bytes, less than any update takes: so no more are tried than can fit."""


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

    The page holds four times as much as a mail does, so that it has what a mail leaves out. Dates are shown
    in the site's zone. The same digest gives the same bytes.
    """
    foot = foot_of_page(site, digest.rhythm)
    page, text = written(digest, site, bodies, foot, largest=LARGEST_PAGE)
    return (
        Artifact(path=f"digests/{digest.week}.html", media_type="text/html", payload=page),
        Artifact(path=f"digests/{digest.week}.txt", media_type="text/plain", payload=text),
    )


def written(
    digest: Digest,
    site: Site,
    bodies: Mapping[str, Body],
    foot: Footer,
    *,
    titles: Titles = Titles.ENGLISH,
    largest: int = LARGEST,
) -> tuple[bytes, bytes]:
    """The letter as HTML, smaller than `largest`, and as text, with this foot; both in UTF-8.

    A longer one is shortened: every section keeps its heading and shows the same largest number of updates
    that fits, the most worthy ones, then "and n more" with a link to where they are. Of several titles that
    in the language `titles` stands first.
    """

    def at_most(count: int) -> LetterLines:
        said = Saying(site=site, bodies=bodies, titles=titles, at_most=count, page=largest > LARGEST)
        return say(digest, said, foot)

    lists = [*(section.items for section in digest.sections), digest.unread]
    longest = min(max(len(lines) for lines in lists), largest // SMALLEST_ITEM)
    shown = at_most(longest)
    if len(page := _html(shown)) >= largest:
        too_many = bisect_left(range(longest), largest, key=lambda count: len(_html(at_most(count))))
        shown = at_most(max(too_many - 1, 0))
        page = _html(shown)
    return page, _text(shown)


def _html(lines: LetterLines) -> bytes:
    """With `letter.css` set into the elements, for programs that drop style sheets; `media.css` stays one."""
    page = _TEMPLATES.get_template("letter.html").render(letter=lines)
    return css_inline.inline(page, load_remote_stylesheets=False).encode()


def _text(lines: LetterLines) -> bytes:
    return _TEMPLATES.get_template("letter.txt").render(letter=lines).encode()


def _underline(heading: str, stroke: str) -> str:
    wrapped = wrap(heading)
    return f"{wrapped}\n{stroke * max(map(len, wrapped.splitlines()))}"


_TEMPLATES.filters |= {"wrap": wrap, "underline": _underline}
