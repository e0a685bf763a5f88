"""HTML inside our pages: the same text, balanced, with nothing that runs or loads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.publish.site.markup import rebuild_html


@pytest.mark.parametrize(
    ("html", "rebuilt"),
    [
        ("<p>One <em>two</em><br>three</p>", "<p>One <em>two</em><br>three</p>"),
        ("<h1>A</h1><h2>B</h2><h3>C</h3>", "<h3>A</h3><h3>B</h3><h4>C</h4>"),
        (
            '<a href="https://x.example/?a=1&amp;b=2" rel="next">x</a>',
            '<a href="https://x.example/?a=1&amp;b=2">x</a>',
        ),
        ('<a href="javascript:alert(1)" onclick="x()">x</a>', "<a>x</a>"),
        ('<p lang="cy" class="x" style="y">Cymraeg</p>', '<p lang="cy">Cymraeg</p>'),
        ("<p>1 &lt; 2 &amp; 3 > 2</p>", "<p>1 &lt; 2 &amp; 3 &gt; 2</p>"),
        ("<ul><li>a<li>b</ul>", "<ul><li>a<li>b</li></li></ul>"),
        ("</div></main><p>open <b>bold", "<p>open <b>bold</b></p>"),
        ("<p>a<b>b</p>c", "<p>a<b>b</b></p>c"),
        ("a<script>alert(1)</script>b", "ab"),
        ("a<svg><a href='https://x.example/'>b</a></svg>c", "ac"),
        ("a<template><iframe>b</iframe></template>c", "ac"),
        ("a<svg><math>b</math>c</svg>d", "ad"),
        ("<main><p>kept</p></main><!-- gone -->", "<p>kept</p>"),
        ("<p>no\x00thing\u202e</p>", "<p>nothing</p>"),
        ("  words  ", "words"),
    ],
)
def test_html_is_rebuilt_from_a_short_list_of_elements(html: str, rebuilt: str) -> None:
    assert rebuild_html(html) == rebuilt


@given(st.text(alphabet="<>/abph123 =\"'&;!-", max_size=60))
def test_rebuilding_twice_changes_nothing(text: str) -> None:
    once = rebuild_html(text)

    assert rebuild_html(once) == once
