"""The kind `sitemap` with sitemaps, gzipped or not, and with indexes."""

from __future__ import annotations

import gzip

import pytest

from aggregator.errors import Cause
from aggregator.model import ParsedPage, RawEntry, Reject, Selectors
from aggregator.parse import reader_for
from tests.parse.html.sources import CASES, entries, read, refused
from tests.support.builders import make_source

ADDRESS = "https://www.example.scot/sitemap.xml"
SOURCE = make_source(kind="sitemap", address=ADDRESS, selectors=Selectors(link="/publications/"))
EVERYTHING = make_source(kind="sitemap", address=ADDRESS)
PUBLICATIONS = "https://www.example.scot/publications"


def case(name: str) -> bytes:
    return (CASES / "sitemap" / name).read_bytes()


def urlset(*addresses: str, lastmod: str = "2026-01-01") -> str:
    urls = "".join(f"<url><loc>{a}</loc><lastmod>{lastmod}</lastmod></url>" for a in addresses)
    return f"<urlset>{urls}</urlset>"


def titles(*paths: str) -> list[str | None]:
    """The title that each path gets."""
    pages = (read(EVERYTHING, urlset("https://www.example.scot" + path)) for path in paths)
    return [page.entries[0].title for page in pages]


def test_a_request_accepts_xml_with_the_pause_of_the_source() -> None:
    request = reader_for("sitemap").request(SOURCE, ADDRESS)
    assert (request.url, request.pause.total_seconds()) == (ADDRESS, 5)
    assert request.accept.startswith("application/xml, text/xml")


def test_addresses_whose_path_begins_as_the_source_says_are_read_newest_first() -> None:
    assert read(SOURCE, case("urlset.xml")) == ParsedPage(
        entries=(
            RawEntry(
                item_name=f"{PUBLICATIONS}/minutes-june%202026/",
                link=f"{PUBLICATIONS}/minutes-june%202026/",
                title="Minutes june 2026",
                updated="2026-08-21T10:15+01:00",
            ),
            RawEntry(
                item_name=f"{PUBLICATIONS}/open-government_action-plan.html",
                link=f"{PUBLICATIONS}/open-government_action-plan.html",
                title="Open government action plan",
                updated="2026-08-20",
            ),
            RawEntry(
                item_name=f"{PUBLICATIONS}/undated/1337", link=f"{PUBLICATIONS}/undated/1337", title="Undated"
            ),
        )
    )


def test_a_date_to_the_minute_and_a_day_are_dates() -> None:
    found = entries(SOURCE, read(SOURCE, case("urlset.xml")))
    assert [entry.updated and entry.updated.at.isoformat() for entry in found] == [
        "2026-08-21T09:15:00+00:00",
        "2026-08-19T23:00:00+00:00",
        None,
    ]


def test_without_a_beginning_every_address_is_read() -> None:
    found = read(EVERYTHING, case("urlset.xml"))
    assert [entry.title for entry in found.entries] == [
        "Other",
        "Minutes june 2026",
        "Open government action plan",
        "Undated",
    ]
    assert not found.complete


def test_a_title_is_made_from_the_last_part_of_the_path() -> None:
    assert titles(
        "/a/open-data_plan.html", "/plan+2026.ASPX", "/a/%C3%A9t%C3%A9-a", "/about/12/", "/--a--", "/v1.5"
    ) == ["Open data plan", "Plan 2026", "Été a", "About", "A", "V1.5"]


def test_a_path_without_a_letter_has_no_title() -> None:
    assert titles("/", "/12", "/_/") == [None, None, None]


def test_a_beginning_that_no_address_has_is_a_changed_layout() -> None:
    error = refused(
        make_source(kind="sitemap", selectors=Selectors(link="/reports/"), address=ADDRESS),
        case("urlset.xml"),
    )
    assert error.cause is Cause.LAYOUT
    assert error.detail == "none of 4 addresses has a path that begins with '/reports/' (selectors.link)"


def test_a_sitemap_of_an_index_may_have_no_address_that_counts() -> None:
    other = make_source(kind="sitemap", selectors=Selectors(link="/reports/"), address=ADDRESS)
    assert read(other, case("urlset.xml"), "https://www.example.scot/sitemap/2026/9.xml") == ParsedPage(
        entries=()
    )


def test_a_sitemap_without_addresses_is_empty() -> None:
    assert read(SOURCE, "<urlset/>") == ParsedPage(entries=())


def test_at_most_a_thousand_addresses_are_read_and_the_rest_is_reported() -> None:
    page = read(EVERYTHING, urlset(*(f"https://www.example.scot/a-{n}" for n in range(1_002))))
    assert len(page.entries) == 1_000
    assert [page.entries[n].link for n in (0, 999)] == [
        "https://www.example.scot/a-1001",
        "https://www.example.scot/a-2",
    ]
    assert page.rejects == (
        Reject(item_name="sitemap", why="2 older addresses are not read; narrow selectors.link"),
    )
    assert read(EVERYTHING, urlset(*["https://www.example.scot/a"] * 1_000)).rejects == ()


def test_an_index_leads_to_its_five_newest_sitemaps() -> None:
    page = read(SOURCE, case("index.xml"))
    assert page.entries == ()
    assert [
        request.url.removeprefix("https://www.example.scot/sitemap/") for request in page.next_requests
    ] == [
        "2025/12.xml",
        "2019/1.xml",
        "2026/10.xml",
        "2026/9.xml",
        "2024/2.xml",
    ]
    assert {request.pause for request in page.next_requests} == {SOURCE.pause}
    assert page.next_requests[0].about is None


def test_an_index_of_an_index_is_followed_and_its_relative_addresses_are_joined() -> None:
    nested = "<sitemapindex><sitemap><loc>/map/2026.xml</loc></sitemap></sitemapindex>"
    page = read(SOURCE, nested, "https://www.example.scot/other/index.xml")
    assert [request.url for request in page.next_requests] == ["https://www.example.scot/map/2026.xml"]
    assert read(SOURCE, urlset("/publications/a")).entries[0].link == f"{PUBLICATIONS}/a"


def test_an_index_tells_of_an_address_that_cannot_be_asked() -> None:
    page = read(SOURCE, "<sitemapindex><sitemap><loc>ftp://a.example/1.xml</loc></sitemap></sitemapindex>")
    assert page.rejects == (
        Reject(item_name="sitemap index", why="'ftp://a.example/1.xml' is no http(s) address"),
    )


def test_a_sitemap_that_is_packed_twice_is_unpacked_and_one_packed_without_end_is_refused() -> None:
    packed = gzip.compress(gzip.compress(case("urlset.xml")))
    assert read(SOURCE, packed) == read(SOURCE, case("urlset.xml"))
    error = refused(SOURCE, gzip.compress(gzip.compress(packed)))
    assert (error.cause, error.detail) == (Cause.ENCODING, "it is packed more than 3 times")


def test_a_packed_sitemap_is_unpacked() -> None:
    plain = case("urlset.xml")
    in_two_members = gzip.compress(plain[:99]) + gzip.compress(plain[99:]) + b"not packed"
    for packed in (gzip.compress(plain), in_two_members):
        assert read(SOURCE, packed) == read(SOURCE, plain)


def test_a_packed_sitemap_is_unpacked_to_ten_megabytes_and_no_more() -> None:
    missing = 10 * 1024 * 1024 - len(case("urlset.xml"))
    comments = (b"<!--" + b"x" * 93 + b"-->") * (missing // 100) + b" " * (missing % 100)
    largest = case("urlset.xml") + comments
    assert len(read(SOURCE, gzip.compress(largest)).entries) == 3
    error = refused(SOURCE, gzip.compress(largest + b" "))
    assert (error.cause, error.detail) == (Cause.TOO_LARGE, "it unpacks to more than 10485760 bytes")


def test_a_packed_sitemap_that_is_cut_or_broken_is_refused() -> None:
    packed = gzip.compress(case("urlset.xml"))
    assert refused(SOURCE, packed[:-9]).cause is Cause.TRUNCATED
    assert refused(SOURCE, packed[:2] + b"example").cause is Cause.ENCODING


def test_broken_xml_names_line_and_column() -> None:
    error = refused(SOURCE, '<?xml version="1.0"?>\n\n<urlset>\n<url><loc>https://a.example/</url></urlset>')
    assert error.cause is Cause.BROKEN_FEED
    assert "at line 4, column 35" in error.detail


def test_entities_are_never_expanded() -> None:
    declared = '<!DOCTYPE urlset [<!ENTITY a "https://a.example/b">]>'
    assert refused(SOURCE, declared + urlset("&a;")).cause is Cause.BROKEN_FEED
    assert "Entity 'a' not defined" in refused(SOURCE, declared + urlset("&a;")).detail


def test_a_document_type_alone_does_no_harm() -> None:
    assert len(read(EVERYTHING, "<!DOCTYPE urlset>" + urlset("https://www.example.scot/a")).entries) == 1


@pytest.mark.parametrize("excess", ["<a/>" * 600_001, "<a " + "=" * 600_001 + "/>"])
def test_an_oversized_sitemap_is_refused_before_it_is_parsed(excess: str) -> None:
    assert "more tags or attributes" in refused(SOURCE, f"<urlset>{excess}</urlset>").detail


def test_an_address_that_cannot_be_read_has_no_path() -> None:
    assert titles("") == [None]
    page = read(EVERYTHING, urlset("http://[example", "https://www.example.scot/a"))
    assert [entry.title for entry in page.entries] == [None, "A"]
    assert len(read(SOURCE, urlset("http://[example", f"{PUBLICATIONS}/a")).entries) == 1


@pytest.mark.parametrize(
    ("payload", "cause", "detail"),
    [
        (b" \n", Cause.EMPTY, "the answer is empty"),
        (
            b"<!DOCTYPE html><title>Example</title><p>&lt;urlset>",
            Cause.NOT_A_FEED,
            "a page titled 'Example' came in place of a sitemap",
        ),
        (
            b"<html><title>Just a moment...</title><urlset></html>",
            Cause.NOT_A_FEED,
            "a bot check titled 'Just a moment...' came in place of a sitemap",
        ),
        (b"https://a.example/\n", Cause.NOT_A_FEED, "no sitemap: it begins 'https://a.example/'"),
        (b"<rss><channel/></rss>", Cause.NOT_A_FEED, "no sitemap: it begins '<rss><channel/></rss>'"),
    ],
)
def test_what_is_no_sitemap_is_refused(payload: bytes, cause: Cause, detail: str) -> None:
    error = refused(SOURCE, payload)
    assert (error.cause, error.detail) == (cause, detail)
