"""What two texts may differ in and say the same, and what they may not."""

from __future__ import annotations

from datetime import date

import pytest

from aggregator.classify.file_addresses import file_key, same_files
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
        ("<p>Heddiw yw dydd Mercher 3 Mehefin 2026</p>", "<p>Heddiw yw dydd Iau 4 Mehefin 2026</p>"),
        ("<p>Good morning, it is Wednesday</p>", "<p>Good afternoon, it is Thursday</p>"),
        ("<ul><li>3/6/26</li><li>Search</li></ul>", "<ul><li>4/6/26</li><li>Search</li></ul>"),
        ("<p>Adolygwyd ddiwethaf 3 Mehefin 2026</p>", "<p>Adolygwyd ddiwethaf 9 Mehefin 2026</p>"),
        ("<p>No comments yet</p>", "<p>Comments (3)</p>"),
        ("<p>By the team | 3 awr yn ôl | 1,207 views</p>", "<p>By the team | awr yn ôl | 1.3k views</p>"),
        ("<p>1,207 o ymweliadau</p>", "<p>1,214 o ymweliadau</p>"),
        ("<p>4 munud o ddarllen</p>", "<p>5 munud o ddarllen</p>"),
        ("<p>Yn cau mewn 3 diwrnod</p>", "<p>Yn cau mewn 2 ddiwrnod</p>"),
        ("<p>There are 3 guests and 1 member online</p>", "<p>There are 7 guests and no members online</p>"),
        ("<dl><dt>Downloads</dt><dd>12</dd></dl>", "<dl><dt>Downloads</dt><dd>13</dd></dl>"),
        ("<div><p>1,207</p><p>views</p></div>", "<div><p>1,214</p><p>views</p></div>"),
        (
            "<table><tr><th>File</th><th>Views</th></tr><tr><td>Minutes</td><td>12</td></tr></table>",
            "<table><tr><th>File</th><th>Views</th></tr><tr><td>Minutes</td><td>13</td></tr></table>",
        ),
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
        ("<h2>Closing date</h2><p>30 June 2026</p>", "<h2>Closing date</h2><p>1 July 2026</p>"),
        ("<dl><dt>Closes</dt><dd>3 June 2026</dd></dl>", "<dl><dt>Closes</dt><dd>4 June 2026</dd></dl>"),
        ("<ul><li>30 June 2026</li></ul>", "<ul><li>1 July 2026</li></ul>"),
        ("<p>Updated closing date: 3 June 2026</p>", "<p>Updated closing date: 4 June 2026</p>"),
        ("<p>Comments by 3/6/2026</p>", "<p>Comments by 4/6/2026</p>"),
        ("<p>The forum has 12 members.</p>", "<p>The forum has 13 members.</p>"),
        ("<p>25 people attended.</p>", "<p>26 people attended.</p>"),
        ("<p>We had 40 comments on it.</p>", "<p>We had 45 comments on it.</p>"),
        ("<p>The inquiry began 3 years ago.</p>", "<p>The inquiry began 5 years ago.</p>"),
        ("<p>Reply in 20 days.</p>", "<p>Reply in 10 days.</p>"),
        ("<p>Shares: £25,000</p>", "<p>Shares: £26,000</p>"),
        (
            "<table><tr><th>Body</th><th>Spent</th></tr><tr><td>A</td><td>12</td></tr></table>",
            "<table><tr><th>Body</th><th>Spent</th></tr><tr><td>A</td><td>13</td></tr></table>",
        ),
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
        ("https://f.org/d.aspx?UniqueId=7&tempauth=a", "https://f.org/d.aspx?UniqueId=7&tempauth=b", True),
        (
            "https://f.org/m?sv=1&skoid=2&skt=3&sr=b&sig=a",
            "https://f.org/m?sv=1&skoid=4&skt=5&sr=b&sig=b",
            True,
        ),
        ("https://f.org/(S(1f2e))//m.pdf?download=1", "https://f.org:443/m.pdf", True),
        ("https://f.org/index.php?download=12", "https://f.org/index.php?download=13", False),
        ("https://f.org/get?id=7&token=a1", "https://f.org/get?token=a1&id=8", False),
        ("https://f.org/m.pdf?id=7", "https://f.org/m.pdf?id=8", False),
        ("https://f.org/minutes-1.pdf", "https://f.org/minutes-2.pdf", False),
    ],
)
def test_a_file_is_known_without_signature_version_and_session(one: str, other: str, equal: bool) -> None:
    assert (file_key(one) == file_key(other)) is equal


@pytest.mark.parametrize(("length", "equal"), [(1_000, True), (1_001, False), (0, False)])
def test_a_file_in_a_folder_named_by_a_hash_is_the_same_if_it_is_as_long(length: int, equal: bool) -> None:
    before, after = (f"https://f.org/media/{name}/m.pdf" for name in ("5f8d0a2b1c9d", "6a7b0c2b1c9e"))
    assert same_files({before: 1_000}, {after: length}) is equal


def test_a_sign_that_changes_a_number_is_no_typography() -> None:
    assert comparable_text("by −5 – 6%") == "by -5-6%"
