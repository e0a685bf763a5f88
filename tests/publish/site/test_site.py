"""The site as a whole: valid HTML, working links, what one document changes, the headers for a host."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import unquote, urldefrag, urljoin

import html5lib
import pytest
from html5lib.html5parser import ParseError

from aggregator.model import Snapshot
from aggregator.publish import make_artifacts
from aggregator.publish.presentation.paths import document_page_path
from tests.publish.feed_readers import HTML, XML, published_bytes
from tests.publish.full_snapshot import make_full_snapshot, site_files
from tests.publish.test_hostile import HOSTILE, make_hostile_snapshot
from tests.support.builders import instant, make_document, make_entry, make_site, make_snapshot, moment

FEEDS = re.compile(r"(?:bodies|nations|topics|types|plans)/[A-Za-z0-9.-]+\.(?:atom|json|rss)")
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def pages(snapshot: Snapshot) -> dict[str, str]:
    return {
        artifact.path: artifact.payload.decode()
        for artifact in site_files(snapshot)
        if artifact.path.endswith(".html")
    }


def validate(html: str) -> None:
    """Raises html5lib's ParseError at the first thing that the HTML standard calls a parse error."""
    html5lib.HTMLParser(strict=True).parse(html)


def test_every_page_is_valid_html() -> None:
    for path, html in pages(make_full_snapshot()).items():
        if not path.startswith("digests/"):  # a digest's HTML is for mail programs
            validate(html)


@pytest.mark.parametrize("text", [text for name, text in HOSTILE.items() if name != "long"])
def test_every_page_is_valid_html_whatever_any_field_contains(text: str) -> None:
    for artifact in make_artifacts(make_hostile_snapshot(text)):
        if artifact.path.endswith(".html"):
            validate(artifact.payload.decode())


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("</main>", ""),
        ("<ul", "<p><ul></p><ul"),
        ("</a>", ""),
        ("<!doctype html>", ""),
        ("&amp;", "&amp&#0;"),
    ],
)
def test_a_damaged_page_is_found_to_be_invalid(right: str, wrong: str) -> None:
    html = published_bytes(
        make_full_snapshot(make_document(make_entry(title="A & B"))), "index.html"
    ).decode()
    assert right in html

    with pytest.raises(ParseError):
        validate(html.replace(right, wrong))


def links_in(html: str) -> Iterator[str]:
    root = HTML.fromstring(html)
    return iter([*root.xpath("//@href"), *root.xpath("//@src"), *root.xpath("//form/@action")])


def test_every_link_within_the_site_leads_to_a_file_and_every_fragment_to_an_element() -> None:
    files = {artifact.path: artifact.payload for artifact in site_files(make_full_snapshot())}
    feeds_are_made = any(path.startswith("bodies/") and path.endswith(".atom") for path in files)
    for path, html in pages(make_full_snapshot()).items():
        for href in links_in(html):
            target, fragment = urldefrag(urljoin(f"https://here.example/{path}", href))
            if not target.startswith("https://here.example/"):
                continue
            name = unquote(target.removeprefix("https://here.example/")) or "index.html"
            made_elsewhere = FEEDS.fullmatch(name) and not feeds_are_made
            assert name in files or made_elsewhere, f"{path} → {href}"
            if fragment:
                assert HTML.fromstring(files[name].decode()).xpath("//*[@id=$id]", id=unquote(fragment)), href


def test_every_page_can_be_reached_from_the_front_page() -> None:
    all_pages = pages(make_full_snapshot())
    reached, waiting = set[str](), ["index.html"]
    while waiting:
        path = waiting.pop()
        if path in reached or path not in all_pages:
            continue
        reached.add(path)
        targets = (
            urldefrag(urljoin(f"https://here.example/{path}", href))[0] for href in links_in(all_pages[path])
        )
        waiting += [target.removeprefix("https://here.example/") for target in targets]

    assert reached == set(all_pages)


def test_every_page_says_that_it_is_not_official_and_names_itself_in_full() -> None:
    paths = {artifact.path for artifact in make_artifacts(make_full_snapshot())}
    for path, html in pages(make_full_snapshot()).items():
        if path.startswith("digests/"):
            continue
        root = HTML.fromstring(html)
        address = "https://updates.example.org/" + ("" if path == "index.html" else path)
        assert root.xpath("//link[@rel='canonical']/@href") == [address], path
        assert root.xpath("//meta[@property='og:url']/@content") == [address], path
        assert all(
            root.xpath(f"//meta[@property='og:{name}']/@content")[0] for name in ("title", "description")
        )
        picture = root.xpath("//meta[@property='og:image']/@content")[0]
        assert picture.removeprefix("https://updates.example.org/") in paths, path
        assert "not an official site" in root.find(".//header").text_content(), path
        assert "default-src 'none'" in root.xpath("//meta[@http-equiv]/@content")[0], path
        assert root.xpath("//link[@type='application/atom+xml']"), path


def changed_files(before: Snapshot, after: Snapshot) -> set[str]:
    """The paths that differ between two snapshots."""
    old = {artifact.path: artifact.payload for artifact in make_artifacts(before)}
    new = {artifact.path: artifact.payload for artifact in make_artifacts(after)}
    return {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}


def test_one_new_document_touches_only_the_files_that_show_it() -> None:
    entry = make_entry(
        "https://www.gov.uk/new", title="New", body="gds", published=moment("2026-06-05 10:00")
    )

    touched = changed_files(make_full_snapshot(), make_full_snapshot(make_document(entry)))

    assert {path for path in touched if not path.endswith((".atom", ".json", ".rss"))} == {
        document_page_path(entry),
        "index.html",
        "browse.html",
        "archive.html",
        "bodies/gds.html",
        "nations/uk.html",
        "types/news.html",
        "months/2026-06.html",
        "years/2026.html",
        "sitemaps/2026.xml",
    }


def test_another_day_touches_no_page_but_the_front_page() -> None:
    later = replace(make_full_snapshot(), at=instant("2026-06-15 12:00"))

    assert {path for path in changed_files(make_full_snapshot(), later) if path.endswith(".html")} == {
        "index.html"
    }


def test_another_address_of_the_site_moves_no_file() -> None:
    moved = replace(make_full_snapshot(), site=make_site(base_url="https://elsewhere.example/og/"))

    assert [artifact.path for artifact in make_artifacts(moved)] == [
        artifact.path for artifact in make_artifacts(make_full_snapshot())
    ]


def test_the_sitemap_names_every_page_of_a_document_and_every_list() -> None:
    files = {artifact.path: artifact.payload for artifact in make_artifacts(make_full_snapshot())}
    maps = [loc.text for loc in XML.fromstring(files["sitemap.xml"]).iter(f"{SITEMAP}loc")]
    base = "https://updates.example.org/"
    named = [
        loc.text.removeprefix(base)
        for path in maps
        for loc in XML.fromstring(files[path.removeprefix(base)]).iter(f"{SITEMAP}loc")
    ]

    unnamed = {path for path in files if path.endswith(".html")} - set(named)
    assert unnamed == {"index.html", "search.html"}
    assert "" in named
    assert files["robots.txt"].decode().endswith(f"Sitemap: {base}sitemap.xml\n")


def test_the_headers_file_gives_each_page_the_policy_that_the_page_has() -> None:
    files = {artifact.path: artifact for artifact in make_artifacts(make_full_snapshot())}
    rules = re.findall(r"^/(\S*)\n  Content-Security-Policy: (.*)$", files["_headers"].payload.decode(), re.M)
    for path, artifact in files.items():
        if not path.endswith(".html"):
            continue
        own = HTML.fromstring(artifact.payload.decode()).xpath("//meta[@http-equiv]/@content")[0]
        policies = [policy for rule, policy in rules if re.fullmatch(rule.replace("*", ".*"), path)]
        assert policies == [f"{own}; frame-ancestors 'none'"], path


def test_nothing_in_an_empty_store_breaks_a_page() -> None:
    for path, html in pages(make_snapshot(sources=())).items():
        assert "<h1" in html, path
        validate(html)
