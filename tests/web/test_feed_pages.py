"""The feed of a reader's own rule: who knows its address may read it, and nothing else, until it is gone."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import feedparser
import httpx
import pytest
from starlette.applications import Starlette

from aggregator.deliver.mail.tokens import Tokens
from aggregator.model import SubscriberStatus
from aggregator.model.alerts import OwnRule
from aggregator.services.alerts.matching import Alerting
from aggregator.services.mailing.delivery import Dispatch
from aggregator.web import application
from tests.deliver.mail.subscribers import TOKENS, stationery
from tests.store.values import change, keep
from tests.support.builders import entry
from tests.web.site_with_subscribers import Bench, bench
from tests.web.test_subscription_pages import ask, sign_up

ADDRESS = re.compile(r'href="(https://updates\.example\.org/letters/feed/[^"]+\.atom)"')


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Bench]:
    """A reader who watches for open data, and a document of an hour later that was found."""
    with bench(tmp_path) as made:
        made.settings = {"hubs": ("https://hub.example.org/",)}
        page = sign_up(made).replace("/choices/", "/alerts/")
        ask(made, "POST", page, action="watch", when='"open data"')
        made.later(hours=1)
        find(made, "https://www.gov.uk/1", "Open <data> for buses")
        yield made


def find(desk: Bench, url: str, title: str) -> None:
    keep(desk.store, change(entry(url, title=title), seen_at=desk.now))
    Alerting(desk.config, desk.store).look(desk.now)


def alerts(desk: Bench) -> str:
    """The reader's page of alerts, opened anew."""
    return f"{desk.url}alerts/{TOKENS.timed('choices', desk.reader().id, desk.now)}"


def switch_on(desk: Bench, **form: str) -> str:
    """Ask for the feed; gives its address as the page shows it."""
    form = {"mail": "yes", "feed": "yes", **form}
    assert ask(desk, "POST", alerts(desk), action="place", id="rule-1", **form).status_code == 303
    found = ADDRESS.search(ask(desk, "GET", f"{alerts(desk)}?told=place").text)
    assert found
    return found[1]


def get(
    desk: Bench,
    address: str,
    head: dict[str, str] | None = None,
    of: Starlette | None = None,
    times: int = 1,
) -> httpx.Response:
    """The last of so many answers."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=of or desk.application())
        async with httpx.AsyncClient(transport=transport) as client:
            return [await client.get(address, headers=head) for _ in range(times)][-1]

    return asyncio.run(send())


def test_a_feed_reader_reads_what_the_rule_found_and_nothing_of_the_reader(desk: Bench) -> None:
    address = switch_on(desk)
    answer = get(desk, address)
    feed = feedparser.parse(answer.content)

    assert answer.headers["content-type"] == "application/atom+xml"
    assert not feed.bozo
    assert feed.feed.title == 'UK open government: updates: "open data"'
    assert feed.feed.subtitle.startswith('What this rule finds: "open data".')
    assert [(one.title, one.link) for one in feed.entries] == [
        ("Open <data> for buses", f"https://updates.example.org/{entry_page(desk)}")
    ]
    assert {link.rel: link.href for link in feed.feed.links} == {
        "alternate": "https://updates.example.org/",
        "self": address,
    }
    for told in (desk.reader().id, "reader@example.org"):
        assert told not in answer.text + address
    assert get(desk, address).content == answer.content


def entry_page(desk: Bench) -> str:
    ((told,),) = (desk.store.alerts.recent(key) for key in desk.store.alerts.watched())
    return told.page.removeprefix("https://updates.example.org/")


def test_it_may_be_read_as_json_too_without_a_hub_that_would_be_told_its_address(desk: Bench) -> None:
    address = switch_on(desk).removesuffix("atom")
    told = get(desk, f"{address}json").json()

    assert told["version"] == "https://jsonfeed.org/version/1.1"
    assert told["feed_url"] == f"{address}json"
    assert [one["title"] for one in told["items"]] == ["Open <data> for buses"]
    assert "hubs" not in told
    assert get(desk, f"{address}txt").status_code == 404


def test_it_is_private_and_asked_for_again_only_when_something_came(desk: Bench) -> None:
    address = switch_on(desk)
    first = get(desk, address)
    assert first.headers["cache-control"] == "private, max-age=300"
    assert first.headers["x-robots-tag"] == "noindex"
    assert first.headers["last-modified"] == "Wed, 24 Jan 2024 11:00:00 GMT"
    known = (
        {"If-None-Match": f'"other", W/{first.headers["etag"]}'},
        {"If-Modified-Since": first.headers["last-modified"]},
    )

    for head in known:
        again = get(desk, address, head)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    desk.later(hours=1)
    find(desk, "https://www.gov.uk/2", "More open data")
    for head in known:
        assert [one.title for one in feedparser.parse(get(desk, address, head).content).entries] == [
            "More open data",
            "Open <data> for buses",
        ]


def off(desk: Bench) -> None:
    ask(desk, "POST", alerts(desk), action="place", id="rule-1", mail="yes")


def removed(desk: Bench) -> None:
    ask(desk, "POST", alerts(desk), action="unwatch", id="rule-1")


def left(desk: Bench) -> None:
    ask(desk, "POST", alerts(desk).replace("/alerts/", "/choices/"), action="leave")


def erased(desk: Bench) -> None:
    desk.store.readers.erase([desk.reader().id])


@pytest.mark.parametrize("end", [off, removed, left, erased])
def test_its_address_leads_nowhere_once_it_is_gone(desk: Bench, end: Callable[[Bench], None]) -> None:
    address = switch_on(desk)
    end(desk)
    gone = get(desk, address)

    assert (gone.status_code, gone.headers["cache-control"]) == (404, "no-store")
    assert "data" not in gone.text


def test_another_rule_in_its_place_and_the_same_one_anew_have_another_address(desk: Bench) -> None:
    first = switch_on(desk)
    off(desk)
    second = switch_on(desk)
    removed(desk)
    ask(desk, "POST", alerts(desk), action="watch", when="buses")
    third = switch_on(desk)

    assert len({first, second, third}) == 3
    assert [get(desk, one).status_code for one in (first, second, third)] == [404, 404, 200]


def test_its_word_opens_nothing_else_and_no_other_word_opens_it(desk: Bench) -> None:
    address = switch_on(desk)
    token = address.rpartition("/")[2].removesuffix(".atom")
    word = token.partition(".")[0]
    for strange in (word, Tokens(b"another key, which is long enough").feed(word), TOKENS.leave(word), ""):
        assert get(desk, f"{desk.url}feed/{strange}.atom").status_code == 404
    for page in ("choices", "alerts", "data", "confirm"):
        assert ask(desk, "GET", f"{desk.url}{page}/{token}").status_code == 404
    assert ask(desk, "POST", f"{desk.url}leave/{token}").status_code == 404
    assert ask(desk, "POST", address).status_code == 405
    assert desk.reader().standing is SubscriberStatus.READING


def test_who_has_paused_gets_no_mail_and_reads_the_feed_all_the_same(desk: Bench) -> None:
    address = switch_on(desk)
    desk.service.set_paused(desk.reader(), desk.now, paused=True)
    desk.later(hours=1)
    find(desk, "https://www.gov.uk/2", "More open data")

    assert "Feeds go on." in ask(desk, "GET", alerts(desk)).text
    assert len(feedparser.parse(get(desk, address).content).entries) == 2
    assert desk.mails() == []


def test_a_rule_that_goes_into_its_feed_alone_sends_no_mail(desk: Bench) -> None:
    switch_on(desk, mail="no")
    desk.later(hours=1)
    find(desk, "https://www.gov.uk/2", "More open data")

    assert desk.store.alerts.waiting(desk.now) == (
        f"{desk.reader().id}/rule-1",
    )  # found while it went by mail
    assert Dispatch(desk.config, desk.store, stationery()).plan_alerts(desk.now) == 0
    assert desk.store.alerts.waiting(desk.now) == ()
    assert "Word goes into a feed<" in ask(desk, "GET", alerts(desk)).text
    assert ask(desk, "GET", alerts(desk).replace("/alerts/", "/data/")).json()["alerts"][0]["feed"] is True


def test_a_rule_that_cannot_be_read_any_more_keeps_its_feed(desk: Bench) -> None:
    address = switch_on(desk)
    (kept,) = desk.own_rules.of(desk.reader())
    old = OwnRule(id="rule-1", when="topic:forgotten", feed=kept.feed)
    desk.store.alerts.add_own(desk.reader().id, old)

    assert "topic:forgotten" in feedparser.parse(get(desk, address).content).feed.title


def test_who_asks_without_end_is_sent_away_for_a_while(desk: Bench) -> None:
    address, pages = switch_on(desk), desk.application()
    assert get(desk, f"{desk.url}feed/x.atom", of=pages, times=599).status_code == 404
    assert get(desk, address, of=pages).status_code == 200
    assert get(desk, address, of=pages).status_code == 429
    desk.later(hours=1)
    assert get(desk, address, of=pages).status_code == 200


def test_a_static_site_has_no_such_feed(desk: Bench) -> None:
    switched = Bench(desk.store, desk.folder, now=desk.now, settings={"letters_url": ""})
    answer = ask(switched, "POST", alerts(desk), action="place", id="rule-1", mail="yes", feed="yes")

    assert answer.status_code == 400
    assert "own feed is served below letters_url, which is not set here" in answer.text
    static = application(desk.folder / "output", lambda: {"ok": True})
    assert get(desk, f"{desk.url}feed/x.atom", of=static).status_code == 404


def test_an_empty_feed_is_as_old_as_its_watch(desk: Bench) -> None:
    ask(desk, "POST", alerts(desk), action="unwatch", id="rule-1")
    ask(desk, "POST", alerts(desk), action="watch", when="hedgerows")
    begun = desk.now
    address = switch_on(desk)
    desk.now += timedelta(hours=2)
    feed = feedparser.parse(get(desk, address).content)

    assert (feed.entries, feed.feed.updated) == ([], begun.isoformat())
