"""What is new, what is a change of substance, and what is no change."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.classify import find_changes
from aggregator.model import Carrier, Change, ChangeKind, Claim, Entry, Link, Revision, Source
from tests.support.builders import NOON, make_carrier, make_entry, make_source, moment

LATER = NOON + timedelta(hours=1)
PLAN = make_entry(title="A plan", text="What the plan says.")


def changes_to(after: Entry, *carriers: Carrier, by: Source | None = None) -> tuple[Change, ...]:
    stored = {after.id: carriers} if carriers else {}
    return find_changes(by or make_source(), [after], stored, now=LATER, backlog=False)


def test_a_document_without_carriers_is_new() -> None:
    (change,) = changes_to(PLAN)

    assert (change.kind, change.seen_at, change.backlog) == (ChangeKind.NEW, LATER, False)


def test_the_first_poll_of_a_source_brings_backlog() -> None:
    (change,) = find_changes(make_source(), [PLAN], {}, now=LATER, backlog=True)

    assert change.backlog


def test_an_equal_entry_is_no_change() -> None:
    assert changes_to(PLAN, make_carrier(PLAN)) == ()


def test_an_updated_date_that_moves_alone_is_not_stored() -> None:
    """`Last updated` of a watched page: the document would come up as the newest on the front page."""
    assert PLAN.updated is not None
    redated = replace(PLAN, updated=moment("2026-06-30 08:15"))

    assert changes_to(redated, make_carrier(PLAN)) == ()
    (revised,) = changes_to(replace(redated, title="Another plan"), make_carrier(PLAN))
    assert revised.entry.updated == redated.updated


def test_an_updated_date_in_the_future_may_be_corrected() -> None:
    corrected = replace(PLAN, updated=moment("2026-05-30 08:15"))

    assert changes_to(corrected, make_carrier(PLAN)) == ()
    (change,) = changes_to(corrected, make_carrier(replace(PLAN, updated=moment("2062-05-30 08:15"))))

    assert (change.kind, change.entry.updated) == (ChangeKind.RESTATED, corrected.updated)


@pytest.mark.parametrize(
    ("after", "part"),
    [
        (replace(PLAN, title="Another plan"), "title"),
        (replace(PLAN, text="What the plan says now."), "text"),
        (replace(PLAN, publisher_type="Closed consultation"), "status"),
        (replace(PLAN, closes=moment("2026-06-30 00:00")), "closing date"),
        (replace(PLAN, claims=(Claim(what="held", moment=None, source=None),)), "dated facts"),
        (replace(PLAN, links=(Link(href="https://x.org/a.pdf", rel="enclosure"),)), "attachments"),
    ],
)
def test_a_change_of_substance_is_a_revision_with_its_parts(after: Entry, part: str) -> None:
    (change,) = changes_to(after, make_carrier(PLAN))

    assert (change.kind, change.parts) == (ChangeKind.REVISED, (part,))


@pytest.mark.parametrize(
    "after",
    [
        replace(PLAN, title="A  PLAN"),
        replace(PLAN, text="what the\nplan says."),
        replace(PLAN, links=(Link(href="https://x.org/", rel="via"),)),
        replace(PLAN, native_id="https://www.gov.uk/a-plan#2026-06-04T08:15:00Z"),
    ],
)
def test_case_space_links_and_ids_are_stored_without_a_revision(after: Entry) -> None:
    (change,) = changes_to(after, make_carrier(PLAN))

    assert (change.kind, change.entry, change.parts) == (ChangeKind.RESTATED, after, ())


def test_a_later_updated_date_is_a_revision_where_it_moves_for_major_updates_only() -> None:
    restamped = replace(PLAN, updated=moment("2026-06-04 08:15"))

    (change,) = changes_to(restamped, make_carrier(PLAN), by=make_source(updated_means_change=True))

    assert (change.kind, change.parts) == (ChangeKind.REVISED, ("updated",))


def test_another_source_with_a_stored_document_is_a_new_carrier() -> None:
    finder = replace(PLAN, source="finder", text="What the pl…")

    (change,) = changes_to(finder, make_carrier(PLAN), by=make_source("finder"))

    assert (change.kind, change.entry.source) == (ChangeKind.NEW, "finder")


def test_a_source_that_catches_up_with_another_makes_no_second_revision() -> None:
    """GOV.UK's two feeds have one update an hour apart, the second with a shortened text."""
    now = replace(PLAN, text="What the plan says, at length.", updated=moment("2026-06-05 11:00"))
    first = make_carrier(now)
    behind = make_carrier(replace(PLAN, source="finder", text="What the plan…"))
    caught_up = replace(now, source="finder", text="What the plan says…")

    (change,) = changes_to(caught_up, first, behind, by=make_source("finder", updated_means_change=True))

    assert (change.kind, change.entry.text) == (ChangeKind.RESTATED, "What the plan says…")


def test_a_change_that_no_other_carrier_has_is_a_revision() -> None:
    behind = make_carrier(replace(PLAN, source="finder"))
    ahead = replace(PLAN, source="finder", publisher_type="Closed consultation")

    (change,) = changes_to(ahead, make_carrier(PLAN), behind, by=make_source("finder"))

    assert (change.kind, change.parts) == (ChangeKind.REVISED, ("status",))


def test_text_added_by_the_lead_is_a_revision_even_if_others_have_its_beginning() -> None:
    other = make_carrier(replace(PLAN, source="finder"))
    more = replace(PLAN, text="What the plan says. It has five parts.")

    (change,) = changes_to(more, other, make_carrier(PLAN))

    assert (change.kind, change.parts) == (ChangeKind.REVISED, ("text",))


def test_an_entry_that_another_carrier_had_before_this_instant_still_counts() -> None:
    """Otherwise the order in which two sources are polled at one instant would decide."""
    earlier = replace(PLAN, source="finder", title="Another plan")
    moved_on = replace(earlier, title="A third plan")
    other = make_carrier(earlier)
    now_revised = replace(
        other,
        entry=moved_on,
        changed_at=LATER,
        previous_entry=earlier,
        revisions=(*other.revisions, Revision(entry=moved_on, number=2, seen_at=LATER)),
    )
    catching_up = replace(PLAN, title="Another plan")

    (before,) = changes_to(catching_up, other, make_carrier(PLAN))
    (after,) = changes_to(catching_up, now_revised, make_carrier(PLAN))

    assert before.kind is after.kind is ChangeKind.RESTATED


def test_an_entry_that_another_carrier_got_at_this_instant_does_not_count_yet() -> None:
    """It made no revision, so that only the previous entry shows what it was."""
    restated = replace(PLAN, source="finder", published=moment("2026-05-01 09:00"))
    other = replace(
        make_carrier(restated), changed_at=LATER, previous_entry=replace(restated, published=None)
    )
    own = replace(PLAN, published=moment("2026-05-02 09:00"))

    (change,) = changes_to(own, other, make_carrier(replace(PLAN, published=None)))

    assert change.entry.published == own.published


def test_a_carrier_without_attachments_does_not_remove_those_of_another() -> None:
    """GOV.UK's feeds have no attachments, its Content API has."""
    with_file = replace(PLAN, links=(Link(href="https://x.org/a.pdf", rel="enclosure"),))
    feed = make_carrier(replace(PLAN, source="finder"))

    (change,) = changes_to(PLAN, feed, make_carrier(with_file))

    assert (change.kind, change.parts) == (ChangeKind.REVISED, ("attachments",))


@pytest.mark.parametrize("kind", ["govuk", "sitemap"])
def test_a_later_updated_date_of_govuks_apis_or_of_a_sitemap_is_always_a_revision(kind: str) -> None:
    restamped = replace(PLAN, updated=moment("2026-06-04 08:15"))

    (change,) = changes_to(restamped, make_carrier(PLAN), by=make_source(kind=kind))

    assert (change.kind, change.parts) == (ChangeKind.REVISED, ("updated",))


def test_a_partial_entry_that_becomes_whole_is_no_revision_and_two_partial_ones_are_compared() -> None:
    partial = replace(PLAN, partial=True)
    renamed = replace(partial, title="Another plan")

    (whole,) = changes_to(replace(PLAN, text="All that it says."), make_carrier(partial))
    (other,) = changes_to(renamed, make_carrier(partial))

    assert (whole.kind, other.kind, other.parts) == (ChangeKind.RESTATED, ChangeKind.REVISED, ("title",))


def test_a_publication_date_never_moves_once_it_is_known() -> None:
    dated = replace(PLAN, published=moment("2026-06-01 09:00"))
    moved = replace(dated, published=moment("2026-06-03 09:00"), title="Another plan")

    (change,) = changes_to(moved, make_carrier(dated))

    assert change.entry.published == moment("2026-06-01 09:00")


@pytest.mark.parametrize(
    ("stored", "mended", "backlog", "moves"),
    [
        ("1926-06-01 09:00", "2026-06-01 09:00", False, True),
        ("2062-06-01 09:00", "2026-06-01 09:00", False, True),
        ("2000-01-01 00:00", "2026-06-01 09:00", False, True),
        ("1926-06-01 09:00", "2026-06-01 09:00", True, True),
        ("2062-06-01 09:00", "2026-06-01 09:00", True, True),
        # What the first poll brings may be as old as it says, and what is new to us a year old.
        ("2016-06-01 09:00", "2026-06-01 09:00", True, False),
        ("2025-06-01 09:00", "2026-06-01 09:00", False, False),
        # The other date is no better, or is near already.
        ("1926-06-01 09:00", "1962-06-01 09:00", False, False),
        ("2026-06-01 09:00", "1926-06-01 09:00", False, False),
    ],
)
def test_a_publication_date_years_away_is_mended_by_its_publisher(
    stored: str, mended: str, backlog: bool, moves: bool
) -> None:
    before = replace(PLAN, published=moment(stored))
    after = replace(PLAN, published=moment(mended))

    changes = changes_to(after, make_carrier(before, backlog=backlog))

    assert [(one.kind, one.entry.published) for one in changes] == (
        [(ChangeKind.RESTATED, moment(mended))] if moves else []
    )


def test_a_publication_date_may_become_known_later() -> None:
    dated = replace(PLAN, published=moment("2026-06-01 09:00"))

    (change,) = changes_to(dated, make_carrier(PLAN))

    assert (change.kind, change.entry.published) == (ChangeKind.RESTATED, moment("2026-06-01 09:00"))


def test_a_publication_date_of_another_carrier_is_not_moved_by_a_late_one() -> None:
    other = make_carrier(replace(PLAN, source="finder", published=moment("2026-06-01 09:00")))
    late = replace(PLAN, published=moment("2026-05-01 09:00"), title="Another plan")

    (change,) = changes_to(late, make_carrier(PLAN), other)

    assert change.entry.published is None
