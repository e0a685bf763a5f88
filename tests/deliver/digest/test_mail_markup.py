"""The letter as a person's mail program gets it: how it is set, however long or hostile."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from aggregator.model import DigestItem
from tests.deliver.digest.digests import ELEMENTS, digest, item, links, mailed, names, under, written
from tests.support.builders import make_body, moment, make_site


def test_the_text_keeps_to_76_columns_and_each_link_has_a_line_of_its_own() -> None:
    link = "https://www.gov.uk/government/publications/" + "a-very-long-name-" * 6
    prose = "a " * 200
    text = written(digest(under("Other", item(title=prose, summary=prose, url=link)), unread=(prose,)))[1]
    assert f"\n  {link}\n" in text
    lines = [line for line in text.splitlines() if "://" not in line]
    assert max(map(len, lines)) == 76
    assert all(line.strip().startswith("http") for line in text.splitlines() if "://" in line)
    assert not any(line.endswith(" ") for line in text.splitlines())


def test_headings_of_the_text_are_underlined_to_their_length() -> None:
    text = written(digest(under("Other", item())))[1]
    assert text.startswith("UK open government: updates\n===========================\n")
    assert "\n\nOther\n-----\n\n* A plan\n" in text


def test_the_html_asks_nothing_of_anybody_and_serves_dark_rooms() -> None:
    full = digest(under("Closing soon", item(closes=moment("2024-02-09 17:00"))), unread=("Wales",))
    page = written(full)[0]
    soup = BeautifulSoup(page, "lxml")
    assert names(soup) == ELEMENTS
    assert page.index('charset="utf-8"') < 1024
    assert "url(" not in page
    assert "@import" not in page
    (style,) = soup("style")
    assert "@media (prefers-color-scheme: dark)" in style.get_text()
    assert "max-width: 640px" in soup.select("table.sheet")[0]["style"]
    assert all(one.get("style") for one in soup.select("h1, h2, h3, a, p.closing"))


def test_the_same_digest_gives_the_same_bytes() -> None:
    assert written(digest(under("Other", item()))) == written(digest(under("Other", item())))


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//host/x", "", "https://a b/"])
def test_only_web_addresses_become_links(url: str) -> None:
    page, text = written(digest(under("Other", item(url=url))))
    assert "<h3" in page
    assert not [one for one in BeautifulSoup(page, "lxml")("h3") if one.find("a")]
    assert text.count("://") == 2


# ---------------------------------------------------------------- too long, and hostile


def many(count: int) -> tuple[DigestItem, ...]:
    return tuple(item(id=f"urn:uuid:{n}", title=f"Update number {n}") for n in range(count))


def test_a_long_week_is_shortened_between_items_and_says_how_many_are_left_out() -> None:
    short = under("Closing soon", *many(3))
    page, text = mailed(digest(short, under("Documents", *many(380)), under("Other", *many(17))))
    assert 80_000 < len(page.encode()) < 90_000
    shown = [BeautifulSoup(page, "lxml")("h2")[n].get_text() for n in range(3)]
    assert shown == ["Closing soon", "Documents", "Other"]
    items = BeautifulSoup(page, "lxml").select("div.item")
    assert all("first seen 24 January 2024" in one.get_text() for one in items)
    left = 400 - len(items)
    assert re.findall(r"and (\d+) more", page) == [str(left)]
    there = "https://updates.example.org/digests/2024-W04.html"
    assert f'<a href="{there}"' in page.partition("more</a>")[0].rpartition("<p")[2]
    assert re.findall(rf"\.\.\. and (\d+) more:\n  {there}\n", text) == [str(left)]
    assert text.count("* Update number") == len(items) > 60


def test_a_week_that_fits_is_not_shortened() -> None:
    page, text = mailed(digest(under("Documents", *many(60)), unread=tuple(f"Source {n}" for n in range(90))))
    assert "more" not in page + text
    assert page.count('class="item"') == 60
    assert page.count("<li>Source") == text.count("* Source") == 90


def test_every_list_is_shortened_alike_so_no_section_crowds_out_another() -> None:
    sections = [under(heading, *many(200)) for heading in ("Documents", "Other")]
    page, text = mailed(digest(*sections, unread=tuple(f"Source {n}" for n in range(300))))
    assert len(page.encode()) < 90_000
    more = [int(count) for count in re.findall(r"and (\d+) more", page)]
    assert more == [more[0], more[0], more[0] + 100]
    assert f"... and {more[2]} more\n" in text


def test_a_huge_week_keeps_of_each_section_what_is_most_worth_and_the_page_has_more() -> None:
    later = moment("2024-02-09 17:00")
    huge = digest(
        under("Closing soon", *(replace(one, closes=later) for one in many(1000))),
        under("Documents", *(replace(one, score=n % 1000) for n, one in enumerate(many(4000)))),
        under("Changed and removed", item(title="The one change")),
    )
    page, text = mailed(huge)
    closing, documents, changed = text.split("\n-----")[1:4]
    numbers = [int(one) for one in re.findall(r"\* Update number (\d+)\n", documents)]

    assert 80_000 < len(page.encode()) < 90_000
    assert "5001 updates" in text
    assert re.findall(r"\* Update number (\d+)\n", closing) == [str(n) for n in range(len(numbers))]
    assert sorted(n % 1000 for n in numbers) == sorted(999 - n // 4 for n in range(len(numbers)))
    assert numbers == sorted(numbers)
    assert "The one change" in changed
    assert re.findall(r"and (\d+) more", page) == [str(1000 - len(numbers)), str(4000 - len(numbers))]


def test_the_page_has_what_a_mail_leaves_out() -> None:
    long = digest(under("Documents", *many(500)))
    assert "more</a>" in mailed(long)[0]
    assert written(long)[0].count('class="item"') == 500


def test_one_enormous_update_cannot_break_the_letter() -> None:
    title = "long " * 200_000
    page, text = mailed(digest(under("Other", item(title=title, url="https://a/" + "x" * 100_000))))
    assert len(page.encode()) < 90_000
    assert "and 1 more" in page
    assert "and 1 more" in text
    page, text = mailed(digest(under("Other", item(title=title))))
    assert "* long long long" in text
    assert page.count("long") == 59


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style></head><body onload=alert(1)>",
    "{{ 7*7 }}{% include 'x' %}",
    "--><!-- ]]> &lt;script&gt; &#60;script&#62;",
    "\x00\x08\x1b[31m\u202egnp\u2066\ud800\u2028end",
    "one\r\nBcc: everybody@example.org\r\n\r\n* forged\n======",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_stay_words_in_every_field(text: str) -> None:
    hostile = item(
        title=text, url=text, body=text, type=text, summary=text, language=text, changed=(text,), dated=None
    )
    found = digest(under("Other", hostile, item(body="named", url=f"https://a/{text}")), unread=(text,))
    of = make_site(title=text, operator=text, contact=text, postal_address=text)
    page, plain = written(found, of, {"named": make_body("named", name=text)})
    soup = BeautifulSoup(page, "lxml")
    assert names(soup) == ELEMENTS
    assert {name for tag in soup.find_all() for name in tag.attrs} <= {
        *("lang", "charset", "name", "content", "data-css-inline", "style", "class", "role"),
        *("border", "width", "cellpadding", "cellspacing", "align", "href"),
    }
    assert all(link.startswith(("https://", "mailto:")) for link in links(soup))
    assert not re.search("[\x00-\x09\x0b-\x1f\u2028\u202e\u2066]", page + plain)
    assert "49" not in plain
    assert not re.search("^(Bcc|\\* forged|======$)", plain, re.MULTILINE)
