"""The kind `govuk` with responses of the Search API. The files are in `cases/govuk`."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.model import ParsedPage, RawEntry, RawNote, Request
from aggregator.parse import reader_for
from tests.parse.govuk.govuk_answers import DATA, GOVUK, SEARCH, case, look_up, read_at
from tests.support.builders import make_source


def test_the_api_gets_at_most_ten_requests_a_second_whatever_the_pause_of_the_source() -> None:
    request = reader_for("govuk").request(make_source(kind="govuk", pause=timedelta(seconds=5)), SEARCH)
    assert request == Request(url=SEARCH, pause=timedelta(seconds=0.1), accept="application/json")


def test_a_result_is_read_as_it_was_written() -> None:
    page = read_at(SEARCH, case("search.json"))
    assert len(page.entries) == 4
    assert page.entries[0] == RawEntry(
        item_name="result 1",
        id="/government/calls-for-evidence/example-next-plan",
        link="https://www.gov.uk/government/calls-for-evidence/example-next-plan",
        title="Example: call for evidence on the next plan",
        summary="Example: tell us what the next open government plan should hold & why.",
        summary_is_html=False,
        updated="2026-03-25T09:30:00Z",
        closes="2026-05-25T17:00:00.000+01:00",
        type="Open call for evidence",
        categories=("Cabinet Office", "Government Digital Service"),
        content_id="11111111-1111-4111-8111-111111111111",
        notes=(RawNote(at="2026-03-25T09:30:00Z", text="Added a translation & corrected a date."),),
        partial=True,
    )
    assert not page.complete


def test_links_in_every_form_are_made_absolute_and_types_are_named_as_displayed() -> None:
    _, second, third, fourth = read_at(SEARCH, case("search.json")).entries
    assert second.link == "https://www.gov.uk/government/publications/example-transparency-data"
    assert second.type == "Transparency data"
    assert second.summary is None
    assert third.link == "https://www.example.gov.uk/service"
    assert third.type is None
    assert fourth.link == "https://www.gov.uk/government/news/example-whole-address"
    assert (fourth.updated, fourth.closes, fourth.notes) == (None, None, ())


def test_a_search_leads_to_its_next_page_and_then_to_its_documents_newest_first() -> None:
    search = f"{GOVUK}/api/search.json?filter_organisations=cabinet-office&count=4"
    assert read_at(search, case("search.json")).next_requests == (
        Request(url=f"{search}&start=4", pause=timedelta(seconds=0.1), accept="application/json"),
        look_up("/government/publications/example-transparency-data"),
        look_up("/government/calls-for-evidence/example-next-plan"),
        look_up("/government/news/example-whole-address"),
    )


def results(number: int, total: int) -> bytes:
    one = '{"title": "Example", "link": "/example-%d", "public_timestamp": "2026-01-01T00:00:%02dZ"}'
    listed = ", ".join(one % (n, n) for n in range(number))
    return f'{{"results": [{listed}], "total": {total}, "start": 0}}'.encode()


def further(address: str, number: int, total: int) -> list[str]:
    return [r.url for r in read_at(address, results(number, total)).next_requests if "/api/search" in r.url]


@pytest.mark.parametrize(
    ("query", "found", "total", "next_query"),
    [
        ("count=30", 30, 100, "count=30&start=30"),
        ("start=30&count=30", 30, 100, "count=30&start=60"),
        ("count=30&start=60", 30, 100, None),  # three pages are enough
        ("count=30", 30, 30, None),
        ("count=30", 29, 100, None),  # a page that is not full is the last
        ("count=30&start=30", 5, 35, None),
        (
            "q=open+government",
            10,
            40,
            "q=open+government&start=10",
        ),  # ten results, when no number is asked for
        ("q=open+government&start=20", 10, 40, None),
        ("count=30", 0, 100, None),
        ("count=0", 0, 100, None),
        ("start=x&count=30", 30, 100, "count=30&start=30"),
    ],
)
def test_the_next_page_is_requested_until_there_is_none_and_three_pages_at_most(
    query: str, found: int, total: int, next_query: str | None
) -> None:
    expected = [f"{GOVUK}/api/search.json?{next_query}"] if next_query else []
    assert further(f"{GOVUK}/api/search.json?{query}", found, total) == expected


def test_a_search_without_a_total_has_no_next_page() -> None:
    listed = ", ".join(['{"title": "Example"}'] * 10)
    payload = f'{{"results": [{listed}]}}'.encode()
    assert read_at(f"{GOVUK}/api/search.json?q=open+government", payload).next_requests == ()


def test_the_type_that_is_displayed_goes_before_the_type_of_the_data() -> None:
    payload = (
        b'{"results": [{"display_type": "Statutory guidance", "content_store_document_type": "guidance"}]}'
    )
    assert [entry.type for entry in read_at(SEARCH, payload).entries] == ["Statutory guidance"]


def test_twenty_documents_are_looked_up_from_the_first_page_and_none_from_later_ones() -> None:
    first = read_at(f"{GOVUK}/api/search.json?count=30", results(30, 30))
    assert [r.url for r in first.next_requests] == [f"{DATA}/example-{n}" for n in range(29, 9, -1)]
    later = read_at(f"{GOVUK}/api/search.json?count=30&start=30", results(30, 60))
    assert later.next_requests == ()
    assert later.entries[0].item_name == "result 31"


def test_a_search_without_results_is_empty_and_no_error() -> None:
    assert read_at(SEARCH, results(0, 0)) == ParsedPage(entries=())


def test_a_link_that_cannot_be_resolved_stays_as_it_is_and_is_not_requested() -> None:
    page = read_at(
        SEARCH, b'{"results": [{"title": "Example", "link": "http://[x"}, {"title": "No link"}, 5]}'
    )
    assert [entry.link for entry in page.entries] == ["http://[x", None]
    assert page.next_requests == ()


@pytest.mark.parametrize(
    "link", ["//other.example.org/a", "http://www.gov.uk/a", "/", "/a b", "/a?b=<", "https://www.gov.uk:80/a"]
)
def test_only_documents_of_the_same_host_are_looked_up(link: str) -> None:
    follow = read_at(
        SEARCH, f'{{"results": [{{"title": "Example", "link": "{link}"}}]}}'.encode()
    ).next_requests
    assert [r.url for r in follow] == ([f"{DATA}/a"] if link == "/a?b=<" else [])
