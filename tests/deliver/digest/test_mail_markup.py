"""The markup of a digest mail, also when it is long or has hostile content."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from aggregator.model import DigestItem
from tests.deliver.digest.digests import (
    ALLOWED_ELEMENTS,
    element_names,
    link_targets,
    make_digest,
    make_item,
    make_section,
    render_mail,
    render_page,
)
from tests.support.builders import make_body, make_site, moment


def test_the_text_is_76_columns_wide_and_each_link_has_a_line_of_its_own() -> None:
    link = "https://www.gov.uk/government/publications/" + "a-very-long-name-" * 6
    prose = "a " * 200
    text = render_page(
        make_digest(
            make_section("Other", make_item(title=prose, summary=prose, url=link)), unread_sources=(prose,)
        )
    )[1]
    assert f"\n  {link}\n" in text
    text_lines = [line for line in text.splitlines() if "://" not in line]
    assert max(map(len, text_lines)) == 76
    assert all(line.strip().startswith("http") for line in text.splitlines() if "://" in line)
    assert not any(line.endswith(" ") for line in text.splitlines())


def test_headings_of_the_text_are_underlined_to_their_length() -> None:
    text = render_page(make_digest(make_section("Other", make_item())))[1]
    assert text.startswith("UK open government: updates\n===========================\n")
    assert "\n\nOther\n-----\n\n* A plan\n" in text


def test_the_html_loads_nothing_and_has_a_dark_mode() -> None:
    full = make_digest(
        make_section("Closing soon", make_item(closes=moment("2024-02-09 17:00"))), unread_sources=("Wales",)
    )
    page = render_page(full)[0]
    soup = BeautifulSoup(page, "lxml")
    assert element_names(soup) == ALLOWED_ELEMENTS
    assert page.index('charset="utf-8"') < 1024
    assert "url(" not in page
    assert "@import" not in page
    (style,) = soup("style")
    assert "@media (prefers-color-scheme: dark)" in style.get_text()
    assert "max-width: 640px" in soup.select("table.sheet")[0]["style"]
    assert all(one.get("style") for one in soup.select("h1, h2, h3, a, p.closing"))


def test_the_same_digest_gives_the_same_bytes() -> None:
    assert render_page(make_digest(make_section("Other", make_item()))) == render_page(
        make_digest(make_section("Other", make_item()))
    )


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//host/x", "", "https://a b/"])
def test_only_web_addresses_become_links(url: str) -> None:
    page, text = render_page(make_digest(make_section("Other", make_item(url=url))))
    assert "<h3" in page
    assert not [one for one in BeautifulSoup(page, "lxml")("h3") if one.find("a")]
    assert text.count("://") == 2


# ---------------------------------------------------------------- too long, and hostile


def many(count: int) -> tuple[DigestItem, ...]:
    return tuple(make_item(id=f"urn:uuid:{n}", title=f"Update number {n}") for n in range(count))


def test_a_long_week_is_shortened_between_items_and_counts_those_left_out() -> None:
    short = make_section("Closing soon", *many(3))
    page, text = render_mail(
        make_digest(short, make_section("Documents", *many(380)), make_section("Other", *many(17)))
    )
    assert 80_000 < len(page.encode()) < 90_000
    shown = [BeautifulSoup(page, "lxml")("h2")[n].get_text() for n in range(3)]
    assert shown == ["Closing soon", "Documents", "Other"]
    items = BeautifulSoup(page, "lxml").select("div.item")
    assert all("first seen 24 January 2024" in one.get_text() for one in items)
    hidden = 400 - len(items)
    assert re.findall(r"and (\d+) more", page) == [str(hidden)]
    digest_link = "https://updates.example.org/digests/2024-W04.html"
    assert f'<a href="{digest_link}"' in page.partition("more</a>")[0].rpartition("<p")[2]
    assert re.findall(rf"\.\.\. and (\d+) more:\n  {digest_link}\n", text) == [str(hidden)]
    assert text.count("* Update number") == len(items) > 60


def test_a_week_that_fits_is_not_shortened() -> None:
    page, text = render_mail(
        make_digest(
            make_section("Documents", *many(60)), unread_sources=tuple(f"Source {n}" for n in range(90))
        )
    )
    assert "more" not in page + text
    assert page.count('class="item"') == 60
    assert page.count("<li>Source") == text.count("* Source") == 90


def test_all_sections_are_shortened_alike_so_that_none_crowds_out_another() -> None:
    sections = [make_section(heading, *many(200)) for heading in ("Documents", "Other")]
    page, text = render_mail(make_digest(*sections, unread_sources=tuple(f"Source {n}" for n in range(300))))
    assert len(page.encode()) < 90_000
    more = [int(count) for count in re.findall(r"and (\d+) more", page)]
    assert more == [more[0], more[0], more[0] + 100]
    assert f"... and {more[2]} more\n" in text


def test_a_huge_week_shows_the_most_important_updates_of_each_section() -> None:
    later = moment("2024-02-09 17:00")
    huge = make_digest(
        make_section("Closing soon", *(replace(one, closes=later) for one in many(1000))),
        make_section("Documents", *(replace(one, score=n % 1000) for n, one in enumerate(many(4000)))),
        make_section("Changed and removed", make_item(title="The one change")),
    )
    page, text = render_mail(huge)
    closing, documents, changed = text.split("\n-----")[1:4]
    numbers = [int(one) for one in re.findall(r"\* Update number (\d+)\n", documents)]

    assert 80_000 < len(page.encode()) < 90_000
    assert "5001 updates" in text
    assert re.findall(r"\* Update number (\d+)\n", closing) == [str(n) for n in range(len(numbers))]
    assert sorted(n % 1000 for n in numbers) == sorted(999 - n // 4 for n in range(len(numbers)))
    assert numbers == sorted(numbers)
    assert "The one change" in changed
    assert re.findall(r"and (\d+) more", page) == [str(1000 - len(numbers)), str(4000 - len(numbers))]


def test_the_page_shows_what_the_mail_leaves_out() -> None:
    long = make_digest(make_section("Documents", *many(500)))
    assert "more</a>" in render_mail(long)[0]
    assert render_page(long)[0].count('class="item"') == 500


def test_one_enormous_update_cannot_break_the_mail() -> None:
    title = "long " * 200_000
    page, text = render_mail(
        make_digest(make_section("Other", make_item(title=title, url="https://a/" + "x" * 100_000)))
    )
    assert len(page.encode()) < 90_000
    assert "and 1 more" in page
    assert "and 1 more" in text
    page, text = render_mail(make_digest(make_section("Other", make_item(title=title))))
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
def test_hostile_text_stays_text_in_every_field(text: str) -> None:
    hostile = make_item(
        title=text, url=text, body=text, type=text, summary=text, language=text, changed=(text,), dated=None
    )
    found = make_digest(
        make_section("Other", hostile, make_item(body="named", url=f"https://a/{text}")),
        unread_sources=(text,),
    )
    site = make_site(title=text, operator=text, contact=text, postal_address=text)
    page, plain = render_page(found, site, {"named": make_body("named", name=text)})
    soup = BeautifulSoup(page, "lxml")
    assert element_names(soup) == ALLOWED_ELEMENTS
    assert {name for tag in soup.find_all() for name in tag.attrs} <= {
        *("lang", "charset", "name", "content", "data-css-inline", "style", "class", "role"),
        *("border", "width", "cellpadding", "cellspacing", "align", "href"),
    }
    assert all(link.startswith(("https://", "mailto:")) for link in link_targets(soup))
    assert not re.search("[\x00-\x09\x0b-\x1f\u2028\u202e\u2066]", page + plain)
    assert "49" not in plain
    assert not re.search("^(Bcc|\\* forged|======$)", plain, re.MULTILINE)
