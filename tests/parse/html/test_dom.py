"""A page is parsed into elements; anything else, or a page that is too large, is refused."""

from __future__ import annotations

import pytest

from aggregator.errors import Cause, SourceError
from aggregator.parse.html.dom import (
    absolute_link,
    date_text,
    language_of,
    parse_html,
    select,
    translation_links,
    visible_text,
)

PAGE = "<html><body><p>Cymru – plân “agored”</p></body></html>"


def refused(payload: bytes) -> SourceError:
    with pytest.raises(SourceError) as caught:
        parse_html(payload, {})
    return caught.value


@pytest.mark.parametrize(
    ("payload", "content_type"),
    [
        (PAGE.encode(), "text/html; charset=utf-8"),
        (PAGE.encode(), "text/html; charset=iso-8859-1"),
        (PAGE.encode(), ""),
        (b"\xef\xbb\xbf" + PAGE.encode(), ""),
        (PAGE.encode("utf-16"), "text/html"),
        (PAGE.encode("cp1252"), "text/html; charset=windows-1252"),
        (PAGE.encode("cp1252"), "text/html; charset=ISO-8859-1"),
        (PAGE.replace("<body>", '<meta charset="windows-1252"><body>').encode("cp1252"), "text/html"),
        (
            PAGE.replace(
                "<body>", '<meta http-equiv="Content-Type" content="text/html; charset=windows-1252"><body>'
            ).encode("cp1252"),
            "",
        ),
        (PAGE.encode("cp1252"), ""),
    ],
)
def test_the_charset_is_found_by_byte_order_mark_bytes_header_and_meta(
    payload: bytes, content_type: str
) -> None:
    assert visible_text(parse_html(payload, {"content-type": content_type}).p) == "Cymru – plân “agored”"


def test_the_header_goes_before_meta() -> None:
    page = '<meta charset="windows-1252"><p>\u03b1\u03b2</p>'.encode("iso8859-7")

    assert visible_text(parse_html(page, {"content-type": "text/html; charset=ISO-8859-7"}).p) == "αβ"


@pytest.mark.parametrize(
    ("payload", "cause", "detail"),
    [
        (b"", Cause.EMPTY, "the answer is empty"),
        (b" \n", Cause.EMPTY, "the answer is empty"),
        (
            b'{"items": []}',
            Cause.NOT_A_FEED,
            "something that begins '{\"items\": []}' came in place of a page",
        ),
        (b"%PDF-1.7 <a>", Cause.NOT_A_FEED, "something that begins '%PDF-1.7 <a>' came in place of a page"),
        (b"plain words", Cause.NOT_A_FEED, "something that begins 'plain words' came in place of a page"),
        (b"<?xml version='1.0'?><rss><channel/></rss>", Cause.NOT_A_FEED, "a feed came in place of a page"),
        (
            b"<p>x" * 1_500_000,
            Cause.TOO_LARGE,
            "a page of 6,000,000 characters with 1,500,000 tags; at most 5,000,000 characters",
        ),
        (
            b"x" * 5_000_001 + b"<p>",
            Cause.TOO_LARGE,
            "a page of 5,000,004 characters with 1 tags; at most 5,000,000 characters",
        ),
        (
            b"<p>" * 150_001,
            Cause.TOO_LARGE,
            "a page of 450,003 characters with 150,001 tags; at most 5,000,000 characters and 60,000 tags",
        ),
        (
            b"<div>" * 600,
            Cause.TOO_LARGE,
            "a page of elements 501 deep inside each other; at most 500 levels are read",
        ),
        (
            b"<div>" * 400 + b"<b></b>" * 5_000,
            Cause.TOO_LARGE,
            "a page of elements 403 deep inside each other",
        ),
    ],
)
def test_what_is_no_page_or_too_large_is_refused(payload: bytes, cause: Cause, detail: str) -> None:
    error = refused(payload)

    assert error.cause is cause
    assert error.detail.startswith(detail)


def test_a_page_of_the_size_of_a_long_report_is_read() -> None:
    assert len(parse_html(b"<div>" * 400 + b"<p>a line</p>" * 1_000, {}).find_all("p")) == 1_000


def test_an_xhtml_page_with_an_xml_declaration_is_read() -> None:
    page = (
        b"<?xml version='1.0' encoding='utf-8'?><html xmlns='http://www.w3.org/1999/xhtml'><p>Yes</p></html>"
    )

    assert visible_text(parse_html(page, {}).p) == "Yes"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Co-<b>oper</b>ation</p>", "Co-operation"),
        ("<h3><span><span>Public</span></span>\n  records</h3>", "Public records"),
        ("<div><p>one</p><p>two</p>three</div>", "one two three"),
        ("<p>one<br>two</p>", "one two"),
        ("<p>one<!-- no --><script>no()</script> two<style>no</style></p>", "one two"),
        ("<p>a&nbsp;b &amp; c</p>", "a b & c"),
    ],
)
def test_visible_text_is_one_line_with_a_space_between_blocks(markup: str, text: str) -> None:
    assert visible_text(parse_html(markup.encode(), {}).body) == text


def test_no_element_has_no_visible_text() -> None:
    assert visible_text(None) == ""


@pytest.mark.parametrize(
    ("markup", "date"),
    [
        ("<p>17 <b>March</b> 2026</p>", "17 March 2026"),
        (
            '<p>On <time class="x" datetime="2026-08-20T12:00:00Z"><b>20 August</b> 2026</time></p>',
            '<time datetime="2026-08-20T12:00:00Z">20 August 2026</time>',
        ),
        ("<p><time>20 August 2026</time></p>", "<time>20 August 2026</time>"),
    ],
)
def test_a_date_keeps_its_time_element_with_attribute_and_text(markup: str, date: str) -> None:
    assert date_text(select(parse_html(markup.encode(), {}), "p")[0]) == date


@pytest.mark.parametrize(
    ("base", "href", "link"),
    [
        ("", "b/", "https://example.org/a/b/"),
        ("", "/b/", "https://example.org/b/"),
        ("", "//other.org/b", "https://other.org/b"),
        ("", "#top", "#top"),
        ("", "", ""),
        ("", "javascript:void(0)", "javascript:void(0)"),
        ("", "http://[broken", "http://[broken"),
        ('<base href="/deep/">', "b/", "https://example.org/deep/b/"),
        ('<base href="https://cdn.example.org/x/">', "b", "https://cdn.example.org/x/b"),
        ('<base href="http://[broken">', "/b", "/b"),
    ],
)
def test_links_are_resolved_against_the_base_else_against_the_pages_address(
    base: str, href: str, link: str
) -> None:
    page = parse_html(f"<html><head>{base}</head><body></body></html>".encode(), {})

    assert absolute_link(page, href, "https://example.org/a/") == link


def test_the_language_is_the_nearest_one_stated() -> None:
    page = parse_html(b'<html lang="en"><body><div lang="cy"><p>a</p></div><p>b</p></body></html>', {})

    assert [language_of(p) for p in select(page, "p")] == ["cy", "en"]
    assert language_of(select(parse_html(b"<p>a</p>", {}), "p")[0]) is None


def test_translations_are_the_alternates_in_other_languages() -> None:
    page = parse_html(
        b'<html lang="en-GB"><head><link rel="alternate" hreflang="en" href="/a">'
        b'<link rel="alternate" hreflang="cy" href="https://www.llyw.cymru/b">'
        b'<link rel="alternate" hreflang="x-default" href="/a">'
        b'<link rel="alternate" type="application/rss+xml" href="/rss"></head></html>',
        {},
    )

    assert [(link.language, link.href) for link in translation_links(page, "https://www.gov.wales/")] == [
        ("cy", "https://www.llyw.cymru/b")
    ]


def test_a_page_that_states_no_language_keeps_all_its_alternates() -> None:
    page = parse_html(
        b'<link rel="alternate" hreflang="en" href="/a"><link rel="alternate" hreflang="cy" href="/b">', {}
    )

    assert [link.language for link in translation_links(page, "https://www.gov.wales/")] == ["en", "cy"]
