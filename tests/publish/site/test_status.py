"""The front page on bodies and sources: the last record of each, and what is wrong."""

from __future__ import annotations

from datetime import date
from typing import Any

from aggregator.errors import Cause
from aggregator.model import (
    Board,
    BoardLine,
    Failed,
    Precision,
    Reading,
    Reject,
    Seen,
)
from tests.publish.feed_readers import page, rows, section, words
from tests.support.builders import (
    NOON,
    body,
    edition,
    entry,
    holding,
    instant,
    moment,
    source,
    source_line,
)


def test_each_body_has_one_line_and_a_failed_poll_is_never_silence() -> None:
    last = holding(entry(title="Minutes"))
    lines = [
        ("Read", last, date(2026, 6, 1), 4, Reading.READ, None),
        ("Read today", last, date(2026, 6, 5), 0, Reading.READ, None),
        ("Quiet", None, None, None, Reading.READ, None),
        ("Failing", last, date(2026, 6, 4), 1, Reading.FAILING, instant("2026-06-02 23:30")),
        ("Never answered", None, None, None, Reading.FAILING, None),
        ("Unread", None, None, None, Reading.NOT_READ_YET, None),
        ("Ahead", last, date(2026, 6, 9), -4, Reading.READ, None),
    ]
    board = Board(
        at=NOON,
        lines=tuple(
            BoardLine(
                body=body(name, name=name), last=held, last_on=on, days=age, reading=reading, since=since
            )
            for name, held, on, age, reading, since in lines
        ),
    )

    assert rows(section(edition(board=board), "bodies")) == [
        ["Read", "Minutes", "1 June 2026", "4 days"],
        ["Read today", "Minutes", "5 June 2026", "today"],
        ["Quiet", "nothing about open government in what we have read", "", ""],
        ["Failing", "Minutes newer ones: cannot tell since 3 June 2026", "4 June 2026", "1 day"],
        ["Never answered", "cannot tell since we began", "", ""],
        ["Unread", "not read yet", "", ""],
        ["Ahead", "Minutes", "9 June 2026", "dated ahead"],
    ]


def test_every_source_is_shown_with_what_is_wrong_with_it() -> None:
    failed = Failed(
        url="https://www.gov.wales/rss", cause=Cause.DNS, detail="www.gov.wales", hint="Look at the network."
    )
    unread: dict[str, Any] = {"asked": None, "answered": None}
    lines = (
        source_line(items=20),
        source_line(
            source("one", title="One item"), items=1, rejects=(Reject(where="item 2", why="no title"),)
        ),
        source_line(
            source("wales", title="Wales", kind="feed", address="https://www.gov.wales:8080/rss?a=b"),
            answered=instant("2026-06-01 04:00"),
            failing_since=instant("2026-06-01 23:30"),
            failure=failed,
        ),
        source_line(source("list", title="List", kind="listing", seen=Seen.LIKELY), **unread),
        source_line(source("off", title="Off", enabled=False), **unread),
        source_line(source("fresh", title="Fresh", seen=Seen.LIKELY), **unread),
        source_line(source("moved", title="Moved"), moved_to="https://new.example/feed"),
        source_line(source("records", title="Records", kind="records", address="records/"), items=9),
    )
    told = page(edition(sources=lines), "sources.html")
    gov = "gov.uk/government/organisations/cabinet-office.atom"

    assert sheets(told, "failing") == [
        "Wales Cabinet Office kind: feed last read 1 June 2026, 1 item gov.wales:8080/rss?a=b "
        "cannot be read since 2 June 2026: name not found: www.gov.wales Look at the network.",
    ]
    assert sheets(told, "doubtful") == [
        f"One item Cabinet Office kind: feed last read 5 June 2026, 1 item {gov} "
        "1 of its items could not be used What its publisher could do: "
        "Give each item a title and an address of its own.",
        f"List Cabinet Office kind: listing last read never {gov} not read yet "
        "address likely, not yet seen to answer What its publisher could do: "
        "Offer an Atom or RSS feed of this list.",
        f"Off Cabinet Office kind: feed last read never {gov} switched off in sources.yaml",
        f"Fresh Cabinet Office kind: feed last read never {gov} not read yet "
        "address likely, not yet seen to answer",
        f"Moved Cabinet Office kind: feed last read 5 June 2026, 1 item {gov} "
        "has moved to https://new.example/feed What its publisher could do: "
        "Keep the redirect: others still ask at the old address.",
    ]
    assert sheets(told, "well") == [
        f"Cabinet Office on GOV.UK Cabinet Office kind: feed last read 5 June 2026, 20 items {gov}",
        "Records Cabinet Office kind: records last read 5 June 2026, 9 items records/",
    ]
    counted = "8 sources: 2 read well, 1 that cannot be read, 3 not read yet."
    assert counted in words(told)
    assert counted in words(section(edition(sources=lines), "sources"))
    assert "Wales cannot be read since 2 June 2026" in words(section(edition(sources=lines), "sources"))


def sheets(root: Any, name: str) -> list[str]:
    """The words of each source under a heading."""
    return [words(sheet) for sheet in root.xpath(f"//section[@aria-labelledby='{name}']/ul/li")]


def test_a_source_links_its_page_for_people_or_else_its_address() -> None:
    lines = (
        source_line(source(page="https://www.gov.uk/cabinet-office")),
        source_line(source("fallback"), address="https://fallback.example/feed"),
        source_line(source("records", address="records/")),
    )

    assert page(edition(sources=lines), "sources.html").xpath("//h3/a/@href") == [
        "https://www.gov.uk/cabinet-office",
        "https://fallback.example/feed",
    ]


def test_a_record_known_to_the_year_is_shown_as_a_year_and_has_no_age() -> None:
    report = holding(
        entry(title="A report", updated=None, published=moment("2024-01-01 00:00", Precision.YEAR))
    )
    row = BoardLine(
        body=body(),
        last=report,
        last_on=date(2024, 1, 1),
        days=886,
        reading=Reading.READ,
        since=None,
    )

    shown = rows(section(edition(board=Board(at=NOON, lines=(row,))), "bodies"))

    assert shown == [["Cabinet Office", "A report", "2024", ""]]
