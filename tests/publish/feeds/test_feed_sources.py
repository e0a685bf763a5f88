"""The `source` of an entry: the feed that it came from, as that feed describes itself."""

from __future__ import annotations

from typing import Any

import pytest

from aggregator.model import FeedMetadata, SourceWithState
from tests.publish.feed_readers import ATOM, LANGUAGE, child_text, feed_entries, link_attributes
from tests.support.builders import (
    make_document,
    make_entry,
    make_snapshot,
    make_source,
    make_source_with_state,
    moment,
)

ADDRESS = "https://www.gov.uk/government/organisations/cabinet-office.atom"


def source_element(source: SourceWithState, **document: Any) -> Any:
    """The `source` element of an entry of this source."""
    (entry,) = feed_entries(
        make_snapshot(make_document(make_entry(source=source.source.id, **document)), sources=(source,))
    )
    return entry.find(f"{ATOM}source")


def test_a_feed_is_described_as_it_describes_itself() -> None:
    metadata = FeedMetadata(
        id="https://www.gov.uk/government/organisations/cabinet-office",
        title="Activity on GOV.UK: Cabinet Office",
        link="https://www.gov.uk/government/organisations/cabinet-office/about",
        updated="2026-06-05T10:00:00+01:00",
        rights="Crown copyright",
        language="en-GB",
    )

    element = source_element(make_source_with_state(feed_metadata=metadata))

    assert child_text(element, "id") == "https://www.gov.uk/government/organisations/cabinet-office"
    assert child_text(element, "title") == "Activity on GOV.UK: Cabinet Office"
    # The date of the entry: that of the whole feed would change with each of its other documents.
    assert child_text(element, "updated") == "2026-06-02T08:15:00+00:00"
    assert child_text(element, "rights") == "Crown copyright"
    assert link_attributes(element) == [
        {"rel": "self", "href": ADDRESS},
        {
            "rel": "alternate",
            "href": "https://www.gov.uk/government/organisations/cabinet-office/about",
            "type": "text/html",
        },
    ]
    assert element.get(LANGUAGE) == "en-GB"


def test_missing_fields_of_a_feed_come_from_our_own_source() -> None:
    source = make_source(page="https://www.gov.uk/cabinet-office", language="cy")
    element = source_element(
        make_source_with_state(source),
        published=moment("2026-06-01 07:00"),
        updated=moment("2026-06-02 08:15"),
    )

    assert child_text(element, "id") == ADDRESS
    assert child_text(element, "title") == "Cabinet Office on GOV.UK"
    assert child_text(element, "updated") == "2026-06-02T08:15:00+00:00"
    assert (child_text(element, "rights") or "").startswith(
        "Contains public sector information licensed under"
    )
    assert link_attributes(element)[1]["href"] == "https://www.gov.uk/cabinet-office"
    assert element.get(LANGUAGE) == "cy"


def test_the_page_of_a_feed_without_one_is_the_page_of_its_body() -> None:
    assert link_attributes(source_element(make_source_with_state()))[1]["href"] == "https://www.gov.uk/"
    assert len(link_attributes(source_element(make_source_with_state(make_source(body="gone"))))) == 1


def test_the_self_link_is_the_address_that_answered_and_the_id_stays_the_same() -> None:
    element = source_element(make_source_with_state(address="https://fallback.example/feed"))

    assert link_attributes(element)[0] == {"rel": "self", "href": "https://fallback.example/feed"}
    assert child_text(element, "id") == ADDRESS


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Fri, 05 Jun 2026 10:00:00 +0100", "2026-06-05T09:00:00+00:00"),
        ("Fri, 05 Jun 2026 10:00:00 GMT", "2026-06-05T10:00:00+00:00"),
        ("2026-06-05T10:00:00.123Z", "2026-06-05T10:00:00+00:00"),
        # No zone, or one that Python would silently read as UTC.
        ("2026-06-05T10:00:00", None),
        ("Fri, 05 Jun 2026 10:00:00 BST", None),
        ("yesterday", None),
        ("0001-01-01T00:00:00+10:00", None),
    ],
)
def test_the_date_of_a_relayed_feed_is_accepted_only_with_a_time_zone(
    date: str, expected: str | None
) -> None:
    original = FeedMetadata(id="https://www.gov.scot/feed", title="Scotland", updated=date)

    assert child_text(source_element(make_source_with_state(), source_feed=original), "updated") == expected


def test_the_source_of_a_relayed_entry_is_the_original_feed_as_it_describes_itself() -> None:
    original = FeedMetadata(
        id="https://www.gov.scot/feed",
        title="Scottish Government",
        link="https://www.gov.scot/",
        updated="2026-06-01T10:00:00Z",
        rights="OGL",
        language="gd",
        self_url="https://www.gov.scot/feed.atom",
    )

    element = source_element(make_source_with_state(), source_feed=original)

    assert [child_text(element, name) for name in ("id", "title", "updated", "rights")] == [
        "https://www.gov.scot/feed",
        "Scottish Government",
        "2026-06-01T10:00:00+00:00",
        "OGL",
    ]
    assert link_attributes(element) == [
        {"rel": "self", "href": "https://www.gov.scot/feed.atom"},
        {"rel": "alternate", "href": "https://www.gov.scot/", "type": "text/html"},
    ]
    assert element.get(LANGUAGE) == "gd"


def test_a_source_of_an_undated_entry_has_no_date() -> None:
    assert (
        child_text(source_element(make_source_with_state(), published=None, updated=None), "updated") is None
    )


@pytest.mark.parametrize("id", ["12", "not an iri", "", "\x00"])
def test_an_id_that_is_not_an_iri_is_replaced_by_the_address_of_the_feed(id: str) -> None:
    assert (
        child_text(source_element(make_source_with_state(feed_metadata=FeedMetadata(id=id))), "id") == ADDRESS
    )


def test_our_own_records_have_no_source() -> None:
    assert (
        source_element(make_source_with_state(make_source("records", kind="records", address="records/")))
        is None
    )
