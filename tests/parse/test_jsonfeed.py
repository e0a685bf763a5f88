"""The kind `jsonfeed`. The feeds are in `cases/jsonfeed`, the expectations here."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aggregator.errors import Cause
from aggregator.model import FeedMetadata, Fetched, ParsedPage, RawEntry, RawLink, Reject
from aggregator.normalise import normalise
from aggregator.parse import reader_for, request_older
from tests.parse.html.sources import CASES, fetched, read, refused
from tests.support.builders import NOON, make_source

ADDRESS = "https://network.example.org/feed.json"
SOURCE = make_source(kind="jsonfeed", address=ADDRESS)


def case(name: str) -> bytes:
    return (CASES / "jsonfeed" / name).read_bytes()


def feed(**facts: Any) -> str:
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Example", **facts})


def read_item(**facts: Any) -> RawEntry:
    [only] = read(SOURCE, feed(items=[facts])).entries
    return only


def test_a_request_accepts_json_with_the_pause_of_the_source() -> None:
    request = reader_for("jsonfeed").request(SOURCE, ADDRESS)
    assert (request.url, request.pause.total_seconds()) == (ADDRESS, 5)
    assert request.accept.startswith("application/feed+json, application/json")


def test_an_item_of_version_1_1_is_read_as_it_was_written() -> None:
    assert read(SOURCE, case("version_1_1.json")).entries[0] == RawEntry(
        item_name="item 1",
        id="https://network.example.org/2026/05/read-out/",
        link="https://network.example.org/2026/05/read-out/",
        title="Example: read-out & slides",
        title_is_verbatim=True,
        summary="Example summary: 1 < 2.",
        summary_is_html=False,
        summary_is_verbatim=True,
        content='<p>Example words with a <a href="/nap6/">relative link</a>.</p>',
        published="2026-05-05T10:11:00+01:00",
        updated="2026-05-06T09:00:00Z",
        categories=("Read-outs", "NAP6"),
        language="en-GB",
        links=(
            RawLink(href="https://www.gov.uk/example-plan", rel="related"),
            RawLink(
                href="/slides.pdf", rel="enclosure", type="application/pdf", title="Slides", length="4096"
            ),
        ),
    )


def test_an_item_about_another_page_leads_there_and_its_plain_text_becomes_paragraphs() -> None:
    second = read(SOURCE, case("version_1_1.json")).entries[1]
    assert (second.id, second.link) == ("20260504", "https://www.gov.wales/example-statement")
    assert second.content == "<p>First &amp; last.</p><p>Second paragraph,<br>two lines.</p>"
    assert (second.language, second.links, second.summary) == ("cy", (), None)


def test_a_note_without_a_title_stays_without_one_and_is_rejected_by_normalise() -> None:
    page = read(SOURCE, case("version_1_1.json"))
    assert (page.entries[2].title, page.entries[2].link) == (None, "https://network.example.org/notes/3")
    normalised = normalise(SOURCE, ADDRESS, page.entries, now=NOON)
    assert [entry.title for entry in normalised.entries] == [
        "Example: read-out & slides",
        "Example: a statement elsewhere",
    ]
    assert [reject.item_name for reject in normalised.rejects] == ["item 3"]


def test_what_is_no_item_is_rejected_with_its_number() -> None:
    page = read(SOURCE, case("version_1_1.json"))
    assert page.rejects == (Reject(item_name="item 4", why="this item is no object with facts in it"),)


def test_the_metadata_is_what_the_feed_says_about_itself() -> None:
    page = read(SOURCE, case("version_1_1.json"))
    assert page.feed_metadata == FeedMetadata(
        id="https://network.example.org/feed.json",
        title="Example: news of a network",
        link="https://network.example.org/",
        language="en-GB",
    )
    assert (page.complete, page.next_requests) == (False, ())


def test_version_1_is_read() -> None:
    page = read(SOURCE, case("version_1.json"))
    assert [(e.id, e.link, e.title, e.content, e.published, e.language) for e in page.entries] == [
        (
            "2",
            "https://old.example.org/2",
            "Example: second",
            "<p>Words.</p>",
            "2017-05-17T08:02:12-07:00",
            None,
        )
    ]


@pytest.mark.parametrize("name", ["version_1.json", "version_1_1.json"])
def test_no_name_of_a_person_is_read(name: str) -> None:
    assert "Person" not in repr(read(SOURCE, case(name)))


@pytest.mark.parametrize(
    "version",
    [
        "http://jsonfeed.org/version/1",
        "https://www.jsonfeed.org/version/1.1/",
        "https://jsonfeed.org/version/1",
    ],
)
def test_the_version_is_known_in_each_of_its_spellings(version: str) -> None:
    assert read(SOURCE, json.dumps({"version": version, "items": []})).entries == ()


def test_an_id_that_is_no_address_is_no_link() -> None:
    assert read_item(id="7", title="Example").link is None


def test_html_goes_before_plain_text_and_an_empty_one_counts_as_none() -> None:
    assert read_item(content_html="<b>a</b>", content_text="a").content == "<b>a</b>"
    assert read_item(content_html="", content_text="a").content == "<p>a</p>"


def test_characters_that_xml_forbids_are_removed() -> None:
    item = read_item(title="Exa\x00mple\ud800", tags=["a\ud800"], id=True)
    assert (item.title, item.categories, item.id) == ("Example", ("a",), None)


@pytest.mark.parametrize("field", ["tags", "attachments", "title", "url", "content_html", "date_published"])
@pytest.mark.parametrize("value", [None, {}, {"a": "b"}, [None], [[]], True])
def test_a_field_of_the_wrong_form_counts_as_not_given(field: str, value: object) -> None:
    assert read_item(**{field: value}) == read_item()


def test_plain_text_keeps_its_lines_and_quotation_marks() -> None:
    item = read_item(content_text='"One"\r\ntwo\r\n \r\nthree')
    assert item.content == '<p>"One"<br>two</p><p>three</p>'


def test_an_attachment_without_a_size_is_read() -> None:
    [link] = read_item(attachments=[{"url": "/a.pdf", "mime_type": "application/pdf"}]).links
    assert link == RawLink(href="/a.pdf", rel="enclosure", type="application/pdf")


def test_a_feed_that_has_expired_is_a_failure_of_the_source() -> None:
    error = refused(SOURCE, feed(expired=True, home_page_url="https://network.example.org/", items=[{}]))
    assert error.cause is Cause.ENDED
    assert error.hint == "look for what takes its place: https://network.example.org/"
    assert read(SOURCE, feed(expired=False, items=[])).entries == ()


def test_a_feed_without_its_list_is_broken() -> None:
    assert refused(SOURCE, feed()).cause is Cause.BROKEN_FEED
    assert refused(SOURCE, feed(items={})).cause is Cause.BROKEN_FEED


@pytest.mark.parametrize(
    ("value", "detail", "hint"),
    [
        (
            {"users": [], "topic_list": {}},
            "a list of topics of Discourse came in place of a JSON Feed",
            "try kind discourse for this source",
        ),
        (
            {"base_path": "/a", "content_id": "1", "title": "Example"},
            "a document of GOV.UK came in place of a JSON Feed",
            "try kind govuk for this source",
        ),
        (
            {"results": [], "total": 0, "start": 0},
            "search results of GOV.UK came in place of a JSON Feed",
            "try kind govuk for this source",
        ),
        (
            [{"overview": "", "startdate": "", "enddate": "", "id": "1"}],
            "a list of consultations of Citizen Space came in place of a JSON Feed",
            "try kind citizenspace for this source",
        ),
        (
            [{"date_gmt": "", "guid": {}, "excerpt": {}}],
            "a list of posts of WordPress came in place of a JSON Feed",
            "try kind feed with the site's /feed/",
        ),
        (
            {"version": "2.0", "items": []},
            "JSON, but no JSON Feed: an object that holds version, items",
            "open the address in a browser and compare it with the publisher's list of feeds",
        ),
        (
            [1, 2],
            "JSON, but no JSON Feed: a list that holds nothing",
            "open the address in a browser and compare it with the publisher's list of feeds",
        ),
    ],
)
def test_json_that_is_no_feed_is_named(value: object, detail: str, hint: str) -> None:
    error = refused(SOURCE, json.dumps(value))
    assert (error.cause, error.detail, error.hint) == (Cause.NOT_A_FEED, detail, hint)


def test_broken_json_names_line_and_column() -> None:
    error = refused(SOURCE, feed(items=[]).replace("[", "[\n{'a'"))
    assert error.cause is Cause.BROKEN_FEED
    assert "line 2 column 2" in error.detail


def test_a_page_in_place_of_the_feed_is_named_by_its_title() -> None:
    error = refused(SOURCE, "<!doctype html><title>Sign in</title><input type=password>")
    assert (error.cause, error.detail) == (
        Cause.NOT_A_FEED,
        "a login page titled 'Sign in' came in place of JSON",
    )


def older_of(next_url: object, url: str = ADDRESS) -> str | None:
    response: Fetched = fetched(feed(items=[], next_url=next_url), url)
    found = request_older(SOURCE, response, ParsedPage(entries=()))
    return found.url if found else None


def test_older_items_are_at_next_url_and_only_requested_when_needed() -> None:
    response = fetched(case("version_1_1.json"), ADDRESS)
    page = reader_for("jsonfeed").read(SOURCE, response)
    request = request_older(SOURCE, response, page)
    assert request
    assert request.url == "https://network.example.org/feed.json?page=2"
    assert request.accept.startswith("application/feed+json")
    assert page.next_requests == ()


@pytest.mark.parametrize("next_url", [None, "", True, ADDRESS, "#top", "javascript:alert(1)", "http://["])
def test_a_next_address_that_leads_nowhere_is_none(next_url: object) -> None:
    assert older_of(next_url) is None


def test_a_relative_next_address_counts_from_the_answer() -> None:
    assert older_of("?page=3", ADDRESS + "?page=2") == ADDRESS + "?page=3"
