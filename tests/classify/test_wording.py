"""What two texts may differ in and say the same, and what they may not."""

from __future__ import annotations

from datetime import date

import pytest

from aggregator.classify.file_addresses import file_key
from aggregator.classify.wording.texts import Wording
from aggregator.classify.wording.typography import comparable_text
from aggregator.model import Entry
from aggregator.normalise.safe_html import plain_text
from tests.support.builders import make_entry

PLAN = "<p>Our plan runs from 2024 to 2026. It holds five commitments.</p>"


def entry_of(markup: str) -> Entry:
    text = plain_text(PLAN + markup, True)
    return make_entry(summary=text[:60] + "…", content=PLAN + markup, text=text)


def same(before: str, after: str) -> bool:
    one, other = Wording(entry_of(before), frozenset({date(2026, 6, 3)})), entry_of(after)
    return Wording(other, frozenset({date(2026, 6, 4)})).says_the_same_as(one)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<p>Wednesday 3 June 2026</p>", "<p>Thursday 4 June 2026</p>"),
        ("<p>Today is Wednesday 3 June</p>", "<p>Today is Thursday 4 June</p>"),
        ("<p>3/6/2026, 09:14</p>", "<p>04/06/2026, 17:01</p>"),
        ("<p>Dydd Mercher 3 Mehefin 2026</p>", "<p>Dydd Iau 4 Mehefin 2026</p>"),
        ("<p>Generated on 2026-06-03T09:14:00Z</p>", "<p>Generated on 2026-06-04T10:11:00Z</p>"),
        ("<p>Last updated: 3 June 2026 at 10:00</p>", "<p>Last updated: 9 June 2026 at 11:00</p>"),
        ("<p>This page has been viewed 1207 times.</p>", "<p>This page has been viewed 1,214 times.</p>"),
        ("<p>Views: 12</p>", "<p>Views: 1.2k</p>"),
        ("<p>You are visitor number 45</p>", "<p>You are visitor number 46</p>"),
        ("<p>12 downloads | 3 shares | 4 comments</p>", "<p>13 downloads | 5 shares | 6 comments</p>"),
        ("<p>1 minute read</p>", "<p>2 minute read</p>"),
        ("<p>Reading time: less than a minute</p>", "<p>Reading time: 4 mins</p>"),
        ("<p>Posted just now by the council</p>", "<p>Posted 5 minutes ago by the council</p>"),
        ("<p>Published about 3 weeks ago</p>", "<p>Published last month</p>"),
        ("<p>Diweddarwyd 2 diwrnod yn ôl</p>", "<p>Diweddarwyd 3 diwrnod yn ôl</p>"),
        ("<p>Closes in 2 days</p>", "<p>Closes tomorrow</p>"),
        ("<p>12 days left</p>", "<p>1 day left</p>"),
        ("<p>Page generated in 0.123 seconds</p>", "<p>Page generated in 0.2 seconds</p>"),
        ("<p>© 2025 Council</p>", "<p>© 2026 Council</p>"),
        ("<ol><li>A 1</li><li>B 2</li></ol>", "<ol><li>B 2</li><li>A 1</li></ol>"),
        (
            "<table><tr><td>a</td><td>1</td></tr><tr><td>b</td><td>2</td></tr></table>",
            "<table><tr><td>b</td><td>2</td></tr><tr><td>a</td><td>1</td></tr></table>",
        ),
        ("<div><h3>A</h3><p>x</p></div><h3>B</h3><p>y</p>", "<h3>B</h3><p>y</p><h3>A</h3><p>x</p>"),
        ('<p>"It\'s" -- 3x4... 1/2 of 1 1/2 - all</p>', "<p>“It’s” — 3×4… ½ of 1½ – all</p>"),
    ],
)
def test_counters_ages_today_order_and_typography_are_no_change(before: str, after: str) -> None:
    assert same(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<p>The group meets on 3 June 2026.</p>", "<p>The group meets on 4 June 2026.</p>"),
        ("<p>Closes 3 June 2026</p>", "<p>Closes 4 June 2026</p>"),
        ("<p>Wednesday 3 June 2026</p>", "<p>Friday 26 June 2026</p>"),
        ("<p>We spent 12 million on 4 schemes</p>", "<p>We spent 13 million on 4 schemes</p>"),
        ("<p>It runs for 12 weeks.</p>", "<p>It runs for 10 weeks.</p>"),
        ("<p>Fell by 5%</p>", "<p>Fell by -5%</p>"),
        ("<p>Posted 2 days ago: yes</p>", "<p>Posted 3 days ago: no</p>"),
        (
            "<table><tr><td>a</td><td>1</td></tr><tr><td>b</td><td>2</td></tr></table>",
            "<table><tr><td>a</td><td>2</td></tr><tr><td>b</td><td>1</td></tr></table>",
        ),
        ("<h2>Yes</h2><p>A</p><h2>No</h2><p>B</p>", "<h2>Yes</h2><p>B</p><h2>No</h2><p>A</p>"),
        ("<p>Yes:</p><ul><li>A</li></ul><p>No:</p><ul><li>B</li></ul>",
         "<p>Yes:</p><ul><li>B</li></ul><p>No:</p><ul><li>A</li></ul>"),
        ("<ul><li>A</li></ul>", "<ul><li>A</li><li>B</li></ul>"),
    ],
)  # fmt: skip
def test_what_a_text_says_is_a_change(before: str, after: str) -> None:
    assert not same(before, after)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (
            "https://f.org/m.pdf?X-Amz-Date=1&X-Amz-Signature=aa",
            "https://f.org/m.pdf?X-Amz-Signature=b",
            True,
        ),
        ("https://f.org/m.pdf?v=171801", "http://www.f.org/m.pdf", True),
        ("https://f.org/m.pdf?se=2026&sp=r&sig=a%2B", "https://f.org/m.pdf?se=2027&sp=r&sig=b", True),
        ("https://f.org/get?id=7&token=a1", "https://f.org/get?token=b2&id=7", True),
        ("https://f.org/get?id=7&token=a1", "https://f.org/get?token=a1&id=8", False),
        ("https://f.org/m.pdf?id=7", "https://f.org/m.pdf?id=8", False),
        ("https://f.org/minutes-1.pdf", "https://f.org/minutes-2.pdf", False),
    ],
)
def test_a_file_is_known_without_signature_version_and_session(one: str, other: str, equal: bool) -> None:
    assert (file_key(one) == file_key(other)) is equal


def test_a_sign_that_changes_a_number_is_no_typography() -> None:
    assert comparable_text("by −5 – 6%") == "by -5-6%"
