"""The search page in use: words, filters, order, shareable addresses, keyboard, no index."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

Open = Callable[..., Page]


def found_titles(page: Page) -> list[str]:
    page.wait_for_selector("#status:has-text('found')")
    return page.locator("#results a").all_inner_texts()


def test_words_find_documents_and_are_part_of_the_address(open_page: Open) -> None:
    page = open_page("search.html")
    page.locator("#year option").nth(1).wait_for(state="attached")
    page.get_by_label("Words").fill("commitments")
    page.keyboard.press("Enter")

    assert found_titles(page) == ["Seventh National Action Plan"]
    assert page.locator("#status").inner_text() == "1 found for “commitments”."
    assert page.locator("#results mark").first.inner_text().startswith("commitments")
    assert page.url.endswith("search.html?q=commitments")
    page.locator("#results a").click()
    assert page.locator("h1").inner_text() == "Seventh National Action Plan"


def test_filters_by_body_type_topic_and_year_narrow_the_results(open_page: Open) -> None:
    page = open_page("search.html?body=Welsh+Government")
    assert found_titles(page) == ["Drafft o’r cynllun"]
    assert page.locator("#results a").get_attribute("lang") == "cy"

    for query, found in {
        "type=record+of+a+meeting": ["Forum meeting"],
        "topic=the+open+government+process&sort=date": ["Seventh National Action Plan", "Drafft o’r cynllun"],
        "year=2019": ["Roads"],
        "q=roads&year=2026": [],
    }.items():
        assert found_titles(open_page(f"search.html?{query}")) == found, query


def test_a_plan_is_found_by_its_other_names(open_page: Open) -> None:
    for name in ("nap 7", "Seventh action plan", "UK’s seventh action plan"):
        page = open_page(f"search.html?q={name}")
        assert found_titles(page) == ["Seventh National Action Plan"], name
    assert found_titles(open_page("search.html?q=NAP+8")) == []
    filtered = open_page("search.html?plan=UK+national+action+plan+from+2026")
    assert found_titles(filtered) == ["Seventh National Action Plan"]


def test_a_filter_can_be_selected(open_page: Open) -> None:
    page = open_page("search.html?q=commitments")
    page.wait_for_selector("#results li")
    page.get_by_label("Year").select_option("2019")

    page.wait_for_selector("#status:has-text('Nothing found')")
    assert page.url.endswith("?q=commitments&year=2019")


def test_the_front_page_leads_into_the_search(open_page: Open) -> None:
    page = open_page("index.html")
    page.get_by_role("searchbox").fill("forum")
    page.keyboard.press("Enter")

    assert "Forum meeting" in found_titles(page)


def test_without_an_index_the_search_explains_it_and_links_to_the_archive(
    folder: Path, tmp_path: Path, browser: object, address: str
) -> None:
    hidden = tmp_path / "pagefind"
    shutil.move(folder / "pagefind", hidden)
    try:
        page = browser.new_page()  # type: ignore[attr-defined]  # a Browser; faults are expected here
        page.goto(f"{address}search.html?q=plan")
        page.wait_for_selector("#status:has-text('could not be read')")
        assert page.locator("main a", has_text="archive").is_visible()
        page.close()
    finally:
        shutil.move(hidden, folder / "pagefind")
