"""The Atom feeds, read as a feed reader does: ids, dates, links, categories and rights of entries."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import feedparser

from aggregator import VERSION
from aggregator.model import Claim, Link, Precision, Snapshot
from tests.publish.feed_readers import (
    ATOM,
    LANGUAGE,
    child_text,
    feed_entries,
    link_attributes,
    published_bytes,
    read_feed,
)
from tests.support.builders import (
    instant,
    make_body,
    make_document,
    make_entry,
    make_labels,
    make_site,
    make_snapshot,
    moment,
)

SCHEME = "urn:uuid:a4847917-e06a-51ab-aa04-9bb1dd89064f#"


def own_page_address(id: str) -> str:
    """The address of our page of the document with this id."""
    return f"https://updates.example.org/entries/{id.removeprefix('urn:uuid:')}.html"


def only_entry(snapshot: Snapshot) -> Any:
    """The only entry of the main feed."""
    (entry,) = feed_entries(snapshot)
    return entry


def test_the_feed_says_who_publishes_it_its_address_and_that_it_is_not_official() -> None:
    root = read_feed(make_snapshot())
    generator = root.find(f"{ATOM}generator")

    assert child_text(root, "title") == "UK open government: updates"
    assert child_text(root, "subtitle") == (
        "What the UK's public bodies publish about open government. "
        "This is not an official site; each item links to its official record."
    )
    assert link_attributes(root) == [
        {
            "href": "https://updates.example.org/feed.atom",
            "rel": "self",
            "type": "application/atom+xml",
        },
        {"href": "https://updates.example.org/", "rel": "alternate", "type": "text/html"},
    ]
    assert child_text(root, "rights") == "Each item states its own licence. Words of our own: CC0 1.0."
    assert (generator.text, generator.get("version")) == ("UK open government updates", VERSION)
    assert root.get(LANGUAGE) == "en-GB"


def test_the_author_of_the_feed_is_the_operator_or_without_one_the_site() -> None:
    named = read_feed(make_snapshot()).find(f"{ATOM}author")
    nameless = read_feed(
        make_snapshot(site=make_site(operator="", contact="https://example.org/contact"))
    ).find(f"{ATOM}author")

    assert (child_text(named, "name"), child_text(named, "email")) == ("A Volunteer", "volunteer@example.org")
    assert (child_text(nameless, "name"), child_text(nameless, "uri")) == (
        "UK open government: updates",
        "https://example.org/contact",
    )


def test_an_entry_has_id_title_dates_text_and_language() -> None:
    source_entry = make_entry(
        title="Cynllun Gweithredu",
        summary="Crynodeb.",
        content="<p>Y cynllun &amp; <em>mwy</em></p>",
        language="cy",
        published=moment("2026-06-02 08:15"),
    )

    entry = only_entry(make_snapshot(make_document(source_entry, updated=instant("2026-06-04 10:00"))))
    content = entry.find(f"{ATOM}content")

    assert child_text(entry, "id") == source_entry.id
    assert child_text(entry, "title") == "Cynllun Gweithredu"
    assert child_text(entry, "published") == "2026-06-02T08:15:00+00:00"
    assert child_text(entry, "updated") == "2026-06-04T10:00:00+00:00"
    assert child_text(entry, "summary") == "Crynodeb."
    assert entry.find(f"{ATOM}summary").get("type") == "text"
    assert (content.text, content.get("type")) == ("<p>Y cynllun &amp; <em>mwy</em></p>", "html")
    assert entry.get(LANGUAGE) == "cy"
    assert entry.find(f"{ATOM}rights").get(LANGUAGE) == "en-GB"
    assert entry.find(f"{ATOM}category").get(LANGUAGE) == "en-GB"


def test_an_entry_without_a_publication_date_has_none() -> None:
    assert (
        child_text(only_entry(make_snapshot(make_document(make_entry(published=None)))), "published") is None
    )


def test_an_entry_links_its_page_the_official_page_licence_and_attachments() -> None:
    source_entry = make_entry(
        language="cy",
        links=(
            Link(
                href="https://www.gov.uk/plan.pdf",
                rel="enclosure",
                type="application/pdf",
                title="The plan",
                length=1234,
            ),
            Link(href="https://www.gov.uk/a-plan.en", rel="alternate", title="English"),
            Link(href="javascript:alert(1)", rel="related"),
        ),
    )

    assert link_attributes(only_entry(make_snapshot(make_document(source_entry)))) == [
        {"href": "https://www.gov.uk/a-plan"},
        {"rel": "via", "href": "https://www.gov.uk/a-plan", "hreflang": "cy"},
        {
            "rel": "license",
            "href": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
        },
        {
            "rel": "enclosure",
            "href": "https://www.gov.uk/plan.pdf",
            "type": "application/pdf",
            "title": "The plan",
            "length": "1234",
        },
        {"rel": "related", "href": "https://www.gov.uk/a-plan.en", "title": "English"},
        {
            "rel": "describedby",
            "href": own_page_address(source_entry.id),
            "type": "text/html",
            "title": "Dates, sources and revisions of this document",
        },
    ]


def test_a_record_without_an_official_page_links_ours_and_each_cited_page_once() -> None:
    cited = "https://discuss.example/t/1"
    record = make_entry(
        "record:uk-msf",
        url=None,
        licence="own",
        claims=(
            Claim(what="Held", moment=moment("2024-01-24 00:00", Precision.DAY), source=cited),
            Claim(what="Posted", moment=None, source=cited),
            Claim(what="Known", moment=None, source=None),
            Claim(what="Planned", moment=None, source="https://www.gov.uk/plan"),
        ),
        links=(Link(href=cited, rel="via"),),
    )

    entry = only_entry(make_snapshot(make_document(record)))

    assert link_attributes(entry) == [
        {"href": "https://updates.example.org/records/uk-msf.html"},
        {"rel": "via", "href": cited},
        {"rel": "via", "href": "https://www.gov.uk/plan"},
        {"rel": "license", "href": "https://creativecommons.org/publicdomain/zero/1.0/"},
        {
            "rel": "describedby",
            "href": "https://updates.example.org/records/uk-msf.html",
            "type": "text/html",
            "title": "Dates, sources and revisions of this document",
        },
    ]
    assert child_text(entry, "rights") == (
        "Our own words, given to the public domain under CC0 1.0. "
        "https://creativecommons.org/publicdomain/zero/1.0/"
    )
    assert entry.find(f"{ATOM}author") is None


def test_an_entry_has_categories_for_body_type_and_topics_with_scheme_and_label() -> None:
    labels = make_labels(type="meeting-record", topics=("open-data",))
    document = make_document(make_entry(body="scot-gov"), labels=labels)
    bodies = {"scot-gov": make_body("scot-gov", name="Scottish Government", url="https://www.gov.scot/")}

    entry = only_entry(
        make_snapshot(document, bodies=bodies, types={"meeting-record": "Minutes and read-outs"})
    )
    author = entry.find(f"{ATOM}author")

    assert [
        (category.get("scheme"), category.get("term"), category.get("label"))
        for category in entry.iterfind(f"{ATOM}category")
    ] == [
        (f"{SCHEME}body", "scot-gov", "Scottish Government"),
        (f"{SCHEME}type", "meeting-record", "Minutes and read-outs"),
        (f"{SCHEME}topic", "open-data", "Open data"),
    ]
    assert (child_text(author, "name"), child_text(author, "uri")) == (
        "Scottish Government",
        "https://www.gov.scot/",
    )


def test_a_body_or_type_without_a_name_is_labelled_by_its_id() -> None:
    entry = only_entry(make_snapshot(make_document(labels=make_labels(type="irm-report")), bodies={}))

    category_labels = [category.get("label") for category in entry.iterfind(f"{ATOM}category")]
    assert category_labels == ["cabinet-office", "Irm report"]


def test_an_open_licence_is_credited_with_its_exact_text() -> None:
    public = only_entry(make_snapshot(make_document(make_entry(licence="OGL-3.0"))))
    parliament = only_entry(make_snapshot(make_document(make_entry(licence="OPL-3.0"))))

    assert child_text(public, "rights") == (
        "Contains public sector information licensed under the Open Government Licence v3.0. "
        "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
    )
    assert (child_text(parliament, "rights") or "").startswith(
        "Contains Parliamentary information licensed under the Open Parliament Licence v3.0. https://"
    )


def test_without_a_known_licence_only_title_link_and_date_are_published() -> None:
    for licence in ("unknown", "", "CC-BY-99"):
        entry = only_entry(
            make_snapshot(
                make_document(make_entry(licence=licence, content="<p>Theirs</p>", summary="Theirs"))
            )
        )

        assert child_text(entry, "title") == "A plan"
        assert child_text(entry, "summary") is None
        assert child_text(entry, "content") is None
        assert child_text(entry, "rights") == "Licence not known: title, link and date only."
        assert [link.get("rel") for link in link_attributes(entry)] == [None, "via", "describedby"]


def test_feedparser_reads_the_feed_back() -> None:
    source_entry = make_entry(
        published=moment("2026-06-02 08:15"),
        content="<p>Words</p>",
        links=(Link(href="https://www.gov.uk/plan.pdf", rel="enclosure", type="application/pdf", length=9),),
    )
    documents = (
        make_document(source_entry),
        make_document(make_entry("https://b.example/", title="Older"), updated=instant("2026-01-01 00:00")),
    )

    read: Any = feedparser.parse(published_bytes(make_snapshot(*documents), "feed.atom"))

    assert not read.bozo
    assert [entry.title for entry in read.entries] == ["A plan", "Older"]
    assert read.entries[0].id == source_entry.id
    assert read.entries[0].link == "https://www.gov.uk/a-plan"
    assert read.entries[0].content[0].value == "<p>Words</p>"
    assert [dict(entry) for entry in read.entries[0].enclosures] == [
        {"href": "https://www.gov.uk/plan.pdf", "type": "application/pdf", "length": "9"}
    ]
    assert read.entries[0].tags[0] == {
        "term": "cabinet-office",
        "scheme": f"{SCHEME}body",
        "label": "Cabinet Office",
    }


def test_an_entry_without_body_source_or_dates_still_has_every_element_that_atom_demands() -> None:
    bare = replace(make_entry(), summary="", body="gone", source="gone", updated=None)

    entry = only_entry(make_snapshot(make_document(bare), bodies={}, sources=()))

    assert all(child_text(entry, name) for name in ("id", "title", "updated"))
    assert entry.find(f"{ATOM}source") is None
