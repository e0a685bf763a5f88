"""The OPML list of feeds: by body, equal bytes for equal lists, well-formed for any title."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from aggregator.config.opml_export import write_opml
from tests.support.builders import make_body, make_source

BODIES = {"cabinet-office": make_body(), "network": make_body("network", name="A & B <network>")}
FEEDS = (
    make_source("one", title="One & only", address="https://a.example/one", page="https://a.example/"),
    make_source("two", title="Dau", address="https://b.example/?x=1&y=2", body="network", language="cy"),
    make_source("three", address="https://a.example/three", kind="discourse"),
    make_source("page", address="https://a.example/page", kind="page"),
    make_source("off", address="https://a.example/off", enabled=False),
)


def test_a_list_is_written_by_body_with_feeds_only() -> None:
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


def test_titles_with_characters_that_xml_forbids_are_written_without_them() -> None:
    feed = make_source(title="One\x07 more\ufffe", address="https://a.example/one")

    listed = etree.fromstring(write_opml("x\x00", [feed], BODIES)).iter("outline")
    assert [outline.get("text") for outline in listed] == ["Cabinet Office", "One more"]


@given(st.text(), st.text())
def test_any_title_and_page_make_a_list_that_can_be_read(title: str, page: str) -> None:
    payload = write_opml(title, [make_source(title=title, page=page if page.isprintable() else "")], BODIES)

    assert etree.fromstring(payload).tag == "opml"
