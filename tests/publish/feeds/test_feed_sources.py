"""The whole `source` of an entry: the feed that it came from, in that feed's own words where it has them."""

from __future__ import annotations

from typing import Any

import pytest

from aggregator.model import Head, SourceLine
from tests.publish.feed_readers import ATOM, LANGUAGE, entries, links, told
from tests.support.builders import edition, entry, holding, moment, source, source_line

ADDRESS = "https://www.gov.uk/government/organisations/cabinet-office.atom"


def origin(line: SourceLine, **document: Any) -> Any:
    """The `source` element of one entry that came from this source."""
    (found,) = entries(edition(holding(entry(source=line.source.id, **document)), sources=(line,)))
    return found.find(f"{ATOM}source")


def test_a_feed_that_describes_itself_is_quoted_whole() -> None:
    head = Head(
        id="https://www.gov.uk/government/organisations/cabinet-office",
        title="Activity on GOV.UK: Cabinet Office",
        link="https://www.gov.uk/government/organisations/cabinet-office/about",
        updated="2026-06-05T10:00:00+01:00",
        rights="Crown copyright",
        language="en-GB",
    )

    found = origin(source_line(head=head))

    assert told(found, "id") == "https://www.gov.uk/government/organisations/cabinet-office"
    assert told(found, "title") == "Activity on GOV.UK: Cabinet Office"
    # As new as the entry: the date of the whole feed would change whenever any other document of it does.
    assert told(found, "updated") == "2026-06-02T08:15:00+00:00"
    assert told(found, "rights") == "Crown copyright"
    assert links(found) == [
        {"rel": "self", "href": ADDRESS},
        {
            "rel": "alternate",
            "href": "https://www.gov.uk/government/organisations/cabinet-office/about",
            "type": "text/html",
        },
    ]
    assert found.get(LANGUAGE) == "en-GB"


def test_what_a_feed_does_not_say_of_itself_is_filled_in_from_what_we_know_of_it() -> None:
    known = source(page="https://www.gov.uk/cabinet-office", language="cy")
    found = origin(
        source_line(known), published=moment("2026-06-01 07:00"), updated=moment("2026-06-02 08:15")
    )

    assert told(found, "id") == ADDRESS
    assert told(found, "title") == "Cabinet Office on GOV.UK"
    assert told(found, "updated") == "2026-06-02T08:15:00+00:00"
    assert (told(found, "rights") or "").startswith("Contains public sector information licensed under")
    assert links(found)[1]["href"] == "https://www.gov.uk/cabinet-office"
    assert found.get(LANGUAGE) == "cy"


def test_the_page_of_a_feed_that_names_none_is_that_of_its_body() -> None:
    assert links(origin(source_line()))[1]["href"] == "https://www.gov.uk/"
    assert len(links(origin(source_line(source(body="gone"))))) == 1


def test_the_self_link_is_the_address_that_answered_and_the_id_stays() -> None:
    found = origin(source_line(address="https://fallback.example/feed"))

    assert links(found)[0] == {"rel": "self", "href": "https://fallback.example/feed"}
    assert told(found, "id") == ADDRESS


@pytest.mark.parametrize(
    ("stated", "read"),
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
def test_the_date_of_a_feed_that_another_instance_passed_on_is_believed_if_it_states_its_zone(
    stated: str, read: str | None
) -> None:
    passed_on = Head(id="https://www.gov.scot/feed", title="Scotland", updated=stated)

    assert told(origin(source_line(), origin=passed_on), "updated") == read


def test_the_origin_of_what_was_passed_on_is_the_first_one_in_its_own_words() -> None:
    passed_on = Head(
        id="https://www.gov.scot/feed",
        title="Scottish Government",
        link="https://www.gov.scot/",
        updated="2026-06-01T10:00:00Z",
        rights="OGL",
        language="gd",
        address="https://www.gov.scot/feed.atom",
    )

    found = origin(source_line(), origin=passed_on)

    assert [told(found, name) for name in ("id", "title", "updated", "rights")] == [
        "https://www.gov.scot/feed",
        "Scottish Government",
        "2026-06-01T10:00:00+00:00",
        "OGL",
    ]
    assert links(found) == [
        {"rel": "self", "href": "https://www.gov.scot/feed.atom"},
        {"rel": "alternate", "href": "https://www.gov.scot/", "type": "text/html"},
    ]
    assert found.get(LANGUAGE) == "gd"


def test_a_source_without_any_date_claims_none() -> None:
    assert told(origin(source_line(), published=None, updated=None), "updated") is None


@pytest.mark.parametrize("id", ["12", "not an iri", "", "\x00"])
def test_an_id_that_is_no_address_is_replaced_by_the_address_of_the_feed(id: str) -> None:
    assert told(origin(source_line(head=Head(id=id))), "id") == ADDRESS


def test_our_own_records_come_from_no_feed() -> None:
    assert origin(source_line(source("records", kind="records", address="records/"))) is None
