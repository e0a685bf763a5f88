"""What happened to documents: changes with note and difference, removals, corrections of our own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aggregator.model import LabelOverride, Precision, Relevance, Snapshot
from aggregator.publish.presentation.diff import differences
from tests.publish.feed_readers import ATOM, entries, links, told
from tests.publish.test_validators import revised, rich
from tests.support.builders import LONDON, NOON, edition, entry, holding, moment


def content(found: Any) -> str:
    """The HTML of an entry."""
    return str(found.find(f"{ATOM}content").text)


def changes(made: Snapshot) -> list[Any]:
    return entries(made, "changes.atom")


def test_a_change_is_an_item_of_its_own_with_the_note_and_the_difference() -> None:
    withdrawn, changed = changes(rich())

    assert told(changed, "title") == "Changed: A plan"
    assert told(changed, "updated") == "2026-06-06T12:00:00+00:00"
    assert content(changed) == (
        "<p>Changed: text, closing date.</p><p>The publisher says: Corrected.</p>"
        "<p>Closes: <del>1 July 2026, 12:00</del> <ins>2 July 2026, 12:00</ins></p>"
        "<p><del>Old</del> <ins>New</ins> words.</p>"
    )
    assert told(changed, "id") != revised().entry.id
    assert links(changed)[0]["href"].startswith("https://updates.example.org/entries/")
    assert links(changed)[1] == {"rel": "via", "href": "https://www.gov.uk/a-plan"}
    assert told(withdrawn, "title") == "Changed: A plan"


def test_where_the_licence_is_not_known_a_change_is_told_without_the_publishers_words() -> None:
    told_twice = revised()
    hidden = tuple(replace(one, entry=replace(one.entry, licence="unknown")) for one in told_twice.revisions)
    held = holding(
        replace(told_twice.entry, licence="unknown"), carriers=(replace(told_twice, revisions=hidden),)
    )

    changed = changes(edition(held))[1]

    assert "words" not in content(changed)
    assert "Corrected" not in content(changed)
    assert "2 July 2026" in content(changed)


def test_words_from_before_the_licence_was_known_stay_hidden_when_they_change() -> None:
    told_twice = revised()
    first, *rest = told_twice.revisions
    unknown = replace(first, entry=replace(first.entry, licence="unknown"))
    held = holding(told_twice.entry, carriers=(replace(told_twice, revisions=(unknown, *rest)),))

    changed = changes(edition(held))[1]

    assert "Old" not in content(changed)
    assert "2 July 2026" in content(changed)


def test_a_document_that_was_taken_away_is_told_of_with_the_publishers_reason() -> None:
    (removed,) = entries(rich(), "removed.atom")

    assert told(removed, "title") == "Removed (withdrawn): A plan"
    assert told(removed, "updated") == "2026-06-07T12:00:00+00:00"
    assert (
        told(removed, "summary") == "Taken away by its publisher (withdrawn). The publisher says: Replaced."
    )


def test_our_own_mistakes_are_told_of_with_what_we_did_and_why_but_not_why_words_were_taken_out() -> None:
    by_title = {told(found, "title"): found for found in entries(rich(), "corrections.atom")}

    assert told(by_title["Corrected: Pdf"], "summary") == (
        "Now taken to be about open government; topics: none. Why: Not about it"
    )
    assert told(by_title["Retracted: urn:uuid:1"], "summary") == (
        "We took this document’s words out of our record for good."
    )


def test_a_mark_on_what_nobody_holds_any_more_leads_to_the_corrections() -> None:
    mark = LabelOverride(why="Wrong", at=NOON, relevance=Relevance.NO)
    (found,) = entries(edition(marks={"urn:uuid:9": mark}), "corrections.atom")

    assert links(found)[0]["href"] == "https://updates.example.org/corrections.html"


def test_long_passages_are_shown_whole_and_the_same_ones_not_at_all() -> None:
    before = entry(text="One stays. " + "word " * 300 + "ends. Two stays.")
    after = entry(text="One stays. " + "other " * 300 + "ends. Two stays.")

    shown = differences(before, after, LONDON, words=True)

    assert shown.startswith("<p><del>word word")
    assert "One stays" not in shown
    assert shown.count("<del>") == 1


def test_a_date_that_comes_or_goes_is_an_insertion_or_a_deletion() -> None:
    undated, dated = entry(), entry(closes=moment("2026-07-01 00:00", Precision.DAY))

    assert differences(undated, dated, LONDON, words=True) == "<p>Closes: <ins>1 July 2026</ins></p>"
    assert differences(dated, undated, LONDON, words=True) == "<p>Closes: <del>1 July 2026</del></p>"
