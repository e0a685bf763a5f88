"""Requests for the older items of a feed."""

from __future__ import annotations

import pytest

from aggregator.model import Source
from aggregator.parse import reader_for, request_older
from tests.parse.answers import CASES, SAMPLES
from tests.parse.html.sources import fetched
from tests.support.builders import make_source

ADDRESS = "https://news.example.org/feed/"


def older_url(
    payload: str | bytes, url: str = ADDRESS, final_url: str | None = None, watched: Source | None = None
) -> str | None:
    """The address requested after `payload` was fetched from `url`."""
    watched = watched or make_source()
    response = fetched(payload, url, final_url)
    request = request_older(watched, response, reader_for("feed").read(watched, response))
    return request.url if request else None


def atom(*links: str, more: str = "") -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{"".join(links)}{more}</feed>'


def link(rel: str, href: str) -> str:
    return f'<link rel="{rel}" href="{href}"/>'


def rss(more: str) -> str:
    return f'<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>{more}</channel></rss>'


def test_the_next_page_of_a_paged_feed_is_requested_as_a_feed() -> None:
    response = fetched(atom(link("next", "https://news.example.org/2")), ADDRESS)
    watched = make_source()
    request = request_older(watched, response, reader_for("feed").read(watched, response))
    assert request
    assert (request.url, request.pause, request.about) == ("https://news.example.org/2", watched.pause, None)
    assert request.accept.startswith("application/atom+xml")


def test_an_archive_goes_before_the_next_page() -> None:
    links = (link("next", "/2"), link("prev-archive", "/archive/1"), link("self", "/feed/"))
    assert older_url(atom(*links)) == "https://news.example.org/archive/1"


def test_an_rss_feed_may_name_its_next_page_too() -> None:
    assert older_url(rss('<atom:link rel="next" href="?page=2"/>')) == ADDRESS + "?page=2"


def test_a_relative_link_counts_from_the_address_that_answered() -> None:
    assert older_url(atom(link("next", "2")), final_url="https://other.example.org/a/") == (
        "https://other.example.org/a/2"
    )


@pytest.mark.parametrize("rel", ["self", "alternate", "previous", "first", "last", "next-archive", "current"])
def test_no_other_link_leads_back(rel: str) -> None:
    assert older_url(atom(link(rel, "/2"))) is None


@pytest.mark.parametrize(
    "href", [ADDRESS, "#top", "https://to.example.org/", "javascript:alert(1)", "http://[", ""]
)
def test_a_link_to_itself_or_to_no_web_page_leads_nowhere(href: str) -> None:
    assert older_url(atom(link("next", href)), final_url="https://to.example.org/") is None


def test_a_link_of_an_item_is_not_the_feeds() -> None:
    entry = "<entry><title>Example</title>" + link("next", "https://news.example.org/2") + "</entry>"
    assert older_url(atom(more=entry)) is None


@pytest.mark.parametrize(
    "feed",
    [
        rss("<generator>https://wordpress.org/?v=6.8</generator>"),
        atom(more='<generator uri="https://wordpress.org/" version="6.8">WordPress</generator>'),
        rss(
            '<item><title>Example</title><guid isPermaLink="false">http://old.example.org/?p=12</guid></item>'
        ),
        rss("<item><title>Example</title><guid>http://a.example/?post_type=event&#038;p=12</guid></item>"),
    ],
    ids=["generator of RSS", "generator of Atom", "guid", "guid of an event"],
)
def test_wordpress_counts_its_pages_from_one(feed: str) -> None:
    assert older_url(feed) == ADDRESS + "?paged=2"
    assert older_url(feed, ADDRESS + "?paged=2") == ADDRESS + "?paged=3"
    assert older_url(feed, ADDRESS + "?paged=x") == ADDRESS + "?paged=2"
    assert older_url(feed, ADDRESS + "?cat=7&paged=9") == ADDRESS + "?cat=7&paged=10"


def test_a_guid_that_only_looks_like_wordpress_leads_nowhere() -> None:
    assert older_url(rss("<item><title>Example</title><guid>http://a.example/?up=12</guid></item>")) is None


@pytest.mark.parametrize(
    "address",
    [
        "https://www.finance-ni.gov.uk/news/feed/finance",
        "https://www.health-ni.gov.uk/press-releases/feed/health",
        "https://www.northernireland.gov.uk/news/feed/nigov",
        "https://education-ni.gov.uk/consultations/feed",
    ],
)
def test_a_department_of_northern_ireland_counts_its_pages_from_zero(address: str) -> None:
    feed = (CASES / "ni.rss").read_bytes()
    assert older_url(feed, address) == address + "?page=1"
    assert older_url(feed, address + "?page=1") == address + "?page=2"


@pytest.mark.parametrize(
    "address",
    [
        "https://www.finance-ni.gov.uk/rss.xml",
        "https://www.finance-ni.gov.uk.example.org/news/feed/finance",
        "https://www.gov.uk/government/feed",
        "https://www.gov.wales/announcements/rss",
    ],
)
def test_other_addresses_are_not_paged(address: str) -> None:
    assert older_url((CASES / "ni.rss").read_bytes(), address) is None


RECORDED = [
    (
        "captures/blogs/data.blog.gov.uk_feed_atom_2016-05-31.xml",
        "https://data.blog.gov.uk/feed/atom/?paged=2",
    ),
    ("captures/gov_scot/news.gov.scot_feed_rss_2017-06-27_govdelivery.xml", None),
    ("captures/gov_scot/news.gov.scot_feed_rss_2020-09-17_PRgloo.xml", None),
    (
        "captures/legislation/legislation.gov.uk_new_data.feed_2015-12-10.xml",
        "http://legislation.data.gov.uk/all/data.feed?sort=published&page=2",
    ),
    ("models/govuk_org.atom", None),
    ("models/govuk_finder.atom", None),
    ("models/wordpress.rss", "https://data.blog.gov.uk/feed/atom/?paged=2"),
]


@pytest.mark.skipif(not SAMPLES.exists(), reason="the samples are no part of the project")
@pytest.mark.parametrize(("name", "expected"), RECORDED, ids=[name for name, _ in RECORDED])
def test_the_recorded_feeds_are_paged_as_their_software_does(name: str, expected: str | None) -> None:
    assert older_url((SAMPLES / name).read_bytes(), "https://data.blog.gov.uk/feed/atom/") == expected
