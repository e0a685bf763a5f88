"""Absolute, clean and canonical addresses."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.normalise.urls import (
    absolute_url,
    canonical_url,
    clean_url,
    former_canonical_url,
    spelling_of,
)

BASE = "https://news.example.org/all/feed.xml"


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("https://a.example/x", "https://a.example/x"),
        ("one", "https://news.example.org/all/one"),
        ("/one?a=1#b", "https://news.example.org/one?a=1#b"),
        ("../one", "https://news.example.org/one"),
        ("//a.example/x", "https://a.example/x"),
        ("?page=2", "https://news.example.org/all/feed.xml?page=2"),
        ("#part", "https://news.example.org/all/feed.xml#part"),
        ("  https://a.exa\nmple/x \t", "https://a.example/x"),
        ("https:\\\\a.example\\x?y=\\", "https://a.example/x?y=\\"),
        ("https://www.gov.ukhttps://www.gov.uk/x", "https://www.gov.uk/x"),
        ("/x?a=1&amp;b=2", "https://news.example.org/x?a=1&b=2"),
        ("", None),
        (None, None),
        ("mailto:a@example.org", None),
        ("javascript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("data:text/html,x", None),
        ("ftp://a.example/x", None),
        ("tag:www.gov.uk,2005:/x", None),
        ("urn:uuid:9576dcd2-941f-5529-b3a0-1c924e2609b2", None),
        ("https://", None),
        ("https://[::1", None),
        ("https://a.example:99999/", None),
        ("https://a b.example/", None),
        ("https://" + "a" * 300 + ".example/", None),
        ("https://a.example/" + "a" * 5_000, None),
    ],
)
def test_a_link_is_made_absolute_or_is_none(href: str | None, expected: str | None) -> None:
    assert absolute_url(href, BASE) == expected


def test_a_relative_link_without_a_base_is_none() -> None:
    assert absolute_url("/x", None) is None
    assert absolute_url("/x", "file:records/") is None
    assert absolute_url("/x", "http://[") is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://www.Example.org/A/?b=2&a=1#part", "http://www.Example.org/A/?b=2&a=1#part"),
        (
            "https://www.gov.wales/x?utm_source=rss-announcements&utm_medium=rss&utm_campaign=y",
            "https://www.gov.wales/x",
        ),
        ("https://a.example/x?a=1&fbclid=2&b=3&GCLID=4&mc_cid=5", "https://a.example/x?a=1&b=3"),
        ("https://a.example/x?utm_source=y#part", "https://a.example/x#part"),
        ("https://www.gov.uk/x#2026-05-25T16:00:00Z", "https://www.gov.uk/x"),
        ("https://www.gov.uk/x#2026-05-25T17:00:00.000+01:00", "https://www.gov.uk/x"),
        ("https://user:secret@a.example/x", "https://a.example/x"),
        ('https://a.example/a b"c<d>', "https://a.example/a%20b%22c%3Cd%3E"),
        ("https://a.example/x\u202ey", "https://a.example/x%E2%80%AEy"),
        ("https://a.example/tŷ", "https://a.example/tŷ"),
        ("/relative", None),
        ("gov.uk/x", None),
        ("javascript:alert(1)", None),
        (None, None),
    ],
)
def test_the_address_to_publish_is_the_publishers_without_trackers(
    url: str | None, expected: str | None
) -> None:
    assert clean_url(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://www.Example.org/A/", "https://example.org/A"),
        ("https://example.org", "https://example.org/"),
        ("https://example.org/", "https://example.org/"),
        ("https://example.org./x//", "https://example.org/x"),
        ("https://www.glasgow.gov.uk:443/article/1337", "https://glasgow.gov.uk/article/1337"),
        ("http://example.org:80/x", "https://example.org/x"),
        ("https://example.org:8443/x", "https://example.org:8443/x"),
        ("https://www.org/x", "https://www.org/x"),
        ("https://example.org/x?b=2&a=1&&utm_source=y", "https://example.org/x?a=1&b=2"),
        ("https://example.org/?p=99999", "https://example.org/?p=99999"),
        ("https://example.org/s?q=open+government", "https://example.org/s?q=open%20government"),
        ("https://example.org/x#part", "https://example.org/x"),
        ("https://www.gov.uk/x#2026-05-25T16:00:00Z", "https://gov.uk/x"),
        ("https://example.org/x#!/topic/1", "https://example.org/x#!/topic/1"),
        ("https://example.org/x#/topic/1", "https://example.org/x#/topic/1"),
        ("https://example.org/%7euser/%c5%b7/%2f", "https://example.org/~user/%C5%B7/%2F"),
        ("https://example.org/tŷ", "https://example.org/t%C5%B7"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("https://example.org/a/./b/../c/%2e%2e/d", "https://example.org/a/d"),
        ("https://example.org/a/../b", "https://example.org/b"),
        ("https://example.org/../../a", "https://example.org/a"),
        ("https://BÜCHER.example/", "https://xn--bcher-kva.example/"),
        ("http://[2001:DB8::1]/x", "https://[2001:db8::1]/x"),
        ("mailto:a@example.org", None),
    ],
)
def test_the_key_of_a_page(url: str, expected: str | None) -> None:
    assert canonical_url(url) == expected


def test_pages_that_differ_in_their_query_have_different_keys() -> None:
    assert canonical_url("https://example.org/?p=1") != canonical_url("https://example.org/?p=2")


@pytest.mark.parametrize(
    "query", ["pk_doc=1", "utm_zone=32", "mtm_id=4", "hsa_no=7", "piwik_page=2", "ref=1", "sid=9", "PK_DOC=1"]
)
def test_a_parameter_that_no_tracker_has_stays(query: str) -> None:
    """Even if it begins like one: it may be the number of a document."""
    url = f"https://example.org/decision?{query}"
    assert clean_url(url) == canonical_url(url) == url


@pytest.mark.parametrize(
    ("url", "former"),
    [
        ("https://example.org/decision?pk_doc=1", "https://example.org/decision"),
        ("https://example.org/x?a=1&hsa_no=7&utm_source=y", "https://example.org/x?a=1"),
        ("https://example.org/x?utm_source=y", None),
    ],
)
def test_a_page_is_found_by_the_key_that_it_had_before(url: str, former: str | None) -> None:
    assert former_canonical_url(url) == former


@pytest.mark.parametrize(
    "spelling",
    [
        "http://example.org//news//plan/",
        "https://www.example.org/news/plan/index.html",
        "https://example.org/News/Plan/Default.aspx",
        "https://example.org/news/plan?a=&b",
        "https://example.org/news/plan?CMP=x&at_medium=RSS&at_campaign=y&ref=rss&lang=en#top",
    ],
)
def test_usual_spellings_of_an_address_have_something_in_common(spelling: str) -> None:
    assert spelling_of(spelling) == "https://example.org/news/plan"


def test_accents_are_compared_however_they_are_written() -> None:
    assert spelling_of("https://example.org/caf%C3%A9") == spelling_of("https://example.org/cafe%CC%81")
    assert spelling_of("https://example.org/plan?a=1") != spelling_of("https://example.org/plan?a=2")


SEGMENT = st.text("abcXYZ09-._~%é ", max_size=6)
PAIR = st.tuples(st.sampled_from("abcp"), st.text("xyz0+%é", max_size=4)).map("=".join)
TRACKER = st.sampled_from(["utm_source=a", "UTM_Medium=b", "fbclid=c", "gclid=d", "mc_eid=e", "mtm_cid=f"])


@given(
    path=st.lists(SEGMENT, max_size=4).map("/".join),
    pairs=st.lists(PAIR, max_size=4),
    trackers=st.lists(TRACKER, max_size=3),
    start=st.sampled_from(["http://example.org", "HTTPS://www.Example.ORG", "https://example.org:443"]),
    end=st.sampled_from(["", "/", "//"]),
    part=st.sampled_from(["", "#part"]),
    chance=st.randoms(use_true_random=False),
)
def test_the_key_ignores_scheme_case_of_host_www_slash_order_trackers_and_part(
    *, path: str, pairs: list[str], trackers: list[str], start: str, end: str, part: str, chance: Random
) -> None:
    mixed = [*pairs, *trackers]
    chance.shuffle(mixed)
    plain = f"https://example.org/{path}?{'&'.join(pairs)}"
    assert canonical_url(f"{start}/{path}{end}?{'&'.join(mixed)}{part}") == canonical_url(plain)


@given(st.text() | st.text("ab/.%?&=#!:@[]\\+2e é").map("https://example.org/".__add__))
def test_a_key_and_a_clean_address_do_not_change_again(url: str) -> None:
    key, address = canonical_url(url), clean_url(url)
    assert (key is None) == (address is None)
    if key:
        assert canonical_url(key) == key
        assert clean_url(address) == address
        assert canonical_url(address) == key


@pytest.mark.parametrize(
    "url",
    [
        "https://www.glasgow.gov.uk/article/1337/Open-Government-in-Glasgow",
        "https://www.glasgow.gov.uk:443/article/1337/Open-Government-Partnership",
        "http://glasgow.gov.uk/index.aspx?articleid=1337",
        "https://www.glasgow.gov.uk/article/1337",
    ],
)
def test_glasgows_article_is_its_number(url: str) -> None:
    assert canonical_url(url) == "https://glasgow.gov.uk/article/1337"


@pytest.mark.parametrize("path", ["t/read-out-from-the-forum/2805", "t/2805", "t/another-title/2805/2"])
def test_a_topic_is_its_number(path: str) -> None:
    assert canonical_url(f"https://discuss.opengovernment.org.uk/{path}") == (
        "https://discuss.opengovernment.org.uk/t/2805"
    )
