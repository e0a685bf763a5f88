"""Plain text and safe HTML out of hostile HTML."""

from __future__ import annotations

import re
import time

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from aggregator.normalise.safe_html import nfc_line, plain_text, safe_html, truncate

BASE = "https://news.example.org/feed"


@pytest.mark.parametrize(
    ("text", "is_html", "expected"),
    [
        (None, False, ""),
        ("  Example \n words\u00a0here ", False, "Example words here"),
        ("Take part & comment: 1 < 2 > 0", False, "Take part & comment: 1 < 2 > 0"),
        ("Take part &amp; comment", True, "Take part & comment"),
        ("Take part &amp;amp; comment", True, "Take part & comment"),
        ("Forum &#8211; read-out", False, "Forum – read-out"),
        ("Forum &amp;#8211; read-out", True, "Forum – read-out"),
        ("<b>N</b>AP <mark>open</mark> government", True, "NAP open government"),
        ("&lt;b&gt;N&lt;/b&gt;AP", True, "NAP"),
        ("&amp;lt;b&amp;gt;N&amp;lt;/b&amp;gt;AP", True, "NAP"),
        ("<em>N</em>AP", False, "NAP"),
        ("<p>One</p><p>two</p>three<br>four<ul><li>five<li>six</ul>", True, "One two three four five six"),
        ("One<script>alert(1)</script><style>p{}</style> two", True, "One two"),
        (
            'Before <img src="https://t.example/1.gif" alt="a &lt;chart&gt;"> after',
            True,
            "Before a <chart> after",
        ),
        ("<![CDATA[<p>Words</p>]]>", True, "Words"),
        ("AT&T; &nosuch; x", False, "AT&T; &nosuch; x"),
        ("<p>First words [&#8230;]</p>", True, "First words…"),
        ("First words [...]", False, "First words…"),
        ("a list of commitments ...", False, "a list of commitments…"),
        ("cut by GOV.UK…", True, "cut by GOV.UK…"),
        (
            '<p>Words.</p><p>The post <a href="https://a.example/1">Title</a> first appeared on '
            '<a href="https://a.example">Site</a>.</p>',
            True,
            "Words.",
        ),
        ("<p>Words […]</p>The post Title appeared first on Site.", True, "Words…"),
        ("Words … […]", False, "Words…"),
        ("A sentence. [...]", False, "A sentence…"),
        ("The post Title first appeared on Site.", False, ""),
        ("The post first came in May.", False, "The post first came in May."),
        ("a\u202eb\u2066c\u200bd\u00ade\x07f\ufeff", False, "abcdef"),
        ("a\x0bb\x85c", False, "a b c"),
        ("Cafe\u0301", False, "Café"),
        ("&#x202e;a", True, "a"),
    ],
)
def test_text_is_made_plain(text: str | None, is_html: bool, expected: str) -> None:
    assert plain_text(text, is_html) == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        (None, ""),
        ("<p>Words</p>", "<p>Words</p>"),
        ("Words &amp; <b>more", "Words &amp; <b>more</b>"),
        ("<h2>A</h2><ul><li>b</li></ul>", "<h2>A</h2><ul><li>b</li></ul>"),
        ('<table><tr><td colspan="2">a</td></tr></table>', None),
        (
            '<a href="/nap6/">x</a>',
            '<a href="https://news.example.org/nap6/" rel="noopener noreferrer">x</a>',
        ),
        (
            '<a href="https://a.example/?utm_source=b&amp;c=1" target="_blank" onclick="x()">x</a>',
            '<a href="https://a.example/?c=1" rel="noopener noreferrer">x</a>',
        ),
        (
            '<a href="mailto:a@example.org">x</a>',
            '<a href="mailto:a@example.org" rel="noopener noreferrer">x</a>',
        ),
        ('<a href="javascript:alert(1)">x</a>', '<a rel="noopener noreferrer">x</a>'),
        ('<a href="data:text/html,x">x</a>', '<a rel="noopener noreferrer">x</a>'),
        ('<p style="color:red" class="a" id="b">x</p>', "<p>x</p>"),
        ('<p lang="cy">x</p>', '<p lang="cy">x</p>'),
        ("<p>x<script>alert(1)</script></p><style>p{}</style>", "<p>x</p>"),
        ('<p>x</p><iframe src="https://a.example"></iframe><svg onload="x()"/>', "<p>x</p>"),
        ('<p><img src="https://t.example/1.gif" width="1" height="1"></p><p>x</p>', "<p>x</p>"),
        ('<p><img src="https://a.example/1.png" alt="A &lt;b&gt; chart"></p>', "<p>A &lt;b&gt; chart</p>"),
        ("<mark>open</mark> government", "open government"),
        ("&lt;p&gt;Words&lt;/p&gt;", "<p>Words</p>"),
        ("&amp;lt;p&amp;gt;Words&amp;lt;/p&amp;gt;", "<p>Words</p>"),
        ("<p>Use &lt;p&gt; for paragraphs</p>", "<p>Use &lt;p&gt; for paragraphs</p>"),
        ("1 &lt; 2", "1 &lt; 2"),
        ("<![CDATA[<p>Words</p>]]>", "<p>Words</p>"),
        ("<p>a\x07b&#x202e;c</p>", "<p>abc</p>"),
        (
            '<p>x</p>\n<p>The post <a href="/1">T</a> appeared first on <a href="/">S</a>.</p>',
            "<p>x</p>",
        ),
    ],
)
def test_html_is_made_safe(markup: str | None, expected: str | None) -> None:
    html = safe_html(markup, BASE)
    assert html == (
        '<table><tbody><tr><td colspan="2">a</td></tr></tbody></table>' if expected is None else expected
    )


def test_long_content_is_cut_at_a_word_and_stays_well_formed() -> None:
    html = safe_html("<div><p>" + "<b>word</b> words " * 20_000 + "</p></div>", BASE)
    assert 199_000 < len(html) < 200_100
    assert re.search(r"(?:words|</b>)…(?:</b>)?</p></div>$", html)


@pytest.mark.parametrize(
    "markup",
    [
        "<div>" * 90_000 + "x",
        "".join(f"<b id={n}>" for n in range(99)) + "<p>x" * 100_000,
        "<ul><li>" * 60_000 + "x",
    ],
    ids=["deep", "formatting", "lists"],
)
def test_html_that_is_nested_too_deep_becomes_plain_text(markup: str) -> None:
    start = time.process_time()
    assert re.fullmatch("<p>x(?: x)*…?</p>", safe_html(markup, BASE)[:200_010])
    assert plain_text(markup, True).startswith("x")
    assert time.process_time() - start < 5


def test_a_text_is_cut_at_a_word() -> None:
    assert truncate("one two three", 13) == "one two three"
    assert truncate("one two three", 12) == "one two…"
    assert truncate("one two three", 8) == "one two…"
    assert truncate("one two, three", 10) == "one two…"
    assert truncate("onetwothree", 6) == "onetw…"


@given(st.text(), st.integers(2, 50))
def test_a_truncated_text_is_within_its_limit_and_is_cut_once(text: str, limit: int) -> None:
    short = truncate(nfc_line(text), limit)
    assert len(short) <= limit
    assert truncate(short, limit) == short


HOSTILE_PIECES = """
    <script> </script> <scr<script>ipt> <img_src=x_onerror=alert(1)> <a_href="javascript:alert(1)"> </a>
    <a_href="&#106;avascript:x"> <a_href=data:text/html;base64,x> <svg/onload=x> <math> <mtext> <style>
    <p_style="background:url(x)"> </style> <iframe_src="//a"> <!-- --> <![CDATA[ ]]> &lt;script&gt;
    &amp;lt;script&amp;gt; <noscript> <template> <table> <select> <form_action=javascript:x> <input_onfocus=x>
    <base_href=//a> <meta> <a_title="<script>"> <img_alt="<script>alert(1)</script>"> < >
    <img_alt='"><script>'> " ' \x00 \x01 \u202e <title> <textarea> <xmp> <plaintext> <p> <b> <b_onclick=x>
    <a_href="/x?a=1&b=2"> word &#x3c;script&#x3e;
"""
PIECES = st.sampled_from([piece.replace("_", " ") for piece in HOSTILE_PIECES.split()])
HOSTILE = st.lists(PIECES | st.text(max_size=4), max_size=25).map("".join)


@given(HOSTILE)
def test_nothing_that_runs_or_loads_gets_through(markup: str) -> None:
    for tag in BeautifulSoup(safe_html(markup, BASE), "html.parser").find_all(True):
        assert tag.name not in {
            "script",
            "style",
            "img",
            "iframe",
            "svg",
            "math",
            "form",
            "input",
            "base",
            "meta",
        }
        assert set(tag.attrs) <= {"href", "rel", "lang", "title", "hreflang", "start", "colspan", "rowspan"}
        assert re.match("(?:https?|mailto):", str(tag.get("href", "https:")))


@given(HOSTILE)
def test_making_safe_html_safe_again_changes_no_text(markup: str) -> None:
    """Holds for HTML with a tag: a text that shows one (`&lt;p&gt;`) may as well be escaped HTML."""
    once = safe_html("<p>x</p>" + markup, BASE)
    assert not re.search("[\x00-\x08\u202a-\u202e\ufffe\uffff]", once)
    assert BeautifulSoup(safe_html(once, BASE), "html.parser").get_text().split() == (
        BeautifulSoup(once, "html.parser").get_text().split()
    )


@given(st.text(), st.booleans())
def test_plain_text_is_one_line_and_does_not_change_again(text: str, is_html: bool) -> None:
    once = plain_text(text, is_html)
    assert once == " ".join(once.split())
    assert plain_text(once, False) == once


@pytest.mark.parametrize(
    "text", ["... " * 500_000, "The post " * 500_000, "<p> <br>" * 400_000, "&amp;" * 900_000]
)
def test_hostile_markup_takes_no_time(text: str) -> None:
    start = time.process_time()
    plain_text(text + "x", True)
    safe_html(text + "x", BASE)
    assert time.process_time() - start < 5
