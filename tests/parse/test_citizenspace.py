"""The kind `citizenspace`. The files are in `cases/citizenspace`, the expectations here."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.errors import Cause, SourceError
from aggregator.model import Fetched, ParsedPage, RawEntry, Request
from aggregator.parse import merge_items, reader_for
from tests.parse.answers import CASES, SAMPLES
from tests.support.builders import make_source

SCOTLAND = "https://consult.gov.scot"
API = f"{SCOTLAND}/api/2.3/json_search_results?st=open"
FINDER = f"{SCOTLAND}/consultation_finder/?st=open"
NI = "https://consultations.nidirect.gov.uk/consultation_finder/?st=open"
CODE = f"{SCOTLAND}/mental-health/example-code/"
GM_API = "https://www.gmconsult.org/api/2.4/json_search_results?st=open&fields=all"
ACCEPT = "application/json, text/html;q=0.9"
CAPTURE = SAMPLES / "captures/citizen_space/consult.gov.scot_detail_dates_cut_2026-08-22.html"


def read_at(address: str, payload: bytes, watched: str = API) -> ParsedPage:
    """The page read from `address`, for a source with the addresses `watched` and its finder."""
    fetched = Fetched(url=address, final_url=address, status=200, headers={}, payload=payload)
    return reader_for("citizenspace").read(
        make_source(kind="citizenspace", address=watched, fallbacks=(FINDER,)), fetched
    )


def case(name: str) -> bytes:
    return (CASES / "citizenspace" / name).read_bytes()


def refused(address: str, payload: bytes) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read_at(address, payload)
    return caught.value


def expected_request(url: str, about: str | None = None) -> Request:
    return Request(url=url, pause=timedelta(seconds=5), accept=ACCEPT, about=about)


def test_a_request_is_for_the_api_or_the_finder_with_the_pause_of_the_source() -> None:
    assert reader_for("citizenspace").request(make_source(kind="citizenspace"), API) == expected_request(API)


# ---------------------------------------------------------------- the JSON API


def test_the_interface_of_gov_scot_is_read_as_it_was_written() -> None:
    page = read_at(API, case("gov_scot.json"))
    assert page.entries[0] == RawEntry(
        item_name="consultation 1",
        id="https://consult.gov.scot/mental-health/example-code/",
        link="https://consult.gov.scot/mental-health/example-code/",
        title="Example: updates to a code of practice",
        content="<p>Example: we ask about <strong>changes</strong>.</p>",
        opens="2026/08/06",
        closes="2026/10/29",
        type="Open consultation",
        categories=("Mental Health Directorate",),
    )
    assert page.next_requests == ()
    assert not page.complete


def test_empty_dates_are_none_a_closed_one_says_so_and_an_unknown_state_is_no_type() -> None:
    _, closed, later = read_at(API, case("gov_scot.json")).entries
    assert closed.id == "https://consult.gov.scot/open-government/example-code/"
    assert (closed.type, closed.opens, closed.closes) == ("Closed consultation", "2026/01/05", None)
    assert (closed.categories, closed.content) == ((), None)
    assert (later.type, later.opens) == (None, "2026/12/01")


def test_the_interface_of_gm_consult_is_read() -> None:
    (entry,) = read_at(GM_API, case("gmconsult.json")).entries
    assert entry.title == "Example: a charter"
    assert entry.link == "https://www.gmconsult.org/communications-and-engagement-team/example-charter/"
    assert (entry.opens, entry.closes) == ("2026/11/02", "2026/12/31")


def test_no_open_consultation_is_an_empty_list_and_no_error() -> None:
    assert read_at(API, b"[]") == ParsedPage(entries=())


def test_a_list_in_json_is_read_at_any_address() -> None:
    assert len(read_at(FINDER, b"\n" + case("gov_scot.json")).entries) == 3


def test_a_page_or_other_json_at_the_api_is_refused_so_that_the_finder_is_used() -> None:
    page = refused(API, case("gov_scot_finder.html"))
    assert page.cause is Cause.NOT_A_FEED
    assert "came in place of JSON" in page.detail
    other = refused(GM_API, case("gmconsult_changed.json"))
    assert other.cause is Cause.NOT_A_FEED
    assert "no list of consultations" in other.detail


# ---------------------------------------------------------------- the finder


def test_a_card_of_the_finder_is_read_as_it_was_written() -> None:
    page = read_at(FINDER, case("gov_scot_finder.html"))
    assert page.entries == (
        RawEntry(
            item_name="card 1",
            id="https://consult.gov.scot/open-government/example-older/",
            link="https://consult.gov.scot/open-government/example-older/",
            title="Example: an older one",
            summary="Example: background of the older one.",
            summary_is_html=False,
            opens="14 July 2026",
            type="Open consultation",
            partial=True,
        ),
        RawEntry(
            item_name="card 2",
            id=CODE,
            link=CODE,
            title="Example: updates to a code of practice",
            summary="Example: background & reasons.",
            summary_is_html=False,
            opens="6 August 2026",
            type="Open consultation",
            partial=True,
        ),
        RawEntry(
            item_name="card 3",
            id="https://other.example.org/gone/example-closed/",
            link="https://other.example.org/gone/example-closed/",
            title="Example: a closed one on another site",
            summary_is_html=False,
            closes="1 Aug 2026",
            type="Closed consultation",
            partial=True,
        ),
    )
    assert page.selector == "ul#consultations > li.dss-card"


def test_consultations_of_the_site_itself_are_looked_up_the_one_opened_last_first() -> None:
    assert read_at(FINDER, case("gov_scot_finder.html")).next_requests == (
        expected_request(CODE, about=CODE),
        expected_request(
            f"{SCOTLAND}/open-government/example-older/", about=f"{SCOTLAND}/open-government/example-older/"
        ),
    )


def test_the_finder_of_northern_ireland_leads_to_its_next_page_and_joins_links_to_its_base() -> None:
    page = read_at(NI, case("nidirect_finder.html"), watched=NI)
    plan, data = page.entries
    assert plan.link == "https://consultations.nidirect.gov.uk/dof/example-plan/"
    assert (plan.opens, plan.closes) == ("1 September 2026", None)
    assert (data.opens, data.closes) == (None, "30 November 2026")
    assert (data.link, data.summary) == ("https://consultations.nidirect.gov.uk/dof/example-data/", None)
    assert page.next_requests == (
        expected_request(f"{NI}&b_start=30"),
        expected_request(plan.link or "", about=plan.link),
        expected_request(data.link or "", about=data.link),
    )


def test_the_finder_of_gm_consult_is_read() -> None:
    finder = "https://www.gmconsult.org/consultation_finder/?st=open"
    (entry,) = read_at(finder, case("gmconsult_finder.html")).entries
    assert entry.link == "https://www.gmconsult.org/communications-and-engagement-team/example-charter/"
    assert entry.title == "Example: a charter"
    assert (entry.closes, entry.summary) == ("31 December 2026", "Example: have your say.")
    assert entry.type == "Open consultation"


def cards(number: int, first: int = 0) -> bytes:
    one = '<li class="dss-card"><h2><a href="/d/{0}/">Example {0}</a></h2></li>'
    listed = "".join(one.format(n) for n in range(first, first + number))
    return f'<html><ul id="consultations">{listed}</ul></html>'.encode()


@pytest.mark.parametrize(
    ("start", "found", "after"), [(0, 30, 30), (0, 29, None), (30, 30, 60), (90, 30, 120), (120, 30, None)]
)
def test_a_full_page_leads_to_the_next_and_five_are_read_at_most(
    start: int, found: int, after: int | None
) -> None:
    follow = read_at(f"{FINDER}&b_start={start}" if start else FINDER, cards(found)).next_requests
    pages = [request.url for request in follow if "finder" in request.url]
    assert pages == ([f"{FINDER}&b_start={after}"] if after else [])


@pytest.mark.parametrize("page", ["", "&b_start=30"])
def test_every_consultation_of_every_page_is_to_be_looked_up(page: str) -> None:
    found = read_at(f"{FINDER}{page}", cards(29))
    assert [request.url for request in found.next_requests] == [f"{SCOTLAND}/d/{n}/" for n in range(29)]
    assert found.entries[0].item_name == ("card 31" if page else "card 1")


def test_consultations_without_a_closing_date_are_looked_up_first() -> None:
    shown = '<li class="dss-card"><h2><a href="/d/{0}/">E {0}</a></h2><p class="cs-date-delta">{1}</p></li>'
    dates = ("Closes 1 May 2027", "Opened 2 May 2026", "Opened 3 May 2026")
    listed = "".join(shown.format(n, date) for n, date in enumerate(dates))
    page = read_at(FINDER, f'<ul id="consultations">{listed}</ul>'.encode())
    assert [request.url[-3:] for request in page.next_requests] == ["/2/", "/1/", "/0/"]


def test_a_link_that_no_address_can_be_made_of_is_left_as_it_was_and_not_looked_up() -> None:
    markup = b'<ul id="consultations"><li class="dss-card"><h2><a href="http://[x">Example</a></h2></ul>'
    page = read_at(FINDER, markup)
    assert [entry.link for entry in page.entries] == ["http://[x"]
    assert page.next_requests == ()


def test_an_empty_page_is_the_end_and_an_empty_first_page_must_say_so() -> None:
    assert read_at(f"{FINDER}&b_start=120", cards(0)).entries == ()
    assert read_at(FINDER, case("empty_finder.html")).entries == ()
    page = b"<html><p>Your search returned 0 results.</p>"
    assert read_at(FINDER, page).entries == ()


@pytest.mark.parametrize(
    ("name", "selector"),
    [
        ("gov_scot_finder_changed.html", "'ul#consultations > li.dss-card'"),
        ("nidirect_finder_changed.html", "'ul#consultations > li.dss-card h2 a[href]'"),
    ],
)
def test_a_changed_finder_is_an_error_that_names_the_selector(name: str, selector: str) -> None:
    error = refused(FINDER, case(name))
    assert error.cause is Cause.LAYOUT
    assert selector in error.detail


def test_a_bot_check_in_place_of_any_page_is_no_empty_list() -> None:
    wall = b"<html><title>Just a moment...</title><body>Checking your browser</body></html>"
    for address in (FINDER, f"{FINDER}&b_start=30", CODE):
        assert refused(address, wall).cause is Cause.NOT_A_FEED


# ---------------------------------------------------------------- a consultation's own page


def test_the_page_of_a_consultation_has_its_opening_and_closing_days() -> None:
    page = read_at(CODE, case("gov_scot_detail.html"))
    detail = RawEntry(item_name="page of a consultation", link=CODE, opens="6 Aug 2026", closes="29 Oct 2026")
    assert page == ParsedPage(entries=(detail,))


@pytest.mark.parametrize(
    ("shown", "opens", "closes"),
    [
        ("Closed 3 March 2020", None, "3 March 2020"),
        ("Closes: 3rd March 2027", None, "3rd March 2027"),
        ("Opens on 1 December 2026", "1 December 2026", None),
    ],
)
def test_one_date_beside_a_consultation_is_enough(shown: str, opens: str | None, closes: str | None) -> None:
    markup = f'<p class="cs-consultation-sidebar-primary-date">{shown}</p>'
    (entry,) = read_at(CODE, markup.encode()).entries
    assert (entry.opens, entry.closes) == (opens, closes)


def test_the_page_fills_in_what_the_card_left_out() -> None:
    card = read_at(FINDER, case("gov_scot_finder.html")).entries[1]
    details = read_at(CODE, case("gov_scot_detail.html")).entries
    (merged,) = merge_items((card, *details))
    assert merged.title == "Example: updates to a code of practice"
    assert (merged.opens, merged.closes) == ("6 Aug 2026", "29 Oct 2026")
    assert merged.type == "Open consultation"
    assert not merged.partial


def test_a_changed_page_is_an_error_that_names_the_selector() -> None:
    error = refused(CODE, case("gov_scot_detail_changed.html"))
    assert error.cause is Cause.LAYOUT
    assert ".cs-consultation-sidebar-primary-date" in error.detail


@pytest.mark.skipif(not CAPTURE.exists(), reason="recorded answers are kept beside the project, not in it")
def test_the_recorded_cut_of_a_page_is_read() -> None:
    (entry,) = read_at(CODE, CAPTURE.read_bytes()).entries
    assert (entry.opens, entry.closes) == ("6 Aug 2026", "29 Oct 2026")
