"""Every kind of page in Chromium: WCAG 2.2 AA by axe, reflow, text size, keyboard, print, no scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.pages import DOCUMENT, PAGES

Open = Callable[..., Page]
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
"""The only rule about colours; the light colour scheme is tested with all rules."""
MIN_TEXT_PIXELS = 12
"""The smallest text allowed on any page."""


def wait_until_ready(page: Page) -> Page:
    """Wait until the search of the page, if it has one, has answered."""
    if "search.html" in page.url:
        page.wait_for_selector("#results li")
    return page


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_axe_finds_no_violation(open_page: Open, path: str) -> None:
    page = wait_until_ready(open_page(path))

    found = Axe().run(page, options=RULES)

    assert found.violations_count == 0, found.generate_report()
    assert len(found.response["passes"]) > 20


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_axe_finds_enough_contrast_in_the_dark_colour_scheme(open_page: Open, path: str) -> None:
    page = wait_until_ready(open_page(path, scheme="dark"))

    found = Axe().run(page, options=CONTRAST)

    assert found.violations_count == 0, found.generate_report()
    assert [passed["id"] for passed in found.response["passes"]] == ["color-contrast"]


def test_axe_finds_deliberate_violations(open_page: Open) -> None:
    page = open_page("index.html")
    page.evaluate("document.querySelector('h1').style.color = '#20505f'; document.documentElement.lang = ''")

    found = {violation["id"] for violation in Axe().run(page, options=RULES).response["violations"]}

    assert found == {"color-contrast", "html-has-lang"}


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_at_320_pixels_nothing_is_cut_off_and_no_text_is_too_small(open_page: Open, path: str) -> None:
    page = wait_until_ready(open_page(path, width=320))

    assert page.evaluate("document.documentElement.scrollWidth") == 320
    smallest = page.evaluate(
        """Math.min(...[...document.body.querySelectorAll('*')]
             .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())
                          && e.checkVisibility() && e.tagName !== 'OPTION')
             .map(e => parseFloat(getComputedStyle(e).fontSize)))"""
    )
    assert smallest >= MIN_TEXT_PIXELS


@pytest.mark.parametrize("path", ["index.html", DOCUMENT, "browse.html"])
def test_text_at_twice_its_size_still_fits(open_page: Open, path: str) -> None:
    page = open_page(path, width=1280)
    page.evaluate("document.documentElement.style.fontSize = '200%'")

    assert page.evaluate("document.documentElement.scrollWidth") == 1280


@pytest.mark.parametrize("path", ["index.html", DOCUMENT, "search.html", "sources.html"])
def test_the_tab_key_follows_the_order_of_reading(open_page: Open, path: str) -> None:
    page = open_page(path)
    count = page.evaluate(
        "[...document.querySelectorAll('a[href], button:not([hidden]), input, select, summary')].length"
    )
    stops = []
    for _ in range(count):
        page.keyboard.press("Tab")
        stops.append(
            page.evaluate(
                """(() => { const e = document.activeElement, s = getComputedStyle(e);
                     const all = [...document.querySelectorAll('*')];
                     return [all.indexOf(e), s.outlineStyle !== 'none', e.className] })()"""
            )
        )

    assert stops[0][2] == "skip"
    assert [position for position, _, _ in stops] == sorted({position for position, _, _ in stops})
    assert all(outlined for _, outlined, _ in stops)


def test_the_skip_link_is_visible_when_focused_and_leads_to_the_content(open_page: Open) -> None:
    page = open_page(DOCUMENT)
    page.keyboard.press("Tab")
    box = page.locator(".skip").bounding_box()
    assert box is not None
    page.keyboard.press("Enter")

    assert box["x"] >= 0
    assert page.url.endswith("#main")


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_everything_can_be_read_without_scripts(open_page: Open, path: str) -> None:
    page = open_page(path.partition("?")[0], scripts=False)

    assert page.locator("h1").is_visible()
    assert page.locator("footer").get_by_text("It is not an official site").is_visible()
    assert len(page.locator("main").inner_text()) > 40


def test_without_scripts_the_search_leads_to_the_archive_and_from_there_to_a_document(
    open_page: Open,
) -> None:
    page = open_page("search.html", scripts=False)
    page.locator("noscript a", has_text="archive").click()
    page.get_by_role("link", name="June 2026").click()
    page.get_by_role("link", name="details: Seventh National Action Plan").click()

    assert page.locator("h1").inner_text() == "Seventh National Action Plan"


def test_in_print_there_is_no_navigation_and_links_show_their_address(open_page: Open) -> None:
    page = open_page(DOCUMENT)
    page.emulate_media(media="print")
    after = page.evaluate("getComputedStyle(document.querySelector('.official a'), '::after').content")

    assert not page.locator("nav").first.is_visible()
    assert after == '" <" "https://www.gov.uk/plan" ">"' or "https://www.gov.uk/plan" in after
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
