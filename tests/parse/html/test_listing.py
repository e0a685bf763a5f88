"""The kind `listing`: each publisher's list and detail pages, in their current and in a changed layout."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aggregator.errors import Cause
from aggregator.model import Moment, Precision, Source, ZoneBasis
from aggregator.parse import merge_items, reader_for
from tests.parse.html.sources import SHIPPED, case, entries, read, refused
from tests.support.builders import instant, moment

SCOTLAND = SHIPPED["scotland-publications"]
WALES = SHIPPED["wales-consultations"]
OGP = SHIPPED["ogp-glasgow"]
LISTS = (
    "scotland-publications",
    "wales-consultations",
    "wales-newsroom",
    "glasgow-news",
    "gmca-news",
    "ogp-glasgow",
)


def day(text: str, precision: Precision = Precision.DAY) -> Moment:
    """The first instant of a London day, given in UTC."""
    return Moment(at=instant(text), precision=precision, zone=ZoneBasis.ASSUMED)


def items(source: str) -> list[tuple[str | None, str | None, str | None, str | None]]:
    """Title, link, date and type of every item in the sample of the current layout."""
    page = read(SHIPPED[source], case("listing", source))
    return [(entry.title, entry.link, entry.published or entry.updated, entry.type) for entry in page.entries]


def small_list(count: int = 3, source: Source = SCOTLAND, more: str = "") -> str:
    """A list of `count` items in the form of gov.scot."""
    rows = "".join(
        '<li class="ds_search-result">'
        f'<a class="ds_search-result__link" href="/publications/e{n}/">Example: {n}</a></li>'
        for n in range(1, count + 1)
    )
    return f"<html><body><main><h1>Publications</h1><ol>{rows}</ol>{more}</main></body></html>"


def test_scottish_publications_have_title_link_date_and_type_and_the_recommended_page_is_none() -> None:
    assert items("scotland-publications") == [
        (
            "Example: Open Government Partnership Steering Group minutes: March 2026",
            "https://www.gov.scot/publications/example-steering-group-minutes-march-2026/",
            "17 March 2026",
            "Minutes",
        ),
        (
            "Example: Open Government action plan 2026 to 2030",
            "https://www.gov.scot/publications/example-action-plan-2026-2030/",
            "9 March 2026",
            None,
        ),
        (None, None, "2 March 2026", None),
    ]


def test_minutes_take_dates_claims_text_and_attachment_from_their_own_page() -> None:
    link = "https://www.gov.scot/publications/example-steering-group-minutes-march-2026/"
    listed = read(SCOTLAND, case("listing", "scotland-publications"))
    detail = read(SCOTLAND, case("listing", "scotland-publications.detail"), link)
    [minutes, *_] = entries(
        SCOTLAND, replace(listed, entries=merge_items((*listed.entries, *detail.entries)))
    )

    assert minutes.url == link
    assert minutes.title == "Example: Open Government Partnership Steering Group minutes: March 2026"
    assert minutes.publisher_type == "Minutes"
    assert minutes.published == day("2026-03-17 00:00")
    assert [(claim.what, claim.moment, claim.source) for claim in minutes.claims] == [
        ("meeting held", day("2026-03-04 00:00"), link),
        ("next meeting", day("2026-06-02 23:00"), link),
    ]
    assert minutes.text == (
        "Minutes from the example meeting & actions. Items and actions"
        " The example group agreed the timetable. Example minutes (PDF, 120 kB)"
    )
    assert [(file.href, file.rel, file.type) for file in minutes.links] == [
        (
            "https://www.gov.scot/binaries/content/documents/example/minutes.pdf",
            "enclosure",
            "application/pdf",
        )
    ]
    assert not minutes.partial


def test_welsh_consultations_show_their_last_update_and_their_type() -> None:
    page = read(WALES, case("listing", "wales-consultations"))

    assert [(entry.title, entry.type) for entry in page.entries] == [
        ("Example: Public records in Wales", "Open consultation"),
        ("Example: Openness of public bodies", "Open call for evidence"),
        ("Example: A consultation that is a file", "Closed consultation"),
    ]
    assert [entry.updated for entry in entries(WALES, page)] == [
        moment("2026-08-20 09:15"),
        None,
        day("2026-05-31 23:00"),
    ]
    assert [entry.published for entry in page.entries] == [None, None, None]


@pytest.mark.parametrize(
    ("name", "link", "opens", "closes"),
    [
        (
            "detail",
            "https://www.gov.wales/example-public-records-consultation",
            "2026-08-19 23:00",
            "2026-10-15 23:00",
        ),
        (
            "evidence",
            "https://www.gov.wales/example-call-for-evidence",
            "2026-07-30 23:00",
            "2026-10-31 00:00",
        ),
    ],
)
def test_a_welsh_detail_page_adds_opening_and_closing_days(
    name: str, link: str, opens: str, closes: str
) -> None:
    listed = read(WALES, case("listing", "wales-consultations"))
    detail = read(WALES, case("listing", f"wales-consultations.{name}"), link)
    joined = entries(WALES, replace(listed, entries=merge_items((*listed.entries, *detail.entries))))
    [found] = [entry for entry in joined if entry.url == link]

    assert (found.opens, found.closes) == (
        day(opens),
        day(closes if name == "detail" else "2026-10-31 00:00"),
    )
    assert "ends:" not in found.text


def test_a_welsh_detail_page_names_its_page_in_welsh() -> None:
    detail = read(WALES, case("listing", "wales-consultations.detail"), "https://www.gov.wales/example")

    assert [(link.language, link.href) for link in detail.entries[0].translations] == [
        ("cy", "https://www.llyw.cymru/ymgynghoriad-enghreifftiol-ar-gofnodion-cyhoeddus")
    ]


def test_times_of_the_welsh_newsroom_are_utc_in_summer_and_winter() -> None:
    source = SHIPPED["wales-newsroom"]
    found = entries(source, read(source, case("listing", "wales-newsroom")))

    assert [(entry.title, entry.published) for entry in found] == [
        (
            "Example: Plan for public records published",
            moment("2026-08-19 14:00", Precision.MINUTE),
        ),
        ("Example: A notice in winter", moment("2026-01-09 09:30", Precision.MINUTE)),
    ]


def test_items_of_glasgow_have_the_link_around_or_inside_their_heading() -> None:
    assert items("glasgow-news") == [
        (
            "Example: Participation plan agreed",
            "https://www.glasgow.gov.uk/article/15001/Example-Participation-Plan",
            None,
            None,
        ),
        (
            "Example: Open data published",
            "https://www.glasgow.gov.uk:443/article/15002/Example-Data",
            None,
            None,
        ),
    ]


def test_items_of_manchester_are_the_headings_that_link_to_articles_and_not_the_menu() -> None:
    assert items("gmca-news") == [
        (
            "Example: Information strategy refreshed",
            "https://www.greatermanchester-ca.gov.uk/news/example-information-strategy/",
            None,
            None,
        ),
        ("Example: Open data day", "https://greatermanchester-ca.gov.uk/news/example-open-data/", None, None),
    ]


def test_a_member_page_of_ogp_lists_commitments_and_resources_with_year_and_type() -> None:
    assert items("ogp-glasgow") == [
        (
            "Example: Participatory budgeting (GBGLG0004)",
            "https://www.opengovpartnership.org/members/glasgow-united-kingdom/commitments/GBGLG0004/",
            None,
            None,
        ),
        (
            "Example: Inception Report Glasgow",
            "https://www.opengovpartnership.org/documents/example-inception-report-glasgow/",
            "2023",
            "IRM Report",
        ),
        (
            "Example: Action plan Glasgow",
            "https://www.opengovpartnership.org/documents/example-action-plan-glasgow/",
            "2024",
            "Action Plan",
        ),
    ]


def test_a_year_gives_way_to_the_day_on_the_documents_page_whose_text_has_no_glossary() -> None:
    link = "https://www.opengovpartnership.org/documents/example-inception-report-glasgow/"
    listed = read(OGP, case("listing", "ogp-glasgow"))
    detail = read(OGP, case("listing", "ogp-glasgow.document"), link)
    joined = entries(OGP, replace(listed, entries=merge_items((*listed.entries, *detail.entries))))
    [found] = [entry for entry in joined if entry.url == link]
    [before] = [entry for entry in entries(OGP, listed) if entry.url == link]

    assert before.published == day("2023-01-01 00:00", Precision.YEAR)
    assert found.published == day("2025-10-27 00:00")
    assert found.text == (
        "Date Submitted 27th October 2025 The Independent Reporting Mechanism looked at the example plan."
    )


def test_a_page_without_labels_is_read_for_its_text_where_the_source_names_the_place() -> None:
    link = "https://www.opengovpartnership.org/members/glasgow-united-kingdom/commitments/GBGLG0004/"
    [entry] = read(OGP, case("listing", "ogp-glasgow.commitment"), link).entries

    assert (entry.link, entry.title, entry.published) == (link, None, None)
    assert "Each ward decides an example budget." in (entry.content or "")
    assert "GBGLG0004" not in (entry.content or "")


@pytest.mark.parametrize("name", LISTS)
def test_a_changed_layout_is_an_error_that_names_the_selector(name: str) -> None:
    error = refused(SHIPPED[name], case("listing", f"{name}.changed"))

    assert error.cause is Cause.LAYOUT
    assert error.detail == f"the selector '{SHIPPED[name].selectors.item}' finds no items"
    assert "sources.yaml" in error.hint


@pytest.mark.parametrize("name", LISTS)
def test_a_list_names_its_selector_and_is_never_complete(name: str) -> None:
    page = read(SHIPPED[name], case("listing", name))

    assert (page.selector, page.complete) == (SHIPPED[name].selectors.item, False)


def test_a_list_that_says_it_is_empty_is_empty_and_names_no_selector() -> None:
    page = read(WALES, case("listing", "wales-consultations.empty"))

    assert (page.entries, page.selector, page.next_requests) == ((), None, ())


def test_a_bot_check_in_place_of_a_list_is_no_changed_layout() -> None:
    check = (
        "<html><head><title>Just a moment...</title></head><body><p>Checking your browser</p></body></html>"
    )

    assert refused(SCOTLAND, check).cause is Cause.NOT_A_FEED


def test_next_page_first_then_the_pages_of_the_items_in_the_lists_order() -> None:
    follow = read(SCOTLAND, case("listing", "scotland-publications")).next_requests

    assert [(request.url, request.about) for request in follow] == [
        ("https://www.gov.scot/publications/?cat=filter&sort=date&page=2", None),
        (
            "https://www.gov.scot/publications/example-steering-group-minutes-march-2026/",
            "https://www.gov.scot/publications/example-steering-group-minutes-march-2026/",
        ),
        (
            "https://www.gov.scot/publications/example-action-plan-2026-2030/",
            "https://www.gov.scot/publications/example-action-plan-2026-2030/",
        ),
    ]
    assert {request.pause for request in follow} == {SCOTLAND.pause}


def test_pages_of_files_and_other_sites_are_not_read_so_their_items_are_whole() -> None:
    page = read(WALES, case("listing", "wales-consultations"))
    other = small_list().replace("/publications/e1/", "https://example.org/e1/")
    other = other.replace("/publications/e2/", "/publications/?type=minutes")
    other = other.replace("/publications/e3/", "https://gov.scot/publications/e3/")

    assert [entry.partial for entry in page.entries] == [True, True, False]
    assert [entry.partial for entry in read(SCOTLAND, other).entries] == [False, False, True]
    assert [request.about for request in read(SCOTLAND, other).next_requests] == [
        "https://gov.scot/publications/e3/"
    ]


@pytest.mark.parametrize(
    ("query", "followed"),
    [("", 20), ("&page=1", 8), ("&page=2", 0), ("&page=3", 0)],
)
def test_twenty_pages_of_items_are_read_in_all_the_newest_first(query: str, followed: int) -> None:
    page = read(SCOTLAND, small_list(12 if query else 30), SCOTLAND.address + query)

    assert [request.about for request in page.next_requests] == [
        f"https://www.gov.scot/publications/e{n}/" for n in range(1, followed + 1)
    ]


@pytest.mark.parametrize(
    ("url", "next_page", "followed"),
    [
        ("", "?page=1", True),
        ("?page=3", "?page=4", True),
        ("?page=4", "?page=5", False),
        ("?page=2", "?page=2", False),
        ("?page=2", "?page=1", False),
        ("", "?start=20", False),
        ("", "https://example.org/news?page=1", False),
        ("", "/elsewhere?page=1", False),
        ("", "/news/page/2/", True),
        ("page/2/", "/news/page/3/", True),
    ],
)
def test_next_pages_are_numbered_pages_of_the_same_list_up_to_four(
    url: str, next_page: str, followed: bool
) -> None:
    source = replace(SHIPPED["glasgow-news"], address="https://www.glasgow.gov.uk/news/")
    source = replace(source, selectors=replace(source.selectors, next="a.next"))
    more = f'<a class="next" href="{next_page}">Next</a></body>'
    page = read(source, case("listing", "glasgow-news").replace("</body>", more), source.address + url)

    assert bool(page.next_requests) is followed


def test_an_item_that_is_linked_twice_is_one_item_with_the_first_title() -> None:
    twice = small_list(1) + small_list(1).replace("Example: 1", "Read more")

    assert [entry.title for entry in read(SCOTLAND, twice).entries] == ["Example: 1"]


def test_items_beyond_the_limit_are_reported_as_left_out() -> None:
    page = read(SCOTLAND, small_list(1_001))

    assert len(page.entries) == 1_000
    assert [(reject.item_name, reject.why) for reject in page.rejects] == [
        ("item 1001", "the page has more items than the 1000 that are read")
    ]
    assert read(SCOTLAND, small_list(1_000)).rejects == ()


def test_what_a_source_removes_is_not_in_an_items_title() -> None:
    source = replace(SCOTLAND, selectors=replace(SCOTLAND.selectors, remove=(".gloss",)))
    glossed = small_list(1).replace("Example: 1", 'Example: 1<span class="gloss"> (a plan)</span>')

    assert [entry.title for entry in read(source, glossed).entries] == ["Example: 1"]


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("Published: 3 May 2026", "3 May 2026"),
        ("Opened 6 August 2026", "6 August 2026"),
        ("Last updated on 6 August 2026", "6 August 2026"),
        ("Monday 4 May 2026, 10:30", "Monday 4 May 2026, 10:30"),
        ("27th October 2025", "27th October 2025"),
        ("2024", "2024"),
        ("no date yet", None),
    ],
)
def test_a_label_before_a_date_in_a_list_is_not_the_date(written: str, date: str | None) -> None:
    listed = small_list(1).replace("</li>", f"<dl><dd>Minutes</dd><dd>{written}</dd></dl></li>")

    assert read(SCOTLAND, listed).entries[0].published == date


def test_an_items_page_with_neither_labels_nor_text_is_an_error_about_this_item() -> None:
    source = replace(WALES, selectors=replace(WALES.selectors, main=""))
    error = refused(source, "<html><body><p>Something else</p></body></html>", "https://www.gov.wales/x")

    assert error.cause is Cause.LAYOUT
    assert "'Consultation ends', 'Call for evidence ends'" in error.detail


def test_an_items_page_without_the_named_main_text_is_an_error_about_this_item() -> None:
    error = refused(WALES, "<html><body><p>Closes: 3 May 2026</p></body></html>", "https://www.gov.wales/x")

    assert (error.cause, error.detail) == (
        Cause.LAYOUT,
        "the selector 'main, [role=main], #content' finds no main text",
    )


def test_a_bot_check_in_place_of_an_items_page_is_not_its_text() -> None:
    check = "<html><head><title>Just a moment...</title></head><body><main>Checking</main></body></html>"

    assert refused(WALES, check, "https://www.gov.wales/x").cause is Cause.NOT_A_FEED


def test_a_summary_is_text_and_its_angle_brackets_are_no_markup() -> None:
    summary = '<p class="ds_search-result__summary">Where x &lt;y applies</p></li>'
    page = read(SCOTLAND, small_list(1).replace("</li>", summary))

    assert entries(SCOTLAND, page)[0].summary == "Where x <y applies"


def test_the_link_around_a_heading_goes_before_others_in_the_item() -> None:
    page = case("listing", "glasgow-news").replace("<li>", '<li><a href="/tag/plans">Plans</a>', 1)

    assert read(SHIPPED["glasgow-news"], page).entries[0].link == (
        "https://www.glasgow.gov.uk/article/15001/Example-Participation-Plan"
    )


def test_a_selector_that_cannot_be_read_is_named() -> None:
    source = replace(SCOTLAND, selectors=replace(SCOTLAND.selectors, item="li["))

    assert refused(source, small_list()).detail == "the selector 'li[' cannot be read"


def test_relative_links_are_resolved_against_the_pages_base() -> None:
    based = small_list(1).replace("<html>", '<html><head><base href="https://www.gov.scot/deep/"></head>')
    based = based.replace("/publications/e1/", "e1/")

    assert read(SCOTLAND, based).entries[0].link == "https://www.gov.scot/deep/e1/"


def test_a_list_is_requested_as_html_with_the_sources_pause() -> None:
    request = reader_for("listing").request(SCOTLAND, SCOTLAND.address)

    assert (request.url, request.pause, request.about) == (SCOTLAND.address, SCOTLAND.pause, None)
    assert request.accept.startswith("text/html")
