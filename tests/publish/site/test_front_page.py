"""The front page on documents: what is new by day, what closes soon, this week's letter."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from aggregator.model import (
    Digest,
    DigestItem,
    Document,
    Precision,
    Revision,
    Section,
    Window,
)
from tests.publish.feed_readers import page, payload, section, words
from tests.support.builders import (
    NOON,
    carrier,
    edition,
    entry,
    holding,
    instant,
    labels,
    moment,
)


def days(*holdings: Document) -> list[tuple[str, list[str]]]:
    """Each day of the news and the lines under it."""
    found = section(edition(*holdings), "news").xpath(".//section[@class='day']")
    return [(words(day.find("h3")), [words(line) for line in day.iter("li")]) for day in found]


def dated(
    text: str, precision: Precision = Precision.SECOND, name: str = "A plan", **changes: Any
) -> Document:
    """A backlog document that bears this date."""
    told = entry(f"https://www.gov.uk/{name}", title=name, published=moment(text, precision))
    return replace(holding(told, backlog=True), **changes)


def test_a_line_shows_title_body_type_time_first_sight_and_where_the_link_leads() -> None:
    told = entry(
        "https://www.gov.uk/cy", title="Cynllun", language="cy", published=moment("2026-06-05 08:15")
    )
    found = section(edition(holding(told), types={"news": "News and statements"}), "news")
    (link,) = found.xpath(".//a[@class='title']")

    assert words(found.find(".//li")) == (
        "Cynllun new Cymraeg Cabinet Office News and statements 09:15 first seen 5 June 2026 gov.uk details"
    )
    assert (link.get("href"), link.get("lang")) == ("https://www.gov.uk/cy", "cy")
    assert found.xpath(".//li//time/@datetime") == ["2026-06-05T09:15+01:00", "2026-06-05"]


def test_documents_stand_under_their_own_days_in_london_the_newest_first() -> None:
    told = days(
        dated("2026-06-03 23:30", name="Early on the 4th"),
        dated("2026-06-04 12:00", name="Noon on the 4th"),
        dated("2026-01-03 23:30", name="Late on the 3rd of January"),
    )

    assert [(day, [line.split("Cabinet")[0].strip() for line in lines]) for day, lines in told] == [
        ("Thursday 4 June 2026", ["Noon on the 4th", "Early on the 4th"]),
        ("Saturday 3 January 2026", ["Late on the 3rd of January"]),
    ]


def test_a_date_is_shown_only_as_exactly_as_it_is_known() -> None:
    told = days(
        dated("2025-12-31 00:00", Precision.DAY, "Day"),
        dated("2026-04-30 23:00", Precision.MONTH, "Month"),
        dated("2026-05-01 12:00", Precision.MINUTE, "First of May"),
        dated("2025-01-01 00:00", Precision.YEAR, "Year"),
    )

    assert [day for day, _ in told] == ["Friday 1 May 2026", "May 2026", "Wednesday 31 December 2025", "2025"]
    assert "13:00" in told[0][1][0]
    assert ":" not in told[2][1][0]


def test_a_document_without_a_date_or_with_one_to_come_stands_under_the_day_we_first_saw_it() -> None:
    undated = holding(entry("https://a.example/", title="Undated", published=None, updated=None))
    ahead = holding(entry("https://b.example/", title="Ahead", published=moment("2026-07-01 08:00")))

    ((day, lines),) = days(undated, ahead)

    assert day == "Friday 5 June 2026"
    assert sorted(lines) == [
        "Ahead new Cabinet Office News dated ahead: 1 July 2026, 09:00 "
        "first seen 5 June 2026 b.example details",
        "Undated new Cabinet Office News no date given first seen 5 June 2026 a.example details",
    ]


def test_a_document_that_bears_this_very_instant_is_not_dated_ahead() -> None:
    ((day, (shown,)),) = days(dated("2026-06-05 12:00"))

    assert (day, shown) == (
        "Friday 5 June 2026",
        "A plan Cabinet Office News 13:00 first seen 5 June 2026 gov.uk details",
    )


def test_undated_documents_that_were_there_before_we_looked_come_last_and_under_no_day() -> None:
    undated = holding(entry("https://a.example/", published=None, updated=None), backlog=True)

    assert [day for day, _ in days(undated, dated("2011-09-20 10:00"))] == [
        "Tuesday 20 September 2011",
        "Date not given",
    ]


@pytest.mark.parametrize(
    ("first_seen", "backlog", "new"),
    [
        ("2026-05-29 12:00", False, True),
        ("2026-05-29 11:59", False, False),
        ("2026-06-05 11:00", True, False),
    ],
)
def test_new_is_what_came_up_within_seven_days(first_seen: str, backlog: bool, new: bool) -> None:
    ((_, (line,)),) = days(holding(first_seen=instant(first_seen), backlog=backlog))

    assert (" new " in line) is new


@pytest.mark.parametrize(
    ("seen_at", "mark"),
    [
        ("2026-06-03 23:30", "changed 4 June 2026"),
        ("2026-05-29 12:00", "changed 29 May 2026"),
        ("2026-05-29 11:59", ""),
    ],
)
def test_a_change_within_seven_days_is_shown_with_its_day(seen_at: str, mark: str) -> None:
    first = carrier()
    again = Revision(entry=first.entry, number=2, seen_at=instant(seen_at))
    changed = holding(carriers=(replace(first, revisions=(*first.revisions, again)),), backlog=True)

    found = section(edition(changed), "news").xpath(".//span[@class='mark changed']")

    assert [words(each) for each in found] == ([mark] if mark else [])


def test_the_page_shows_the_sixty_documents_in_which_something_happened_last() -> None:
    start = date(2026, 5, 1)
    old = [dated(f"{start - timedelta(days=n)} 10:00", name=f"old-{n}") for n in range(70)]
    found_late = holding(
        entry("https://a.example/", title="Found late", published=moment("2012-01-01 10:00"))
    )

    told = edition(*old, found_late)
    titles = [words(link) for link in section(told, "news").xpath(".//a[@class='title']")]

    assert titles == [*(f"old-{n}" for n in range(59)), "Found late"]
    assert "The latest 60 of 71 documents." in words(section(told, "news"))


def test_what_is_not_about_open_government_is_not_on_the_page() -> None:
    assert days(holding(labels=labels(relevant=False))) == []


def test_a_long_title_is_cut_at_a_word() -> None:
    told = section(edition(holding(entry(title="transparency " * 100))), "news")

    assert words(told.find(".//a[@class='title']")) == "transparency " * 15 + "transparency…"


def test_the_page_stays_under_100_kilobytes_however_much_there_is() -> None:
    many = [
        holding(
            entry(
                f"https://www.gov.uk/{n}?{'x' * 1500}", title=f"{n} <&> " + "& " * 500, summary="long " * 999
            )
        )
        for n in range(500)
    ]

    told = edition(*many)

    assert len(payload(told, "index.html")) < 100_000
    assert "The latest 20 of 500 documents." in words(section(told, "news"))
    assert (
        len(payload(edition(*(holding(entry(f"https://a.example/{n}")) for n in range(500))), "index.html"))
        < 60_000
    )


@pytest.mark.parametrize(
    ("closes", "precision", "shown"),
    [
        ("2026-06-05 16:00", Precision.MINUTE, "closes today A plan Cabinet Office until 5 June 2026, 17:00"),
        ("2026-06-04 23:00", Precision.DAY, "closes today A plan Cabinet Office until 5 June 2026"),
        ("2026-06-05 23:00", Precision.DAY, "closes tomorrow A plan Cabinet Office until 6 June 2026"),
        (
            "2026-06-12 11:00",
            Precision.SECOND,
            "closes in 7 days A plan Cabinet Office until 12 June 2026, 12:00",
        ),
        (
            "2026-07-05 12:00",
            Precision.SECOND,
            "closes in 30 days A plan Cabinet Office until 5 July 2026, 13:00",
        ),
        ("2026-05-31 23:00", Precision.MONTH, "closes in June 2026 A plan Cabinet Office until June 2026"),
        ("2026-06-05 12:00", Precision.SECOND, None),
        ("2026-06-03 23:00", Precision.DAY, None),
        ("2026-07-05 12:01", Precision.SECOND, None),
        ("2025-12-31 00:00", Precision.YEAR, None),
    ],
)
def test_what_closes_within_thirty_days_is_shown_with_the_days_left(
    closes: str, precision: Precision, shown: str | None
) -> None:
    found = page(edition(holding(entry(closes=moment(closes, precision))))).xpath(
        "//section[@id='closing']//li"
    )

    assert [words(line) for line in found] == ([shown] if shown else [])


def test_what_closes_first_stands_first_and_what_is_not_relevant_does_not_stand_there() -> None:
    later = holding(entry("https://a.example/", title="Later", closes=moment("2026-06-20 12:00")))
    sooner = holding(entry("https://b.example/", title="Sooner", closes=moment("2026-06-10 12:00")))
    other = holding(
        entry("https://c.example/", title="Other", closes=moment("2026-06-09 12:00")),
        labels=labels(relevant=False),
    )

    found = section(edition(later, sooner, other), "closing").xpath(".//a[@class='title']")

    assert [words(link) for link in found] == ["Sooner", "Later"]


def letter(week: str, start: str, count: int, issued: bool) -> Digest:
    item = DigestItem(
        id="1", title="t", url="u", body="b", type="t", summary="", language="en", dated=None, first_seen=NOON
    )
    opens = instant(start)
    return Digest(
        week=week,
        window=Window(start=opens, end=opens + timedelta(days=7)),
        sections=(Section(title="s", items=(item,) * count),) if count else (),
        unread=(),
        issued=NOON if issued else None,
    )


def test_the_open_week_stands_before_the_letters_that_were_issued() -> None:
    digests = (
        letter("2026-W22", "2026-05-24 23:00", 1, issued=True),
        letter("2026-W21", "2026-05-17 23:00", 12, issued=True),
        letter("2026-W23", "2026-05-31 23:00", 0, issued=False),
    )
    found = section(edition(digests=digests), "letter")

    assert found.xpath(".//li/a/@href") == [
        "digests/2026-W23.html",
        "digests/2026-W22.html",
        "digests/2026-W21.html",
    ]
    assert [words(line) for line in found.iter("li")] == [
        "This week so far 1 June 2026 to 7 June 2026 0 updates",
        "Week of 25 May 2026 25 May 2026 to 31 May 2026 1 update",
        "Week of 18 May 2026 18 May 2026 to 24 May 2026 12 updates",
    ]


def test_only_the_last_eight_issued_letters_are_linked() -> None:
    digests = tuple(letter(f"2025-W{n}", "2025-06-01 23:00", 1, issued=True) for n in range(30, 20, -1))

    assert len(section(edition(digests=digests), "letter").xpath(".//li")) == 8
