"""Time and memory for a feed grow with its size, and not with the square of it or by a large factor."""

from __future__ import annotations

import re
import time
import tracemalloc
from collections.abc import Callable
from typing import Final

import feedparser.sgml
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import Cause
from aggregator.parse.decode.feed_markup import TAG_END
from tests.parse.answers import cause_of, refused

START: Final = "<rss version='2.0'><channel><item><title"
END: Final = "x</title></item></channel></rss>"


def attributes(count: int, form: str = "a{}='1'") -> str:
    return f"{START} {' '.join(form.format(number) for number in range(count))}>{END}"


def endless_tag(count: int) -> str:
    return START + " " * count


def seconds(text: str) -> float:
    payload, started = text.encode(), time.process_time()
    cause_of(payload)
    return time.process_time() - started


@pytest.mark.parametrize("form", ["a{}='1'", "a{}='>'", "a{}=1", "a{}"])
def test_four_times_as_many_attributes_take_about_four_times_as_long(form: str) -> None:
    seconds(attributes(10, form))

    once = min(seconds(attributes(2_500, form)) for _ in range(3))
    four_times = min(seconds(attributes(10_000, form)) for _ in range(2))

    # Four for linear time and 16 for a square; a few milliseconds are the noise of this machine.
    assert four_times < 8 * once + 0.02


def peak(text: str) -> int:
    payload = text.encode()
    tracemalloc.start()
    cause_of(payload)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


@pytest.mark.parametrize("make", [endless_tag, lambda count: START + "\"x'" * (count // 3)])
def test_a_tag_that_never_ends_takes_a_small_multiple_of_its_size(make: Callable[[int], str]) -> None:
    once, four_times = peak(make(100_000)), peak(make(400_000))

    assert four_times < 5 * once
    assert four_times < 40 * 400_000


def test_a_tag_with_more_attributes_than_a_feed_has_is_refused_and_one_with_many_is_read() -> None:
    assert refused(attributes(101)).cause is Cause.BROKEN_FEED
    assert "attributes" in refused(attributes(101)).detail
    assert cause_of(attributes(100).encode()) is None


# feedparser's own, as of 6.0: `feedparser/sgml.py`.
THEIRS: Final = re.compile(
    r"""([^'"<>]|"[^"]*"(?=>|/|\s|\w+=)|'[^']*'(?=>|/|\s|\w+=))*(?=[<>])|.*?(?=[<>])"""
)


@given(st.text("'\"<>/= a\n", max_size=30))
def test_our_end_of_a_tag_is_that_of_feedparser(text: str) -> None:
    ours, theirs = TAG_END.match(text), THEIRS.match(text)

    assert (ours and ours.end()) == (theirs and theirs.end())


def test_feedparser_uses_our_end_of_a_tag() -> None:
    assert feedparser.sgml.sgmllib.endbracket.endbracket is TAG_END
