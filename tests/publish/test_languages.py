"""A document in two languages is shown in both everywhere, and any language as its publisher states it."""

from __future__ import annotations

import json

import feedparser

from aggregator.model import Snapshot, Translation
from aggregator.publish import make_artifacts
from aggregator.publish.exports.tables import export_tables
from tests.publish.feed_readers import feed_entries, link_attributes, published_bytes, read_page
from tests.support.builders import make_document, make_entry, make_snapshot

PAGE = "https://www.gov.uk/a-plan"
IRISH = Translation(language="ga-IE", url=f"{PAGE}.ga", title="Plean", text="Focail")
WELSH = Translation(language="cy", url=f"{PAGE}.cy", title="Cynllun", text="Geiriau")


def snapshot() -> Snapshot:
    return make_snapshot(make_document(make_entry(translations=(WELSH, IRISH))))


def test_feeds_link_to_the_page_in_each_language_and_readers_open_the_item_s_own() -> None:
    (entry,) = feed_entries(snapshot())
    alternates = [link for link in link_attributes(entry) if link.get("rel", "alternate") == "alternate"]
    assert [(link.get("hreflang"), link["href"], link.get("title")) for link in alternates] == [
        (None, PAGE, None),
        ("cy", f"{PAGE}.cy", "Cynllun"),
        ("ga-IE", f"{PAGE}.ga", "Plean"),
        ("en", PAGE, "A plan"),
    ]
    for path in ("feed.atom", "feed.rss"):
        (read,) = feedparser.parse(published_bytes(snapshot(), path)).entries
        assert (read.link, {link.get("hreflang") for link in read.links}) >= (PAGE, {"cy", "ga-IE", "en"})
    (item,) = json.loads(published_bytes(snapshot(), "feed.json"))["items"]
    links = item["_open_government"]["links"]
    assert [link["hreflang"] for link in links if link["rel"] == "alternate"] == ["cy", "ga-IE", "en"]


def test_the_page_has_every_title_where_the_search_finds_it() -> None:
    document = make_document(make_entry(translations=(WELSH, IRISH)))
    (path,) = (a.path for a in make_artifacts(make_snapshot(document)) if a.path.startswith("entries/"))
    (article,) = read_page(make_snapshot(document), path).xpath("//article[@data-pagefind-body]")
    titles = article.xpath(".//p[@lang]/a[@hreflang][not(ancestor::*[@data-pagefind-ignore])]")
    assert [(one.get("hreflang"), one.text) for one in titles] == [("cy", "Cynllun"), ("ga-IE", "Plean")]
    assert "Gaeilge" in article.text_content()


def test_exports_have_every_language_and_no_text_that_is_only_compared() -> None:
    tables = export_tables(snapshot())
    lines = next(table.payload for table in tables if table.path == "entries.jsonl").splitlines()
    (row,) = map(json.loads, lines)
    assert row["translations"] == [f"cy {PAGE}.cy Cynllun", f"ga-IE {PAGE}.ga Plean"]
    assert not any(b"Focail" in artifact.payload for artifact in (*tables, *make_artifacts(snapshot())))


def test_a_document_in_any_language_is_marked_with_it() -> None:
    polish = make_snapshot(make_document(make_entry(language="pl", title="Plan otwarty")))
    marks = read_page(polish).xpath("//span[@class='mark' and @lang='pl']/text()")
    assert "Polski" in marks
    (entry,) = feed_entries(polish)
    assert entry.get("{http://www.w3.org/XML/1998/namespace}lang") == "pl"


def test_a_tag_that_is_meant_to_be_read_is_escaped_in_a_description() -> None:
    written = make_snapshot(make_document(make_entry(summary="The <script>x</script> element")))
    assert b"The &amp;lt;script&amp;gt;x&amp;lt;/script&amp;gt; element" in published_bytes(
        written, "feed.rss"
    )
