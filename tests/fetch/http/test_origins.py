"""Origins and normal forms of web addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.fetch.errors import FetchError
from aggregator.fetch.http.origins import normal_form, origin_of


@pytest.mark.parametrize(
    ("url", "origin", "authority"),
    [
        ("https://www.gov.uk/a?b=c", "https://www.gov.uk", "www.gov.uk"),
        ("HTTPS://WWW.GOV.UK:443", "https://www.gov.uk", "www.gov.uk"),
        ("http://www.gov.uk:443/", "http://www.gov.uk:443", "www.gov.uk:443"),
        ("http://www.gov.uk:80/", "http://www.gov.uk", "www.gov.uk"),
        ("http://[2001:DB8::1]:8080/", "http://[2001:db8::1]:8080", "[2001:db8::1]:8080"),
        ("http://example.org.:0/", "http://example.org.:0", "example.org.:0"),
        ("http://127.0.0.1/", "http://127.0.0.1", "127.0.0.1"),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, origin: str, authority: str) -> None:
    found = origin_of(url)
    assert (str(found), found.authority) == (origin, authority)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "feed.xml",
        "//www.gov.uk/",
        "file:records/",
        "http://",
        "http://a..b/",
        "http://.example/",
        f"http://{'a.' * 127}/",
        "http://me@example.org/",
        "http://example.org:port/",
        "http://[::1/",
        "http://127.1/",
        "http://2130706433/",
        "http://999.1.1.1/",
    ],
)
def test_an_invalid_address_has_no_origin(url: str) -> None:
    with pytest.raises(FetchError):
        origin_of(url)


def test_a_label_has_up_to_63_characters_and_a_name_up_to_253() -> None:
    longest = ".".join(["a" * 63] * 3 + ["a" * 61])
    assert origin_of(f"http://{longest}/").host == longest
    for too_long in (f"{longest}a", "a" * 64):
        with pytest.raises(FetchError):
            origin_of(f"http://{too_long}/")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HTTPS://WWW.GOV.UK:443/a", "https://www.gov.uk/a"),
        ("http://example.org:80", "http://example.org/"),
        ("https://example.org:/?a", "https://example.org/?a"),
        ("https://example.org/a#part", "https://example.org/a"),
        ("https://example.org/?organisations[]=a", "https://example.org/?organisations%5B%5D=a"),
        ("https://example.org/%7euser/%c3%a9", "https://example.org/~user/é"),
        ("https://example.org/open%20data", "https://example.org/open data"),
    ],
)
def test_equivalent_addresses_have_the_same_normal_form(one: str, other: str) -> None:
    assert normal_form(one) == normal_form(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/?a=1&b=2", "https://example.org/?b=2&a=1"),
        ("https://example.org/?q=a+b", "https://example.org/?q=a%20b"),
        ("https://example.org/?q=a%26b", "https://example.org/?q=a&b"),
        ("https://example.org/a%2Fb", "https://example.org/a/b"),
        ("https://example.org/a", "https://example.org/A"),
        ("https://example.org/a", "https://example.org/a/"),
        ("https://example.org/", "http://example.org/"),
        ("https://example.org/", "https://example.org:80/"),
    ],
)
def test_different_addresses_have_different_normal_forms(one: str, other: str) -> None:
    assert normal_form(one) != normal_form(other)


@given(st.text(alphabet="aZ~-%25BbD[]é &=+/?#", max_size=30))
def test_normalising_twice_changes_nothing_more(path: str) -> None:
    once = normal_form(f"https://example.org/{path}")
    assert normal_form(once) == once
