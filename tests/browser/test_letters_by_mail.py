"""A person with a browser: signs up, confirms, chooses, pauses, moves, takes their data, leaves."""

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
from playwright.sync_api import Browser, Page, expect

from aggregator.deliver.mail.tokens import CHOICES
from aggregator.model import Choices, Frequency, SubscriberStatus, Titles
from aggregator.model.alerts import OwnRule
from aggregator.web import bind
from tests.deliver.mail.subscribers import TOKENS, reader
from tests.web.site_with_subscribers import Bench, bench

Open = Callable[[str], Page]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Bench]:
    """The pages on a free port of this machine."""
    listener = bind(0)
    with bench(tmp_path) as made:
        made.url = f"http://127.0.0.1:{listener.getsockname()[1]}/letters/"
        server = uvicorn.Server(uvicorn.Config(made.application(), log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield made
        finally:
            server.should_exit = True
            thread.join()
            listener.close()


@pytest.fixture
def visit(browser: Browser, desk: Bench) -> Iterator[Open]:
    """Opens an address on a phone without scripts; nothing but this server may be asked."""
    context = browser.new_context(viewport={"width": 360, "height": 800}, java_script_enabled=False)
    context.set_default_timeout(10_000)
    page, strangers = context.new_page(), list[str]()
    page.on("request", lambda asked: None if asked.url.startswith(desk.url) else strangers.append(asked.url))

    def visited(address: str) -> Page:
        page.goto(address)
        return page

    yield visited
    context.close()
    assert strangers == []


def link(desk: Bench) -> str:
    """The link of the one mail that is due; Playwright's own event loop runs in the thread of the tests."""
    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(desk.link).result(timeout=60)


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words).click()


def heading(page: Page, words: str) -> None:
    """Wait for the page with this heading; it is never wider than a phone."""
    expect(page.get_by_role("heading", level=1)).to_have_text(words)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def told(page: Page, words: str) -> None:
    expect(page.get_by_role("status")).to_have_text(words)


def test_a_readers_whole_way(desk: Bench, visit: Open) -> None:
    page = visit(desk.url)
    heading(page, "Letters by mail")
    page.get_by_label("Your mail address").fill("reader@example.org")
    press(page, "Send me a link")
    heading(page, "Look into your mail")

    page = visit(link(desk))
    heading(page, "Confirm your address")
    assert desk.reader().standing is SubscriberStatus.UNCONFIRMED
    press(page, "Yes, send me letters")
    told(page, "Your address is confirmed. The next letter comes on Monday; here you can choose.")
    assert desk.reader().standing is SubscriberStatus.READING

    heading(page, "Your letters")
    page.get_by_label("Welsh Government").check()
    page.get_by_label("Each day").check()
    page.get_by_label("Cymraeg").check()
    press(page, "Keep my choices")
    told(page, "Your choices are kept.")
    expect(page.get_by_label("Welsh Government")).to_be_checked()
    expect(page.get_by_label("Each day")).to_be_checked()
    assert desk.reader().choices == Choices(bodies=("wales",), rhythm=Frequency.DAILY, titles=Titles.WELSH)

    press(page, "Pause my letters")
    told(page, "Your letters are paused.")
    assert desk.reader().standing is SubscriberStatus.PAUSED
    press(page, "Send letters again")
    told(page, "Letters are sent again, from the next one on.")

    with page.expect_download() as taken:
        page.get_by_role("link", name="Your data, as a file").click()
    kept = json.loads(taken.value.path().read_text())
    values = [kept[name] for name in ("address", "bodies", "rhythm", "titles")]
    assert values == ["reader@example.org", ["wales"], "daily", "cy"]


def test_a_reader_moves_to_another_address_and_leaves(desk: Bench, visit: Open) -> None:
    desk.store.readers.add([reader(choices=Choices(bodies=("wales",)))])
    choices = f"{desk.url}choices/{TOKENS.timed(CHOICES, reader().id, desk.now)}"
    page = visit(choices)
    page.get_by_label("Your new mail address").fill("new@example.org")
    press(page, "Send a link to the new address")
    told(page, "If the new address can get letters, a mail with a link is on its way to it.")
    page = visit(link(desk))
    press(page, "Yes, send me letters")
    heading(page, "Your letters")
    assert desk.reader("new@example.org").choices == Choices(bodies=("wales",))
    assert desk.store.readers.at("reader@example.org") is None

    page = visit(choices)
    press(page, "Leave: send me nothing more")
    heading(page, "You have left")
    assert desk.reader("new@example.org").standing is SubscriberStatus.LEFT


def test_a_reader_tries_keeps_and_removes_an_alert(desk: Bench, visit: Open) -> None:
    desk.store.readers.add([reader()])
    page = visit(f"{desk.url}choices/{TOKENS.timed(CHOICES, reader().id, desk.now)}")
    page.get_by_role("link", name="Your alerts").click()
    page.get_by_label("What do you watch for?").fill('"open data" (')
    press(page, "Try it against the past year")
    expect(page.get_by_role("alert")).to_contain_text("column 14: the rule ends here")

    page.get_by_label("What do you watch for?").fill('"open data" nation:scotland')
    page.get_by_label("Tell me of changes, too").check()
    press(page, "Try it against the past year")
    told(page, "In the past year it would have sent 0 letters.")
    assert desk.store.alerts.own() == ()
    press(page, "Keep this rule")
    told(page, "Your rule is kept. It is watched for from now on.")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    ((_, kept),) = desk.store.alerts.own(reader().id)
    assert (kept.when, kept.changes) == ('"open data" nation:scotland', True)

    press(page, 'Remove "open data" nation:scotland')
    expect(page.get_by_text("You watch for nothing yet.")).to_be_visible()
    assert desk.store.alerts.own() == ()
    page.get_by_role("link", name="Your letters").click()
    heading(page, "Your letters")


def test_a_reader_says_where_word_of_an_alert_goes(desk: Bench, visit: Open) -> None:
    desk.store.readers.add([reader()])
    desk.own_rules.watch(reader(), OwnRule(id="", when='"open data" nation:scotland'), desk.now)
    page = visit(f"{desk.url}alerts/{TOKENS.timed(CHOICES, reader().id, desk.now)}")
    page.get_by_text("Word goes by mail").click()
    page.get_by_label("By mail").uncheck()
    press(page, "Keep where word goes")
    expect(page.get_by_role("alert")).to_contain_text("this rule would tell nobody")
    page.get_by_text("Word goes by mail").click()
    page.get_by_label("By mail").uncheck()
    page.get_by_label("Into a feed of its own").check()
    press(page, "Keep where word goes")
    told(page, "Kept. From now on word of that rule goes there.")
    heading(page, "Your alerts")
    page.get_by_text("Word goes into a feed").click()
    address = page.get_by_role("link", name="/letters/feed/").get_attribute("href") or ""
    read = page.request.get(address)
    assert feedparser.parse(read.body()).feed.title.endswith('"open data" nation:scotland')
    press(page, "Remove")
    told(page, "That rule is gone.")
    assert page.request.get(address).status == 404


def test_the_form_does_not_send_what_is_no_address(desk: Bench, visit: Open) -> None:
    page = visit(desk.url)
    page.get_by_label("Your mail address").fill("nobody")
    press(page, "Send me a link")

    heading(page, "Letters by mail")
    assert desk.store.readers.all() == ()
