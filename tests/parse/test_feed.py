"""The kind `feed` with each form of feed. The files are in `cases`, the expectations here."""

from __future__ import annotations

import pytest

from aggregator.errors import Cause
from aggregator.model import FeedMetadata, RawEntry, RawLink, Reject
from aggregator.parse import reader_for
from tests.parse.answers import CASES, read_case, read_feed, refused
from tests.support.builders import make_source

ITEM = "<item><title>Example</title><link>https://news.example.org/1</link></item>"


def rss(items: str) -> str:
    return f'<rss version="2.0"><channel><title>Example</title>{items}</channel></rss>'


def test_a_request_accepts_feeds_at_the_given_address_with_the_pause_of_the_source() -> None:
    request = reader_for("feed").request(make_source(), "https://news.example.org/other")
    assert request.url == "https://news.example.org/other"
    assert request.pause.total_seconds() == 5
    assert request.accept.startswith("application/atom+xml, application/rss+xml")


def test_atom_entry_is_read_as_it_was_written() -> None:
    assert read_case("atom10.atom").entries[0] == RawEntry(
        item_name="item 1",
        id="tag:news.example.org,2026:1",
        link="https://news.example.org/all/one",
        title="Example &lt;em&gt;one&lt;/em&gt; &amp; more",
        title_is_html=True,
        summary="Example words & signs.",
        summary_is_html=False,
        summary_is_verbatim=True,
        content="<p>Geiriau enghreifftiol.</p>",
        published="2026-05-01T09:00:00+01:00",
        updated="2026-05-25T16:00:00Z",
        categories=("Policy paper", "transparency"),
        language="cy",
        base="https://pages.example.org/one/",
        links=(
            RawLink(href="https://news.example.org/one.pdf", type="application/pdf"),
            RawLink(href="https://news.example.org/all/one", type="text/html"),
            RawLink(
                href="https://files.example.org/1.pdf",
                rel="enclosure",
                type="application/pdf",
                title="The paper",
                length="1234",
            ),
        ),
    )


def test_atom_metadata_is_what_the_feed_says_about_itself() -> None:
    page = read_case("atom10.atom")
    assert page.feed_metadata == FeedMetadata(
        id="tag:news.example.org,2026:all",
        title="Example news",
        self_url="https://news.example.org/all.atom",
        link="https://news.example.org/all",
        updated="2026-05-25T16:00:00Z",
        rights="Example licence",
        language="en-GB",
    )
    assert (page.complete, page.next_requests, page.rejects) == (False, (), ())


def test_an_entry_without_updated_has_none_although_it_has_published() -> None:
    second = read_case("atom10.atom").entries[1]
    assert (second.published, second.updated) == ("2026-04-30T10:00:00Z", None)


def test_plain_content_is_escaped_to_html() -> None:
    second = read_case("atom10.atom").entries[1]
    assert second.content == "<p>Plain words: 1 &lt; 2.</p>"
    assert (second.title, second.title_is_html) == ("Example two: 1 < 2", False)
    assert second.summary is None
    assert (second.language, second.base) == ("en-GB", "https://news.example.org/all/")


def test_an_atom_id_is_the_link_of_an_entry_without_another() -> None:
    third = read_case("atom10.atom").entries[2]
    assert (third.id, third.link) == ("https://news.example.org/three", "https://news.example.org/three")
    assert third.content == "<p>In <b>XHTML</b>.</p>"


def test_atom_0_3_is_read() -> None:
    page = read_case("atom03.atom")
    assert page.feed_metadata.updated == "2004-02-03T04:05:06Z"
    assert [(e.title, e.link, e.published, e.updated) for e in page.entries] == [
        ("Example entry", "https://old.example.org/1", "2004-02-01T08:00:00Z", "2004-02-03T04:05:06Z")
    ]


def test_rss_0_91_with_a_document_type_but_no_entities_is_read() -> None:
    page = read_case("rss091.rss")
    assert (page.feed_metadata.title, page.feed_metadata.language) == ("Example of RSS 0.91", "en-gb")
    assert [(e.title, e.link, e.summary) for e in page.entries] == [
        ("Example item", "https://old.example.org/item", "Example words.")
    ]


def test_rss_1_0_is_read_and_its_dublin_core_date_counts_as_updated() -> None:
    [only] = read_case("rss10.rdf").entries
    assert (only.id, only.link) == ("https://old.example.org/a", "https://old.example.org/a")
    assert (only.published, only.updated) == (None, "2003-02-01T08:00:00Z")
    assert only.categories == ("Example subject",)


def test_wordpress_rss_is_read_with_excerpt_full_text_and_enclosure() -> None:
    page = read_case("wordpress.rss")
    first = page.entries[0]
    assert first.id == "http://staging.example.org/?p=99999"
    assert first.link == "https://network.example.org/2026/05/05/example-read-out/"
    assert first.title == "Example forum – read-out"
    assert (first.summary, first.summary_is_html) == ("<p>Example first words [&#8230;]</p>", True)
    assert first.content == '<p>Example full text with a <a href="/nap6/">relative link</a>.</p>'
    assert (first.published, first.updated) == ("Tue, 05 May 2026 10:11:00 +0000", None)
    assert first.categories == ("Uncategorised", "Example tag")
    assert (first.language, first.base) == ("en-GB", None)
    enclosure = RawLink(
        href="https://network.example.org/slides.pdf", rel="enclosure", type="application/pdf", length="4096"
    )
    assert enclosure in first.links
    assert page.feed_metadata.updated == "Tue, 05 May 2026 10:12:00 +0000"


def test_a_title_of_rss_that_was_escaped_twice_is_flagged_as_html() -> None:
    second = read_case("wordpress.rss").entries[1]
    assert (second.title, second.title_is_html) == ("Example of Q&#038;A &#8211; escaped twice", True)


def test_an_rss_guid_is_the_link_only_where_it_is_a_permalink_and_an_address() -> None:
    assert [entry.link for entry in read_case("wordpress.rss").entries[1:]] == [
        "https://network.example.org/?p=99998",
        None,
        None,
    ]


@pytest.mark.parametrize("case", ["wordpress.rss", "atom10.atom", "rss10.rdf"])
def test_no_name_of_a_person_is_read(case: str) -> None:
    assert "Person" not in repr(read_case(case))


def test_drupal_rss_of_northern_ireland_is_read_with_its_dates_as_written() -> None:
    page = read_case("ni.rss")
    assert [entry.published for entry in page.entries] == [
        "15 September 2026",
        '<time datetime="2026-09-14T12:00:00Z">14 September 2026</time>',
        "13 September 2026",
    ]
    first = page.entries[0]
    assert first.link == "https://www.example-ni.gov.uk/news/example-minister"
    assert first.id == "https://www.example-ni.gov.uk/node/99999"
    assert first.summary is None


def test_the_page_of_legislation_is_the_link_without_rel() -> None:
    page = read_case("legislation.feed")
    [only] = page.entries
    assert only.link == "http://legislation.example.org/nisr/2026/404/made"
    assert [link.title for link in only.links] == [None, "HTML snippet", None, "XML", "PDF"]
    assert (only.published, only.updated) == ("2026-05-10T14:16:50.57Z", "2026-05-10T14:38:03.439Z")
    assert page.feed_metadata.updated == "2026-05-10T14:16:51.818"


def test_the_notice_of_a_retired_finder_is_a_failure_of_the_source_and_no_item() -> None:
    error = refused((CASES / "feed_ended.atom").read_bytes())
    assert error.cause is Cause.ENDED
    assert error.hint == "look for what takes its place: https://www.gov.uk/government/example-topic"


@pytest.mark.parametrize(("old", "new"), [("/feed-ended", "/other"), ("This feed has ended", "Example")])
def test_an_item_that_shares_only_title_or_id_with_the_notice_is_read(old: str, new: str) -> None:
    assert len(read_feed((CASES / "feed_ended.atom").read_text().replace(old, new)).entries) == 1


def test_a_feed_without_items_is_an_empty_page() -> None:
    assert read_feed(rss("")).entries == ()
    assert read_feed('<feed xmlns="http://www.w3.org/2005/Atom"/>').entries == ()


def test_items_are_saved_from_broken_xml() -> None:
    page = read_feed(rss("<item><title>Tea & cake</title><link>https://news.example.org/1</link></item>"))
    assert [(e.title, e.link) for e in page.entries] == [("Tea & cake", "https://news.example.org/1")]
    assert page.rejects == ()


def test_html_entities_that_xml_does_not_know_are_read() -> None:
    assert read_feed(rss(ITEM.replace("Example", "Caf&eacute;"))).entries[0].title == "Café"


def test_a_warning_of_the_server_before_the_feed_does_no_harm() -> None:
    page = read_feed("\n<br />\n<b>Warning</b>: example in <b>x.php</b><br />\n" + rss(ITEM))
    assert [entry.title for entry in page.entries] == ["Example"]


def test_control_characters_do_not_break_a_feed() -> None:
    page = read_feed(rss(ITEM.replace("Example", "Exa\x0bmple")))
    assert [entry.title for entry in page.entries] == ["Example"]


def test_an_item_inside_which_the_feed_breaks_off_is_rejected_and_the_others_are_read() -> None:
    page = read_feed(rss(ITEM + "<item><title>Second</title><link>https://news.exa")[:-16])
    assert [entry.item_name for entry in page.entries] == ["item 1"]
    assert page.rejects == (
        Reject(
            item_name="item 2", why="the feed breaks off inside this item; the next poll may bring it whole"
        ),
    )


def test_a_feed_that_breaks_off_between_items_keeps_all_of_them() -> None:
    page = read_feed(rss(ITEM)[: -len("</channel></rss>")])
    assert (len(page.entries), page.rejects) == (1, ())


def test_broken_xml_without_an_item_names_line_and_column() -> None:
    error = refused(
        '<?xml version="1.0"?>\n<rss version="2.0">\n<channel><title>Example</title>\n <a b></rss>'
    )
    assert error.cause is Cause.BROKEN_FEED
    assert "near line 4, column 5" in error.detail


def test_a_feed_that_breaks_off_inside_its_first_item_is_broken() -> None:
    assert refused(rss("<item><title>Exam")[:-16]).cause is Cause.BROKEN_FEED


def test_content_is_left_as_it_is_although_the_feed_names_a_base() -> None:
    description = "<description>&lt;a href='x' onclick='y'&gt;z&lt;/a&gt;</description>"
    feed = rss(ITEM.replace("</item>", description + "</item>")).replace(
        "<rss", "<rss xml:base='https://a.example/'"
    )
    assert read_feed(feed).entries[0].summary == "<a href='x' onclick='y'>z</a>"


def test_a_name_of_a_person_that_is_very_long_costs_no_time() -> None:
    long = "<author>" + "a" * 300_000 + "</author>"
    assert read_feed(rss(ITEM.replace("</item>", long + "</item>"))).entries[0].title == "Example"


def test_the_text_between_the_names_of_two_persons_stays() -> None:
    item = "<item><author>A</author><title>Example</title><author>B</author></item>"
    assert read_feed(rss(item)).entries[0].title == "Example"


def test_references_to_characters_that_xml_forbids_are_left_out() -> None:
    feed = rss(ITEM).replace("<channel><title>Example", "<channel><title>Exa&#xffff;mple")
    assert read_feed(feed).feed_metadata.title == "Example"
