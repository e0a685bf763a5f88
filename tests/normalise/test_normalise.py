"""Items become entries, one for each document."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import (
    Claim,
    Entry,
    FeedMetadata,
    Link,
    Moment,
    Precision,
    RawClaim,
    RawEntry,
    RawLink,
    Reject,
    ZoneBasis,
)
from aggregator.normalise import NormalisedPage, normalise
from tests.support.builders import NOON, instant, make_raw_entry, make_source, moment

FEED = "https://www.gov.uk/government/organisations/cabinet-office.atom"


def normalise_items(items: Iterable[RawEntry], **changes: Any) -> NormalisedPage:
    return normalise(make_source(**changes), FEED, items, now=NOON)


def entry_of(raw: RawEntry, **changes: Any) -> Entry:
    page = normalise_items([raw], **changes)
    assert page.rejects == ()
    return page.entries[0]


def test_an_item_becomes_an_entry() -> None:
    item = RawEntry(
        item_name="item 1",
        id="https://www.gov.uk/government/publications/example#2026-05-25T16:00:00Z",
        link="/government/publications/example/?utm_source=x",
        title="Policy paper: Example &amp; more",
        title_is_html=True,
        summary="Example <b>words</b>.",
        content="<p>Full words. <a href='/x'>Link</a></p>",
        published="2026-05-01T09:00:00+01:00",
        updated="2026-05-25T16:00:00Z",
        closes="2 June 2026",
        categories=("Policy paper", "Policy paper", "", "Topic &amp; more"),
        language="en-US",
        links=(
            RawLink(href="https://www.gov.uk/government/publications/example"),
            RawLink(href="https://www.gov.uk/x.atom", rel="self"),
            RawLink(href="/a.pdf", rel="enclosure", type="application/pdf", title=" Paper ", length="12"),
            RawLink(href="/a.pdf", rel="enclosure"),
            RawLink(href="javascript:x", rel="related"),
            RawLink(href="/b", rel="related", length="-1"),
        ),
    )
    assert entry_of(item) == Entry(
        id="urn:uuid:cc3c31a1-0add-55ee-b3a2-e592e8fb53b6",
        key="https://gov.uk/government/publications/example",
        url="https://www.gov.uk/government/publications/example/",
        source="cabinet-office",
        native_id="https://www.gov.uk/government/publications/example#2026-05-25T16:00:00Z",
        body="cabinet-office",
        title="Example & more",
        summary="Example words.",
        content='<p>Full words. <a href="https://www.gov.uk/x" rel="noopener noreferrer">Link</a></p>',
        text="Example words. Full words. Link",
        language="en",
        published=moment("2026-05-01 08:00"),
        updated=moment("2026-05-25 16:00"),
        closes=Moment(at=instant("2026-06-01 23:00"), precision=Precision.DAY, zone=ZoneBasis.ASSUMED),
        publisher_type="Policy paper",
        categories=("Policy paper", "Topic & more"),
        links=(
            Link(
                href="https://www.gov.uk/a.pdf",
                rel="enclosure",
                type="application/pdf",
                title="Paper",
                length=12,
            ),
            Link(href="https://www.gov.uk/b", rel="related"),
        ),
        licence="OGL-3.0",
    )


@pytest.mark.parametrize(
    ("source_feed", "named", "licence"),
    [
        (None, None, "OGL-3.0"),
        (None, "https://creativecommons.org/publicdomain/zero/1.0/", "OGL-3.0"),
        (FeedMetadata(title="Another"), "https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        (FeedMetadata(title="Another"), "https://another.example/terms", "unknown"),
        (FeedMetadata(title="Another"), None, "unknown"),
    ],
)
def test_a_relayed_entry_has_the_licence_that_it_names(
    source_feed: FeedMetadata | None, named: str | None, licence: str
) -> None:
    assert (
        entry_of(make_raw_entry(source_feed=source_feed, licence=named), licence="OGL-3.0").licence == licence
    )


def test_the_id_of_a_document_never_changes() -> None:
    """Published ids are made from this; if it fails, every subscriber sees every document as new."""
    entry = entry_of(make_raw_entry(link="https://www.gov.uk/a-plan"))
    assert entry.key == "https://gov.uk/a-plan"
    assert entry.id == "urn:uuid:e411844f-ab5f-5e7f-9823-e620a85898d1"


@pytest.mark.parametrize(
    "link",
    [
        "http://gov.uk/a-plan/",
        "https://www.gov.uk:443/a-plan#2026-05-25T16:00:00Z",
        "https://WWW.GOV.UK/a-plan?utm_source=x",
        "/a-plan",
    ],
)
def test_one_document_has_one_id_however_its_link_is_written(link: str) -> None:
    assert (
        entry_of(make_raw_entry(link=link)).id
        == entry_of(make_raw_entry(link="https://www.gov.uk/a-plan")).id
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"link": None}, "no link (title: A plan)"),
        ({"link": "tag:x"}, "link 'tag:x' is no http(s) address (title: A plan)"),
        ({"title": None}, "no title (link: https://www.gov.uk/a-plan)"),
        ({"title": " \u202e<p></p>"}, "no title (link: https://www.gov.uk/a-plan)"),
        ({"title": "", "link": None}, "no title (link: none)"),
    ],
)
def test_an_item_without_title_or_link_is_rejected_with_its_item_name(
    changes: dict[str, Any], reason: str
) -> None:
    other = make_raw_entry(link="https://www.gov.uk/b")
    page = normalise_items([make_raw_entry(**changes, item_name="item 7"), other])
    assert page.rejects == (Reject(item_name="item 7", why=reason),)
    assert len(page.entries) == 1


def test_of_two_items_about_one_document_the_newest_takes_the_place_of_the_first() -> None:
    old = make_raw_entry("Old", updated="2026-05-01T00:00:00Z")
    other = make_raw_entry("Other", link="https://www.gov.uk/b")
    new = make_raw_entry("New", updated="2026-05-02T00:00:00Z", link="https://www.gov.uk/a-plan#part")
    assert [entry.title for entry in normalise_items([old, other, new]).entries] == ["New", "Other"]
    assert [entry.title for entry in normalise_items([new, other, old]).entries] == ["New", "Other"]


def test_of_two_items_of_the_same_age_the_first_is_used() -> None:
    assert [
        entry.title for entry in normalise_items([make_raw_entry("First"), make_raw_entry("Second")]).entries
    ] == ["First"]
    same = {"updated": "2026-05-01"}
    assert [
        entry.title
        for entry in normalise_items(
            [make_raw_entry("First", **same), make_raw_entry("Second", **same)]
        ).entries
    ] == ["First"]
    dated = make_raw_entry("Dated", published="2026-05-01")
    assert [entry.title for entry in normalise_items([make_raw_entry("Undated"), dated]).entries] == ["Dated"]


@pytest.mark.parametrize(
    ("title", "categories", "link", "expected"),
    [
        (
            "Open consultation: Example: part 2",
            ("Open consultation",),
            "/x",
            ("Example: part 2", "Open consultation"),
        ),
        ("Open consultation: Example", ("OPEN CONSULTATION",), "/x", ("Example", "Open consultation")),
        ("Open consultation: Example", ("Policy paper",), "/x", ("Open consultation: Example", None)),
        ("Policy paper: ", ("Policy paper",), "/x", ("Policy paper:", None)),
        # The department is no type, though it is a category.
        (
            "Cabinet Office: spending over £25,000",
            ("Cabinet Office", "Transparency data"),
            "/x",
            ("Cabinet Office: spending over £25,000", None),
        ),
        ("DCMS: spending over £500", ("DCMS",), "/x", ("DCMS: spending over £500", None)),
        (
            "Transparency data: Office for National Statistics: a list",
            ("Office for National Statistics", "Transparency data"),
            "/x",
            ("Office for National Statistics: a list", "Transparency data"),
        ),
        (
            "Marine accident report: Example",
            ("Marine accident report",),
            "/x",
            ("Example", "Marine accident report"),
        ),
        ("Policy paper: Example", ("Policy paper",), "https://a.example/x", ("Policy paper: Example", None)),
        (
            "Written Statement: Example",
            (),
            "https://www.gov.wales/x",
            ("Written Statement: Example", "Written Statement"),
        ),
        (
            "Datganiad Ysgrifenedig: Enghraifft",
            (),
            "https://www.llyw.cymru/x",
            ("Datganiad Ysgrifenedig: Enghraifft", "Datganiad Ysgrifenedig"),
        ),
        ("Example: more", (), "https://www.gov.wales/x", ("Example: more", None)),
        ("Written Statement: Example", (), "https://notgov.wales/x", ("Written Statement: Example", None)),
    ],
)
def test_the_publishers_type_is_found_in_the_title(
    title: str, categories: tuple[str, ...], link: str, expected: tuple[str, str | None]
) -> None:
    entry = entry_of(make_raw_entry(title, categories=categories, link=link))
    assert (entry.title, entry.publisher_type) == expected


@pytest.mark.parametrize(
    ("stated", "link", "default", "expected"),
    [
        ("en-US", "/x", "en", "en"),
        ("CY", "/x", "en", "cy"),
        ("gd_GB", "/x", "en", "gd"),
        (None, "/x", "cy", "cy"),
        ("", "/x", "en", "en"),
        ("english", "/x", "en", "en"),
        ("en", "https://www.gov.uk/x.cy", "en", "cy"),
        ("en", "https://www.gov.uk/x.cy/?a=1", "en", "cy"),
        ("en", "https://www.llyw.cymru/x", "en", "cy"),
        ("en", "https://llyw.cymru./x", "en", "cy"),
        ("en", "https://example.cymru/x", "en", "en"),
        ("en", "https://www.gov.uk/x.cyx", "en", "en"),
    ],
)
def test_the_language_comes_from_address_item_or_source(
    stated: str | None, link: str, default: str, expected: str
) -> None:
    assert entry_of(make_raw_entry(language=stated, link=link), language=default).language == expected


def test_relative_links_count_from_the_items_own_base() -> None:
    entry = entry_of(make_raw_entry(link="x", base="https://a.example/b/", content="<a href='y'>z</a>"))
    assert entry.url == "https://a.example/b/x"
    assert 'href="https://a.example/b/y"' in entry.content
    assert entry_of(make_raw_entry(link="x", base="/b/")).url == "https://www.gov.uk/b/x"
    assert entry_of(make_raw_entry(link="/x", base="mailto:a")).url == "https://www.gov.uk/x"


def test_without_a_summary_the_beginning_of_the_content_is_used() -> None:
    entry = entry_of(make_raw_entry(summary=None, content="<p>" + "word " * 200 + "</p>"))
    assert entry.summary == "word " * 69 + "word…"
    assert entry.text == ("word " * 200).strip()


def test_a_heading_above_the_first_paragraph_is_no_summary() -> None:
    content = "<h1>A plan</h1>\n<h2>Consultation description</h2><p>Which commitments matter?</p>"
    entry = entry_of(make_raw_entry(summary=None, content=content))
    assert entry.summary == "Which commitments matter?"
    assert entry.text == "A plan Consultation description Which commitments matter?"
    assert entry_of(make_raw_entry(summary=None, content="<h2>Only this</h2>")).summary == "Only this"


def test_text_in_both_summary_and_content_comes_once() -> None:
    assert (
        entry_of(make_raw_entry(summary="One two…", content="<p>One two three</p>")).text == "One two three"
    )
    assert entry_of(make_raw_entry(summary="Zero", content="<p>One</p>")).text == "Zero One"
    assert entry_of(make_raw_entry(summary="Zero", content=None)).text == "Zero"


def test_a_description_that_is_a_whole_article_becomes_the_content() -> None:
    article = "<p>" + "word " * 300 + "</p>"
    entry = entry_of(make_raw_entry(summary=article))
    assert (entry.content, len(entry.summary)) == ("<p>" + "word " * 300 + "</p>", 1_000)
    assert entry_of(make_raw_entry(summary="<p>short</p>")).content == ""
    assert entry_of(make_raw_entry(summary=article, summary_is_html=False)).content == ""


def test_every_field_has_a_bound() -> None:
    long = "word " * 300_000
    links = tuple(
        RawLink(href=f"/{n}", rel="related", type=long, title=long, length="9" * 99) for n in range(300)
    )
    entry = entry_of(
        make_raw_entry(
            long,
            summary=long,
            content=f"<p>{long}</p>",
            id=long,
            categories=tuple(f"{n} {long}" for n in range(300)),
            links=links,
            type=long,
        )
    )
    assert (len(entry.title), len(entry.summary), len(entry.text)) == (500, 1_000, 100_000)
    assert len(entry.content) < 200_100
    assert len(entry.native_id or "") == 1_000
    assert (len(entry.categories), max(map(len, entry.categories))) == (50, 198)
    assert (len(entry.links), len(entry.links[0].title or ""), entry.links[0].length) == (50, 200, None)
    assert len(entry.publisher_type or "") == 200


def test_a_title_of_one_long_word_is_cut_inside_it() -> None:
    assert entry_of(make_raw_entry("a" * 501)).title == "a" * 499 + "…"
    assert entry_of(make_raw_entry("a" * 500)).title == "a" * 500


def test_a_record_is_its_own_document_unless_it_names_the_documents_page() -> None:
    record = make_raw_entry(
        id="record:example",
        link=None,
        body="uk-msf",
        type="meeting-record",
        published="2024-02",
        links=(RawLink(href="https://forum.example.org/t/1", rel="via"),),
        claims=(
            RawClaim(what="held", date="2024-01-24", source="https://forum.example.org/t/1", note=" x "),
            RawClaim(what="announced", date=None, source=None),
        ),
    )
    entry = entry_of(record, kind="records")
    assert (entry.key, entry.url, entry.body) == ("record:example", None, "uk-msf")
    assert entry.publisher_type == "meeting-record"
    assert entry.published == Moment(
        at=instant("2024-02-01 00:00"), precision=Precision.MONTH, zone=ZoneBasis.ASSUMED
    )
    assert entry.links == (Link(href="https://forum.example.org/t/1", rel="via"),)
    assert entry.claims == (
        Claim(
            what="held",
            moment=Moment(at=instant("2024-01-24 00:00"), precision=Precision.DAY, zone=ZoneBasis.ASSUMED),
            source="https://forum.example.org/t/1",
            note="x",
        ),
        Claim(what="announced", moment=None, source=None),
    )
    paged = entry_of(replace(record, link="https://network.example.org/read-out/"), kind="records")
    assert paged.key == "https://network.example.org/read-out"


def test_a_feed_cannot_pass_for_a_record_or_another_body() -> None:
    forged = make_raw_entry(id="record:example", link=None, body="uk-msf")
    assert normalise_items([forged]).entries == ()
    assert entry_of(make_raw_entry(body="uk-msf")).body == "cabinet-office"


TEXTS = st.none() | st.text()
ITEMS = st.builds(
    RawEntry,
    item_name=st.just("item 1"),
    id=TEXTS,
    link=TEXTS | st.just("/x"),
    title=TEXTS,
    title_is_html=st.booleans(),
    summary=TEXTS,
    summary_is_html=st.booleans(),
    content=TEXTS,
    published=TEXTS,
    updated=TEXTS,
    closes=TEXTS,
    type=TEXTS,
    categories=st.tuples(st.text(), st.text()),
    language=TEXTS,
    base=TEXTS,
    links=st.tuples(st.builds(RawLink, href=st.text(), rel=st.text(), length=TEXTS)),
    claims=st.tuples(st.builds(RawClaim, what=st.text(), date=TEXTS, source=TEXTS)),
)


@given(st.lists(ITEMS, max_size=3), st.sampled_from(["feed", "records"]))
def test_any_item_becomes_an_entry_or_is_rejected(items: list[RawEntry], kind: str) -> None:
    page = normalise_items(items, kind=kind)
    assert len({entry.key for entry in page.entries}) == len(page.entries)
    assert len(page.entries) + len(page.rejects) <= len(items)


def _as_item(entry: Entry) -> RawEntry:
    return RawEntry(
        item_name="item 1",
        link=entry.url,
        title=entry.title,
        summary=entry.summary,
        summary_is_html=False,
        content=entry.content,
        categories=entry.categories,
        language=entry.language,
    )


@given(ITEMS.map(lambda raw: replace(raw, link="/x", title="A plan")))
def test_normalising_an_entry_again_changes_nothing(item: RawEntry) -> None:
    once = entry_of(item)
    twice = entry_of(_as_item(once))
    assert (twice.id, twice.url, twice.title, twice.language, twice.categories) == (
        once.id,
        once.url,
        once.title,
        once.language,
        once.categories,
    )
    assert twice.summary == once.summary
