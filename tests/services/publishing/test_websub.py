"""Hubs are notified of the feeds that have changed; one that fails does not stop the others."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from aggregator.errors import Cause
from aggregator.model import Failed, FetchResult, Request
from aggregator.services.publishing.websub import notify_hubs
from tests.support.builders import make_site

HUBS = ("https://hub.example.org/", "https://other.example.org/")


@dataclass
class Hub:
    """Answers as hubs do, with 204 and nothing in it, or not at all."""

    cause: Cause = Cause.EMPTY
    requests: list[Request] = field(default_factory=list)

    async def __call__(self, request: Request) -> FetchResult:
        self.requests.append(request)
        return Failed(url=request.url, cause=self.cause, detail="", hint="", status=204)


def test_each_hub_is_notified_of_each_feed_that_changed_and_of_nothing_else() -> None:
    hub = Hub()
    changed = ("feed.atom", "bodies/gmca.rss", "index.html", "archive/feed/1.atom", "calendar.ics")

    asyncio.run(notify_hubs(make_site(websub_hubs=HUBS), changed, hub))

    assert [request.url for request in hub.requests] == list(HUBS)
    assert hub.requests[0].form == (
        ("hub.mode", "publish"),
        ("hub.url", "https://updates.example.org/feed.atom"),
        ("hub.url", "https://updates.example.org/bodies/gmca.rss"),
    )


def test_many_feeds_need_several_requests() -> None:
    hub = Hub()

    asyncio.run(notify_hubs(make_site(websub_hubs=HUBS[:1]), [f"{n}.atom" for n in range(120)], hub))

    assert [len(request.form) - 1 for request in hub.requests] == [50, 50, 20]


def test_a_hub_that_cannot_be_reached_does_not_stop_the_next_one() -> None:
    hub = Hub(cause=Cause.REFUSED)

    asyncio.run(notify_hubs(make_site(websub_hubs=HUBS), ["feed.atom"], hub))

    assert len(hub.requests) == 2


def test_without_a_change_or_a_hub_nobody_is_notified() -> None:
    hub = Hub()

    asyncio.run(notify_hubs(make_site(websub_hubs=HUBS), ["index.html"], hub))
    asyncio.run(notify_hubs(make_site(), ["feed.atom"], hub))

    assert hub.requests == []
