"""What the last poll listed is compared with this one: gaps, short lists, servers that always say 304."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.errors import Cause
from aggregator.model import Fetched, FetchResult, NotModified, Request, Selectors, Validators
from aggregator.store import open_store
from tests.services.stage import FakeNetwork, PollingBench
from tests.support.builders import NOON, make_source

DAY = timedelta(days=1)
SITE = "https://www.example.org"
FEED = f"{SITE}/feed"
LIST = f"{SITE}/consultations"

# A name, the day of June 2026 on which it was published, and perhaps that of its update.
Item = tuple[str, int] | tuple[str, int, int]


def feed(*items: Item) -> bytes:
    entries = "".join(
        f"<entry><id>{SITE}/?p={day}</id><title>Post {name}</title><link href='{SITE}/{name}'/>"
        f"<published>2026-06-{day:02}T09:00:00Z</published>"
        f"<updated>2026-06-{(updated or [day])[0]:02}T09:00:00Z</updated></entry>"
        for name, day, *updated in items
    )
    feed = f"<feed xmlns='http://www.w3.org/2005/Atom'><id>tag:f</id><title>f</title>{entries}</feed>"
    return feed.encode()


def posts(*days: int) -> list[Item]:
    return [(f"p{day}", day) for day in days]


def page(numbers: Sequence[int | str]) -> bytes:
    rows = "".join(
        f"<li class='c'><h2><a href='/c/{one}'>Consultation {one}</a></h2><time>{4} May 2026</time></li>"
        for one in numbers
    )
    return f"<html><body><main><h1>Consultations</h1><ul>{rows}</ul></main></body></html>".encode()


def menu(count: int) -> bytes:
    return "".join(
        f"<li class='c'><h2><a href='/m/{n}'>Menu {n}</a></h2></li>" for n in range(count)
    ).encode()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[PollingBench]:
    feed_source = make_source("one", address=FEED, fallbacks=())
    selectors = Selectors(item="li.c", title="h2", link="h2 a", date="time")
    listing = replace(feed_source, id="list", kind="listing", address=LIST, selectors=selectors)
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        yield PollingBench(store, (feed_source, listing))


PINNED: Item = ("pinned", 1)


@pytest.mark.parametrize(
    "now",
    [
        [PINNED, *posts(16, 15)],
        pytest.param([*posts(16, 15), PINNED], marks=pytest.mark.long),
        pytest.param([*posts(16), PINNED, *posts(15)], marks=pytest.mark.long),
        # It was edited meanwhile.
        [("pinned", 1, 14), *posts(16, 15)],
        # The oldest comes first.
        pytest.param([PINNED, *posts(15, 16)], marks=pytest.mark.long),
    ],
    ids=["first", "last", "between", "edited", "oldest first"],
)
def test_a_pinned_item_hides_no_gap(stage: PollingBench, now: list[Item]) -> None:
    """Older pages are asked until one reaches back; they have the pinned item as well."""
    stage.poll(NOON, {FEED: feed(PINNED, *posts(11, 10))}, only=["one"])
    stage.network.requested_urls.clear()
    pages = {
        FEED: feed(*now),
        f"{FEED}?paged=2": feed(PINNED, *posts(14, 13)),
        f"{FEED}?paged=3": feed(PINNED, *posts(12, 11)),
    }

    stage.poll(NOON + DAY, pages, only=["one"])

    assert stage.network.requested_urls == [FEED, f"{FEED}?paged=2", f"{FEED}?paged=3"]
    assert {f"Post p{day}" for day in range(10, 17)} <= stage.documents_by_title().keys()
    assert stage.state("one").items_missed_at is None


def test_a_gap_that_stays_is_reported(stage: PollingBench) -> None:
    stage.poll(NOON, {FEED: feed(PINNED, *posts(11, 10))}, only=["one"])
    stage.poll(NOON + DAY, {FEED: feed(PINNED, *posts(16, 15))}, only=["one"])
    assert stage.state("one").items_missed_at == NOON + DAY


@pytest.mark.parametrize(
    "now",
    [
        [PINNED, *posts(12, 11, 10)],
        # The publisher took the newest away.
        [PINNED, *posts(12), ("p10", 10, 14)],
        [PINNED, ("p10", 10, 14)],
        # The feed is ordered by update, and what was published last is out of it.
        [("p12", 12, 16), ("p7", 7, 15), ("p10", 10, 14)],
        # By no date at all.
        [*posts(3, 12, 5, 13, 4, 14, 6), *posts(10)],
    ],
    ids=["one more", "newest gone", "nothing new", "by update", "unordered"],
)
def test_what_reaches_back_is_no_gap(stage: PollingBench, now: list[Item]) -> None:
    stage.poll(NOON, {FEED: feed(PINNED, ("p11", 11), ("p10", 10, 14))}, only=["one"])
    stage.network.requested_urls.clear()
    stage.poll(NOON + DAY, {FEED: feed(*now)}, only=["one"])
    assert stage.network.requested_urls == [FEED]
    assert stage.state("one").items_missed_at is None


def test_a_list_that_shrank_for_good_is_believed_at_the_third_look(stage: PollingBench) -> None:
    stage.poll(NOON, {LIST: page(range(14))}, only=["list"])
    looks = [
        stage.poll(NOON + day * DAY, {LIST: page([12, 13, 13 + day])}, only=["list"]) for day in (1, 2, 3)
    ]

    causes = [(look["list"].failure and look["list"].failure.cause, look["list"].new) for look in looks]
    assert causes == [(Cause.LAYOUT, 1), (Cause.LAYOUT, 1), (None, 1)]
    assert "Consultation 14" in stage.documents_by_title()
    state = stage.state("list")
    assert (state.items, state.failure, state.shrunk_looks) == (3, None, 0)
    # The days on which it was in doubt are no silence.
    (outage,) = stage.store.sources.outages()["list"]
    assert (outage.since, outage.until) == (NOON, NOON + 3 * DAY)


def test_three_looks_within_an_hour_are_not_enough(stage: PollingBench) -> None:
    stage.poll(NOON, {LIST: page(range(14))}, only=["list"])
    for minutes in (10, 20, 30, 40):
        stage.poll(NOON + timedelta(minutes=minutes), {LIST: page(range(3))}, only=["list"])
    assert stage.state("list").failure is not None


@pytest.mark.long
def test_a_list_that_is_whole_again_starts_anew(stage: PollingBench) -> None:
    for day, numbers in enumerate([range(14), range(3), range(3), range(14), range(3), range(3)]):
        stage.poll(NOON + day * DAY, {LIST: page(numbers)}, only=["list"])
    state = stage.state("list")
    assert (state.items, state.shrunk_looks, state.shrunk_since) == (14, 2, NOON + 4 * DAY)


def test_a_menu_in_place_of_the_list_is_never_read(stage: PollingBench) -> None:
    stage.poll(NOON, {LIST: page(range(14))}, only=["list"])
    for day in range(1, 6):
        stage.poll(NOON + day * DAY, {LIST: menu(4)}, only=["list"])
    failure = stage.state("list").failure
    assert failure is not None
    assert "aggregator sources accept-list list" in failure.hint
    assert not [title for title in stage.documents_by_title() if title.startswith("Menu")]


def test_the_operator_can_accept_a_short_list_at_once(stage: PollingBench) -> None:
    stage.poll(NOON, {LIST: page(range(14))}, only=["list"])
    assert not stage.poller.accept_short_list("list", NOON)
    stage.poll(NOON + DAY, {LIST: page(range(3))}, only=["list"])
    assert stage.poller.accept_short_list("list", NOON + DAY)
    outcome = stage.poll(NOON + 2 * DAY, only=["list"])["list"]
    assert (outcome.failure, stage.state("list").items) == (None, 3)


class StubbornNetwork(FakeNetwork):
    """Answers 304 to every request with validators, each time with another entity tag."""

    sent: list[Validators]

    async def __call__(self, request: Request) -> FetchResult:
        self.sent = [*getattr(self, "sent", []), request.validators]
        if request.validators != Validators():
            return NotModified(url=request.url, headers={"etag": f'"{len(self.sent)}"'})
        result = await super().__call__(request)
        assert isinstance(result, Fetched)
        return replace(result, headers={"etag": '"0"', "last-modified": "x"})


def test_the_first_poll_of_each_day_is_without_validators_and_those_of_a_304_are_kept(
    stage: PollingBench,
) -> None:
    """A limit of the board ends with a day. The state is read from the store, as after a restart."""
    network = stage.network = StubbornNetwork()
    for number in range(11):  # at 13:00, 19:00, 01:00 and 07:00 in London
        at, days = NOON + number * DAY / 4, range(number + 1, 0, -1)
        stage.poll(at, {FEED: feed(*posts(*days))}, only=["one"])

    whole = [number for number, sent in enumerate(network.sent) if sent == Validators()]
    assert whole == [0, 2, 6, 10]
    assert network.sent[3:6] == [Validators(etag=tag, last_modified="x") for tag in ('"0"', '"4"', '"5"')]
    assert stage.state("one").read_whole_at == NOON + 10 * DAY / 4
    assert "Post p11" in stage.documents_by_title()
