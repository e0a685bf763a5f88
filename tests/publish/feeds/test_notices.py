"""Notices of documents: changes with note and difference, removals, and our own corrections."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aggregator.model import LabelOverride, Precision, Relevance, Snapshot
from aggregator.publish.presentation.diff import diff_as_html
from tests.publish.feed_readers import ATOM, child_text, feed_entries, link_attributes
from tests.publish.test_validators import make_feed_snapshot, make_revised_carrier
from tests.support.builders import LONDON, NOON, make_document, make_entry, make_snapshot, moment


def content_html(entry: Any) -> str:
    """The HTML of an entry."""
    return str(entry.find(f"{ATOM}content").text)


def change_entries(snapshot: Snapshot) -> list[Any]:
    return feed_entries(snapshot, "changes.atom")


def test_a_change_is_an_item_of_its_own_with_note_and_difference() -> None:
    withdrawn, changed = change_entries(make_feed_snapshot())

    assert child_text(changed, "title") == "Changed: A plan"
    assert child_text(changed, "updated") == "2026-06-06T12:00:00+00:00"
    assert content_html(changed) == (
        "<p>Changed: text, closing date.</p><p>The publisher says: Corrected.</p>"
        "<p>Closes: <del>1 July 2026, 12:00</del> <ins>2 July 2026, 12:00</ins></p>"
        "<p><del>Old</del> <ins>New</ins> words.</p>"
    )
    assert child_text(changed, "id") != make_revised_carrier().entry.id
    assert link_attributes(changed)[0]["href"].startswith("https://updates.example.org/entries/")
    assert link_attributes(changed)[1] == {"rel": "via", "href": "https://www.gov.uk/a-plan"}
    assert child_text(withdrawn, "title") == "Changed: A plan"


def test_without_a_known_licence_a_change_has_no_text_of_the_publisher() -> None:
    carrier = make_revised_carrier()
    unlicensed = tuple(replace(one, entry=replace(one.entry, licence="unknown")) for one in carrier.revisions)
    document = make_document(
        replace(carrier.entry, licence="unknown"), carriers=(replace(carrier, revisions=unlicensed),)
    )

    changed = change_entries(make_snapshot(document))[1]

    assert "words" not in content_html(changed)
    assert "Corrected" not in content_html(changed)
    assert "2 July 2026" in content_html(changed)


def test_text_from_before_the_licence_was_known_stays_hidden_when_it_changes() -> None:
    carrier = make_revised_carrier()
    first, *rest = carrier.revisions
    unknown = replace(first, entry=replace(first.entry, licence="unknown"))
    document = make_document(carrier.entry, carriers=(replace(carrier, revisions=(unknown, *rest)),))

    changed = change_entries(make_snapshot(document))[1]

    assert "Old" not in content_html(changed)
    assert "2 July 2026" in content_html(changed)


def test_a_removed_document_is_listed_with_the_publishers_reason() -> None:
    (removed,) = feed_entries(make_feed_snapshot(), "removed.atom")

    assert child_text(removed, "title") == "Removed (withdrawn): A plan"
    assert child_text(removed, "updated") == "2026-06-07T12:00:00+00:00"
    assert (
        child_text(removed, "summary")
        == "Taken away by its publisher (withdrawn). The publisher says: Replaced."
    )


def test_corrections_say_what_we_did_and_why_but_not_the_reason_of_a_retraction() -> None:
    by_title = {
        child_text(entry, "title"): entry for entry in feed_entries(make_feed_snapshot(), "corrections.atom")
    }

    assert child_text(by_title["Corrected: Pdf"], "summary") == (
        "Now taken to be about open government; topics: none. Why: Not about it"
    )
    assert child_text(by_title["Retracted: urn:uuid:1"], "summary") == (
        "We took this document’s words out of our record for good."
    )


def test_an_override_of_a_document_no_longer_stored_links_the_corrections_page() -> None:
    override = LabelOverride(why="Wrong", at=NOON, relevance=Relevance.NO)
    (entry,) = feed_entries(make_snapshot(label_overrides={"urn:uuid:9": override}), "corrections.atom")

    assert link_attributes(entry)[0]["href"] == "https://updates.example.org/corrections.html"


def test_long_passages_are_replaced_whole_and_equal_ones_left_out() -> None:
    before = make_entry(text="One stays. " + "word " * 300 + "ends. Two stays.")
    after = make_entry(text="One stays. " + "other " * 300 + "ends. Two stays.")

    html = diff_as_html(before, after, LONDON, with_text=True)

    assert html.startswith("<p><del>word word")
    assert "One stays" not in html
    assert html.count("<del>") == 1


def test_a_date_that_is_added_or_removed_is_an_insertion_or_a_deletion() -> None:
    undated, dated = make_entry(), make_entry(closes=moment("2026-07-01 00:00", Precision.DAY))

    assert diff_as_html(undated, dated, LONDON, with_text=True) == "<p>Closes: <ins>1 July 2026</ins></p>"
    assert diff_as_html(dated, undated, LONDON, with_text=True) == "<p>Closes: <del>1 July 2026</del></p>"
