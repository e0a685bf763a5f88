"""Whatever is written as an address has a host or none, and raises nothing."""

from __future__ import annotations

import pytest

from aggregator.classify.labels.hosts import is_blog
from aggregator.config.source_template import licence_of, place_of, propose_id
from aggregator.normalise.entry import split_type
from aggregator.normalise.language import language
from aggregator.observe.state.process_state import is_official
from aggregator.parse.html.dom import file_type
from aggregator.publish.presentation.paths import web
from aggregator.values.web_addresses import authority_of, host_of, is_web, join_address, split_address

BROKEN = [
    "http://[",
    "https://[::1",
    "http://a]b/",
    "http://[x]/",
    "//[",
    "https://[v1.x",
    "[",
    "http://[]:80/",
]


@pytest.mark.parametrize(
    ("address", "host", "authority"),
    [
        ("https://www.gov.uk/a", "gov.uk", "gov.uk"),
        ("HTTPS://WWW.Gov.Wales:443/", "gov.wales", "gov.wales"),
        ("http://user:word@blog.example.org:8080/", "blog.example.org", "blog.example.org:8080"),
        ("//example.org/a", "example.org", "example.org"),
        ("http://[::1]:8000/", "::1", "[::1]:8000"),
        ("records/", "", ""),
        ("", "", ""),
        (None, "", ""),
    ],
)
def test_the_host_of_an_address(address: str | None, host: str, authority: str) -> None:
    assert host_of(address) == host
    assert authority_of(address) == authority


@pytest.mark.parametrize("address", BROKEN)
def test_what_is_no_address_has_no_host_and_raises_nothing(address: str) -> None:
    assert (host_of(address), authority_of(address), is_web(address)) == ("", "", False)
    assert split_address(address) in {("", "", "", "", ""), ("", "", address, "", "")}
    assert join_address("https://example.org/", address)
    assert not is_official(address, frozenset({"gov.uk"}))
    assert not is_blog(address)
    assert language(None, address, "en") == "en"
    assert split_type("Policy paper: A plan", ["Policy paper"], address) == ("Policy paper: A plan", None)
    assert licence_of(address) == "unknown"
    assert web(address) is None
    assert file_type(address) is None
    assert propose_id(address, ())
    assert place_of(address) in {"", address}
