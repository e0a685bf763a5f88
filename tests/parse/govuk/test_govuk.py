"""The kind `govuk` with responses of the Content API. The files are in `cases/govuk`."""

from __future__ import annotations

import pytest

from aggregator.errors import Cause
from aggregator.model import ParsedPage, RawEntry, RawLink, RawNote, RawRemoval, RemovalKind
from aggregator.parse import single_document_link
from tests.parse.govuk.govuk_answers import (
    CALL,
    COLLECTION,
    DATA,
    GOVUK,
    PLAN,
    SEARCH,
    case,
    document,
    look_up,
    read_at,
    refused,
)
from tests.support.builders import make_source


def test_an_address_of_the_content_api_is_one_document_and_a_search_is_not() -> None:
    govuk = make_source(kind="govuk")
    assert single_document_link(govuk, DATA + COLLECTION) == GOVUK + COLLECTION
    assert single_document_link(govuk, SEARCH) is None


def test_a_document_is_read_with_its_dates_languages_and_history() -> None:
    page = read_at(DATA + CALL, case("call_for_evidence.json"))
    assert page == ParsedPage(
        entries=(
            RawEntry(
                item_name=CALL,
                id=CALL,
                link=GOVUK + CALL,
                title="Example: seventh plan, call for evidence",
                summary="Example: what should the plan hold?",
                summary_is_html=False,
                content='<div class="govspeak"><p>Example: write to us.</p></div>',
                published="2026-03-25T09:30:00.000+00:00",
                updated="2026-03-25T09:30:00.000+00:00",
                opens="2026-03-25T09:30:00+00:00",
                closes="2026-05-25T17:00:00+01:00",
                type="Open call for evidence",
                categories=("Cabinet Office",),
                language="en",
                base=GOVUK + CALL,
                content_id="55555555-5555-4555-8555-555555555555",
                translations=(
                    RawLink(
                        href=f"{GOVUK}{CALL}.cy", title="Enghraifft: galwad am dystiolaeth", language="cy"
                    ),
                ),
                notes=(RawNote(at="2026-03-25T09:30:00.000+00:00", text="First published."),),
            ),
        )
    )


def test_a_welsh_document_is_one_of_its_own_with_the_content_id_of_the_english_one() -> None:
    welsh = document("welsh.json", f"{CALL}.cy")
    assert (welsh.link, welsh.language) == (f"{GOVUK}{CALL}.cy", "cy")
    assert welsh.content_id == "55555555-5555-4555-8555-555555555555"
    assert [(link.language, link.href) for link in welsh.translations] == [("en", GOVUK + CALL)]


def test_attachments_come_as_data_and_as_html_each_once_with_type_and_length() -> None:
    entry = document("publication.json", PLAN)
    assert entry.links == (
        RawLink(
            href=f"{GOVUK}{PLAN}/example-paper",
            rel="enclosure",
            type="text/html",
            title="Example: the paper as a page",
        ),
        RawLink(
            href=f"{GOVUK}{PLAN}/example-paper.cy",
            rel="enclosure",
            type="text/html",
            title="Enghraifft: y papur",
        ),
        RawLink(
            href="https://assets.publishing.service.gov.uk/media/1/paper.pdf",
            rel="enclosure",
            type="application/pdf",
            title="Example: the paper",
            length="120345",
        ),
        RawLink(
            href="https://assets.publishing.service.gov.uk/media/2/data.ods",
            rel="enclosure",
            type="application/vnd.oasis.opendocument.spreadsheet",
            title="Example: data",
            length="900",
        ),
        RawLink(
            href="https://www.example.org/elsewhere",
            rel="enclosure",
            type="text/html",
            title="Example: elsewhere",
        ),
    )


@pytest.mark.parametrize(
    ("attachment", "type"),
    [
        ('{"url": "/media/1/download", "content_type": "text/csv"}', "text/csv"),
        ('{"url": "/media/1/REPORT.PDF"}', "application/pdf"),
        ('{"url": "/media/1/drawing.dwg"}', None),
        ('{"url": "http://[", "title": "Example"}', None),
        ('{"title": "Example: without an address"}, {"url": "/a.csv"}', "text/csv"),
    ],
)
def test_an_attachment_has_the_type_that_is_stated_else_that_of_its_ending(
    attachment: str, type: str | None
) -> None:
    payload = f'{{"base_path": "/a", "title": "Example", "details": {{"attachments": [{attachment}]}}}}'
    (entry,) = read_at(f"{DATA}/a", payload.encode()).entries
    assert [link.type for link in entry.links] == [type]


def test_the_title_of_an_attachment_is_looked_for_near_the_beginning_of_its_piece() -> None:
    piece = '<h2 class=\\"title\\"><a href=\\"/a.pdf\\">Example</a></h2>'
    payload = '{"base_path": "/a", "details": {"documents": ["%s", "%s"]}}'
    (entry,) = read_at(f"{DATA}/a", (payload % (piece, " " * 10_000 + piece)).encode()).entries
    assert [(link.href, link.title) for link in entry.links] == [(f"{GOVUK}/a.pdf", "Example")]
    (entry,) = read_at(f"{DATA}/a", (payload % (" " * 10_000 + piece, "<p>")).encode()).entries
    assert entry.links == ()


def test_attachments_that_are_pages_of_their_own_are_looked_up_for_a_watched_document_alone() -> None:
    watched = read_at(DATA + PLAN, case("publication.json"))
    assert watched.next_requests == (look_up(f"{PLAN}/example-paper"), look_up(f"{PLAN}/example-paper.cy"))
    led_to = read_at(DATA + PLAN, case("publication.json"), watched=DATA + COLLECTION)
    assert led_to.entries == watched.entries
    assert led_to.next_requests == ()


def test_twenty_attachments_that_are_pages_are_looked_up() -> None:
    listed = ", ".join(f'{{"url": "/a/part-{n}", "attachment_type": "html"}}' for n in range(25))
    payload = f'{{"base_path": "/a", "title": "Example", "details": {{"attachments": [{listed}]}}}}'
    follow = read_at(f"{DATA}/a", payload.encode()).next_requests
    assert [r.url for r in follow] == [f"{DATA}/a/part-{n}" for n in range(20)]


def test_a_page_that_is_an_attachment_names_the_publication_it_belongs_to() -> None:
    entry = document("html_publication.json", f"{PLAN}/example-paper")
    assert entry.type == "HTML publication"
    assert entry.links == (
        RawLink(
            href=GOVUK + PLAN,
            rel="related",
            type="text/html",
            title="Example: participation in the seventh plan",
        ),
    )


def test_a_consultation_with_an_outcome_has_it_under_the_publishers_heading() -> None:
    entry = document("outcome.json", "/government/consultations/example-consultation")
    assert entry.type == "Consultation outcome"
    assert (entry.content or "").split("\n") == [
        '<div class="govspeak"><p>Example: the question.</p></div>',
        "<h2>Detail of outcome</h2>",
        "<p>Example: the answer.</p>",
        "<h2>Detail of feedback received</h2>",
        '<div class="govspeak"><p>Example: what people said.</p></div>',
    ]
    assert entry.links == (
        RawLink(
            href="https://www.gov.uk/government/uploads/2/answer.pdf",
            rel="enclosure",
            type="application/pdf",
            title="Example: the answer in full",
        ),
    )


def test_a_collection_is_an_entry_and_leads_to_its_members_newest_first() -> None:
    page = read_at(DATA + COLLECTION, case("collection.json"))
    (entry,) = page.entries
    assert entry.type == "Collection"
    assert entry.published == "2016-05-12T10:00:00.000+01:00"
    assert (entry.content or "").split("\n") == [
        '<div class="govspeak"><p>Example: every plan since 2011.</p></div>',
        "<h2>Plans &amp; reviews</h2>",
        '<div class="govspeak"><p>Example: the seven plans.</p></div>',
    ]
    assert entry.notes == (
        RawNote(at="2026-03-25T09:30:00Z", text="Added the plan's call for evidence."),
        RawNote(at="2016-05-12T10:00:00.000+01:00", text="First published."),
    )
    assert page.next_requests == (
        look_up("/government/publications/example-seventh-plan"),
        look_up("/government/publications/example-sixth-plan"),
        look_up("/government/publications/example-third-plan"),
    )
    assert not page.complete


def test_forty_members_of_a_large_collection_are_looked_up() -> None:
    member = '{"base_path": "/example-%d", "public_updated_at": "2026-01-01T00:%02d:00Z"}'
    members = ", ".join(member % (n, n % 60) for n in range(50))
    payload = f'{{"base_path": "/example", "title": "Example", "links": {{"documents": [{members}]}}}}'
    follow = read_at(f"{DATA}/example", payload.encode()).next_requests
    assert [r.url for r in follow] == [f"{DATA}/example-{n}" for n in range(49, 9, -1)]


def test_a_withdrawn_document_keeps_title_text_and_type_and_says_when_and_why() -> None:
    entry = document("withdrawn.json", "/government/consultations/example-withdrawn")
    assert entry.title == "Example: a consultation that was withdrawn"
    assert entry.type == "Open consultation"
    assert entry.content == '<div class="govspeak"><p>Example: the question.</p></div>'
    assert entry.removal == RawRemoval(
        kind=RemovalKind.WITHDRAWN,
        at="2025-02-01T10:29:02+00:00",
        note='<div class="govspeak"><p>Example: out of date.</p></div>',
    )


def test_a_document_that_is_gone_has_a_link_and_says_what_takes_its_place() -> None:
    assert document("gone.json", "/government/news/example-gone") == RawEntry(
        item_name="/government/news/example-gone",
        id="/government/news/example-gone",
        link="https://www.gov.uk/government/news/example-gone",
        language="en",
        removal=RawRemoval(
            kind=RemovalKind.GONE,
            at="2026-01-26T09:50:56.000+00:00",
            note='<div class="govspeak"><p>Example: published in error.</p></div>',
            to="https://www.gov.uk/government/news/example-right",
        ),
    )


def test_a_document_that_was_moved_says_where_to() -> None:
    assert document("redirect.json", "/government/news/example-moved") == RawEntry(
        item_name="/government/news/example-moved",
        id="/government/news/example-moved",
        link="https://www.gov.uk/government/news/example-moved",
        language="en",
        content_id="88888888-8888-4888-8888-888888888888",
        removal=RawRemoval(
            kind=RemovalKind.REDIRECTED, to="https://www.gov.uk/government/news/elsewhere?part=2#section"
        ),
    )


@pytest.mark.parametrize(
    ("redirects", "to"),
    [
        ("[]", None),
        ('[{"path": "/other", "destination": "https://www.example.org/a"}]', "https://www.example.org/a"),
    ],
)
def test_a_move_without_a_path_of_its_own_takes_the_first_place_there_is(
    redirects: str, to: str | None
) -> None:
    payload = f'{{"base_path": "/a", "schema_name": "redirect", "title": null, "redirects": {redirects}}}'
    (entry,) = read_at(f"{DATA}/a", payload.encode()).entries
    assert entry.removal == RawRemoval(kind=RemovalKind.REDIRECTED, to=to)


def test_the_members_that_a_group_lists_by_name_are_not_republished() -> None:
    entry = document("group.json", "/government/groups/example-group")
    assert (entry.title, entry.type, entry.content) == ("Example: a group", "Working group", None)
    assert "Example Person" not in repr(entry)


def test_an_announcement_of_statistics_has_its_latest_note_as_history() -> None:
    entry = document("statistics_announcement.json", "/government/statistics/announcements/example")
    assert entry.notes == (RawNote(at="2026-01-17T14:19:42.460Z", text="Postponed & confirmed."),)


@pytest.mark.parametrize(
    ("document_type", "shown"),
    [
        ("detailed_guide", "Guidance"),
        ("foi_release", "FOI release"),
        ("promotional", "Promotional material"),
        ("research", "Research and analysis"),
        ("transparency", "Transparency data"),
        ("written_statement", "Written statement to Parliament"),
        ("call_for_evidence_outcome", "Call for evidence outcome"),
        ("corporate_report", "Corporate report"),
    ],
)
def test_a_document_type_is_named_as_gov_uk_displays_it(document_type: str, shown: str) -> None:
    payload = f'{{"base_path": "/a", "title": "Example", "document_type": "{document_type}"}}'
    (entry,) = read_at(f"{DATA}/a", payload.encode()).entries
    assert entry.type == shown


def test_what_is_missing_or_of_another_form_leaves_its_place_empty() -> None:
    odd = b'{"base_path": "/a", "title": 7, "details": [], "links": {"organisations": [{"title": ""}, 5]}}'
    (entry,) = read_at(f"{DATA}/a", odd).entries
    assert entry == RawEntry(
        item_name="/a",
        id="/a",
        link="https://www.gov.uk/a",
        title="7",
        summary_is_html=False,
        base="https://www.gov.uk/a",
    )


@pytest.mark.parametrize("name", ["search_changed.json", "document_changed.json"])
def test_a_response_in_a_changed_form_is_an_error_that_names_what_is_missing(name: str) -> None:
    error = refused(SEARCH if name.startswith("search") else f"{DATA}{PLAN}", case(name))
    assert error.cause is Cause.NOT_A_FEED
    assert ("'results'" if name.startswith("search") else "'base_path'") in error.detail


@pytest.mark.parametrize(
    ("payload", "cause", "detail"),
    [
        (b"", Cause.EMPTY, "is empty"),
        (b"[]", Cause.NOT_A_FEED, "neither a search nor a document"),
        (b"<!DOCTYPE html><title>Example</title>", Cause.NOT_A_FEED, "a page titled 'Example' came in place"),
        (b"<rss></rss>", Cause.NOT_A_FEED, "markup came in place of JSON: it begins '<rss></rss>'"),
        (b'{"results": [', Cause.BROKEN_FEED, "not well-formed JSON"),
        (b"[" * 100_000, Cause.BROKEN_FEED, "nested deeper"),
    ],
)
def test_a_payload_that_is_no_response_of_the_api_is_an_error_that_says_what_it_is(
    payload: bytes, cause: Cause, detail: str
) -> None:
    error = refused(SEARCH, payload)
    assert error.cause is cause
    assert detail in error.detail
