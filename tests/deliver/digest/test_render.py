"""The texts of a digest, as page and as mail."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from aggregator.deliver import digest_window, render_digest
from aggregator.model import Moment, Precision, Removal, RemovalKind, TitleLanguage, Translation
from tests.deliver.digest.digests import (
    BODIES,
    link_targets,
    make_digest,
    make_item,
    make_section,
    on_one_line,
    render_mail,
    render_page,
)
from tests.support.builders import LONDON, instant, make_site, moment

GOLDEN = Path(__file__).parent / "golden"


SMALL = make_digest(
    make_section(
        "Closing soon",
        make_item(
            title="A call for evidence on open data & reuse",
            type="consultation",
            closes=moment("2024-02-09 17:00"),
            changed=("closing date", "text"),
        ),
    ),
    make_section(
        "Meetings and decisions",
        make_item(
            title="Read-out from the UK Multi-Stakeholder Forum, which met on Wednesday 24 January 2024",
            url="https://updates.example.org/records/2024-01-24-forum.html",
            type="meeting-record",
            summary="",
            dated=moment("2024-01-24 00:00", Precision.DAY),
        ),
    ),
    make_section(
        "Documents",
        make_item(
            title="Cynllun gweithredu",
            body="wales",
            language="cy",
            summary="Beth mae'r cynllun yn ei ddweud.",
        ),
        make_item(title="A report with no date", dated=None),
    ),
    unread_sources=("Northern Ireland: publications <all>",),
    issued_at=None,
)


@pytest.mark.parametrize("ending", ["html", "txt"])
def test_a_small_digest_is_byte_for_byte_the_golden_one(ending: str) -> None:
    """To change the golden files: look at the new ones, run `make golden` and read the difference."""
    files = {one.path: one for one in render_digest(SMALL, make_site(), BODIES)}
    golden = GOLDEN / f"2024-W04.{ending}"
    payload = files[f"digests/2024-W04.{ending}"].payload
    if os.environ.get("GOLDEN") == "write":
        golden.write_bytes(payload)
    assert payload == golden.read_bytes()


def test_a_digest_is_two_files_named_after_its_week() -> None:
    found = render_digest(SMALL, make_site(), BODIES)
    assert [(one.path, one.media_type) for one in found] == [
        ("digests/2024-W04.html", "text/html"),
        ("digests/2024-W04.txt", "text/plain"),
    ]


# ---------------------------------------------------------------- texts


def test_the_header_shows_week_and_counts() -> None:
    page, text = render_page(make_digest(make_section("Other", make_item(), make_item(id="urn:uuid:2"))))
    assert "Letter of the week of 22 January 2024\nMonday 22 January 2024, 08:00 GMT to Monday 29" in text
    assert "\n2 updates\n" in text
    assert "\n1 update\n" in render_page(make_digest(make_section("Other", make_item())))[1]
    assert [h.get_text() for h in BeautifulSoup(page, "lxml")("h1")] == [
        "Letter of the week of 22 January 2024"
    ]


def test_an_open_week_is_labelled_a_draft_and_an_issued_one_is_not() -> None:
    banner = "Draft: this week closes on Monday 29 January 2024 at 08:00."
    assert all(banner in one for one in render_page(make_digest(issued_at=None)))
    assert not any("Draft" in one for one in render_page(make_digest()))


def test_an_empty_week_says_so_and_names_sources_that_could_not_be_read() -> None:
    new = "Nothing about open government was new or had changed"
    unreadable = "Some could not be read: they are named below."
    page, text = render_page(make_digest())
    assert f"0 updates {new} in this week in the sources that we read. About" in on_one_line(
        text.replace("---", "")
    )
    assert f"{new} in this week in the sources that we read.</p>" in page
    assert f"{new} so far in this week in the sources that we read." in on_one_line(
        render_page(make_digest(issued_at=None))[1]
    )
    assert f"that we read. {unreadable}" in on_one_line(
        render_page(make_digest(unread_sources=("Wales",)))[1]
    )
    assert "Nothing about" not in "".join(render_page(make_digest(make_section("Other", make_item()))))


def test_sources_that_could_not_be_read_are_called_a_gap_of_ours() -> None:
    page, text = render_page(make_digest(unread_sources=("Wales: news", "Scotland: news")))
    assert "That is a gap of ours, not silence of theirs. * Wales: news * Scotland: news" in on_one_line(text)
    assert [one.get_text() for one in BeautifulSoup(page, "lxml")("li")] == ["Wales: news", "Scotland: news"]
    assert not any("Could not be read" in one for one in render_page(make_digest()))


@pytest.mark.parametrize(
    ("dated", "text_shown"),
    [
        (moment("2024-01-24 12:05"), "Dated 24 January 2024, 12:05 GMT ·"),
        (moment("2024-07-01 12:05", Precision.MINUTE), "Dated 1 July 2024, 13:05 BST ·"),
        (moment("2024-06-30 23:00", Precision.DAY), "Dated 1 July 2024 ·"),
        (moment("2024-06-30 23:00", Precision.MONTH), "Dated July 2024 ·"),
        (moment("2024-01-01 00:00", Precision.YEAR), "Dated 2024 ·"),
        (None, "No date given by the publisher ·"),
    ],
)
def test_the_publishers_date_is_shown_at_its_own_precision(dated: Moment | None, text_shown: str) -> None:
    page, text = render_page(make_digest(make_section("Other", make_item(dated=dated))))
    assert f"{text_shown} first seen 24 January 2024" in on_one_line(text)
    assert f"{text_shown} first seen 24 January 2024" in page


def test_first_seen_is_a_day_in_london() -> None:
    text = render_page(
        make_digest(make_section("Changed", make_item(first_seen=instant("2023-07-02 23:30"))))
    )[1]
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
        (moment("2024-05-01 00:00", Precision.MONTH), "Closes by the end of May 2024"),
        (moment("2025-01-01 00:00", Precision.YEAR), "Closes by the end of 2025"),
        (moment("2024-01-28 00:00", Precision.DAY), "Closed Sunday 28 January 2024"),
        (moment("2024-01-29 07:59"), "Closed Monday 29 January 2024, 07:59 GMT"),
    ],
)
def test_a_closing_date_is_shown_with_the_days_left(closes: Moment, words: str) -> None:
    page, text = render_page(make_digest(make_section("Closing soon", make_item(closes=closes))))
    assert f"Cabinet Office · Report {words} What the plan says." in on_one_line(text)
    assert f">{words}</p>" in page


def test_a_reminder_is_labelled_and_counted_separately() -> None:
    known = make_item(closes=moment("2024-02-02 00:00", Precision.DAY), reminder=True)
    page, text = render_page(
        make_digest(make_section("Closing soon", known), make_section("Other", make_item(id="urn:uuid:2")))
    )
    words = "Closes Friday 2 February 2024 (4 days left) · a reminder"
    assert words in on_one_line(text)
    assert f">{words}</p>" in page
    assert "\n1 update, 1 reminder\n" in text
    assert "0 updates, 1 reminder" in render_page(make_digest(make_section("Closing soon", known)))[1]


def test_changes_are_shown_in_plain_words() -> None:
    parts = ("title", "closing date", "dated facts", "updated")
    page, text = render_page(make_digest(make_section("Changed", make_item(changed=parts))))
    words = "Changed: title, closing date, dated facts, date of update"
    assert words in on_one_line(text)
    assert f">{words}</p>" in page
    assert "Changed" not in render_page(make_digest(make_section("Other", make_item())))[0]


def test_body_and_type_are_named_in_plain_words_and_unknown_ones_as_they_are() -> None:
    words = {"irm-report": "IRM report", "foi-release": "FOI release", "new-kind": "New kind"}
    for kind, named in words.items():
        assert (
            f"Cabinet Office · {named}\n"
            in render_page(make_digest(make_section("Other", make_item(type=kind))))[1]
        )
    assert (
        "\n  glasgow · Report\n"
        in render_page(make_digest(make_section("Other", make_item(body="glasgow"))))[1]
    )


def test_another_language_is_named_in_the_text_and_in_the_markup() -> None:
    for tag, words in [("cy", "in Welsh"), ("cy-GB", "in Welsh"), ("gd", "in Gaelic")]:
        page, text = render_page(make_digest(make_section("Other", make_item(language=tag))))
        found = BeautifulSoup(page, "lxml").select(f'[lang="{tag}"]')
        assert [one.get_text() for one in found] == ["A plan", "What the plan says."]
        assert f"* A plan ({words})\n" in text
    page, text = render_page(make_digest(make_section("Other", make_item(language="en-GB"))))
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
def test_a_removed_document_shows_how_it_was_removed(removal: Removal, words: str) -> None:
    page, text = render_page(make_digest(make_section("Changed and removed", make_item(removal=removal))))
    assert words in on_one_line(text)
    assert f">{words}</p>" in page


def test_the_same_document_in_welsh_is_named_and_linked() -> None:
    welsh = Translation(language="cy", url="https://www.gov.uk/a-plan.cy", title="Cynllun")
    untitled = Translation(language="gd", url="https://www.gov.uk/a-plan.gd")
    hostile = Translation(language="cy", url="javascript:alert(1)", title="Drwg")
    page, text = render_page(
        make_digest(make_section("Other", make_item(translations=(welsh, untitled, hostile))))
    )
    found = BeautifulSoup(page, "lxml").select("p.other")
    assert [(one["lang"], one.get_text()) for one in found] == [
        ("cy", "Cynllun (in Welsh)"),
        ("gd", "In Gaelic"),
    ]
    assert "\n  Cynllun (in Welsh):\n  https://www.gov.uk/a-plan.cy\n" in text
    assert "Drwg" not in page + text


WELSH = Translation(language="cy", url="https://www.gov.uk/a-plan.cy", title="Cynllun")
ENGLISH = Translation(language="en", url="https://www.gov.uk/a-plan", title="A plan")


def test_subscribers_who_chose_welsh_get_welsh_titles_first() -> None:
    page, text = render_mail(
        make_digest(make_section("Other", make_item(translations=(WELSH,)))), TitleLanguage.WELSH
    )
    soup = BeautifulSoup(page, "lxml")
    assert [(one["lang"], one.get_text(), one.a["href"]) for one in soup("h3") if one.a] == [
        ("cy", "Cynllun", "https://www.gov.uk/a-plan.cy")
    ]
    assert [one.get_text() for one in soup.select("p.other")] == ["A plan (in English)"]
    assert "* Cynllun (in Welsh)\n  Cabinet Office · Report\n  What the plan says.\n" in text
    assert "\n  A plan (in English):\n  https://www.gov.uk/a-plan\n" in text
    assert 'lang="cy"' not in str(soup.find("p", string="What the plan says."))


def test_a_welsh_document_has_its_english_title_first_for_those_who_did_not_choose_welsh() -> None:
    welsh = make_item(title="Cynllun", language="cy", url=WELSH.url, summary="Beth.", translations=(ENGLISH,))
    page, text = render_page(make_digest(make_section("Other", welsh)))
    assert "* A plan\n" in text
    assert "\n  Cynllun (in Welsh):\n  https://www.gov.uk/a-plan.cy\n" in text
    assert '<p lang="cy"' in page
    assert (
        "* Cynllun (in Welsh)\n"
        in render_mail(make_digest(make_section("Other", welsh)), TitleLanguage.WELSH)[1]
    )


@pytest.mark.parametrize("others", [(), (Translation(language="cy", url=WELSH.url),)])
def test_without_a_welsh_title_the_english_one_comes_first(others: tuple[Translation, ...]) -> None:
    text = render_mail(
        make_digest(make_section("Other", make_item(translations=others))), TitleLanguage.WELSH
    )[1]
    assert "* A plan\n" in text


def test_each_update_links_to_the_official_page_and_to_our_page() -> None:
    found = make_item(page="entries/1.html")
    page, text = render_page(make_digest(make_section("Other", found)))
    our_page = "https://updates.example.org/entries/1.html"
    assert f"\n  https://www.gov.uk/a-plan\n  Our record: {our_page}\n" in text
    assert link_targets(BeautifulSoup(page, "lxml"))[:2] == ["https://www.gov.uk/a-plan", our_page]
    own = make_item(url=our_page, page="entries/1.html")
    assert "Our record" not in render_page(make_digest(make_section("Other", own)))[1]


def test_a_daily_digest_speaks_of_its_day() -> None:
    window = digest_window("2024-01-24", LONDON)
    day = make_digest(period="2024-01-24", window=window, unread_sources=("Wales",))
    page, text = render_page(day)
    assert "Letter of Wednesday 24 January 2024" in page
    assert "\nWednesday 24 January 2024, 08:00 GMT to Thursday 25 January 2024, 08:00 GMT\n" in text
    assert "new or had changed on this day" in on_one_line(text)
    assert "when they were last asked on this day" in on_one_line(text)
    assert "each morning at 08:00 it gathers" in on_one_line(text)
    assert "\n  https://updates.example.org/digests/2024-01-24.html\n" in text
    draft = render_page(make_digest(period="2024-01-24", window=window, issued_at=None))[1]
    assert "Draft: this day closes on Thursday 25 January 2024 at 08:00." in on_one_line(draft)


def test_a_summary_that_only_repeats_the_title_is_left_out() -> None:
    page, text = render_page(make_digest(make_section("Other", make_item(summary="A plan"))))
    assert text.count("A plan") == 1
    assert page.count("A plan") == 1


def test_the_footer_shows_why_it_came_how_to_unsubscribe_and_the_contact() -> None:
    page, text = render_page(make_digest())
    page_text = on_one_line(BeautifulSoup(page, "lxml").get_text())
    for one in (page_text, on_one_line(text)):
        assert "each Monday at 08:00 it gathers" in one
        assert "a letter that came by mail says in its own foot how to leave" in one
        assert "This is not an official site. It is run by A Volunteer." in one
        assert "Contact: volunteer@example.org" in one
        assert "Post: 1 Example Street, Glasgow" in one
    assert "\n  https://updates.example.org/digests/2024-W04.html\n" in text
    assert "\n  https://updates.example.org/\n" in text


def test_a_mail_links_at_the_top_to_its_page() -> None:
    page, text = render_mail(make_digest(make_section("Other", make_item())))
    digest_link = "https://updates.example.org/digests/2024-W04.html"
    assert f"\n1 update\nView in browser:\n  {digest_link}\n" in text
    assert link_targets(BeautifulSoup(page, "lxml"))[0] == digest_link
    assert not any(
        "View in browser" in one for one in render_page(make_digest(make_section("Other", make_item())))
    )


def test_operator_details_that_are_not_set_are_left_out_of_the_footer() -> None:
    page, text = render_page(make_digest(), make_site(operator="", contact="", postal_address=""))
    for one in (page, on_one_line(text)):
        assert "This is not an official site. Titles and sentences are the publishers" in one
        assert "Contact" not in one
        assert "Post:" not in one
    assert text.endswith("Government Licence v3.0.\n")
    assert (
        "v3.0.\n\nPost: 1 Example Street, Glasgow\n" in render_page(make_digest(), make_site(contact=""))[1]
    )


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
    page = BeautifulSoup(render_page(make_digest(), make_site(contact=contact))[0], "lxml")
    assert link_targets(page) == [
        "https://updates.example.org/digests/2024-W04.html",
        "https://updates.example.org/",
        *([href] if href else []),
    ]
    assert contact in page.get_text()
