"""Makes lists, finders and single pages in HTML, and records in Markdown, and damages them."""

from __future__ import annotations

from typing import Final

from tests.fuzz.feeds import MARKUP
from tests.fuzz.writer import ADDRESSES, Writer, encoded

DAYS: Final = (
    "5 June 2026",
    "Published: 3 May 2026",
    "05/06/2026",
    "2023, IRM Report, Web page",
    "2026-06-05T12:00",
)
TITLES: Final = (
    "Page not found",
    "Just a moment...",
    "404",
    "Sign in",
    "",
    "\x00",
    "<b>",
    "| - |",
    " - x",
    "&#xd800;",
)
# Elements that change what a parser makes of all that follows.
ODD: Final = (
    "<plaintext>", "<frameset>", "<noscript>", "<textarea>", "<select><option>", "<template>", "<svg><a>",
    "<math><mi>", "</body>", "</html>", "<table><p>", "<form><form>", "<a><a>", "<title>", "<iframe>",
    "<xmp>", "<!-- >", "<base href=//[>", "<meta http-equiv=refresh content=0>", "<b>" * 70, "<div>" * 300,
    "<p " + "a=b " * 120 + ">", "<!doctype html>", "<?php x ?>", "<o:p>", "<![if x]>", "<main>",
    "<article>",
)  # fmt: skip


def page_of(writer: Writer, body: str) -> bytes:
    """Return an HTML page around this body."""
    head = _tag(writer, "title", writer.text("Open government | Example", tokens=TITLES))
    kind = writer.text("application/rss+xml", "application/atom+xml; x", "application/json")
    feed = writer.address("/feed", "https://x.org/comments/feed")
    head += f'<link rel="alternate" type="{kind}" href="{feed}" title="{writer.text("F")}">'
    head += f'<base href="{writer.address("/b/", "https://x.org/")}">' if writer.chance(0.3) else ""
    head += f'<meta charset="{writer.text("utf-8", "utf-16", "x-none")}">'
    head += f'<meta property="article:published_time" content="{writer.date("2026-06-05T12:00:00Z")}">'
    language = writer.text("cy", "x-default")
    head += f'<link rel="alternate" hreflang="{language}" href="{writer.address("/cy")}">'
    head += f'<meta name="generator" content="{writer.text("WordPress 6", "Discourse 3", "Drupal 10")}">'
    head += f'<link rel="https://api.w.org/" href="{writer.address("https://x.org/wp-json/")}">'
    head += f"<script>{writer.text('x', 'window._ = {')}</script>"
    opening = f'<!doctype html><html lang="{writer.text("en", "cy")}">'
    page = f"{opening}<head>{head}</head><body>{body}</body></html>"
    return writer.damaged(encoded(page), (*ODD, *ADDRESSES))


def _tag(writer: Writer, name: str, content: str, attributes: str = "") -> str:
    if not writer.chance(writer.rate / 2):
        return f"<{name}{attributes}>{content}</{name}>"
    forms = (
        f"<{name}{attributes}>{content}",
        f"{content}</{name}>",
        f"<{name}{attributes}>{content}</{name}>" * 2,
        f"<{name}{attributes}>{writer.pick(ODD)}{content}</{name}>",
        f"<{name}{attributes}{content}</{name}>",
        f"<{name} {writer.hostile(attributes, ADDRESSES)}>{content}</{name}>",
        f"<{name}{attributes}></{name}>",
        f"<{name}{attributes}><{name}>{content}",
        "",
    )
    return writer.pick(forms)


def _link(writer: Writer, *valid: str) -> str:
    return _tag(
        writer,
        "a",
        writer.text("A plan", "Minutes of 1 May 2026", "Open data"),
        f' href="{writer.address(*valid)}"',
    )


def listing(writer: Writer) -> bytes:
    """Return one page of a list."""
    items = "".join(
        _tag(
            writer,
            "li",
            _tag(writer, "h3", _link(writer, "/news/a", "b", "https://x.org/c", "/a.pdf"))
            + _tag(writer, "time", writer.date(*DAYS), f' datetime="{writer.date("2026-06-05")}"')
            + _tag(writer, "span", writer.text("News"), ' class="type"')
            + _tag(writer, "p", writer.text(*MARKUP)),
            ' class="item"',
        )
        for _ in range(writer.number(5))
    )
    following = _link(writer, "?page=2", "/news/page/3/", "/news?page=99999999") + writer.text(
        "No results found", ""
    )
    return page_of(writer, _tag(writer, "ul", items) + _tag(writer, "nav", following, ' class="next"'))


def document(writer: Writer) -> bytes:
    """Return the page of one document, with labels before its dates and files."""
    labels = "".join(
        _tag(writer, "dt", writer.text("Published", "Closes", "Opened", "Meeting date", "Type"))
        + _tag(writer, "dd", writer.date(*DAYS))
        for _ in range(writer.number(4))
    )
    main = (
        _tag(writer, "h1", writer.text("Open government", "Minutes: 24 January 2026"))
        + _tag(writer, "dl", labels)
        + "".join(_tag(writer, "p", writer.text(*MARKUP)) for _ in range(writer.number(4)))
    )
    main += _link(writer, "/a.pdf", "x.docx", "https://x.org/z.csv") + _tag(
        writer, "p", writer.text("Last updated: 5 June 2026", "Published on 1 May 2026")
    )
    return page_of(
        writer,
        _tag(writer, "nav", _link(writer, "/"))
        + _tag(writer, writer.pick(("main", "main", "main", "article", "div id='content'")), main)
        + writer.text(""),
    )


def finder(writer: Writer) -> bytes:
    """Return a page of Citizen Space's finder, or the page of one consultation."""
    dates = writer.text("Closes 29 Oct 2026 Opened 6 Aug 2026", "Closed 1 Jan 2026", "Closes 99 Xyz 0000")
    if writer.chance(0.3):
        return page_of(writer, _tag(writer, "div", dates, ' class="cs-consultation-sidebar-primary-date"'))
    cards = "".join(
        _tag(
            writer,
            "li",
            _tag(writer, "h2", _link(writer, "/a/b/", "https://consult.gov.scot/c/"))
            + _tag(writer, "span", dates, ' class="cs-date-delta"')
            + _tag(writer, "div", f"<span>{writer.text('s')}</span>", ' class="col-md-9"'),
            f' class="dss-card" data-consultation-state="{writer.text("open", "closed")}"',
        )
        for _ in range(writer.number(3))
    )
    following = (
        f'<a href="{writer.address("?b_start:int=0&b_start=30", "?b_start=999999")}">next</a>'
        + writer.text("there are no consultations", "")
    )
    return page_of(writer, _tag(writer, "ul", cards, ' id="consultations"') + following)


def record(writer: Writer) -> bytes:
    """Return a record: YAML front matter and Markdown."""
    front = {
        "id": writer.text("a-record"),
        "body": writer.text("cabinet-office"),
        "title": writer.text("Minutes of 1 May 2026"),
        "added": writer.date("2026-06-05"),
        "published": writer.date("2026-06", "2024"),
        "document": writer.address("https://www.gov.uk/a"),
        "type": writer.text("minutes"),
        "language": writer.text("en"),
        "added_by": writer.text("A"),
    }
    lines = [f"{key}: {value}" for key, value in front.items() if not writer.chance(writer.rate / 3)]
    lines += (
        [
            "claims:",
            f"  - what: {writer.text('meeting held')}",
            f"    date: {writer.date('2026-05-01')}",
            f"    source: {writer.address('https://x.org/a')}",
        ]
        if writer.chance(0.5)
        else []
    )
    lines += (
        [
            "attachments:",
            f"  - title: {writer.text('A')}",
            f"    url: {writer.address('https://x.org/a.pdf')}",
        ]
        if writer.chance(0.5)
        else []
    )
    text = "\n\n".join(
        writer.text(
            "Words.",
            "# Heading",
            "| a | b |\n|---|---|\n| 1 | 2 |",
            "[x](https://x.org)",
            "> q",
            "```\nx\n```",
            "<b>x</b>",
            "![a](b)",
            "1. a\n   - b",
        )
        for _ in range(writer.number(6))
    )
    return writer.damaged(encoded("\n".join(("---", *lines, "---", "", text))))
