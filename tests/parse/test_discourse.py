"""The kind `discourse`: one item for each topic, no replies, no names."""

from __future__ import annotations

import json

import pytest

from aggregator.errors import Cause
from aggregator.model import ParsedPage, RawEntry, RawLink, Reject
from aggregator.parse import merge_items, reader_for
from tests.parse.answers import SAMPLES
from tests.parse.html.sources import CASES, SHIPPED, entries, read, refused
from tests.support.builders import make_source

FORUM = "https://discuss.opengovernment.org.uk"
SOURCE = SHIPPED["uk-ogn-forum"]
TOPIC = f"{FORUM}/t/example-read-out/2805"


def case(name: str) -> str:
    return (CASES / "discourse" / name).read_text(encoding="utf-8")


def read_case(name: str, address: str) -> ParsedPage:
    return read(SOURCE, case(name), FORUM + address)


def latest(description: str) -> RawEntry:
    """The item read from a list feed whose only topic has this description."""
    described = f"<description><![CDATA[{description}]]></description>"
    item = f"<item><title>Example</title><link>{TOPIC}</link>{described}</item>"
    [only] = read(SOURCE, f'<rss version="2.0"><channel>{item}</channel></rss>').entries
    return only


def post(markup: str) -> str | None:
    """The content read from a post in a list feed."""
    footer = f'<p><small>1 post - 1 participant</small></p><p><a href="{TOPIC}">Read full topic</a></p>'
    return latest(markup + footer).content


def test_a_request_accepts_a_feed_or_json_by_the_ending_of_the_address() -> None:
    kind = reader_for("discourse")
    assert kind.request(SOURCE, SOURCE.address).accept.startswith("application/atom+xml")
    assert kind.request(SOURCE, FORUM + "/latest.json?order=created").accept == "application/json"
    assert kind.request(SOURCE, FORUM + "/latest.json").pause == SOURCE.pause


def test_the_latest_topics_are_read_without_counter_link_and_names() -> None:
    assert read_case("latest.rss", "/latest.rss").entries[1] == RawEntry(
        item_name="item 2",
        id="discuss.opengovernment.org.uk-topic-2805",
        content_id="discuss.opengovernment.org.uk-topic-2805",
        link=TOPIC,
        title="Example: read out from the UK Multi-Stakeholder Forum",
        content="<p>Hi all, thanks  for the notes.</p>\n"
        '<aside class="quote no-group" data-post="1" data-topic="2500">\n\n'
        "<blockquote>\n<p>When is the next meeting?</p>\n</blockquote>\n</aside>\n"
        '<p>The slides: <a class="attachment" href="/uploads/short-url/abc.pdf">slides.pdf</a> (1.2 MB)</p>',
        published="Wed, 24 Jan 2024 16:05:00 +0000",
        categories=("UK",),
        links=(RawLink(href="/uploads/short-url/abc.pdf", rel="enclosure", title="slides.pdf"),),
    )


def test_a_pinned_and_closed_topic_is_a_topic_like_any_other() -> None:
    page = read_case("latest.rss", "/latest.rss")
    pinned = page.entries[0]
    assert (pinned.title, pinned.link) == ("Example: welcome to the forum", f"{FORUM}/t/example-welcome/7")
    assert pinned.content == "<p>Example: how this forum works.</p>"
    assert (page.rejects, page.complete, page.feed_metadata.title) == (
        (),
        False,
        "Example: forum - Latest topics",
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("3 posts - 2 participants", "57 posts - 12 participants"),
        ("3 posts - 2 participants", "1 个帖子 - 1 位参与者"),
        ("<discourse:topicClosed>No", "<discourse:topicClosed>Yes"),
        ("<discourse:topicArchived>No", "<discourse:topicArchived>Yes"),
        ("<discourse:topicPinned>Yes", "<discourse:topicPinned>No"),
        ("Read full topic", "Darllen y pwnc llawn"),
    ],
)
def test_a_reply_a_new_state_and_the_language_of_the_controls_change_nothing(before: str, after: str) -> None:
    changed = case("latest.rss").replace(before, after)
    assert changed != case("latest.rss")
    assert read(SOURCE, changed) == read_case("latest.rss", "/latest.rss")


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("latest.rss", "/latest.rss"),
        ("latest.rss", "/c/uk/5.rss"),
        ("posts.rss", "/posts.rss"),
        ("topic.rss", "/t/example-read-out/2805.rss"),
        ("latest.json", "/latest.json"),
        ("topic.json", "/t/2805.json"),
    ],
)
def test_every_form_gives_the_topic_one_entry_with_one_link_and_id(name: str, address: str) -> None:
    page = read_case(name, address)
    found = [(e.id, e.link, e.title) for e in page.entries if e.link == TOPIC]
    assert found == [
        (
            "discuss.opengovernment.org.uk-topic-2805",
            TOPIC,
            "Example: read out from the UK Multi-Stakeholder Forum",
        )
    ]
    assert "reply" not in repr(page)
    assert page.rejects == ()


@pytest.mark.parametrize("name", ["latest.rss", "posts.rss", "topic.rss", "latest.json", "topic.json"])
def test_no_name_of_a_member_is_read(name: str) -> None:
    path = "/latest.json" if name.endswith(".json") else "/latest.rss"
    assert "person" not in repr(read_case(name, path)).lower()


def test_a_topic_feed_and_its_json_give_only_the_text_of_the_first_post() -> None:
    fed = read_case("topic.rss", "/t/example-read-out/2805.rss")
    from_json = read_case("topic.json", "/t/2805.json")
    assert [e.text for e in entries(SOURCE, fed)] == ["Hi all, here are the notes."]
    assert [e.text for e in entries(SOURCE, from_json)] == ["Hi all, here are the notes."]
    assert [e.published for e in entries(SOURCE, fed)] == [e.published for e in entries(SOURCE, from_json)]


def test_small_print_at_the_end_of_a_post_is_no_counter_where_no_link_follows() -> None:
    [only] = read_case("posts.rss", "/posts.rss").entries
    assert only.content == "<p>Hi all, here are the notes.</p>\n<p><small>24 January - 1 of 2</small></p>"


def test_a_feed_of_posts_without_a_first_post_is_empty() -> None:
    replies = case("posts.rss").replace("/2805/1<", "/2805/3<")
    assert read(SOURCE, replies, FORUM + "/posts.rss").entries == ()


@pytest.mark.parametrize(
    ("link", "topic"),
    [
        ("/t/example/12", "/t/example/12"),
        ("/t/example/12/1", "/t/example/12"),
        ("/t/12", "/t/12"),
        ("/t/12/1", "/t/12"),
        ("/t/-/12", "/t/-/12"),
        ("/t/example/12?u=example-person", "/t/example/12"),
        ("/t/2024-plan/12/", "/t/2024-plan/12"),
        ("/forum/t/example/12", "/forum/t/example/12"),
        ("/t/t/12", "/t/t/12"),
    ],
)
def test_the_link_of_a_topic_has_no_number_of_a_post_and_nobody_in_it(link: str, topic: str) -> None:
    [only] = read(SOURCE, case("latest.rss").replace("/t/example-read-out/2805<", f"{link}<")).entries[1:]
    assert only.link == FORUM + topic


@pytest.mark.parametrize(
    "link", ["/u/someone", "/t/", "/t/example", "/t/example/12/1/2", "/t/example/x/1", ""]
)
def test_an_item_that_is_no_topic_is_rejected(link: str) -> None:
    page = read(SOURCE, case("latest.rss").replace("/t/example-read-out/2805<", f"{link}<"))
    assert [entry.item_name for entry in page.entries] == ["item 1"]
    assert page.rejects == (Reject(item_name="item 2", why="its link leads to no topic of a forum"),)


def test_a_feed_whose_links_have_another_form_is_a_changed_layout() -> None:
    error = refused(SOURCE, case("changed.rss"))
    assert (error.cause, error.detail) == (Cause.LAYOUT, "none of 2 items leads to a topic (/t/…)")


def test_an_item_inside_which_the_feed_breaks_off_is_rejected_as_in_any_feed() -> None:
    cut = case("latest.rss").partition("<p>Hi all")[0]
    page = read(SOURCE, cut)
    assert [entry.item_name for entry in page.entries] == ["item 1"]
    assert [reject.item_name for reject in page.rejects] == ["item 2"]


def test_at_most_five_hundred_items_are_read() -> None:
    items = f"<item><title>Example</title><link>{TOPIC}</link></item>" * 501
    assert len(read(SOURCE, f'<rss version="2.0"><channel>{items}</channel></rss>').entries) == 500


def test_a_feed_without_topics_is_empty() -> None:
    assert read(SOURCE, '<rss version="2.0"><channel><title>Example</title></channel></rss>').entries == ()


@pytest.mark.parametrize(
    ("markup", "kept"),
    [
        ('<p>Thanks <a class="mention" href="/u/ann">@ann</a>: well done</p>', "<p>Thanks  well done</p>"),
        ('<p><span class="mention">@ann</span> said</p>', "<p> said</p>"),
        ('<p>To <a class="mention-group" href="/groups/board">@board</a></p>', "<p>To </p>"),
        ('<p>To <a href="/groups/board">the board</a></p>', "<p>To </p>"),
        ('<p>By <a href="/u/ann">Ann Example</a></p>', "<p>By </p>"),
        (f'<p>By <a href="{FORUM}/users/ann/summary">Ann</a></p>', "<p>By </p>"),
        ('<p>By <a href="https://www.example.org/u/ann">the unit</a></p>', None),
        ("<p>Hi @ann.example, and @Bob_1.</p>", "<p>Hi and.</p>"),
        ("<p>Write to plans@example.org @ 3pm, @2pm</p>", None),
        ('<p><img alt="ann" class="avatar" src="a.png"/>Words</p>', "<p>Words</p>"),
        ('<aside class="onebox user-onebox"><p>Ann</p></aside><p>Words</p>', "<p>Words</p>"),
        (
            '<div class="lightbox-wrapper"><a href="a.png">plan<div class="meta">690×400</div></a></div>',
            '<div class="lightbox-wrapper"><a href="a.png">plan</a></div>',
        ),
        (
            f'<p><a href="{FORUM}/t/other/9/3?u=ann">See here</a></p>',
            f'<p><a href="{FORUM}/t/other/9/3">See here</a></p>',
        ),
        ("<p>Our statement:</p><blockquote><p>Words</p></blockquote>", None),
        (f'<p>See <a href="{TOPIC}">above</a></p>', None),
        (f'<p><a href="{FORUM}/t/other/9">Other topic</a></p>', None),
        ("<p><small>No figures</small></p>", None),
        ("Plain words", None),
        ("", ""),
    ],
)
def test_names_go_out_of_a_post_and_all_else_stays(markup: str, kept: str | None) -> None:
    assert (post(markup) or "") == (markup if kept is None else kept)


@pytest.mark.parametrize(
    ("end", "kept"),
    [
        ('<p><small>2 posts - 2 participants</small></p><p><a href="/t/2805">Read full topic</a></p>', ""),
        (f'<p><a href="{TOPIC}/1">Read on</a></p>', ""),
        (
            f'<p>2 posts - 2 participants</p><p><a href="{TOPIC}">Read on</a></p>',
            "<p>2 posts - 2 participants</p>",
        ),
        (f'<p>See <a href="{TOPIC}">above</a></p>', None),
        (f'<p><a href="{TOPIC}">One</a><a href="{TOPIC}"></a></p>', None),
        (f'<p><a href="{FORUM}/t/other/9">Other</a></p>', None),
    ],
)
def test_only_what_a_list_feed_adds_goes_from_the_end(end: str, kept: str | None) -> None:
    assert (latest(end).content or "") == (end if kept is None else kept)


def test_a_post_without_text_has_no_content() -> None:
    assert post("") is None


def test_a_post_that_takes_too_long_to_clean_is_rejected_and_the_others_are_read() -> None:
    many = "<p>" + "<b>@ann</b>" * 301 + "</p>"
    page = read(SOURCE, case("latest.rss").replace("<p>Example: how this forum works.</p>", many))
    assert [entry.item_name for entry in page.entries] == ["item 2"]
    assert page.rejects == (Reject(item_name="item 1", why="a post with more than 300 names"),)
    assert post("<p>" + "<b>@ann</b>" * 300 + "</p>") == "<p>" + "<b></b>" * 300 + "</p>"


def test_posts_with_more_tags_than_anybody_writes_are_refused_together() -> None:
    escaped = "&lt;b>" * 150_000
    item = f"<item><title>Example</title><link>{TOPIC}</link><description>{escaped}</description></item>"
    error = refused(SOURCE, f'<rss version="2.0"><channel>{item * 2}</channel></rss>')
    assert (error.cause, error.detail) == (
        Cause.TOO_LARGE,
        "posts with 300,000 tags, more than is read",
    )


def test_a_list_in_json_gives_partial_items_and_a_request_for_each_topic() -> None:
    page = read_case("latest.json", "/latest.json")
    first, second = page.entries
    assert first == RawEntry(
        item_name=f"topic {TOPIC}",
        id="discuss.opengovernment.org.uk-topic-2805",
        content_id="discuss.opengovernment.org.uk-topic-2805",
        link=TOPIC,
        title="Example: read out from the UK Multi-Stakeholder Forum",
        published="2024-01-24T16:05:00.123Z",
        categories=("read-outs", "nap6"),
        partial=True,
    )
    assert second.link == f"{FORUM}/t/2806"
    assert [(request.url, request.about, request.accept) for request in page.next_requests] == [
        (f"{FORUM}/t/2805.json", TOPIC, "application/json"),
        (f"{FORUM}/t/2806.json", f"{FORUM}/t/2806", "application/json"),
    ]
    assert page.next_requests[0].pause == SOURCE.pause


def test_an_item_of_a_list_and_its_topic_are_merged_into_a_whole_item() -> None:
    lines = read_case("latest.json", "/latest.json").entries[:1]
    topic = read_case("topic.json", "/t/2805.json").entries
    [joined] = merge_items((*lines, *topic))
    assert (joined.content, joined.categories, joined.partial) == (
        "<p>Hi all, here are the notes.</p>",
        ("read-outs", "nap6"),
        False,
    )


def test_only_the_first_twenty_topics_of_a_list_are_fetched() -> None:
    topics = [{"id": number, "slug": "example", "title": "Example"} for number in range(1, 31)]
    page = read(SOURCE, json.dumps({"topic_list": {"topics": topics}}), FORUM + "/latest.json")
    assert (len(page.entries), len(page.next_requests)) == (30, 20)
    assert page.next_requests[19].url == f"{FORUM}/t/20.json"


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("/latest.json", "/t/example/1"),
        ("/c/uk/5.json", "/t/example/1"),
        ("/c/uk/5/l/latest.json", "/t/example/1"),
        ("/forum/latest.json", "/forum/t/example/1"),
        ("/forum/top/monthly.json", "/forum/t/example/1"),
    ],
)
def test_a_forum_may_be_in_a_folder(address: str, link: str) -> None:
    value = {"topic_list": {"topics": [{"id": 1, "slug": "example", "title": "Example"}]}}
    [only] = read(SOURCE, json.dumps(value), FORUM + address).entries
    assert only.link == FORUM + link


def test_a_slug_in_json_is_written_as_in_an_address() -> None:
    value = {
        "topic_list": {"topics": [{"id": 1, "slug": "été/a", "title": "E"}, {"id": 2, "slug": "%C3%A9"}]}
    }
    found = read(SOURCE, json.dumps(value), FORUM + "/latest.json").entries
    assert [entry.link for entry in found] == [f"{FORUM}/t/%C3%A9t%C3%A9%2Fa/1", f"{FORUM}/t/%C3%A9/2"]


def test_a_topic_in_json_without_its_first_post_is_nothing() -> None:
    assert read_case("topic.json", "/t/2805.json").entries
    later = case("topic.json").replace('"post_number": 1', '"post_number": 21')
    assert read(SOURCE, later, FORUM + "/t/2805.json").entries == ()


@pytest.mark.parametrize("value", [[], {}, {"latest_posts": []}, [{"topic_list": 1}]])
def test_other_json_is_refused(value: object) -> None:
    error = refused(SOURCE, json.dumps(value), FORUM + "/posts.json")
    assert (error.cause, error.hint) == (
        Cause.NOT_A_FEED,
        "use the forum's /latest.rss, or its /latest.json",
    )


def test_a_login_page_of_a_closed_forum_is_recognised() -> None:
    page = "<!doctype html><title>Log in</title>"
    assert refused(SOURCE, page).detail.startswith("a login page titled 'Log in'")
    assert refused(SOURCE, page, FORUM + "/latest.json").detail.startswith("a login page titled 'Log in'")


@pytest.mark.skipif(not SAMPLES.exists(), reason="the samples are no part of the project")
def test_the_sample_of_a_forum_is_read_right() -> None:
    page = read(make_source(kind="discourse"), (SAMPLES / "models/discourse_latest.rss").read_bytes())
    assert [(e.title, e.link, e.published, e.categories, e.content) for e in page.entries] == [
        (
            "EXAMPLE Read out from the UK Multi-Stakeholder Forum",
            "https://discuss.opengovernment.org.uk/t/example-read-out/9999",
            "Wed, 24 Jan 2024 16:05:00 +0000",
            ("UK",),
            "<p>EXAMPLE first post, whole.</p>",
        )
    ]
