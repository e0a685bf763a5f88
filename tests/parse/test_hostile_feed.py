"""Any bytes are read as a feed or refused, without other exceptions or long waits."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.parse.answers import CASES, SAMPLES, cause_of
from tests.support.examples import examples
from tests.support.time_limits import A_TENTH_OR_WHOLE, is_within

RECORDED = sorted(
    [
        *(path for path in CASES.iterdir() if path.is_file()),
        *SAMPLES.glob("models/*.atom"),
        *SAMPLES.glob("models/*.rss"),
        *SAMPLES.glob("captures/*/*.xml"),
    ]
)
WRITTEN = """
    <rss_version='2.0'> <feed_xmlns='http://www.w3.org/2005/Atom'> <rdf:RDF> <channel> <item> <entry> </item>
    </entry> <title> </title> <link> </link> <link/> <link/ <guid> <id> </id> <pubDate> </pubDate> &amp; &#0;
    &#xd800; &#99999999999; &x; <![CDATA[ ]]> <!-- --> <? ?> <!DOCTYPE [ <content <content_type='xhtml'>
    <media:content <itunes:owner> <georss:point> </feed> </rss> <svg <math xml:base='http://['
    type='image/png' mode='base64' <source_url='' <image> <textinput> <category_term='' </category> \x00 é
"""
PIECES = st.sampled_from([piece.replace("_", " ") for piece in WRITTEN.split()])
FRAMES = st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=60)


@given(st.binary(max_size=2_000))
def test_any_bytes_are_read_or_refused(payload: bytes) -> None:
    cause_of(payload)


@examples(300)
@given(FRAMES)
def test_any_heap_of_pieces_of_feeds_is_read_or_refused(pieces: list[str]) -> None:
    cause_of(" ".join(pieces).encode("utf-8", "replace"))


@given(
    st.lists(PIECES, max_size=30), st.sampled_from(["<rss version='2.0'><channel><item>", "<feed><entry>"])
)
def test_any_heap_of_pieces_inside_an_item_is_read_or_refused(pieces: list[str], opening: str) -> None:
    cause_of((opening + "".join(pieces)).encode("utf-8", "replace"))


PLACE = st.floats(min_value=0, max_value=1, exclude_max=True)


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.name)
@examples(25, few=4)
@given(end=PLACE, flips=st.lists(st.tuples(PLACE, st.integers(0, 255)), max_size=20))
def test_a_feed_cut_anywhere_or_with_flipped_bytes_is_read_or_refused(
    path: Path, end: float, flips: list[tuple[float, int]]
) -> None:
    payload = path.read_bytes()
    cause_of(payload[: int(end * len(payload))])
    flipped = bytearray(payload)
    for place, byte in flips:
        flipped[int(place * len(payload))] = byte
    cause_of(bytes(flipped))


RSS = "<rss version='2.0'><channel><item><title>Example</title>"


@pytest.mark.parametrize(
    "text",
    [
        "<rss>" + "<![CDATA[" * 100_000,
        RSS + "<a>" * 100_000,
        RSS + "<author>" + "a" * 1_000_000 + "</author></item></channel></rss>",
        RSS
        + "<itunes:keywords>"
        + ",".join(map(str, range(200_000)))
        + "</itunes:keywords></item></channel></rss>",
        RSS + "<pubDate>" + "1:" * 1_000_000 + "</pubDate></item></channel></rss>",
        RSS + "<description>" + "&lt;" * 400_000,
        "<!DOCTYPE rss>" + "\n" * 2_000_000 + "<rss>",
        "<html>" + "<title " * 500_000,
        "<" * 5_000_000,
    ],
    ids=["cdata", "deep", "author", "keywords", "date", "references", "lines", "title", "brackets"],
)
@A_TENTH_OR_WHOLE
def test_what_is_made_to_take_long_takes_less_than_ten_seconds(text: str, part: int) -> None:
    payload = text.encode()[: len(text) // part]
    start = time.process_time()
    cause_of(payload)
    assert is_within(time.process_time() - start, 10 / part)
