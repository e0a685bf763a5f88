"""Finding the addresses at which a site can be read, from one of its pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import Cause, SourceError
from aggregator.model import Fetched
from aggregator.parse.autodiscovery import Candidate, find_candidates

CASES = Path(__file__).parent / "cases"


def fetched(payload: bytes, url: str, media_type: str = "text/html; charset=utf-8") -> Fetched:
    return Fetched(url=url, final_url=url, status=200, headers={"content-type": media_type}, payload=payload)


def found(name: str, url: str) -> list[tuple[str, str]]:
    """Kind and address of the candidates on a sample page, in order."""
    payload = (CASES / name).read_bytes()
    return [(one.kind, one.address) for one in find_candidates(fetched(payload, url))]


def test_wordpress_has_its_feed_and_those_of_three_categories_but_not_the_comments() -> None:
    assert found("discover/wordpress.html", "https://www.network.example/") == [
        ("feed", "https://www.network.example/feed/"),
        ("feed", "https://www.network.example/category/uk/feed/"),
        ("feed", "https://www.network.example/category/ni/feed/"),
        ("feed", "https://www.network.example/category/news/feed/"),
    ]


def test_a_blog_in_a_folder_has_its_feed_in_that_folder() -> None:
    page = b"<html><head><link rel='https://api.w.org/' href='/open/wp-json/'></head></html>"

    assert [one.address for one in find_candidates(fetched(page, "https://blogs.example/open/about/"))] == [
        "https://blogs.example/open/feed/"
    ]


def test_a_category_keeps_the_title_of_its_link() -> None:
    candidates = find_candidates(
        fetched((CASES / "discover/wordpress.html").read_bytes(), "https://www.network.example/")
    )

    assert candidates[0] == Candidate(
        kind="feed",
        address="https://www.network.example/feed/",
        why="the page names it as its feed",
        title="Example » Feed",
    )
    assert candidates[1].title == "United Kingdom"


def test_a_forum_is_read_as_one_also_where_the_page_names_its_feeds() -> None:
    assert found("discover/discourse.html", "https://discuss.example/forum/c/plans/5") == [
        ("discourse", "https://discuss.example/forum/c/plans/5.rss"),
        ("discourse", "https://discuss.example/forum/latest.rss"),
    ]


def test_a_consultation_site_has_an_interface_and_a_finder() -> None:
    assert found("discover/citizenspace.html", "https://consult.example/") == [
        ("citizenspace", "https://consult.example/api/2.4/json_search_results?st=open"),
        ("citizenspace", "https://consult.example/consultation_finder/?st=open"),
    ]


def test_a_plain_page_names_feeds_relative_to_its_base_and_leads_to_a_consultation_site() -> None:
    assert found("discover/plain.html", "https://www.plain.example/about") == [
        ("feed", "https://www.plain.example/files/news.atom"),
        ("jsonfeed", "https://www.plain.example/feed.json"),
        ("citizenspace", "https://consult.plain.example/api/2.4/json_search_results?st=open"),
        ("citizenspace", "https://consult.plain.example/consultation_finder/?st=open"),
    ]


@pytest.mark.parametrize(
    ("url", "feeds"),
    [
        (
            "https://www.finance-ni.gov.uk/topics/transparency",
            [
                "https://www.finance-ni.gov.uk/news/feed/finance",
                "https://www.finance-ni.gov.uk/publications/feed/finance",
                "https://www.finance-ni.gov.uk/consultations/feed/finance",
            ],
        ),
        ("https://www.northernireland.gov.uk/", ["https://www.northernireland.gov.uk/news/feed/nigov"]),
        ("https://www.gov.wales/open-government", ["https://www.gov.wales/announcements/rss"]),
        ("https://www.institute.example/work", ["https://www.institute.example/rss.xml"]),
    ],
)
def test_drupal_sites_have_the_feeds_that_their_code_defines(url: str, feeds: list[str]) -> None:
    assert found("discover/drupal.html", url) == [("feed", feed) for feed in feeds]


@pytest.mark.parametrize(
    ("url", "kind", "address"),
    [
        (
            "https://www.gov.uk/government/organisations/cabinet-office",
            "feed",
            "https://www.gov.uk/government/organisations/cabinet-office.atom",
        ),
        (
            "https://www.gov.uk/government/organisations/office-for-wales.cy",
            "feed",
            "https://www.gov.uk/government/organisations/office-for-wales.cy.atom",
        ),
        (
            "https://www.gov.uk/search/policy-papers-and-consultations?keywords=open",
            "feed",
            "https://www.gov.uk/search/policy-papers-and-consultations.atom?keywords=open",
        ),
        (
            "https://www.gov.uk/government/collections/plans",
            "govuk",
            "https://www.gov.uk/api/content/government/collections/plans",
        ),
    ],
)
def test_on_govuk_the_candidates_follow_from_the_address(url: str, kind: str, address: str) -> None:
    assert found("discover/drupal.html", url)[0] == (kind, address)


def test_the_front_page_of_govuk_has_no_candidate() -> None:
    page = b"<html><head><title>Example: GOV.UK</title></head></html>"

    assert find_candidates(fetched(page, "https://www.gov.uk/")) == ()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("atom10.atom", "feed"),
        ("rss10.rdf", "feed"),
        ("wordpress.rss", "feed"),
        ("govuk/search.json", "govuk"),
        ("govuk/publication.json", "govuk"),
        ("citizenspace/gmconsult.json", "citizenspace"),
    ],
)
def test_a_payload_that_a_kind_can_read_is_the_only_candidate(name: str, kind: str) -> None:
    assert found(name, "https://www.example.org/here") == [(kind, "https://www.example.org/here")]


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": []}', "jsonfeed"),
        (b'{"topic_list": {"topics": []}}', "discourse"),
        (b'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"/>', "sitemap"),
    ],
)
def test_other_forms_are_known_by_their_beginning(payload: bytes, kind: str) -> None:
    (candidate,) = find_candidates(fetched(payload, "https://www.example.org/x", "text/plain"))

    assert candidate.kind == kind


@pytest.mark.parametrize("payload", [b"", b"%PDF-1.7", b'{"other": 1}', b"[]", b"just words"])
def test_what_is_neither_feed_nor_page_is_an_error(payload: bytes) -> None:
    with pytest.raises(SourceError) as caught:
        find_candidates(fetched(payload, "https://www.example.org/"))

    assert caught.value.cause in {Cause.EMPTY, Cause.NOT_A_FEED}


MARKUP = st.sampled_from(
    [
        b"<html>",
        b"<link rel=alternate type=application/rss+xml href='",
        b"'>",
        b"<base href='",
        b"http://[",
        b"<a href='/category/",
        b"<meta name=generator content='WordPress",
        b"<li class=dss-card>",
        b"{",
        b"\xff",
        b"<a href='//x:y/consultation_finder",
        b"<div id=data-discourse-setup data-base-uri='",
        b"//",
        b"javascript:",
    ]
)


@given(st.lists(MARKUP | st.binary(max_size=20), max_size=12).map(b"".join))
def test_any_bytes_give_web_addresses_or_one_clear_error(payload: bytes) -> None:
    try:
        candidates = find_candidates(fetched(payload, "https://www.example.org/page"))
    except SourceError:
        return
    assert all(one.address.startswith(("http://", "https://")) for one in candidates)
