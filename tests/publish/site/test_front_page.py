"""The documents of the front page: updates by day, what closes soon, this week's digest."""

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
from tests.publish.feed_readers import front_page_section, published_bytes, read_page, visible_text
from tests.support.builders import (
    NOON,
    instant,
    make_carrier,
    make_document,
    make_entry,
    make_labels,
    make_snapshot,
    moment,
)


def update_days(*documents: Document) -> list[tuple[str, list[str]]]:
    """Each day among the updates, with the texts of its rows."""
    found = front_page_section(make_snapshot(*documents), "news").xpath(".//section[@class='day']")
    return [(visible_text(day.find("h3")), [visible_text(row) for row in day.iter("li")]) for day in found]


def make_dated_document(
    text: str, precision: Precision = Precision.SECOND, name: str = "A plan", **changes: Any
) -> Document:
    """A backlog document with this date."""
    entry = make_entry(f"https://www.gov.uk/{name}", title=name, published=moment(text, precision))
    return replace(make_document(entry, backlog=True), **changes)


def test_a_row_shows_title_body_type_time_first_sight_and_where_the_link_leads() -> None:
    entry = make_entry(
        "https://www.gov.uk/cy", title="Cynllun", language="cy", published=moment("2026-06-05 08:15")
    )
    found = front_page_section(
        make_snapshot(make_document(entry), types={"news": "News and statements"}), "news"
    )
    (link,) = found.xpath(".//a[@class='title']")

    assert visible_text(found.find(".//li")) == (
        "Cynllun new Cymraeg Cabinet Office News and statements 09:15 first seen 5 June 2026 gov.uk details"
    )
    assert (link.get("href"), link.get("lang")) == ("https://www.gov.uk/cy", "cy")
    assert found.xpath(".//li//time/@datetime") == ["2026-06-05T09:15+01:00", "2026-06-05"]


def test_documents_are_under_their_own_days_in_london_the_newest_first() -> None:
    days = update_days(
        make_dated_document("2026-06-03 23:30", name="Early on the 4th"),
        make_dated_document("2026-06-04 12:00", name="Noon on the 4th"),
        make_dated_document("2026-01-03 23:30", name="Late on the 3rd of January"),
    )

    assert [(day, [row.split("Cabinet")[0].strip() for row in rows]) for day, rows in days] == [
        ("Thursday 4 June 2026", ["Noon on the 4th", "Early on the 4th"]),
        ("Saturday 3 January 2026", ["Late on the 3rd of January"]),
    ]


def test_a_date_is_shown_only_as_exactly_as_it_is_known() -> None:
    days = update_days(
        make_dated_document("2025-12-31 00:00", Precision.DAY, "Day"),
        make_dated_document("2026-04-30 23:00", Precision.MONTH, "Month"),
        make_dated_document("2026-05-01 12:00", Precision.MINUTE, "First of May"),
        make_dated_document("2025-01-01 00:00", Precision.YEAR, "Year"),
    )

    assert [day for day, _ in days] == ["Friday 1 May 2026", "May 2026", "Wednesday 31 December 2025", "2025"]
    assert "13:00" in days[0][1][0]
    assert ":" not in days[2][1][0]


def test_a_document_without_a_date_or_with_a_future_one_is_under_the_day_we_first_saw_it() -> None:
    undated = make_document(make_entry("https://a.example/", title="Undated", published=None, updated=None))
    ahead = make_document(
        make_entry("https://b.example/", title="Ahead", published=moment("2026-07-01 08:00"))
    )

    ((day, rows),) = update_days(undated, ahead)

    assert day == "Friday 5 June 2026"
    assert sorted(rows) == [
        "Ahead new Cabinet Office News dated ahead: 1 July 2026, 09:00 "
        "first seen 5 June 2026 b.example details",
        "Undated new Cabinet Office News no date given first seen 5 June 2026 a.example details",
    ]


def test_a_document_dated_at_this_very_instant_is_not_dated_ahead() -> None:
    ((day, (shown,)),) = update_days(make_dated_document("2026-06-05 12:00"))

    assert (day, shown) == (
        "Friday 5 June 2026",
        "A plan Cabinet Office News 13:00 first seen 5 June 2026 gov.uk details",
    )


def test_undated_documents_that_were_there_before_we_looked_come_last_and_under_no_day() -> None:
    undated = make_document(make_entry("https://a.example/", published=None, updated=None), backlog=True)

    assert [day for day, _ in update_days(undated, make_dated_document("2011-09-20 10:00"))] == [
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
    ((_, (row,)),) = update_days(make_document(first_seen=instant(first_seen), backlog=backlog))

    assert (" new " in row) is new


@pytest.mark.parametrize(
    ("seen_at", "badge"),
    [
        ("2026-06-03 23:30", "changed 4 June 2026"),
        ("2026-05-29 12:00", "changed 29 May 2026"),
        ("2026-05-29 11:59", ""),
    ],
)
def test_a_change_within_seven_days_is_shown_with_its_day(seen_at: str, badge: str) -> None:
    first = make_carrier()
    again = Revision(entry=first.entry, number=2, seen_at=instant(seen_at))
    changed = make_document(carriers=(replace(first, revisions=(*first.revisions, again)),), backlog=True)

    found = front_page_section(make_snapshot(changed), "news").xpath(".//span[@class='mark changed']")

    assert [visible_text(each) for each in found] == ([badge] if badge else [])


def test_the_page_shows_the_sixty_documents_in_which_something_happened_last() -> None:
    start = date(2026, 5, 1)
    old = [make_dated_document(f"{start - timedelta(days=n)} 10:00", name=f"old-{n}") for n in range(70)]
    found_late = make_document(
        make_entry("https://a.example/", title="Found late", published=moment("2012-01-01 10:00"))
    )

    snapshot = make_snapshot(*old, found_late)
    titles = [
        visible_text(link) for link in front_page_section(snapshot, "news").xpath(".//a[@class='title']")
    ]

    assert titles == [*(f"old-{n}" for n in range(59)), "Found late"]
    assert "The latest 60 of 71 documents." in visible_text(front_page_section(snapshot, "news"))


def test_what_is_not_about_open_government_is_not_on_the_page() -> None:
    assert update_days(make_document(labels=make_labels(relevant=False))) == []


def test_a_long_title_is_cut_at_a_word() -> None:
    updates = front_page_section(
        make_snapshot(make_document(make_entry(title="transparency " * 100))), "news"
    )

    assert visible_text(updates.find(".//a[@class='title']")) == "transparency " * 15 + "transparency…"


def test_the_page_stays_under_100_kilobytes_however_much_there_is() -> None:
    many = [
        make_document(
            make_entry(
                f"https://www.gov.uk/{n}?{'x' * 1500}", title=f"{n} <&> " + "& " * 500, summary="long " * 999
            )
        )
        for n in range(500)
    ]

    snapshot = make_snapshot(*many)

    assert len(published_bytes(snapshot, "index.html")) < 100_000
    assert "The latest 20 of 500 documents." in visible_text(front_page_section(snapshot, "news"))
    assert (
        len(
            published_bytes(
                make_snapshot(*(make_document(make_entry(f"https://a.example/{n}")) for n in range(500))),
                "index.html",
            )
        )
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
    found = read_page(make_snapshot(make_document(make_entry(closes=moment(closes, precision))))).xpath(
        "//section[@id='closing']//li"
    )

    assert [visible_text(row) for row in found] == ([shown] if shown else [])


def test_what_closes_first_is_first_and_what_is_not_relevant_is_left_out() -> None:
    later = make_document(make_entry("https://a.example/", title="Later", closes=moment("2026-06-20 12:00")))
    sooner = make_document(
        make_entry("https://b.example/", title="Sooner", closes=moment("2026-06-10 12:00"))
    )
    other = make_document(
        make_entry("https://c.example/", title="Other", closes=moment("2026-06-09 12:00")),
        labels=make_labels(relevant=False),
    )

    found = front_page_section(make_snapshot(later, sooner, other), "closing").xpath(".//a[@class='title']")

    assert [visible_text(link) for link in found] == ["Sooner", "Later"]


def make_digest(week: str, start: str, count: int, issued: bool) -> Digest:
    item = DigestItem(
        id="1", title="t", url="u", body="b", type="t", summary="", language="en", dated=None, first_seen=NOON
    )
    opens = instant(start)
    return Digest(
        period=week,
        window=Window(start=opens, end=opens + timedelta(days=7)),
        sections=(Section(title="s", items=(item,) * count),) if count else (),
        unread_sources=(),
        issued_at=NOON if issued else None,
    )


def test_the_open_week_comes_before_the_issued_digests() -> None:
    digests = (
        make_digest("2026-W22", "2026-05-24 23:00", 1, issued=True),
        make_digest("2026-W21", "2026-05-17 23:00", 12, issued=True),
        make_digest("2026-W23", "2026-05-31 23:00", 0, issued=False),
    )
    found = front_page_section(make_snapshot(digests=digests), "letter")

    assert found.xpath(".//li/a/@href") == [
        "digests/2026-W23.html",
        "digests/2026-W22.html",
        "digests/2026-W21.html",
    ]
    assert [visible_text(row) for row in found.iter("li")] == [
        "This week so far 1 June 2026 to 7 June 2026 0 updates",
        "Week of 25 May 2026 25 May 2026 to 31 May 2026 1 update",
        "Week of 18 May 2026 18 May 2026 to 24 May 2026 12 updates",
    ]


def test_only_the_last_eight_issued_digests_are_linked() -> None:
    digests = tuple(make_digest(f"2025-W{n}", "2025-06-01 23:00", 1, issued=True) for n in range(30, 20, -1))

    assert len(front_page_section(make_snapshot(digests=digests), "letter").xpath(".//li")) == 8
