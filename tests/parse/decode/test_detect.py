"""Whatever is sent in place of a feed is refused with the real cause and a hint."""

from __future__ import annotations

import pytest

from aggregator.errors import Cause
from tests.parse.answers import cause_of, read_feed, refused

ENTITIES = (
    '<!DOCTYPE rss [<!ENTITY a "&b;"><!ENTITY b "&a;">]><rss version="2.0"><channel>&a;</channel></rss>'
)
HIDDEN = ENTITIES.replace("<", "+ADw-").encode()
FEED = '<rss version="2.0"><channel><item><title>Example</title></item></channel></rss>'


@pytest.mark.parametrize("payload", [b"", b"  \r\n\t ", b"\xef\xbb\xbf", b"\x00\x00"])
def test_nothing_is_empty(payload: bytes) -> None:
    assert cause_of(payload) is Cause.EMPTY


@pytest.mark.parametrize(
    "page",
    [
        "<!DOCTYPE html><html><head><title>Example &amp; more</title></head></html>",
        "<!doctype HTML>\n<title>Example &amp; more</title><p>Words",
        '<?xml version="1.0"?><html xml:lang="en"><title>Example &amp; more</title></html>',
        "<!-- saved --><HTML><title>Example &amp; more</title></HTML>",
        "<!doctype html><title>Example &amp; more</title><p>An <rss> example",
    ],
)
def test_a_page_in_place_of_a_feed_is_named_by_its_title(page: str) -> None:
    error = refused(page, "application/rss+xml")
    assert error.cause is Cause.NOT_A_FEED
    assert error.detail == "a page titled 'Example & more' came in place of a feed"
    assert "kind listing or page" in error.hint


def test_a_page_that_names_its_feed_gives_the_address_as_the_hint() -> None:
    error = refused('<html><link rel="alternate" type="application/atom+xml" href="/real.atom"></html>')
    assert error.hint == "the page itself names a feed: /real.atom"


@pytest.mark.parametrize("text", ["Please solve this CAPTCHA", "Just a moment...", "403 Access Denied"])
def test_a_bot_check_with_status_200_is_recognised(text: str) -> None:
    error = refused(f"<html><title>Example</title><body>{text}</body></html>")
    assert error.detail == "a bot check titled 'Example' came in place of a feed"
    assert "poll more slowly" in error.hint


def test_a_login_page_is_recognised() -> None:
    assert refused("<html><body><input type='password'></body></html>").detail.startswith("a login page")
    assert refused("<html><title>Sign in - Example</title></html>").detail.startswith("a login page")


@pytest.mark.parametrize("payload", ['{"version": "https://jsonfeed.org/version/1.1"}', "\n[1, 2]"])
def test_json_hints_at_its_own_kind(payload: str) -> None:
    error = refused(payload)
    assert (error.cause, error.hint) == (Cause.NOT_A_FEED, "try kind jsonfeed for this source")


def test_other_xml_is_named_by_its_first_element() -> None:
    error = refused('<?xml version="1.0"?><urlset><url/></urlset>')
    assert (error.cause, error.detail) == (
        Cause.NOT_A_FEED,
        "neither Atom nor RSS: its first element is <urlset>",
    )


def test_text_is_quoted_from_its_beginning() -> None:
    assert refused("Service   unavailable").detail == "neither Atom nor RSS: it begins 'Service unavailable'"


def test_rdf_that_is_no_feed_is_no_feed() -> None:
    rdf = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description/></rdf:RDF>'
    assert refused(rdf).cause is Cause.NOT_A_FEED


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-32"])
def test_declared_entities_are_refused_in_every_encoding(encoding: str) -> None:
    error = refused(('<?xml version="1.0"?>' + ENTITIES).encode(encoding))
    assert error.cause is Cause.BROKEN_FEED
    assert "<!ENTITY" in error.detail


def test_entities_cannot_hide_in_utf_7_or_behind_a_comment() -> None:
    assert cause_of(b'<?xml version="1.0" encoding="utf-7"?>' + HIDDEN) is Cause.NOT_A_FEED
    assert cause_of(ENTITIES.replace("[", "[<!-- <rss > -->").encode()) is not None


@pytest.mark.parametrize(
    "content_type", ["text/html; charset=utf-8", "text/plain", "application/octet-stream"]
)
def test_a_feed_under_a_wrong_content_type_is_a_feed(content_type: str) -> None:
    assert len(read_feed(FEED, content_type).entries) == 1


def test_more_namespaces_than_are_read_are_refused_with_the_limit() -> None:
    excess = "".join(f'<b xmlns:n{n}="u"/>' for n in range(101))
    error = refused(FEED.replace("<item>", excess + "<item>"))
    assert (error.cause, error.detail) == (Cause.BROKEN_FEED, "101 namespaces; at most 100 are read")


def test_a_long_feed_with_many_tags_and_categories_is_not_taken_for_an_attack() -> None:
    item = "<item><title>Example</title>" + "<category>a</category>" * 101 + "</item>"
    feed = f'<rss version="2.0"><channel>{item * 100}</channel></rss>'
    assert len(read_feed(feed).entries) == 100
