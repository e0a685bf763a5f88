"""A person with a browser signs up, confirms, chooses, pauses, changes address and unsubscribes."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import feedparser
import pytest
import uvicorn
from playwright.sync_api import Browser, Page, Request, expect

from aggregator.deliver.mail.tokens import CHOICES
from aggregator.model import Choices, Frequency, SubscriberStatus, TitleLanguage
from aggregator.model.alert_rules import SubscriberRule
from aggregator.web import bind_port
from tests.deliver.mail.subscribers import TOKENS, make_subscriber
from tests.web.site_with_subscribers import SubscriberSite, open_subscriber_site

Open = Callable[[str], Page]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SubscriberSite]:
    """The subscription pages on a free port of this machine."""
    listener = bind_port(0)
    with open_subscriber_site(tmp_path) as opened:
        opened.url = f"http://127.0.0.1:{listener.getsockname()[1]}/letters/"
        server = uvicorn.Server(uvicorn.Config(opened.application(), log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield opened
        finally:
            server.should_exit = True
            thread.join()
            listener.close()


@pytest.fixture
def visit(browser: Browser, site: SubscriberSite) -> Iterator[Open]:
    """Opens an address on a phone without scripts. Nothing may be requested from other servers."""
    context = browser.new_context(viewport={"width": 360, "height": 800}, java_script_enabled=False)
    context.set_default_timeout(10_000)
    page, foreign_requests = context.new_page(), list[str]()

    def note_request(request: Request) -> None:
        if not request.url.startswith(site.url):
            foreign_requests.append(request.url)

    page.on("request", note_request)

    def open_address(address: str) -> Page:
        page.goto(address)
        return page

    yield open_address
    context.close()
    assert foreign_requests == []


def mailed_link(site: SubscriberSite) -> str:
    """The link in the one due mail, sent in a thread: Playwright runs an event loop in that of the tests."""
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(site.mailed_link).result(timeout=60)


def press(page: Page, text: str) -> None:
    page.get_by_role("button", name=text).click()


def expect_heading(page: Page, text: str) -> None:
    """Wait for the page with this heading; it is never wider than a phone."""
    expect(page.get_by_role("heading", level=1)).to_have_text(text)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def expect_flash(page: Page, text: str) -> None:
    expect(page.get_by_role("status")).to_have_text(text)


def test_a_subscriber_signs_up_chooses_pauses_and_gets_their_data(site: SubscriberSite, visit: Open) -> None:
    page = visit(site.url)
    expect_heading(page, "Letters by mail")
    page.get_by_label("Your mail address").fill("reader@example.org")
    press(page, "Send me a link")
    expect_heading(page, "Look into your mail")

    page = visit(mailed_link(site))
    expect_heading(page, "Confirm your address")
    assert site.subscriber().status is SubscriberStatus.UNCONFIRMED
    press(page, "Yes, send me letters")
    expect_flash(page, "Your address is confirmed. The next letter comes on Monday; here you can choose.")
    assert site.subscriber().status is SubscriberStatus.ACTIVE

    expect_heading(page, "Your letters")
    page.get_by_label("Welsh Government").check()
    page.get_by_label("Each day").check()
    page.get_by_label("Cymraeg").check()
    press(page, "Keep my choices")
    expect_flash(page, "Your choices are kept.")
    expect(page.get_by_label("Welsh Government")).to_be_checked()
    expect(page.get_by_label("Each day")).to_be_checked()
    assert site.subscriber().choices == Choices(
        bodies=("wales",), frequency=Frequency.DAILY, title_language=TitleLanguage.WELSH
    )

    press(page, "Pause my letters")
    expect_flash(page, "Your letters are paused.")
    assert site.subscriber().status is SubscriberStatus.PAUSED
    press(page, "Send letters again")
    expect_flash(page, "Letters are sent again, from the next one on.")

    with page.expect_download() as download:
        page.get_by_role("link", name="Your data, as a file").click()
    data = json.loads(download.value.path().read_text())
    values = [data[name] for name in ("address", "bodies", "rhythm", "titles")]
    assert values == ["reader@example.org", ["wales"], "daily", "cy"]


def test_a_subscriber_changes_address_and_unsubscribes(site: SubscriberSite, visit: Open) -> None:
    site.store.subscribers.add([make_subscriber(choices=Choices(bodies=("wales",)))])
    choices = f"{site.url}choices/{TOKENS.timed_token(CHOICES, make_subscriber().id, site.now)}"
    page = visit(choices)
    page.get_by_label("Your new mail address").fill("new@example.org")
    press(page, "Send a link to the new address")
    expect_flash(page, "If the new address can get letters, a mail with a link is on its way to it.")
    page = visit(mailed_link(site))
    press(page, "Yes, send me letters")
    expect_heading(page, "Your letters")
    assert site.subscriber("new@example.org").choices == Choices(bodies=("wales",))
    assert site.store.subscribers.with_address("reader@example.org") is None

    page = visit(choices)
    press(page, "Leave: send me nothing more")
    expect_heading(page, "You have left")
    assert site.subscriber("new@example.org").status is SubscriberStatus.UNSUBSCRIBED


def test_a_subscriber_tries_saves_and_removes_an_alert_rule(site: SubscriberSite, visit: Open) -> None:
    site.store.subscribers.add([make_subscriber()])
    page = visit(f"{site.url}choices/{TOKENS.timed_token(CHOICES, make_subscriber().id, site.now)}")
    page.get_by_role("link", name="Your alerts").click()
    page.get_by_label("What do you watch for?").fill('"open data" (')
    press(page, "Try it against the past year")
    expect(page.get_by_role("alert")).to_contain_text("column 14: the rule ends here")

    page.get_by_label("What do you watch for?").fill('"open data" nation:scotland')
    page.get_by_label("Tell me of changes, too").check()
    press(page, "Try it against the past year")
    expect_flash(page, "In the past year it would have sent 0 letters.")
    assert site.store.alerts.subscriber_rules() == ()
    press(page, "Keep this rule")
    expect_flash(page, "Your rule is kept. It is watched for from now on.")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    ((_, rule),) = site.store.alerts.subscriber_rules(make_subscriber().id)
    assert (rule.when, rule.changes) == ('"open data" nation:scotland', True)

    press(page, 'Remove "open data" nation:scotland')
    expect(page.get_by_text("You watch for nothing yet.")).to_be_visible()
    assert site.store.alerts.subscriber_rules() == ()
    page.get_by_role("link", name="Your letters").click()
    expect_heading(page, "Your letters")


def test_a_subscriber_sets_the_destinations_of_an_alert_rule(site: SubscriberSite, visit: Open) -> None:
    site.store.subscribers.add([make_subscriber()])
    site.subscriber_rules.watch_for(
        make_subscriber(), SubscriberRule(id="", when='"open data" nation:scotland'), site.now
    )
    page = visit(f"{site.url}alerts/{TOKENS.timed_token(CHOICES, make_subscriber().id, site.now)}")
    page.get_by_text("Word goes by mail").click()
    page.get_by_label("By mail").uncheck()
    press(page, "Keep where word goes")
    expect(page.get_by_role("alert")).to_contain_text("this rule would tell nobody")
    page.get_by_text("Word goes by mail").click()
    page.get_by_label("By mail").uncheck()
    page.get_by_label("Into a feed of its own").check()
    press(page, "Keep where word goes")
    expect_flash(page, "Kept. From now on word of that rule goes there.")
    expect_heading(page, "Your alerts")
    page.get_by_text("Word goes into a feed").click()
    address = page.get_by_role("link", name="/letters/feed/").get_attribute("href") or ""
    response = page.request.get(address)
    assert feedparser.parse(response.body()).feed.title.endswith('"open data" nation:scotland')
    press(page, "Remove")
    expect_flash(page, "That rule is gone.")
    assert page.request.get(address).status == 404


def test_the_form_does_not_send_an_invalid_address(site: SubscriberSite, visit: Open) -> None:
    page = visit(site.url)
    page.get_by_label("Your mail address").fill("nobody")
    press(page, "Send me a link")

    expect_heading(page, "Letters by mail")
    assert site.store.subscribers.all() == ()
