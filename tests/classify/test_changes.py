"""What counts as new, as a change of substance, or as nothing at all."""

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
    known = {after.id: carriers} if carriers else {}
    return find_changes(by or make_source(), [after], known, now=LATER, backlog=False)


def test_a_document_that_nobody_told_of_is_new() -> None:
    (change,) = changes_to(PLAN)

    assert (change.kind, change.seen_at, change.backlog) == (ChangeKind.NEW, LATER, False)


def test_the_first_poll_of_a_source_brings_backlog() -> None:
    (change,) = find_changes(make_source(), [PLAN], {}, now=LATER, backlog=True)

    assert change.backlog


def test_the_same_words_again_change_nothing() -> None:
    assert changes_to(PLAN, make_carrier(PLAN)) == ()


def test_a_stamp_that_moves_alone_is_not_kept() -> None:
    """`Last updated` of a watched page: the document would come up as the newest on the front page."""
    assert PLAN.updated is not None
    stamped = replace(PLAN, updated=moment("2026-06-30 08:15"))

    assert changes_to(stamped, make_carrier(PLAN)) == ()
    (revised,) = changes_to(replace(stamped, title="Another plan"), make_carrier(PLAN))
    assert revised.entry.updated == stamped.updated


def test_a_stamp_that_was_corrected_backwards_is_kept() -> None:
    corrected = replace(PLAN, updated=moment("2026-05-30 08:15"))

    (change,) = changes_to(corrected, make_carrier(PLAN))

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
def test_a_change_of_substance_is_a_revision_that_names_its_part(after: Entry, part: str) -> None:
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
def test_case_space_links_and_ids_are_kept_but_are_no_news(after: Entry) -> None:
    (change,) = changes_to(after, make_carrier(PLAN))

    assert (change.kind, change.entry, change.parts) == (ChangeKind.RESTATED, after, ())


def test_a_later_stamp_is_a_revision_where_the_publisher_moves_it_for_major_updates_only() -> None:
    restamped = replace(PLAN, updated=moment("2026-06-04 08:15"))

    (change,) = changes_to(restamped, make_carrier(PLAN), by=make_source(updated_means_change=True))

    assert (change.kind, change.parts) == (ChangeKind.REVISED, ("updated",))


def test_another_source_that_tells_of_a_known_document_is_a_new_carrier() -> None:
    finder = replace(PLAN, source="finder", text="What the pl…")

    (change,) = changes_to(finder, make_carrier(PLAN), by=make_source("finder"))

    assert (change.kind, change.entry.source) == (ChangeKind.NEW, "finder")


def test_a_source_that_catches_up_with_another_makes_no_second_revision() -> None:
    """GOV.UK's two feeds tell of one update an hour apart, the second cut short."""
    now = replace(PLAN, text="What the plan says, at length.", updated=moment("2026-06-05 11:00"))
    first = make_carrier(now)
    behind = make_carrier(replace(PLAN, source="finder", text="What the plan…"))
    caught_up = replace(now, source="finder", text="What the plan says…")

    (change,) = changes_to(caught_up, first, behind, by=make_source("finder", updated_means_change=True))

    assert (change.kind, change.entry.text) == (ChangeKind.RESTATED, "What the plan says…")


def test_a_change_that_no_other_carrier_tells_is_a_revision() -> None:
    behind = make_carrier(replace(PLAN, source="finder"))
    ahead = replace(PLAN, source="finder", publisher_type="Closed consultation")

    (change,) = changes_to(ahead, make_carrier(PLAN), behind, by=make_source("finder"))

    assert (change.kind, change.parts) == (ChangeKind.REVISED, ("status",))


def test_words_added_by_the_first_to_tell_them_are_a_revision_though_others_tell_the_beginning() -> None:
    other = make_carrier(replace(PLAN, source="finder"))
    more = replace(PLAN, text="What the plan says. It has five parts.")

    (change,) = changes_to(more, other, make_carrier(PLAN))

    assert (change.kind, change.parts) == (ChangeKind.REVISED, ("text",))


def test_what_another_carrier_said_before_this_instant_counts_though_it_says_something_else_now() -> None:
    """Else the order in which two sources are polled at one instant would decide."""
    told = replace(PLAN, source="finder", title="Another plan")
    moved_on = replace(told, title="A third plan")
    other = make_carrier(told)
    now_revised = replace(
        other,
        entry=moved_on,
        changed_at=LATER,
        previous_entry=told,
        revisions=(*other.revisions, Revision(entry=moved_on, number=2, seen_at=LATER)),
    )
    follows = replace(PLAN, title="Another plan")

    (before,) = changes_to(follows, other, make_carrier(PLAN))
    (after,) = changes_to(follows, now_revised, make_carrier(PLAN))

    assert before.kind is after.kind is ChangeKind.RESTATED


def test_what_another_carrier_restated_at_this_instant_does_not_count_yet() -> None:
    """It made no revision, so that only its word of before can tell."""
    restated = replace(PLAN, source="finder", published=moment("2026-05-01 09:00"))
    other = replace(
        make_carrier(restated), changed_at=LATER, previous_entry=replace(restated, published=None)
    )
    mine = replace(PLAN, published=moment("2026-05-02 09:00"))

    (change,) = changes_to(mine, other, make_carrier(replace(PLAN, published=None)))

    assert change.entry.published == mine.published


def test_a_carrier_that_never_told_of_attachments_does_not_say_that_they_have_gone() -> None:
    """GOV.UK's feeds tell of no attachments, its Content API does."""
    with_file = replace(PLAN, links=(Link(href="https://x.org/a.pdf", rel="enclosure"),))
    feed = make_carrier(replace(PLAN, source="finder"))

    (change,) = changes_to(PLAN, feed, make_carrier(with_file))

    assert (change.kind, change.parts) == (ChangeKind.REVISED, ("attachments",))


@pytest.mark.parametrize("kind", ["govuk", "sitemap"])
def test_a_later_stamp_of_govuks_apis_or_of_a_sitemap_is_always_a_revision(kind: str) -> None:
    restamped = replace(PLAN, updated=moment("2026-06-04 08:15"))

    (change,) = changes_to(restamped, make_carrier(PLAN), by=make_source(kind=kind))

    assert (change.kind, change.parts) == (ChangeKind.REVISED, ("updated",))


def test_a_line_that_is_read_whole_for_the_first_time_is_no_revision_and_two_lines_are_compared() -> None:
    line = replace(PLAN, partial=True)
    renamed = replace(line, title="Another plan")

    (whole,) = changes_to(replace(PLAN, text="All that it says."), make_carrier(line))
    (other,) = changes_to(renamed, make_carrier(line))

    assert (whole.kind, other.kind, other.parts) == (ChangeKind.RESTATED, ChangeKind.REVISED, ("title",))


def test_a_publication_date_never_moves_once_it_is_known() -> None:
    dated = replace(PLAN, published=moment("2026-06-01 09:00"))
    moved = replace(dated, published=moment("2026-06-03 09:00"), title="Another plan")

    (change,) = changes_to(moved, make_carrier(dated))

    assert change.entry.published == moment("2026-06-01 09:00")


def test_a_publication_date_may_become_known_later() -> None:
    dated = replace(PLAN, published=moment("2026-06-01 09:00"))

    (change,) = changes_to(dated, make_carrier(PLAN))

    assert (change.kind, change.entry.published) == (ChangeKind.RESTATED, moment("2026-06-01 09:00"))


def test_a_date_that_another_carrier_told_first_is_not_moved_by_a_late_one() -> None:
    other = make_carrier(replace(PLAN, source="finder", published=moment("2026-06-01 09:00")))
    late = replace(PLAN, published=moment("2026-05-01 09:00"), title="Another plan")

    (change,) = changes_to(late, make_carrier(PLAN), other)

    assert change.entry.published is None
