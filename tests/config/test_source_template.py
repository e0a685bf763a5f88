"""What a new source says where nobody said it, and how it is written."""

from __future__ import annotations

import pytest

from aggregator import yamldoc
from aggregator.config.source_template import (
    body_of,
    licence_of,
    propose,
    propose_id,
    standing_at,
    write_block,
)
from tests.support.builders import body, source

BODIES = {
    "uk-gov": body("uk-gov", url="https://www.gov.uk/"),
    "cabinet-office": body(url="https://www.gov.uk/government/organisations/cabinet-office"),
    "network": body("network", url="https://www.network.org/"),
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


def test_an_id_that_is_taken_is_told_apart_by_what_the_address_is_about_then_by_number() -> None:
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
    assert licence_of(address) == licence


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
def test_a_body_is_whose_own_address_is_nearest_or_who_has_sources_there(address: str, owner: str) -> None:
    known = [source("forum", address="https://forum.network.org/posts.rss")]

    assert body_of(address, known, BODIES) == owner


def test_a_host_with_sources_of_two_bodies_says_nothing_about_a_third() -> None:
    known = [
        source("a", address="https://shared.example/a"),
        source("b", address="https://shared.example/b", body="network"),
    ]

    assert body_of("https://shared.example/c", known, BODIES) is None


@pytest.mark.parametrize(
    "address",
    [
        "https://www.a.example/feed/",
        "http://a.example/feed",
        "https://A.example:443/feed/",
        "https://old.example/feed?x=1",
    ],
)
def test_an_address_is_known_however_it_is_written_and_as_a_fallback(address: str) -> None:
    known = source(address="https://www.a.example/feed", fallbacks=("https://old.example/feed?x=1",))

    assert standing_at(address, [known]) == known
    assert standing_at("https://www.a.example/feed?page=2", [known]) is None


def test_what_is_given_wins_over_what_is_proposed() -> None:
    said = propose(
        "https://www.network.org/feed/",
        {"title": " Two\n lines ", "id": "mine", "every": "1 day", "page": None, "note": ""},
        (),
        BODIES,
    )

    assert said == {
        "id": "mine",
        "body": "network",
        "kind": "feed",
        "title": "Two lines",
        "address": "https://www.network.org/feed/",
        "licence": "unknown",
        "scope": "relevant",
        "seen": "likely",
        "every": "1 day",
    }


def test_a_body_that_nobody_knows_is_named_by_the_host() -> None:
    assert propose("https://www.new.example/", {}, (), BODIES, ["new-example"])["body"] == "new-example"


def test_a_block_has_the_keys_of_the_form_in_its_order_and_quotes_what_needs_them() -> None:
    said = {"note": "x", "address": "https://a.example/?b", "title": "A: b", "id": "one", "page": ""}

    block = write_block(said)

    assert block == ('- id: one\n  title: "A: b"\n  address: "https://a.example/?b"\n  note: x\n')
    assert yamldoc.load(block, file="x").value == [{key: value for key, value in said.items() if value}]
