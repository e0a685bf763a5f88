"""The feed of a subscriber's own rule: who knows its address can read it, and nothing else, until it ends."""

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
from aggregator.model.alert_rules import SubscriberRule
from aggregator.services.alerts.matching import AlertMatcher
from aggregator.services.mailing.delivery import DeliveryService
from aggregator.web import build_application
from tests.deliver.mail.subscribers import TOKENS, make_context
from tests.store.values import make_change, save_changes
from tests.support.builders import make_entry
from tests.web.site_with_subscribers import SubscriberSite, open_subscriber_site
from tests.web.test_subscription_pages import send_request, sign_up

ADDRESS = re.compile(r'href="(https://updates\.example\.org/letters/feed/[^"]+\.atom)"')


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SubscriberSite]:
    """A subscriber with a rule for open data, and a document of an hour later that matched."""
    with open_subscriber_site(tmp_path) as opened:
        opened.settings = {"websub_hubs": ("https://hub.example.org/",)}
        page = sign_up(opened).replace("/choices/", "/alerts/")
        send_request(opened, "POST", page, action="watch", when='"open data"')
        opened.advance(hours=1)
        publish_matching(opened, "https://www.gov.uk/1", "Open <data> for buses")
        yield opened


def publish_matching(site: SubscriberSite, url: str, title: str) -> None:
    save_changes(site.store, make_change(make_entry(url, title=title), seen_at=site.now))
    AlertMatcher(site.config, site.store).find_alerts(site.now)


def alerts_page(site: SubscriberSite) -> str:
    """The address of the subscriber's page of alert rules, with a fresh token."""
    return f"{site.url}alerts/{TOKENS.timed_token('choices', site.subscriber().id, site.now)}"


def switch_on(site: SubscriberSite, **form: str) -> str:
    """Switch the rule's feed on; returns its address as the page shows it."""
    form = {"mail": "yes", "feed": "yes", **form}
    assert (
        send_request(site, "POST", alerts_page(site), action="place", id="rule-1", **form).status_code == 303
    )
    found = ADDRESS.search(send_request(site, "GET", f"{alerts_page(site)}?told=place").text)
    assert found
    return found[1]


def fetch(
    site: SubscriberSite,
    address: str,
    headers: dict[str, str] | None = None,
    application: Starlette | None = None,
    times: int = 1,
) -> httpx.Response:
    """Fetch `address` several times; returns the last response."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=application or site.application())
        async with httpx.AsyncClient(transport=transport) as client:
            return [await client.get(address, headers=headers) for _ in range(times)][-1]

    return asyncio.run(send())


def test_the_feed_has_what_the_rule_found_and_nothing_about_the_subscriber(site: SubscriberSite) -> None:
    address = switch_on(site)
    answer = fetch(site, address)
    feed = feedparser.parse(answer.content)

    assert answer.headers["content-type"] == "application/atom+xml"
    assert not feed.bozo
    assert feed.feed.title == 'UK open government: updates: "open data"'
    assert feed.feed.subtitle.startswith('What this rule finds: "open data".')
    assert [(one.title, one.link) for one in feed.entries] == [
        ("Open <data> for buses", f"https://updates.example.org/{entry_page(site)}")
    ]
    assert {link.rel: link.href for link in feed.feed.links} == {
        "alternate": "https://updates.example.org/",
        "self": address,
    }
    for private in (site.subscriber().id, "reader@example.org"):
        assert private not in answer.text + address
    assert fetch(site, address).content == answer.content


def entry_page(site: SubscriberSite) -> str:
    ((alert,),) = (site.store.alerts.recent(key) for key in site.store.alerts.rule_states())
    return alert.page.removeprefix("https://updates.example.org/")


def test_the_feed_also_exists_as_json_without_hubs_which_would_learn_its_address(
    site: SubscriberSite,
) -> None:
    address = switch_on(site).removesuffix("atom")
    feed = fetch(site, f"{address}json").json()

    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == f"{address}json"
    assert [one["title"] for one in feed["items"]] == ["Open <data> for buses"]
    assert "hubs" not in feed
    assert fetch(site, f"{address}txt").status_code == 404


def test_the_feed_is_private_and_sent_again_only_when_it_has_changed(site: SubscriberSite) -> None:
    address = switch_on(site)
    first = fetch(site, address)
    assert first.headers["cache-control"] == "private, max-age=300"
    assert first.headers["x-robots-tag"] == "noindex"
    assert first.headers["last-modified"] == "Wed, 24 Jan 2024 11:00:00 GMT"
    conditions = (
        {"If-None-Match": f'"other", W/{first.headers["etag"]}'},
        {"If-Modified-Since": first.headers["last-modified"]},
    )

    for headers in conditions:
        again = fetch(site, address, headers)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    site.advance(hours=1)
    publish_matching(site, "https://www.gov.uk/2", "More open data")
    for headers in conditions:
        assert [one.title for one in feedparser.parse(fetch(site, address, headers).content).entries] == [
            "More open data",
            "Open <data> for buses",
        ]


def switch_off(site: SubscriberSite) -> None:
    send_request(site, "POST", alerts_page(site), action="place", id="rule-1", mail="yes")


def remove_rule(site: SubscriberSite) -> None:
    send_request(site, "POST", alerts_page(site), action="unwatch", id="rule-1")


def unsubscribe(site: SubscriberSite) -> None:
    send_request(site, "POST", alerts_page(site).replace("/alerts/", "/choices/"), action="leave")


def erase_subscriber(site: SubscriberSite) -> None:
    site.store.subscribers.erase([site.subscriber().id])


@pytest.mark.parametrize("end", [switch_off, remove_rule, unsubscribe, erase_subscriber])
def test_the_address_is_not_found_once_the_feed_has_ended(
    site: SubscriberSite, end: Callable[[SubscriberSite], None]
) -> None:
    address = switch_on(site)
    end(site)
    response = fetch(site, address)

    assert (response.status_code, response.headers["cache-control"]) == (404, "no-store")
    assert "data" not in response.text


def test_another_rule_or_the_same_one_switched_on_again_has_another_address(site: SubscriberSite) -> None:
    first = switch_on(site)
    switch_off(site)
    second = switch_on(site)
    remove_rule(site)
    send_request(site, "POST", alerts_page(site), action="watch", when="buses")
    third = switch_on(site)

    assert len({first, second, third}) == 3
    assert [fetch(site, one).status_code for one in (first, second, third)] == [404, 404, 200]


def test_the_feed_token_opens_nothing_else_and_no_other_token_opens_the_feed(site: SubscriberSite) -> None:
    address = switch_on(site)
    token = address.rpartition("/")[2].removesuffix(".atom")
    secret = token.partition(".")[0]
    for wrong in (
        secret,
        Tokens(b"another key, which is long enough").feed_token(secret),
        TOKENS.unsubscribe_token(secret),
        "",
    ):
        assert fetch(site, f"{site.url}feed/{wrong}.atom").status_code == 404
    for page in ("choices", "alerts", "data", "confirm"):
        assert send_request(site, "GET", f"{site.url}{page}/{token}").status_code == 404
    assert send_request(site, "POST", f"{site.url}leave/{token}").status_code == 404
    assert send_request(site, "POST", address).status_code == 405
    assert site.subscriber().status is SubscriberStatus.ACTIVE


def test_a_paused_subscriber_gets_no_mail_but_the_feed_goes_on(site: SubscriberSite) -> None:
    address = switch_on(site)
    site.service.set_paused(site.subscriber(), site.now, paused=True)
    site.advance(hours=1)
    publish_matching(site, "https://www.gov.uk/2", "More open data")

    assert "Feeds go on." in send_request(site, "GET", alerts_page(site)).text
    assert len(feedparser.parse(fetch(site, address).content).entries) == 2
    assert site.send_mails() == []


def test_a_rule_with_its_feed_as_only_destination_sends_no_mail(site: SubscriberSite) -> None:
    switch_on(site, mail="no")
    site.advance(hours=1)
    publish_matching(site, "https://www.gov.uk/2", "More open data")

    assert site.store.alerts.rules_with_due_alerts(site.now) == (
        f"{site.subscriber().id}/rule-1",
    )  # found while it went by mail
    assert DeliveryService(site.config, site.store, make_context()).plan_alerts(site.now) == 0
    assert site.store.alerts.rules_with_due_alerts(site.now) == ()
    assert "Word goes into a feed<" in send_request(site, "GET", alerts_page(site)).text
    assert (
        send_request(site, "GET", alerts_page(site).replace("/alerts/", "/data/")).json()["alerts"][0]["feed"]
        is True
    )


def test_a_rule_that_is_no_longer_valid_keeps_its_feed(site: SubscriberSite) -> None:
    address = switch_on(site)
    (rule,) = site.subscriber_rules.rules_of(site.subscriber())
    invalid = SubscriberRule(id="rule-1", when="topic:forgotten", feed_secret=rule.feed_secret)
    site.store.alerts.save_subscriber_rule(site.subscriber().id, invalid)

    assert "topic:forgotten" in feedparser.parse(fetch(site, address).content).feed.title


def test_a_client_with_too_many_requests_is_refused_for_a_while(site: SubscriberSite) -> None:
    address, pages = switch_on(site), site.application()
    assert fetch(site, f"{site.url}feed/x.atom", application=pages, times=599).status_code == 404
    assert fetch(site, address, application=pages).status_code == 200
    assert fetch(site, address, application=pages).status_code == 429
    site.advance(hours=1)
    assert fetch(site, address, application=pages).status_code == 200


def test_a_static_site_has_no_private_feeds(site: SubscriberSite) -> None:
    static_site = SubscriberSite(site.store, site.folder, now=site.now, settings={"subscriptions_url": ""})
    answer = send_request(
        static_site, "POST", alerts_page(site), action="place", id="rule-1", mail="yes", feed="yes"
    )

    assert answer.status_code == 400
    assert "own feed is served below subscriptions_url, which is not set here" in answer.text
    static = build_application(site.folder / "output", lambda: {"ok": True})
    assert fetch(site, f"{site.url}feed/x.atom", application=static).status_code == 404


def test_an_empty_feed_is_dated_when_its_rule_was_saved(site: SubscriberSite) -> None:
    send_request(site, "POST", alerts_page(site), action="unwatch", id="rule-1")
    send_request(site, "POST", alerts_page(site), action="watch", when="hedgerows")
    saved_at = site.now
    address = switch_on(site)
    site.now += timedelta(hours=2)
    feed = feedparser.parse(fetch(site, address).content)

    assert (feed.entries, feed.feed.updated) == ([], saved_at.isoformat())
