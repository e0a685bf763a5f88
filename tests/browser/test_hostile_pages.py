"""Hostile text in every field, in a real browser: nothing runs, nobody else is asked, no page breaks."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from aggregator.publish import artifacts, write
from tests.browser.conftest import index, served
from tests.publish.test_hostile import HOSTILE, filled

FIRST = {"script", "attribute", "closing"}
RUN = [
    name if name in FIRST else pytest.param(name, marks=pytest.mark.long)
    for name in HOSTILE
    if name != "long"
]
"""The texts that leave the place where they stand; for the others the files are read in `tests/publish`."""


@pytest.mark.parametrize("name", RUN)
def test_nothing_runs_and_every_page_keeps_its_frame(browser: Browser, tmp_path: Path, name: str) -> None:
    write(tmp_path, artifacts(filled(HOSTILE[name])))
    context = browser.new_context()
    asked = list[str]()
    page = context.new_page()
    page.on("dialog", lambda dialog: asked.append("dialog"))
    page.on("request", lambda request: asked.append(request.url))

    for place in sorted(tmp_path.rglob("*.html")):
        page.goto(place.as_uri())
        assert page.locator("main").count() == 1, place
        assert page.locator("body > footer").is_visible(), place
    context.close()

    assert [url for url in asked if not url.startswith("file://")] == []
    assert len(asked) > 20


def test_hostile_documents_can_be_indexed_and_are_found_as_text(browser: Browser, tmp_path: Path) -> None:
    write(tmp_path, artifacts(filled(HOSTILE["script"])))
    assert index(tmp_path) == 3
    with served(tmp_path) as address:
        page = browser.new_page()
        page.on("dialog", lambda dialog: pytest.fail("a script ran"))
        page.goto(f"{address}search.html?q=script")
        page.wait_for_selector("#results li")

        assert (
            page.locator("#results a").first.inner_text()
            == "T<script>alert(1)</script><img src=x onerror=alert(1)>"
        )
        assert page.locator("#results img, #results script").count() == 0
        page.close()
