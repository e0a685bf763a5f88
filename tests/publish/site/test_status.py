"""Bodies and sources: the last record of each body, and the problems of each source."""

from __future__ import annotations

from datetime import date
from typing import Any

from aggregator.errors import Cause
from aggregator.model import (
    Board,
    BoardRow,
    Failed,
    Precision,
    ReadStatus,
    Reject,
)
from tests.publish.feed_readers import front_page_section, read_page, table_rows, visible_text
from tests.support.builders import (
    NOON,
    instant,
    make_body,
    make_document,
    make_entry,
    make_snapshot,
    make_source,
    make_source_with_state,
    moment,
)


def test_each_body_has_one_row_and_a_failed_poll_is_never_silence() -> None:
    last = make_document(make_entry(title="Minutes"))
    cases = [
        ("Read", last, date(2026, 6, 1), 4, ReadStatus.READ, None),
        ("Read today", last, date(2026, 6, 5), 0, ReadStatus.READ, None),
        ("Quiet", None, None, None, ReadStatus.READ, None),
        ("Failing", last, date(2026, 6, 4), 1, ReadStatus.FAILING, instant("2026-06-02 23:30")),
        ("Never answered", None, None, None, ReadStatus.FAILING, None),
        ("Unread", None, None, None, ReadStatus.NOT_READ_YET, None),
        ("Ahead", last, date(2026, 6, 9), -4, ReadStatus.READ, None),
    ]
    board = Board(
        at=NOON,
        rows=tuple(
            BoardRow(
                body=make_body(name, name=name),
                last=document,
                last_on=on,
                days=age,
                read_status=reading,
                since=since,
            )
            for name, document, on, age, reading, since in cases
        ),
    )

    assert table_rows(front_page_section(make_snapshot(board=board), "bodies")) == [
        ["Read", "Minutes", "1 June 2026", "4 days"],
        ["Read today", "Minutes", "5 June 2026", "today"],
        ["Quiet", "nothing about open government in what we have read", "", ""],
        ["Failing", "Minutes newer ones: cannot tell since 3 June 2026", "4 June 2026", "1 day"],
        ["Never answered", "cannot tell since we began", "", ""],
        ["Unread", "not read yet", "", ""],
        ["Ahead", "Minutes", "9 June 2026", "dated ahead"],
    ]


def test_every_source_is_shown_with_its_problems() -> None:
    failed = Failed(
        url="https://www.gov.wales/rss", cause=Cause.DNS, detail="www.gov.wales", hint="Look at the network."
    )
    unread: dict[str, Any] = {"last_polled": None, "last_read": None}
    sources = (
        make_source_with_state(items=20),
        make_source_with_state(
            make_source("one", title="One item"),
            items=1,
            rejects=(Reject(item_name="item 2", why="no title"),),
        ),
        make_source_with_state(
            make_source("wales", title="Wales", kind="feed", address="https://www.gov.wales:8080/rss?a=b"),
            last_read=instant("2026-06-01 04:00"),
            failing_since=instant("2026-06-01 23:30"),
            failure=failed,
        ),
        make_source_with_state(make_source("list", title="List", kind="listing", verified=False), **unread),
        make_source_with_state(make_source("off", title="Off", enabled=False), **unread),
        make_source_with_state(make_source("fresh", title="Fresh", verified=False), **unread),
        make_source_with_state(make_source("moved", title="Moved"), moved_to="https://new.example/feed"),
        make_source_with_state(
            make_source("records", title="Records", kind="records", address="records/"), items=9
        ),
    )
    root = read_page(make_snapshot(sources=sources), "sources.html")
    gov = "gov.uk/government/organisations/cabinet-office.atom"

    assert source_texts(root, "failing") == [
        "Wales Cabinet Office kind: feed last read 1 June 2026, 1 item gov.wales:8080/rss?a=b "
        "cannot be read since 2 June 2026: name not found: www.gov.wales Look at the network.",
    ]
    assert source_texts(root, "doubtful") == [
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
    assert source_texts(root, "well") == [
        f"Cabinet Office on GOV.UK Cabinet Office kind: feed last read 5 June 2026, 20 items {gov}",
        "Records Cabinet Office kind: records last read 5 June 2026, 9 items records/",
    ]
    counted = "8 sources: 2 read well, 1 that cannot be read, 3 not read yet."
    assert counted in visible_text(root)
    assert counted in visible_text(front_page_section(make_snapshot(sources=sources), "sources"))
    assert "Wales cannot be read since 2 June 2026" in visible_text(
        front_page_section(make_snapshot(sources=sources), "sources")
    )


def source_texts(root: Any, name: str) -> list[str]:
    """The text of each source under a heading."""
    return [visible_text(item) for item in root.xpath(f"//section[@aria-labelledby='{name}']/ul/li")]


def test_a_source_links_its_page_for_people_or_else_its_address() -> None:
    sources = (
        make_source_with_state(make_source(page="https://www.gov.uk/cabinet-office")),
        make_source_with_state(make_source("fallback"), address="https://fallback.example/feed"),
        make_source_with_state(make_source("records", address="records/")),
    )

    assert read_page(make_snapshot(sources=sources), "sources.html").xpath("//h3/a/@href") == [
        "https://www.gov.uk/cabinet-office",
        "https://fallback.example/feed",
    ]


def test_a_record_known_to_the_year_is_shown_as_a_year_and_has_no_age() -> None:
    report = make_document(
        make_entry(title="A report", updated=None, published=moment("2024-01-01 00:00", Precision.YEAR))
    )
    row = BoardRow(
        body=make_body(),
        last=report,
        last_on=date(2024, 1, 1),
        days=886,
        read_status=ReadStatus.READ,
        since=None,
    )

    shown = table_rows(front_page_section(make_snapshot(board=Board(at=NOON, rows=(row,))), "bodies"))

    assert shown == [["Cabinet Office", "A report", "2024", ""]]


def test_a_record_without_a_date_came_out_no_later_than_we_first_saw_it() -> None:
    row = BoardRow(
        body=make_body(),
        last=make_document(make_entry(title="A report", updated=None)),
        last_on=date(2026, 6, 1),
        days=4,
        read_status=ReadStatus.READ,
        since=None,
        no_later=True,
    )

    shown = table_rows(front_page_section(make_snapshot(board=Board(at=NOON, rows=(row,))), "bodies"))

    assert shown == [["Cabinet Office", "A report", "no later than 1 June 2026", "at least 4 days"]]
