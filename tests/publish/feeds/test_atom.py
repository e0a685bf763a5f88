"""The Atom feeds, read back as a feed reader does: every entry's id, dates, links, categories and rights."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import feedparser

from aggregator import VERSION
from aggregator.model import Claim, Link, Precision, Snapshot
from tests.publish.feed_readers import ATOM, LANGUAGE, entries, feed, links, payload, told
from tests.support.builders import body, edition, entry, holding, instant, labels, moment, site

SCHEME = "urn:uuid:a4847917-e06a-51ab-aa04-9bb1dd89064f#"


def explained(id: str) -> str:
    """The address of our own page about a document."""
    return f"https://updates.example.org/entries/{id.removeprefix('urn:uuid:')}.html"


def only(told_edition: Snapshot) -> Any:
    """The one entry of the main feed."""
    (found,) = entries(told_edition)
    return found


def test_the_feed_says_who_publishes_it_where_it_stands_and_that_it_is_not_official() -> None:
    head = feed(edition())
    generator = head.find(f"{ATOM}generator")

    assert told(head, "title") == "UK open government: updates"
    assert told(head, "subtitle") == (
        "What the UK's public bodies publish about open government. "
        "This is not an official site; each item links to its official record."
    )
    assert links(head) == [
        {
            "href": "https://updates.example.org/feed.atom",
            "rel": "self",
            "type": "application/atom+xml",
        },
        {"href": "https://updates.example.org/", "rel": "alternate", "type": "text/html"},
    ]
    assert told(head, "rights") == "Each item states its own licence. Words of our own: CC0 1.0."
    assert (generator.text, generator.get("version")) == ("UK open government updates", VERSION)
    assert head.get(LANGUAGE) == "en-GB"


def test_the_author_of_the_feed_is_the_operator_or_without_one_the_site_itself() -> None:
    named = feed(edition()).find(f"{ATOM}author")
    nameless = feed(edition(site=site(operator="", contact="https://example.org/contact"))).find(
        f"{ATOM}author"
    )

    assert (told(named, "name"), told(named, "email")) == ("A Volunteer", "volunteer@example.org")
    assert (told(nameless, "name"), told(nameless, "uri")) == (
        "UK open government: updates",
        "https://example.org/contact",
    )


def test_an_entry_keeps_id_title_dates_text_and_language() -> None:
    document = entry(
        title="Cynllun Gweithredu",
        summary="Crynodeb.",
        content="<p>Y cynllun &amp; <em>mwy</em></p>",
        language="cy",
        published=moment("2026-06-02 08:15"),
    )

    found = only(edition(holding(document, updated=instant("2026-06-04 10:00"))))
    content = found.find(f"{ATOM}content")

    assert told(found, "id") == document.id
    assert told(found, "title") == "Cynllun Gweithredu"
    assert told(found, "published") == "2026-06-02T08:15:00+00:00"
    assert told(found, "updated") == "2026-06-04T10:00:00+00:00"
    assert told(found, "summary") == "Crynodeb."
    assert found.find(f"{ATOM}summary").get("type") == "text"
    assert (content.text, content.get("type")) == ("<p>Y cynllun &amp; <em>mwy</em></p>", "html")
    assert found.get(LANGUAGE) == "cy"
    assert found.find(f"{ATOM}rights").get(LANGUAGE) == "en-GB"
    assert found.find(f"{ATOM}category").get(LANGUAGE) == "en-GB"


def test_an_entry_whose_publication_is_not_known_claims_no_date_of_it() -> None:
    assert told(only(edition(holding(entry(published=None)))), "published") is None


def test_an_entry_links_its_page_its_official_record_its_licence_and_its_attachments() -> None:
    document = entry(
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

    assert links(only(edition(holding(document)))) == [
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
            "href": explained(document.id),
            "type": "text/html",
            "title": "Dates, sources and revisions of this document",
        },
    ]


def test_a_record_without_a_page_links_ours_and_each_cited_source_once() -> None:
    cited = "https://discuss.example/t/1"
    record = entry(
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

    found = only(edition(holding(record)))

    assert links(found) == [
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
    assert told(found, "rights") == (
        "Our own words, given to the public domain under CC0 1.0. "
        "https://creativecommons.org/publicdomain/zero/1.0/"
    )
    assert found.find(f"{ATOM}author") is None


def test_an_entry_is_filed_under_body_type_and_topics_with_scheme_and_label() -> None:
    about = labels(type="meeting-record", topics=("open-data",))
    held = holding(entry(body="scot-gov"), labels=about)
    known = {"scot-gov": body("scot-gov", name="Scottish Government", url="https://www.gov.scot/")}

    found = only(edition(held, bodies=known, types={"meeting-record": "Minutes and read-outs"}))
    author = found.find(f"{ATOM}author")

    assert [
        (category.get("scheme"), category.get("term"), category.get("label"))
        for category in found.iterfind(f"{ATOM}category")
    ] == [
        (f"{SCHEME}body", "scot-gov", "Scottish Government"),
        (f"{SCHEME}type", "meeting-record", "Minutes and read-outs"),
        (f"{SCHEME}topic", "open-data", "Open data"),
    ]
    assert (told(author, "name"), told(author, "uri")) == ("Scottish Government", "https://www.gov.scot/")


def test_a_body_or_type_without_a_name_is_shown_by_its_id() -> None:
    found = only(edition(holding(labels=labels(type="irm-report")), bodies={}))

    shown = [category.get("label") for category in found.iterfind(f"{ATOM}category")]
    assert shown == ["cabinet-office", "Irm report"]


def test_an_open_licence_is_credited_word_for_word() -> None:
    public = only(edition(holding(entry(licence="OGL-3.0"))))
    parliament = only(edition(holding(entry(licence="OPL-3.0"))))

    assert told(public, "rights") == (
        "Contains public sector information licensed under the Open Government Licence v3.0. "
        "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
    )
    assert (told(parliament, "rights") or "").startswith(
        "Contains Parliamentary information licensed under the Open Parliament Licence v3.0. https://"
    )


def test_under_a_licence_that_is_not_known_only_title_link_and_date_are_published() -> None:
    for licence in ("unknown", "", "CC-BY-99"):
        found = only(edition(holding(entry(licence=licence, content="<p>Theirs</p>", summary="Theirs"))))

        assert told(found, "title") == "A plan"
        assert told(found, "summary") is None
        assert told(found, "content") is None
        assert told(found, "rights") == "Licence not known: title, link and date only."
        assert [link.get("rel") for link in links(found)] == [None, "via", "describedby"]


def test_feedparser_reads_back_what_was_put_in() -> None:
    document = entry(
        published=moment("2026-06-02 08:15"),
        content="<p>Words</p>",
        links=(Link(href="https://www.gov.uk/plan.pdf", rel="enclosure", type="application/pdf", length=9),),
    )
    two = (
        holding(document),
        holding(entry("https://b.example/", title="Older"), updated=instant("2026-01-01 00:00")),
    )

    read: Any = feedparser.parse(payload(edition(*two), "feed.atom"))

    assert not read.bozo
    assert [found.title for found in read.entries] == ["A plan", "Older"]
    assert read.entries[0].id == document.id
    assert read.entries[0].link == "https://www.gov.uk/a-plan"
    assert read.entries[0].content[0].value == "<p>Words</p>"
    assert [dict(found) for found in read.entries[0].enclosures] == [
        {"href": "https://www.gov.uk/plan.pdf", "type": "application/pdf", "length": "9"}
    ]
    assert read.entries[0].tags[0] == {
        "term": "cabinet-office",
        "scheme": f"{SCHEME}body",
        "label": "Cabinet Office",
    }


def test_an_entry_that_only_its_own_source_knows_still_has_every_part_that_atom_demands() -> None:
    bare = replace(entry(), summary="", body="gone", source="gone", updated=None)

    found = only(edition(holding(bare), bodies={}, sources=()))

    assert all(told(found, name) for name in ("id", "title", "updated"))
    assert found.find(f"{ATOM}source") is None
