"""Lists of feeds in OPML: what is written can be read back, and what is read may be anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.config.importing import plan_import
from aggregator.config.opml import Outline, read_opml, write_opml
from aggregator.errors import ConfigError
from tests.builders import body, source

BODIES = {"cabinet-office": body(), "network": body("network", name="A & B <network>")}
FEEDS = (
    source("one", title="One & only", address="https://a.example/one", page="https://a.example/"),
    source("two", title="Dau", address="https://b.example/?x=1&y=2", body="network", language="cy"),
    source("three", address="https://a.example/three", kind="discourse"),
    source("page", address="https://a.example/page", kind="page"),
    source("off", address="https://a.example/off", enabled=False),
)


def written(tmp_path: Path, payload: bytes) -> Path:
    file = tmp_path / "feeds.opml"
    file.write_bytes(payload)
    return file


def outline(address: str = "https://new.example/feed", **changes: str) -> Outline:
    return Outline(**{"title": "New", "address": address, "page": "", "language": "", **changes})


def test_a_list_is_written_by_body_with_feeds_alone_and_always_the_same() -> None:
    assert write_opml("Updates & more", FEEDS, BODIES).decode() == (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<opml version="2.0">\n'
        "  <head>\n"
        "    <title>Updates &amp; more</title>\n"
        "  </head>\n"
        "  <body>\n"
        '    <outline text="Cabinet Office">\n'
        '      <outline text="One &amp; only" title="One &amp; only" type="rss" xmlUrl="https://a.example/one"'
        ' htmlUrl="https://a.example/" language="en"/>\n'
        '      <outline text="Cabinet Office on GOV.UK" title="Cabinet Office on GOV.UK" type="rss"'
        ' xmlUrl="https://a.example/three" language="en"/>\n'
        "    </outline>\n"
        '    <outline text="A &amp; B &lt;network&gt;">\n'
        '      <outline text="Dau" title="Dau" type="rss" xmlUrl="https://b.example/?x=1&amp;y=2"'
        ' language="cy"/>\n'
        "    </outline>\n"
        "  </body>\n"
        "</opml>\n"
    )


def test_what_is_written_can_be_read_back(tmp_path: Path) -> None:
    file = written(tmp_path, write_opml("Updates", FEEDS, BODIES))

    assert [(one.title, one.address, one.page, one.language) for one in read_opml(file)] == [
        ("One & only", "https://a.example/one", "https://a.example/", "en"),
        ("Cabinet Office on GOV.UK", "https://a.example/three", "", "en"),
        ("Dau", "https://b.example/?x=1&y=2", "", "cy"),
    ]


def test_titles_with_characters_that_xml_forbids_are_written_without_them(tmp_path: Path) -> None:
    feed = source(title="One\x07 more\ufffe", address="https://a.example/one")

    assert read_opml(written(tmp_path, write_opml("x\x00", [feed], BODIES)))[0].title == "One more"


@given(st.text(), st.text())
def test_any_title_and_page_make_a_list_that_can_be_read(title: str, page: str) -> None:
    payload = write_opml(title, [source(title=title, page=page if page.isprintable() else "")], BODIES)

    assert payload.startswith(b"<?xml")


def test_feeds_are_found_in_folders_whatever_the_case_of_attributes(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        b'<opml version="1.1"><!-- x --><body><outline text="Folder"><outline text="Deep">'
        b'<outline text=" A\n feed " xmlurl="https://a.example/"/></outline></outline>'
        b'<outline text="no feed" type="link" url="https://a.example/"/></body></opml>',
    )

    assert read_opml(file) == (Outline(title="A feed", address="https://a.example/", page="", language=""),)


LAUGHS = (
    b'<!DOCTYPE opml [<!ENTITY a "ha">'
    + b"".join(
        b'<!ENTITY %c "%s">' % (letter, b"&%c;" % (letter - 1) * 10) for letter in range(ord("b"), ord("k"))
    )
    + b']><opml><body><outline xmlUrl="&j;"/></body></opml>'
)


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (b"", "this is not well-formed XML"),
        (b"<opml>\n<body>", "this is not well-formed XML"),
        (b"<rss/>", ":1: this is no OPML: its first element is <rss>"),
        (b'<!DOCTYPE opml [<!ENTITY a "b">]><opml/>', ":1: a list of feeds needs no <!DOCTYPE>"),
        (
            b'<!DOCTYPE opml SYSTEM "http://a.example/x.dtd"><opml/>',
            ":1: a list of feeds needs no <!DOCTYPE>",
        ),
        (LAUGHS, ""),
        (b"<opml>" * 5_000, "this is not well-formed XML"),
    ],
)
def test_what_is_no_list_of_feeds_is_refused_with_its_line(payload: bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_opml(written(tmp_path, payload))

    assert said in str(caught.value)


def test_a_list_beyond_measure_and_a_missing_one_are_refused(tmp_path: Path) -> None:
    feeds = b"<outline xmlUrl='https://a.example/'/>" * 10_001
    with pytest.raises(ConfigError, match="10,001 feeds"):
        read_opml(written(tmp_path, b"<opml>" + feeds + b"</opml>"))
    with pytest.raises(ConfigError, match="10,000,001 bytes"):
        read_opml(written(tmp_path, b" " * 10_000_001))
    with pytest.raises(ConfigError, match="cannot be read"):
        read_opml(tmp_path / "missing.opml")


# ---------------------------------------------------------------- what becomes a source
def test_a_feed_of_the_list_becomes_a_source_of_the_body() -> None:
    told = outline(title="New things", page="https://new.example/", language="cy-GB")

    plan = plan_import([told], "network", FEEDS, BODIES)

    assert plan.left == ()
    assert plan.added == (
        {
            "id": "new-example",
            "body": "network",
            "kind": "feed",
            "title": "New things",
            "address": "https://new.example/feed",
            "licence": "unknown",
            "scope": "relevant",
            "seen": "likely",
            "page": "https://new.example/",
            "language": "cy",
        },
    )


def test_feeds_of_one_host_get_ids_of_their_own() -> None:
    told = [outline(f"https://new.example/{name}/feed.json") for name in ("a", "b")]

    plan = plan_import(told, "network", (), {})

    assert [(said["id"], said["kind"]) for said in plan.added] == [
        ("new-example", "jsonfeed"),
        ("new-example-b", "jsonfeed"),
    ]


def test_what_cannot_be_added_is_named_with_the_reason() -> None:
    told = [
        outline("http://a.example/one/"),
        outline(),
        outline("https://new.example/feed/"),
        outline("feed://new.example/x"),
        outline("records/"),
        outline("http://[broken/feed.xml"),
    ]

    plan = plan_import(told, "network", FEEDS, BODIES)

    assert len(plan.added) == 1
    assert [(one.address, why) for one, why in plan.left] == [
        ("http://a.example/one/", "the source one is there already"),
        ("https://new.example/feed/", "it stands twice in this list"),
        ("feed://new.example/x", "this is no web address"),
        ("records/", "this is no web address"),
        ("http://[broken/feed.xml", "this is no web address"),
    ]


def test_a_page_or_language_that_is_none_is_left_out() -> None:
    (said,) = plan_import([outline(page="javascript:x", language="?")], "network", (), {}).added

    assert not said.get("page")
    assert not said.get("language")
