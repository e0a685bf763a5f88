"""Whatever a forum, a sitemap or a JSON Feed sends is read or refused, without other exceptions or long
waits."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import Cause, SourceError
from aggregator.parse import reader_for, request_older
from tests.parse.html.sources import CASES, fetched
from tests.support.builders import make_source
from tests.support.examples import examples
from tests.support.time_limits import is_within

FORUM = "https://forum.example.org"
ADDRESSES = (
    ("jsonfeed", FORUM + "/feed.json"),
    ("discourse", FORUM + "/latest.rss"),
    ("discourse", FORUM + "/latest.json"),
    ("sitemap", FORUM + "/sitemap.xml"),
)
RECORDED = sorted(path for kind, _ in ADDRESSES for path in (CASES / kind).iterdir())


def causes(payload: bytes) -> list[Cause | None]:
    """Why each kind refuses the payload; None if it is read."""
    return [cause_of(kind, address, payload) for kind, address in ADDRESSES]


def cause_of(kind: str, address: str, payload: bytes) -> Cause | None:
    watched = make_source(kind=kind, address=address)
    answer = fetched(payload, address)
    try:
        request_older(watched, answer, reader_for(kind).read(watched, answer))
    except SourceError as error:
        return error.cause
    return None


@given(st.binary(max_size=1_000))
def test_any_bytes_are_read_or_refused(payload: bytes) -> None:
    causes(payload)
    causes(b"\x1f\x8b" + payload)
    causes(gzip.compress(payload))


NAMES = """
    items id url external_url title content_html content_text tags attachments language next_url expired
    topic_list topics slug created_at post_stream posts post_number cooked name
"""
KEYS = st.sampled_from(NAMES.split())
ODD = st.sampled_from(
    [
        "",
        "/",
        "http://[",
        "javascript:1",
        "a\ud800",
        "\x00",
        "&#xd800;",
        "<p><a href='http://['>@x</a></p></p>",
        "1",
    ]
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), ODD, st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=6)),
    max_leaves=30,
)


@examples(300)
@given(st.dictionaries(KEYS, VALUES, max_size=6), st.booleans())
def test_any_json_with_the_right_keys_is_read_or_refused(value: dict[str, object], has_version: bool) -> None:
    version = {"version": "https://jsonfeed.org/version/1.1"} if has_version else {}
    causes(json.dumps({**version, **value}).encode())


WRITTEN = """
    <p> </p> <a_href='/u/x'>@x <a_href='http://['> </a> <small>3_posts_-_2</small> <aside_class=quote>
    <div_class=title> </div> <blockquote> </blockquote> <svg> <body> </body> </html> <title> <!-- &lt; &#0; @a
    @ é <span_class=mention> <a_class=attachment_href=''> <template> <table><p> <frameset>
"""
PIECES = st.sampled_from([piece.replace("_", " ") for piece in WRITTEN.split()])


@examples(300)
@given(st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=40))
def test_any_post_is_read_or_rejected(pieces: list[str]) -> None:
    post = "".join(pieces).replace("]]>", "")
    feed = (CASES / "discourse" / "latest.rss").read_text().replace("Hi all", post)
    cause_of("discourse", FORUM + "/latest.rss", feed.encode("utf-8", "replace"))


PLACE = st.floats(min_value=0, max_value=1, exclude_max=True)


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.name)
@examples(10, few=4)
@given(end=PLACE, flips=st.lists(st.tuples(PLACE, st.integers(0, 255)), max_size=20))
def test_an_answer_cut_anywhere_or_with_flipped_bytes_is_read_or_refused(
    path: Path, end: float, flips: list[tuple[float, int]]
) -> None:
    payload = path.read_bytes()
    causes(payload[: int(end * len(payload))])
    flipped = bytearray(payload)
    for place, byte in flips:
        flipped[int(place * len(payload))] = byte
    causes(bytes(flipped))


FEED = '{"version": "https://jsonfeed.org/version/1.1", "items": ['


def topic(post: str) -> str:
    described = f"<description><![CDATA[{post}]]></description>"
    item = f"<item><title>E</title><link>{FORUM}/t/a/1</link>{described}</item>"
    return f'<rss version="2.0"><channel>{item}</channel></rss>'


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "[" * 10_000_000),
        (0, FEED + '{"a":' * 1_000_000),
        (0, FEED + ",".join(["{}"] * 3_000_000) + "]}"),
        (0, FEED + '{"content_text":"' + "\\n " * 3_000_000 + '"}]}'),
        (1, topic("<p>" * 60_000)),
        (1, topic("<b>" * 60_000)),
        (1, topic("<a href='/u/x'>@x</a>, " * 60_000)),
        (1, topic("@" + "a." * 2_000_000)),
        (1, topic("<a href='" + FORUM + "/t/" * 1_000_000 + "?u=x'>")),
        (2, '{"topic_list":{"topics":[' + ",".join(['{"id":1,"title":"E"}'] * 400_000) + "]}}"),
        (3, "<urlset>" + "<url>" * 200_000),
        (3, "<urlset>" + "<url><loc>" + "1/" * 4_000_000 + "</loc></url></urlset>"),
        (3, "<urlset>" + "".join(f"<a{n} xmlns='u{n}'/>" for n in range(290_000)) + "</urlset>"),
        (3, "<" * 10_000_000),
    ],
    ids=[
        *("lists", "objects", "items", "lines"),
        *("paragraphs", "bold", "mentions", "dots", "slashes", "topics"),
        *("deep", "segments", "namespaces", "brackets"),
    ],
)
def test_what_is_made_to_take_long_takes_less_than_ten_seconds(number: int, text: str) -> None:
    start = time.process_time()
    cause_of(*ADDRESSES[number], text.encode())
    assert is_within(time.process_time() - start, 10)
