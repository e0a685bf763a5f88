"""Text that should be an address: it has a host or none, and nothing raises."""

from __future__ import annotations

import pytest

from aggregator.classify.labels.hosts import is_blog_address
from aggregator.config.source_template import comparable_address, propose_id, propose_licence
from aggregator.normalise.language import detect_language
from aggregator.normalise.title_type import split_type
from aggregator.observe.state.process_state import is_official
from aggregator.parse.html.dom import media_type_of
from aggregator.publish.presentation.paths import web_url
from aggregator.values.web_addresses import authority_of, host_of, is_web_address, join_address, split_address

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
        ("http://user:secret@blog.example.org:8080/", "blog.example.org", "blog.example.org:8080"),
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
def test_text_that_is_not_an_address_has_no_host_and_raises_nothing(address: str) -> None:
    assert (host_of(address), authority_of(address), is_web_address(address)) == ("", "", False)
    assert split_address(address) in {("", "", "", "", ""), ("", "", address, "", "")}
    assert join_address("https://example.org/", address)
    assert not is_official(address, frozenset({"gov.uk"}))
    assert not is_blog_address(address)
    assert detect_language(None, address, "en") == "en"
    assert split_type("Policy paper: A plan", ["Policy paper"], address) == ("Policy paper: A plan", None)
    assert propose_licence(address) == "unknown"
    assert web_url(address) is None
    assert media_type_of(address) is None
    assert propose_id(address, ())
    assert comparable_address(address) in {"", address}
