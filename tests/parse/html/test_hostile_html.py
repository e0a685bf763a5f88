"""Any bytes are read as a page or refused, without other exceptions or long waits."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import SourceError
from tests.parse.html.sources import CASES, SHIPPED, entries, read
from tests.support.examples import examples
from tests.support.time_limits import A_TENTH_OR_WHOLE, is_within

READERS = (
    (SHIPPED["scotland-steering-group"], "https://www.gov.scot/groups/example/"),
    (SHIPPED["scotland-publications"], SHIPPED["scotland-publications"].address),
    (SHIPPED["scotland-publications"], "https://www.gov.scot/publications/example/"),
    (SHIPPED["ogp-glasgow"], SHIPPED["ogp-glasgow"].address),
)
"""A watched page, a list, an item's page, and a list whose selectors look inside its items."""

WRITTEN = """
    <html> <head> <title> </title> <base_href='http://['> <base_href='//x'> <body> </body> <main> </main>
    <article> <form> <nav> </nav> <h1> </h1> <h1 <p> </p> <br> <li_class='ds_search-result'> </li>
    <a_class='ds_search-result__link'_href='/a/'> <a_href='http://[a.pdf'> <a_href='javascript:x'> </a>
    <dl> <dt> <dd> </dd> Published: Closes 3_May_2026 <time_datetime='2026'> <time> </time>
    <table> <tr> <td> <th>
    Printed_on_3_May <div_class='share'> <span_class='glossary'> </span> </div> Is_this_page_useful? <b> </b>
    <script> </script> <style> <!-- --> <? ?> <![CDATA[ ]]> &amp; &#0; &#xd800; &x; <svg <math <template>
    <link_rel='alternate'_hreflang='cy'_href='x'> <html_lang='cy'> No_results_found \x00 é
"""
PIECES = st.sampled_from([piece.replace("_", " ") for piece in WRITTEN.split()])


def read_all(payload: bytes) -> None:
    """Read the payload with each kind. Any exception but SourceError is a bug and is raised."""
    for source, url in READERS:
        try:
            entries(source, read(source, payload, url))
        except SourceError:
            continue


@examples(50, few=10)
@given(st.binary(max_size=2_000))
def test_any_bytes_are_read_or_refused(payload: bytes) -> None:
    read_all(payload)


@examples(150)
@given(st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=60))
def test_any_heap_of_pieces_of_pages_is_read_or_refused(pieces: list[str]) -> None:
    read_all(" ".join(pieces).encode("utf-8", "replace"))


PLACE = st.floats(min_value=0, max_value=1, exclude_max=True)
PAGES = sorted(path for kind in ("listing", "page") for path in (CASES / kind).glob("*.html"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
@examples(8, few=4)
@given(end=PLACE, flips=st.lists(st.tuples(PLACE, st.integers(0, 255)), max_size=20))
def test_a_page_cut_anywhere_or_with_flipped_bytes_is_read_or_refused(
    path: Path, end: float, flips: list[tuple[float, int]]
) -> None:
    payload = bytearray(path.read_bytes())
    read_all(bytes(payload[: int(end * len(payload))]))
    for place, byte in flips:
        payload[int(place * len(payload))] = byte
    read_all(bytes(payload))


BOMBS = {
    "deep": "<div>" * 2_000_000,
    "weight": "<main>" + "<div>" * 490 + "<p>Published: 3 May 2026</p>" * 2_500,
    "stamps": "<main>" + "<p>Last updated</p><p>1</p>" * 14_900,
    "lines": "<main><p>" + "Printed on 3 May<br>" * 59_000,
    "share": "<main>" + "<p class='share gloss'>one two three four five six seven</p>" * 29_000,
    "dates": "<ol><li class='ds_search-result'>" + "<dd>x</dd>" * 29_000,
    "items": "<ol>" + "<li class='ds_search-result'><p>a, 2023</p>" * 14_000,
    "attributes": "<main><p " + " ".join(f"a{number}=1" for number in range(440_000)) + ">x",
    "files": "<main>" + "".join(f"<a href='/{number}.pdf'>x</a>" for number in range(29_000)),
    "title": "<title>" + " - " * 1_600_000,
    "instructions": "<?a>" * 59_000 + "<p>x",
    "brackets": "<" * 10_000_000,
}


@A_TENTH_OR_WHOLE
@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_what_is_made_to_take_long_takes_less_than_ten_seconds(text: str, part: int) -> None:
    payload = text.encode()[: len(text) // part]
    for source, url in READERS:
        start = time.process_time()
        with contextlib.suppress(SourceError):
            read(source, payload, url)
        assert is_within(time.process_time() - start, 10 / part)
