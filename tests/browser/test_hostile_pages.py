"""Hostile text in every field, in a real browser: nothing runs, nothing is requested, no page breaks."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from aggregator.publish import make_artifacts, write_output
from tests.browser.conftest import build_index, serve_folder
from tests.publish.test_hostile import HOSTILE, make_hostile_snapshot

FIRST = {"script", "attribute", "closing"}
TEXTS = [
    name if name in FIRST else pytest.param(name, marks=pytest.mark.long)
    for name in HOSTILE
    if name != "long"
]
"""Texts that try to break out of their place. `tests/publish` reads the files for the others."""


@pytest.mark.parametrize("name", TEXTS)
def test_no_script_runs_and_every_page_keeps_its_structure(
    browser: Browser, tmp_path: Path, name: str
) -> None:
    write_output(tmp_path, make_artifacts(make_hostile_snapshot(HOSTILE[name])))
    context = browser.new_context()
    requested = list[str]()
    page = context.new_page()
    page.on("dialog", lambda dialog: requested.append("dialog"))
    page.on("request", lambda request: requested.append(request.url))

    for file in sorted(tmp_path.rglob("*.html")):
        page.goto(file.as_uri())
        assert page.locator("main").count() == 1, file
        assert page.locator("body > footer").is_visible(), file
    context.close()

    assert [url for url in requested if not url.startswith("file://")] == []
    assert len(requested) > 20


def test_hostile_documents_are_indexed_and_found_as_text(browser: Browser, tmp_path: Path) -> None:
    write_output(tmp_path, make_artifacts(make_hostile_snapshot(HOSTILE["script"])))
    assert build_index(tmp_path) == 3
    with serve_folder(tmp_path) as address:
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
