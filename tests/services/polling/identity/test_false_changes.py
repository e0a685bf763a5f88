"""What is no change of a document makes none: stand-ins, notices, other sources. An edit makes one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from xml.sax.saxutils import escape

import pytest

from aggregator.errors import Cause
from aggregator.model import Document, RemovalKind
from aggregator.model.bodies import Selectors
from aggregator.store import Store
from tests.services.conftest import OpenStore
from tests.services.stage import FakeResponse, PollingBench
from tests.support.builders import NOON, make_source

DAY = timedelta(days=1)
ADDRESS = "https://www.example.org/p/plan"
WORDS = (
    "<p>Our open government action plan runs from 2024 to 2026. It holds five commitments.</p>"
    "<p>The steering group meets in July.</p>"
)
REWRITTEN = "<p>We now publish what each department promised, and who answers for its delivery.</p>" * 2


def page(main: str, title: str = "Open government", head: str = "") -> bytes:
    shown = (
        f"<!DOCTYPE html><html lang='en'><head><title>{title} - Example Council</title>{head}</head><body>"
    )
    return f"{shown}<main><h1>{title}</h1>{main}</main></body></html>".encode()


STAND_INS = {
    "maintenance": page("<p>We should be back shortly. Thank you for your patience.</p>"),
    "home page": page("<p>Pay, report, apply.</p>", "Welcome to Example Council"),
    "parked": page("<p>Interested in this name? Make an offer today.</p>", "example.org"),
    "chooser": page("<p>Select the region in which you live to go on.</p>", "Regions"),
    "refreshed": page("<p>One moment.</p>", "One moment", "<meta http-equiv='refresh' content='3'>"),
    "for robots": page(
        "<p>One moment.</p>", "One moment", "<meta name='robots' content='noindex, nofollow'>"
    ),
}


@pytest.fixture
def store(fresh: OpenStore) -> Iterator[Store]:
    with fresh() as opened:
        yield opened


def watching(store: Store, *addresses: str) -> PollingBench:
    sources = (make_source(f"s{n}", kind="page", address=one) for n, one in enumerate(addresses))
    return PollingBench(store, tuple(sources))


def parts(store: Store) -> list[tuple[str, ...]]:
    carriers = [carrier for document in store.documents.all() for carrier in document.carriers]
    return [revision.parts for carrier in carriers for revision in carrier.revisions[1:]]


def only(store: Store) -> Document:
    (document,) = store.documents.all()
    return document


@pytest.mark.parametrize("form", sorted(STAND_INS))
def test_a_stand_in_is_a_failure_and_no_version_however_long_it_stays(form: str, store: Store) -> None:
    bench = watching(store, ADDRESS)
    bench.poll(NOON, {ADDRESS: page(WORDS)})
    for day in (1, 2, 3):
        outcome = bench.poll(NOON + day * DAY, {ADDRESS: STAND_INS[form]})["s0"]
        assert outcome.failure is not None
    assert "steering group" in only(store).entry.text
    bench.poll(NOON + 4 * DAY, {ADDRESS: page(WORDS)})

    assert (parts(store), bench.state("s0").failure) == ([], None)
    assert only(store).carriers[0].pending_revision is None


MENU = "<div>Residents Business Visitors Your council Jobs News Events. Pay, report and apply for it.</div>"
FOOT = "<div>Write to the civic centre, High Street, Exampleton. Terms and conditions of use apply.</div>"


def framed(main: str, title: str = "Open government") -> bytes:
    """A page of a site whose menus and footer cannot be told from the text."""
    shown = f"<html><head><title>{title}</title></head><body>{MENU}<div><h1>{title}</h1>{main}</div>"
    return f"{shown}{FOOT}</body></html>".encode()


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Open government", "<p>Our colleagues were told of it and are busy.</p>"),
        ("Your choices", "<p>Say which of our 843 partners may keep facts on your device.</p>"),
        ("exampleton.org", "<p>Cheap flights, quotes, cards and hotels with our partners.</p>" * 8),
    ],
)
def test_a_stand_in_is_known_within_the_frame_of_its_site(title: str, words: str, store: Store) -> None:
    bench = watching(store, ADDRESS)
    for day, answer in enumerate((framed(WORDS), framed(words, title), framed(WORDS))):
        bench.poll(NOON + day * DAY, {ADDRESS: answer})
    assert parts(store) == []

    edit = WORDS.replace("five commitments", "six commitments")
    bench.poll(NOON + 3 * DAY, {ADDRESS: framed(edit)})
    assert parts(store) == [("text",)]


def test_a_page_that_was_rewritten_is_believed_at_a_second_look_hours_later(store: Store) -> None:
    bench = watching(store, ADDRESS)
    bench.poll(NOON, {ADDRESS: page(WORDS)})
    rewritten = {ADDRESS: page(REWRITTEN, "Open government: who promised what")}
    first = bench.poll(NOON + DAY, rewritten)["s0"]
    bench.poll(NOON + DAY + timedelta(hours=2), rewritten)
    assert (first.failure and first.failure.cause, parts(store)) == (Cause.OTHER_PAGE, [])
    bench.poll(NOON + DAY + timedelta(hours=3), rewritten)
    bench.poll(NOON + 2 * DAY, rewritten)

    assert parts(store) == [("title", "text")]
    assert only(store).entry.title == "Open government: who promised what"


def test_what_stands_at_two_addresses_of_a_host_is_no_document_of_either(store: Store) -> None:
    other = "https://www.example.org/p/forum"
    bench = watching(store, ADDRESS, other)
    bench.poll(NOON, {ADDRESS: page(WORDS), other: page(REWRITTEN, "Open government forum")})
    notice = page("<p>" + "The government of the island has a new portal for all its services. " * 8 + "</p>")
    for day in (1, 2, 3):
        bench.poll(NOON + day * DAY, {ADDRESS: notice, other: notice})

    assert parts(store) == []


def test_the_operator_may_accept_what_looks_like_a_stand_in(store: Store) -> None:
    bench = watching(store, ADDRESS)
    bench.poll(NOON, {ADDRESS: page(WORDS)})
    closed = {ADDRESS: page("<p>Nothing more will appear here.</p>", "Archive")}
    bench.poll(NOON + DAY, closed)
    assert bench.poller.accept_short_list("s0", NOON + DAY)
    bench.poll(NOON + 2 * DAY, closed)

    assert parts(store) == [("title", "text")]


def test_item_pages_with_one_text_are_not_their_texts(store: Store) -> None:
    address = "https://www.example.org/list"
    chosen = Selectors(item="li", title="a", link="a", main="main", details=True)
    source = make_source("s0", kind="listing", address=address, selectors=chosen)
    bench = PollingBench(store, (source,))
    items = "".join(f"<li><a href='/d/{n}'>Minutes of meeting {n}</a></li>" for n in (1, 2, 3))
    listed = f"<!DOCTYPE html><html><body><ul>{items}</ul></body></html>".encode()
    own = {
        f"https://www.example.org/d/{n}": page(f"<p>The group agreed on point {n} of the plan.</p>")
        for n in (1, 2, 3)
    }
    check = page("<p>Please tick the box so that we know who is asking.</p>")
    two = listed.replace(b"<li><a href='/d/3'>Minutes of meeting 3</a></li>", b"")
    bench.poll(NOON, {address: two, **own})
    for day in (1, 2):
        bench.poll(NOON + day * DAY, {address: listed, **dict.fromkeys(own, check)})
    assert not any("tick the box" in one.entry.text for one in store.documents.all())
    bench.poll(NOON + 3 * DAY, {address: listed, **own})

    assert parts(store) == []
    assert all("agreed on point" in one.entry.text for one in store.documents.all())


# ---------------------------------------------------------------- words that an author withdrew


@pytest.mark.parametrize("in_feed", [True, False])
def test_a_topic_that_its_author_deleted_is_withdrawn_and_its_words_are_not_quoted(
    in_feed: bool, store: Store
) -> None:
    forum = "https://forum.example.org"
    kind, address = ("feed", f"{forum}/latest.rss") if in_feed else ("discourse", f"{forum}/latest.json")
    bench = PollingBench(store, (make_source("s0", kind=kind, address=address),))

    def answers(words: str, *, deleted: bool) -> dict[str, FakeResponse]:
        if in_feed:
            return {address: _item(words)}
        topic = {"id": 12, "title": "Open government", "slug": "a", "created_at": "2026-06-01T09:00:00.000Z"}
        post = {"post_number": 1, "cooked": f"<p>{words}</p>", "user_deleted": deleted}
        return {
            address: json.dumps({"topic_list": {"topics": [topic]}}).encode(),
            f"{forum}/t/12.json": json.dumps({**topic, "post_stream": {"posts": [post]}}).encode(),
        }

    bench.poll(NOON, answers("First words of the plan by its author.", deleted=False))
    for day in (1, 2, 3):
        bench.poll(NOON + day * DAY, answers("(post deleted by author)", deleted=True))

    assert parts(store) == [("removed",)]
    document = only(store)
    assert document.removal is not None
    assert document.removal.kind is RemovalKind.WITHDRAWN
    assert "deleted by author" not in document.entry.text


def _item(words: str) -> bytes:
    link = "https://forum.example.org/t/a/12"
    item = f"<title>Open government</title><link>{link}</link><description>{escape(words)}</description>"
    return f"<rss version='2.0'><channel><title>x</title><item>{item}</item></channel></rss>".encode()


# ---------------------------------------------------------------- items of feeds


@pytest.mark.parametrize(
    "shown",
    [
        f"{WORDS}<div hidden>Draft</div>",
        f"<p style='display:none'>You have 3 messages</p>{WORDS}",
        f"{WORDS}<span class='screen-reader-text'>Draft</span>",
        "Our open government action plan… <a href='/p'>Continue reading</a>",
        "Open government",
    ],
)
def test_what_an_item_hides_or_leaves_out_is_no_change(shown: str, store: Store) -> None:
    feed = "https://www.example.org/feed"
    bench = PollingBench(store, (make_source("s0", address=feed),))
    for day, words in enumerate((WORDS, shown, WORDS)):
        bench.poll(NOON + day * DAY, {feed: _item(words)})
    assert parts(store) == []
    assert "Draft" not in only(store).entry.text

    bench.poll(NOON + 3 * DAY, {feed: _item(WORDS.replace("meets in July", "does not meet in July"))})
    assert parts(store) == [("text",)]


# ---------------------------------------------------------------- one edit


def test_an_edit_that_page_and_feed_show_in_turn_is_one_change(store: Store) -> None:
    feed = "https://www.example.org/feed"
    sources = (make_source("a", address=feed), make_source("b", kind="page", address=ADDRESS))
    bench = PollingBench(store, sources)
    edit = WORDS.replace("meets in July", "meets in the town hall in September")

    def answers(of_feed: str, of_page: str) -> dict[str, FakeResponse]:
        excerpt = of_feed.replace("<p>", "").replace("</p>", " ").partition("</p>")[0]
        item = f"<title>Open government</title><link>{ADDRESS}</link><description>{excerpt}</description>"
        written = f"<rss version='2.0'><channel><title>x</title><item>{item}</item></channel></rss>"
        return {feed: written.encode(), ADDRESS: page(f"{of_page}<p>Write to us at any time.</p>")}

    for day, (of_feed, of_page) in enumerate(((WORDS, WORDS), (edit, WORDS), (edit, edit), (edit, edit))):
        bench.poll(NOON + day * DAY, answers(of_feed, of_page))

    assert parts(store) == [("text",)]
