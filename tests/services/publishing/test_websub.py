"""Hubs are told which feeds have changed, and one that cannot be told stops nobody."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from aggregator.errors import Cause
from aggregator.model import Failed, FetchResult, Request
from aggregator.services.publishing.websub import announce
from tests.support.builders import site

HUBS = ("https://hub.example.org/", "https://other.example.org/")


@dataclass
class Hub:
    """Answers as hubs do: 204, with nothing in it; or not at all."""

    cause: Cause = Cause.EMPTY
    told: list[Request] = field(default_factory=list)

    async def __call__(self, request: Request) -> FetchResult:
        self.told.append(request)
        return Failed(url=request.url, cause=self.cause, detail="", hint="", status=204)


def test_each_hub_is_told_of_each_feed_that_changed_and_of_nothing_else() -> None:
    hub = Hub()
    changed = ("feed.atom", "bodies/gmca.rss", "index.html", "archive/feed/1.atom", "calendar.ics")

    asyncio.run(announce(site(hubs=HUBS), changed, hub))

    assert [request.url for request in hub.told] == list(HUBS)
    assert hub.told[0].form == (
        ("hub.mode", "publish"),
        ("hub.url", "https://updates.example.org/feed.atom"),
        ("hub.url", "https://updates.example.org/bodies/gmca.rss"),
    )


def test_many_feeds_are_told_in_several_messages() -> None:
    hub = Hub()

    asyncio.run(announce(site(hubs=HUBS[:1]), [f"{n}.atom" for n in range(120)], hub))

    assert [len(request.form) - 1 for request in hub.told] == [50, 50, 20]


def test_a_hub_that_cannot_be_reached_does_not_keep_the_next_one_from_hearing() -> None:
    hub = Hub(cause=Cause.REFUSED)

    asyncio.run(announce(site(hubs=HUBS), ["feed.atom"], hub))

    assert len(hub.told) == 2


def test_without_a_change_or_a_hub_nobody_is_told() -> None:
    hub = Hub()

    asyncio.run(announce(site(hubs=HUBS), ["index.html"], hub))
    asyncio.run(announce(site(), ["feed.atom"], hub))

    assert hub.told == []
