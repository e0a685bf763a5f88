"""The values that are proposed for a new source, and how they are written."""

from __future__ import annotations

import pytest

from aggregator import yamldoc
from aggregator.config.source_template import (
    find_source_at,
    format_source,
    propose_body,
    propose_id,
    propose_licence,
    propose_source,
)
from tests.support.builders import make_body, make_source

BODIES = {
    "uk-gov": make_body("uk-gov", url="https://www.gov.uk/"),
    "cabinet-office": make_body(url="https://www.gov.uk/government/organisations/cabinet-office"),
    "network": make_body("network", url="https://www.network.org/"),
}


@pytest.mark.parametrize(
    ("address", "id"),
    [
        ("https://www.opengovpartnership.org/feed/", "opengovpartnership"),
        ("https://www.finance-ni.gov.uk/news/feed/finance", "finance-ni"),
        ("https://discuss.opengovernment.org.uk/latest.rss", "discuss-opengovernment"),
        ("https://consult.gov.scot/api/2.4/json_search_results?st=open", "consult-gov-scot"),
        ("https://www.gov.uk/government/organisations/cabinet-office.atom", "cabinet-office"),
        ("https://www.gov.uk/", "govuk"),
        ("https://127.0.0.1:8000/feed", "127-0-0-1-8000"),
        ("https://www.org/", "org"),
        ("http://[broken/feed", "source"),
    ],
)
def test_an_id_is_proposed_from_the_host_and_on_govuk_from_the_path(address: str, id: str) -> None:
    assert propose_id(address, ()) == id


def test_a_taken_id_gets_words_of_the_path_and_then_a_number() -> None:
    taken = ["finance-ni"]
    for expected in ("finance-ni-news", "finance-ni-finance", "finance-ni-finance-2", "finance-ni-finance-3"):
        assert propose_id("https://www.finance-ni.gov.uk/news/feed/finance", taken) == expected
        taken.append(expected)


def test_a_long_name_is_cut_between_words() -> None:
    address = "https://www.gov.uk/government/publications/participation-in-the-seventh-national-action-plan"

    assert propose_id(address, ()) == "participation-in-the-seventh-national"


@pytest.mark.parametrize(
    ("address", "licence"),
    [
        ("https://www.gov.uk/x.atom", "OGL-3.0"),
        ("https://gds.blog.gov.uk/feed/", "OGL-3.0"),
        ("https://blogs.gov.scot/feed/", "OGL-3.0"),
        ("https://www.gov.wales/announcements/rss", "OGL-3.0"),
        ("https://www.finance-ni.gov.uk/news/feed", "OGL-3.0"),
        ("https://www.northernireland.gov.uk/x", "OGL-3.0"),
        ("https://commonslibrary.parliament.uk/feed/", "OPL-3.0"),
        ("https://www.glasgow.gov.uk/news", "unknown"),
        ("https://www.gov.uk.evil.example/", "unknown"),
        ("https://notgov.scot/", "unknown"),
        ("https://www.opengovpartnership.org/feed/", "unknown"),
    ],
)
def test_a_licence_follows_from_the_host_only_where_its_owner_says_so(address: str, licence: str) -> None:
    assert propose_licence(address) == licence


@pytest.mark.parametrize(
    ("address", "owner"),
    [
        ("https://www.gov.uk/government/organisations/cabinet-office.atom", "cabinet-office"),
        ("https://www.gov.uk/government/organisations/cabinet-office?x", "cabinet-office"),
        ("https://www.gov.uk/government/organisations/cabinet-office-x.atom", "uk-gov"),
        ("http://network.org/category/uk/feed/", "network"),
        ("https://network.org.evil.example/feed", None),
        ("https://forum.network.org/latest.rss", "cabinet-office"),
        ("https://elsewhere.example/", None),
    ],
)
def test_the_body_is_the_one_with_the_nearest_address_or_with_sources_on_the_host(
    address: str, owner: str
) -> None:
    existing = [make_source("forum", address="https://forum.network.org/posts.rss")]

    assert propose_body(address, existing, BODIES) == owner


def test_a_host_with_sources_of_two_bodies_gives_no_body() -> None:
    existing = [
        make_source("a", address="https://shared.example/a"),
        make_source("b", address="https://shared.example/b", body="network"),
    ]

    assert propose_body("https://shared.example/c", existing, BODIES) is None


@pytest.mark.parametrize(
    "address",
    [
        "https://www.a.example/feed/",
        "http://a.example/feed",
        "https://A.example:443/feed/",
        "https://old.example/feed?x=1",
    ],
)
def test_an_address_is_found_however_it_is_written_and_as_a_fallback(address: str) -> None:
    existing = make_source(address="https://www.a.example/feed", fallbacks=("https://old.example/feed?x=1",))

    assert find_source_at(address, [existing]) == existing
    assert find_source_at("https://www.a.example/feed?page=2", [existing]) is None


def test_what_is_given_wins_over_what_is_proposed() -> None:
    proposed = propose_source(
        "https://www.network.org/feed/",
        {"title": " Two\n lines ", "id": "mine", "every": "1 day", "page": None, "note": ""},
        (),
        BODIES,
    )

    assert proposed == {
        "id": "mine",
        "body": "network",
        "kind": "feed",
        "title": "Two lines",
        "address": "https://www.network.org/feed/",
        "licence": "unknown",
        "scope": "relevant",
        "verified": False,
        "every": "1 day",
    }


def test_an_unknown_body_is_named_by_the_host() -> None:
    assert (
        propose_source("https://www.new.example/", {}, (), BODIES, ["new-example"])["body"] == "new-example"
    )


def test_a_source_is_written_in_the_order_of_the_schema_and_quoted_where_needed() -> None:
    fields = {"note": "x", "address": "https://a.example/?b", "title": "A: b", "id": "one", "page": ""}

    block = format_source(fields)

    assert block == ('- id: one\n  title: "A: b"\n  address: "https://a.example/?b"\n  note: x\n')
    assert yamldoc.load(block, file="x").value == [{key: value for key, value in fields.items() if value}]
