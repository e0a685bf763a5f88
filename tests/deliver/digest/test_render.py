"""The letter as a person's mail program gets it: what it says in words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from aggregator.deliver import render_digest, digest_window
from aggregator.model import Moment, Precision, Removal, RemovalKind, TitleLanguage, Translation
from tests.deliver.digest.digests import BODIES, digest, item, links, mailed, said, under, written
from tests.support.builders import LONDON, instant, moment, make_site

GOLDEN = Path(__file__).parent / "golden"


SMALL = digest(
    under(
        "Closing soon",
        item(
            title="A call for evidence on open data & reuse",
            type="consultation",
            closes=moment("2024-02-09 17:00"),
            changed=("closing date", "text"),
        ),
    ),
    under(
        "Meetings and decisions",
        item(
            title="Read-out from the UK Multi-Stakeholder Forum, which met on Wednesday 24 January 2024",
            url="https://updates.example.org/records/2024-01-24-forum.html",
            type="meeting-record",
            summary="",
            dated=moment("2024-01-24 00:00", Precision.DAY),
        ),
    ),
    under(
        "Documents",
        item(
            title="Cynllun gweithredu",
            body="wales",
            language="cy",
            summary="Beth mae'r cynllun yn ei ddweud.",
        ),
        item(title="A report with no date", dated=None),
    ),
    unread=("Northern Ireland: publications <all>",),
    issued=None,
)


@pytest.mark.parametrize("ending", ["html", "txt"])
def test_a_small_letter_is_byte_for_byte_the_golden_one_that_was_looked_at(ending: str) -> None:
    """To take a new form for good: look at it, then run `make golden` and read the difference."""
    files = {one.path: one for one in render_digest(SMALL, make_site(), BODIES)}
    golden = GOLDEN / f"2024-W04.{ending}"
    payload = files[f"digests/2024-W04.{ending}"].payload
    if os.environ.get("GOLDEN") == "write":
        golden.write_bytes(payload)
    assert payload == golden.read_bytes()


def test_a_letter_is_two_files_named_by_its_week() -> None:
    found = render_digest(SMALL, make_site(), BODIES)
    assert [(one.path, one.media_type) for one in found] == [
        ("digests/2024-W04.html", "text/html"),
        ("digests/2024-W04.txt", "text/plain"),
    ]


# ---------------------------------------------------------------- what it says


def test_the_head_says_week_and_count() -> None:
    page, text = written(digest(under("Other", item(), item(id="urn:uuid:2"))))
    assert "Letter of the week of 22 January 2024\nMonday 22 January 2024, 08:00 GMT to Monday 29" in text
    assert "\n2 updates\n" in text
    assert "\n1 update\n" in written(digest(under("Other", item())))[1]
    assert [h.get_text() for h in BeautifulSoup(page, "lxml")("h1")] == [
        "Letter of the week of 22 January 2024"
    ]


def test_an_open_week_is_marked_as_a_draft_and_an_issued_one_is_not() -> None:
    banner = "Draft: this week closes on Monday 29 January 2024 at 08:00."
    assert all(banner in one for one in written(digest(issued=None)))
    assert not any("Draft" in one for one in written(digest()))


def test_an_empty_week_says_so_and_says_when_that_may_be_our_fault() -> None:
    new = "Nothing about open government was new or had changed"
    gap = "Some could not be read: they are named below."
    page, text = written(digest())
    assert f"0 updates {new} in this week in the sources that we read. About" in said(text.replace("---", ""))
    assert f"{new} in this week in the sources that we read.</p>" in page
    assert f"{new} so far in this week in the sources that we read." in said(written(digest(issued=None))[1])
    assert f"that we read. {gap}" in said(written(digest(unread=("Wales",)))[1])
    assert "Nothing about" not in "".join(written(digest(under("Other", item()))))


def test_what_could_not_be_read_is_called_a_gap_of_ours() -> None:
    page, text = written(digest(unread=("Wales: news", "Scotland: news")))
    assert "That is a gap of ours, not silence of theirs. * Wales: news * Scotland: news" in said(text)
    assert [one.get_text() for one in BeautifulSoup(page, "lxml")("li")] == ["Wales: news", "Scotland: news"]
    assert not any("Could not be read" in one for one in written(digest()))


@pytest.mark.parametrize(
    ("dated", "words"),
    [
        (moment("2024-01-24 12:05"), "Dated 24 January 2024, 12:05 GMT ·"),
        (moment("2024-07-01 12:05", Precision.MINUTE), "Dated 1 July 2024, 13:05 BST ·"),
        (moment("2024-06-30 23:00", Precision.DAY), "Dated 1 July 2024 ·"),
        (moment("2024-06-30 23:00", Precision.MONTH), "Dated July 2024 ·"),
        (moment("2024-01-01 00:00", Precision.YEAR), "Dated 2024 ·"),
        (None, "No date given by the publisher ·"),
    ],
)
def test_the_publishers_date_is_shown_as_exactly_as_it_is_known(dated: Moment | None, words: str) -> None:
    page, text = written(digest(under("Other", item(dated=dated))))
    assert f"{words} first seen 24 January 2024" in said(text)
    assert f"{words} first seen 24 January 2024" in page


def test_first_seen_is_a_day_in_london() -> None:
    text = written(digest(under("Changed", item(first_seen=instant("2023-07-02 23:30")))))[1]
    assert "first seen 3 July 2023" in text


@pytest.mark.parametrize(
    ("closes", "words"),
    [
        (moment("2024-02-09 17:00"), "Closes Friday 9 February 2024, 17:00 GMT (11 days left)"),
        (moment("2024-01-30 00:00", Precision.DAY), "Closes Tuesday 30 January 2024 (1 day left)"),
        (
            moment("2024-01-29 00:00", Precision.DAY),
            "Closes Monday 29 January 2024 (on the day of this letter)",
        ),
        (moment("2024-05-01 00:00", Precision.MONTH), "Closes May 2024 (123 days left)"),
        (moment("2025-01-01 00:00", Precision.YEAR), "Closes 2025 (702 days left)"),
        (moment("2024-01-28 00:00", Precision.DAY), "Closed Sunday 28 January 2024"),
        (moment("2024-01-29 07:59"), "Closed Monday 29 January 2024, 07:59 GMT"),
    ],
)
def test_a_closing_date_is_shown_with_the_days_left(closes: Moment, words: str) -> None:
    page, text = written(digest(under("Closing soon", item(closes=closes))))
    assert f"Cabinet Office · Report {words} What the plan says." in said(text)
    assert f">{words}</p>" in page


def test_a_reminder_is_called_one_and_counted_apart() -> None:
    known = item(closes=moment("2024-02-02 00:00", Precision.DAY), reminder=True)
    page, text = written(digest(under("Closing soon", known), under("Other", item(id="urn:uuid:2"))))
    words = "Closes Friday 2 February 2024 (4 days left) · a reminder"
    assert words in said(text)
    assert f">{words}</p>" in page
    assert "\n1 update, 1 reminder\n" in text
    assert "0 updates, 1 reminder" in written(digest(under("Closing soon", known)))[1]


def test_what_changed_is_said_in_plain_words() -> None:
    parts = ("title", "closing date", "dated facts", "updated")
    page, text = written(digest(under("Changed", item(changed=parts))))
    words = "Changed: title, closing date, dated facts, date of update"
    assert words in said(text)
    assert f">{words}</p>" in page
    assert "Changed" not in written(digest(under("Other", item())))[0]


def test_body_and_type_are_named_in_plain_words_and_unknown_ones_as_they_are() -> None:
    words = {"irm-report": "IRM report", "foi-release": "FOI release", "new-kind": "New kind"}
    for kind, named in words.items():
        assert f"Cabinet Office · {named}\n" in written(digest(under("Other", item(type=kind))))[1]
    assert "\n  glasgow · Report\n" in written(digest(under("Other", item(body="glasgow"))))[1]


def test_another_language_is_marked_for_readers_and_for_screen_readers() -> None:
    for tag, words in [("cy", "in Welsh"), ("cy-GB", "in Welsh"), ("gd", "in Gaelic")]:
        page, text = written(digest(under("Other", item(language=tag))))
        found = BeautifulSoup(page, "lxml").select(f'[lang="{tag}"]')
        assert [one.get_text() for one in found] == ["A plan", "What the plan says."]
        assert f"* A plan ({words})\n" in text
    page, text = written(digest(under("Other", item(language="en-GB"))))
    assert "en-GB" not in page
    assert "* A plan\n" in text


@pytest.mark.parametrize(
    ("removal", "words"),
    [
        (Removal(kind=RemovalKind.WITHDRAWN, note="Old."), "Withdrawn by its publisher: Old."),
        (
            Removal(kind=RemovalKind.GONE, moment=moment("2024-01-25 09:00")),
            "Taken away by its publisher, 25 January 2024, 09:00 GMT",
        ),
        (Removal(kind=RemovalKind.MISSING), "No longer there; its publisher does not say why"),
        (Removal(kind=RemovalKind.REDIRECTED), "No longer there; its address leads elsewhere"),
    ],
)
def test_what_was_taken_away_says_how(removal: Removal, words: str) -> None:
    page, text = written(digest(under("Changed and removed", item(removed=removal))))
    assert words in said(text)
    assert f">{words}</p>" in page


def test_the_same_document_in_welsh_is_named_and_linked() -> None:
    welsh = Translation(language="cy", url="https://www.gov.uk/a-plan.cy", title="Cynllun")
    untitled = Translation(language="gd", url="https://www.gov.uk/a-plan.gd")
    hostile = Translation(language="cy", url="javascript:alert(1)", title="Drwg")
    page, text = written(digest(under("Other", item(translations=(welsh, untitled, hostile)))))
    found = BeautifulSoup(page, "lxml").select("p.other")
    assert [(one["lang"], one.get_text()) for one in found] == [
        ("cy", "Cynllun (in Welsh)"),
        ("gd", "In Gaelic"),
    ]
    assert "\n  Cynllun (in Welsh):\n  https://www.gov.uk/a-plan.cy\n" in text
    assert "Drwg" not in page + text


WELSH = Translation(language="cy", url="https://www.gov.uk/a-plan.cy", title="Cynllun")
ENGLISH = Translation(language="en", url="https://www.gov.uk/a-plan", title="A plan")


def test_who_chose_welsh_gets_welsh_titles_first_and_the_english_ones_below() -> None:
    page, text = mailed(digest(under("Other", item(translations=(WELSH,)))), TitleLanguage.WELSH)
    soup = BeautifulSoup(page, "lxml")
    assert [(one["lang"], one.get_text(), one.a["href"]) for one in soup("h3") if one.a] == [
        ("cy", "Cynllun", "https://www.gov.uk/a-plan.cy")
    ]
    assert [one.get_text() for one in soup.select("p.other")] == ["A plan (in English)"]
    assert "* Cynllun (in Welsh)\n  Cabinet Office · Report\n  What the plan says.\n" in text
    assert "\n  A plan (in English):\n  https://www.gov.uk/a-plan\n" in text
    assert 'lang="cy"' not in str(soup.find("p", string="What the plan says."))


def test_a_document_that_came_in_welsh_stands_in_english_for_who_did_not_choose_welsh() -> None:
    came = item(title="Cynllun", language="cy", url=WELSH.url, summary="Beth.", translations=(ENGLISH,))
    page, text = written(digest(under("Other", came)))
    assert "* A plan\n" in text
    assert "\n  Cynllun (in Welsh):\n  https://www.gov.uk/a-plan.cy\n" in text
    assert '<p lang="cy"' in page
    assert "* Cynllun (in Welsh)\n" in mailed(digest(under("Other", came)), TitleLanguage.WELSH)[1]


@pytest.mark.parametrize("others", [(), (Translation(language="cy", url=WELSH.url),)])
def test_where_no_welsh_title_is_known_the_english_one_stays_first(others: tuple[Translation, ...]) -> None:
    text = mailed(digest(under("Other", item(translations=others))), TitleLanguage.WELSH)[1]
    assert "* A plan\n" in text


def test_each_update_leads_to_the_official_page_and_to_our_record_of_it() -> None:
    found = item(page="entries/1.html")
    page, text = written(digest(under("Other", found)))
    record = "https://updates.example.org/entries/1.html"
    assert f"\n  https://www.gov.uk/a-plan\n  Our record: {record}\n" in text
    assert links(BeautifulSoup(page, "lxml"))[:2] == ["https://www.gov.uk/a-plan", record]
    own = item(url=record, page="entries/1.html")
    assert "Our record" not in written(digest(under("Other", own)))[1]


def test_a_letter_of_a_day_speaks_of_its_day() -> None:
    span = digest_window("2024-01-24", LONDON)
    day = digest(week="2024-01-24", window=span, unread=("Wales",))
    page, text = written(day)
    assert "Letter of Wednesday 24 January 2024" in page
    assert "\nWednesday 24 January 2024, 08:00 GMT to Thursday 25 January 2024, 08:00 GMT\n" in text
    assert "new or had changed on this day" in said(text)
    assert "when they were last asked on this day" in said(text)
    assert "each morning at 08:00 it gathers" in said(text)
    assert "\n  https://updates.example.org/digests/2024-01-24.html\n" in text
    draft = written(digest(week="2024-01-24", window=span, issued=None))[1]
    assert "Draft: this day closes on Thursday 25 January 2024 at 08:00." in said(draft)


def test_a_sentence_that_only_repeats_the_title_is_left_out() -> None:
    page, text = written(digest(under("Other", item(summary="A plan"))))
    assert text.count("A plan") == 1
    assert page.count("A plan") == 1


def test_the_foot_says_why_how_to_leave_and_whom_to_write_to() -> None:
    page, text = written(digest())
    told = said(BeautifulSoup(page, "lxml").get_text())
    for one in (told, said(text)):
        assert "each Monday at 08:00 it gathers" in one
        assert "a letter that came by mail says in its own foot how to leave" in one
        assert "This is not an official site. It is run by A Volunteer." in one
        assert "Contact: volunteer@example.org" in one
        assert "Post: 1 Example Street, Glasgow" in one
    assert "\n  https://updates.example.org/digests/2024-W04.html\n" in text
    assert "\n  https://updates.example.org/\n" in text


def test_a_mail_says_at_its_head_where_it_can_be_seen_in_a_browser() -> None:
    page, text = mailed(digest(under("Other", item())))
    there = "https://updates.example.org/digests/2024-W04.html"
    assert f"\n1 update\nView in browser:\n  {there}\n" in text
    assert links(BeautifulSoup(page, "lxml"))[0] == there
    assert not any("View in browser" in one for one in written(digest(under("Other", item()))))


def test_what_the_operator_does_not_tell_is_left_out_of_the_foot() -> None:
    page, text = written(digest(), make_site(operator="", contact="", postal_address=""))
    for one in (page, said(text)):
        assert "This is not an official site. Titles and sentences are the publishers" in one
        assert "Contact" not in one
        assert "Post:" not in one
    assert text.endswith("Government Licence v3.0.\n")
    assert "v3.0.\n\nPost: 1 Example Street, Glasgow\n" in written(digest(), make_site(contact=""))[1]


@pytest.mark.parametrize(
    ("contact", "href"),
    [
        ("volunteer+ogn@example.org", "mailto:volunteer+ogn@example.org"),
        ("https://example.org/contact", "https://example.org/contact"),
        ("javascript:x@example.org", None),
        ("ask at a@example.org", None),
        ("+44 20 7946 0000", None),
    ],
)
def test_a_contact_is_a_link_when_it_is_an_address(contact: str, href: str | None) -> None:
    page = BeautifulSoup(written(digest(), make_site(contact=contact))[0], "lxml")
    assert links(page) == [
        "https://updates.example.org/digests/2024-W04.html",
        "https://updates.example.org/",
        *([href] if href else []),
    ]
    assert contact in page.get_text()
