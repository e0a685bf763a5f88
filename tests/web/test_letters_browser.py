"""A person with a browser: signs up, confirms, chooses, pauses, moves, takes their data, leaves."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By

from aggregator.deliver.tokens import CHOICES
from aggregator.model import Choices, Footing
from aggregator.web import bind
from tests.deliver.readers import TOKENS, reader
from tests.web.desk import Bench, bench

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DRIVER = shutil.which("chromedriver")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
pytestmark = pytest.mark.skipif(
    not (BROWSER and DRIVER), reason="no browser: on Debian, apt-get install chromium chromium-driver"
)


@contextmanager
def served(desk: Bench) -> Iterator[None]:
    """The pages on a free port of this machine."""
    listener = bind(0)
    desk.url = f"http://127.0.0.1:{listener.getsockname()[1]}/letters/"
    server = uvicorn.Server(uvicorn.Config(desk.application(), log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chrome]:
    options = ChromeOptions()
    options.binary_location = BROWSER or ""
    for flag in (*FLAGS, f"--user-data-dir={tmp_path}/profile", "--window-size=360,800"):
        options.add_argument(flag)
    made = Chrome(options=options, service=ChromeService(DRIVER))
    made.implicitly_wait(5)
    try:
        yield made
    finally:
        made.quit()


def press(browser: Chrome, words: str) -> None:
    browser.find_element(By.XPATH, f"//button[contains(., '{words}')]").click()


def fill(browser: Chrome, address: str) -> None:
    browser.find_element(By.ID, "address").send_keys(address)


def heading(browser: Chrome, words: str) -> None:
    """Wait for the page with this heading; it is never wider than a phone."""
    browser.find_element(By.XPATH, f"//h1[.='{words}']")
    assert browser.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")


def told(browser: Chrome, words: str) -> None:
    browser.find_element(By.XPATH, f"//p[@role='status'][.='{words}']")


def test_a_readers_whole_way(tmp_path: Path, browser: Chrome) -> None:
    with bench(tmp_path) as desk, served(desk):
        browser.get(desk.url)
        heading(browser, "Letters by mail")
        fill(browser, "reader@example.org")
        press(browser, "Send me a link")
        heading(browser, "Look into your mail")

        browser.get(desk.link())
        heading(browser, "Confirm your address")
        assert desk.reader().standing is Footing.UNCONFIRMED
        press(browser, "Yes, send me letters")
        told(browser, "Your address is confirmed. The next letter comes on Monday.")
        assert desk.reader().standing is Footing.READING

        heading(browser, "Your letters")
        browser.find_element(By.XPATH, "//label[contains(., 'Welsh Government')]").click()
        press(browser, "Keep my choices")
        told(browser, "Your choices are kept.")
        assert desk.reader().choices == Choices(bodies=("wales",))

        press(browser, "Pause my letters")
        told(browser, "Your letters are paused.")
        assert desk.reader().standing is Footing.PAUSED
        press(browser, "Send letters again")
        told(browser, "Letters are sent again, from the next one on.")


def test_a_reader_moves_to_another_address_and_leaves(tmp_path: Path, browser: Chrome) -> None:
    with bench(tmp_path) as desk, served(desk):
        desk.store.readers.add([reader(choices=Choices(bodies=("wales",)))])
        choices = f"{desk.url}choices/{TOKENS.timed(CHOICES, reader().id, desk.now)}"
        browser.get(choices)
        fill(browser, "new@example.org")
        press(browser, "Send a link to the new address")
        told(browser, "If the new address can get letters, a mail with a link is on its way to it.")
        browser.get(desk.link())
        press(browser, "Yes, send me letters")
        heading(browser, "Your letters")
        assert desk.reader("new@example.org").choices == Choices(bodies=("wales",))
        assert desk.store.readers.at("reader@example.org") is None

        browser.get(choices)
        press(browser, "Leave: send me nothing more")
        heading(browser, "You have left")
        assert desk.reader("new@example.org").standing is Footing.LEFT


def test_the_form_does_not_send_what_is_no_address(tmp_path: Path, browser: Chrome) -> None:
    with bench(tmp_path) as desk, served(desk):
        browser.get(desk.url)
        fill(browser, "nobody")
        press(browser, "Send me a link")

        heading(browser, "Letters by mail")
        assert desk.store.readers.all() == ()
