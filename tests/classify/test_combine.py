"""What the carriers of one document add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations

from aggregator.classify import combine_carriers
from aggregator.model import Carrier, Claim, Entry, Labels, Link, Removal, RemovalKind, Revision
from tests.support.builders import NOON, instant, make_carrier, make_entry, make_labels, moment

HOUR = timedelta(hours=1)


def label(_: Entry, __: Sequence[str]) -> Labels:
    return make_labels()


def revised(first: Carrier, after: Entry, seen_at: datetime) -> Carrier:
    number = len(first.revisions) + 1
    revision = Revision(entry=after, number=number, seen_at=seen_at, parts=("title",))
    return replace(first, entry=after, revisions=(*first.revisions, revision))


def test_the_order_of_carriers_never_matters() -> None:
    official = make_carrier(make_entry(text="All of it, whole."))
    finder = make_carrier(make_entry(source="finder", text="All of…", published=moment("2026-06-01 09:00")))
    forum = make_carrier(make_entry(source="a-forum", title="The plan is out"), first_seen=NOON + HOUR)

    held = {combine_carriers(order, label) for order in permutations([official, finder, forum])}

    assert len(held) == 1


def test_the_licence_is_that_of_whoever_told_the_words_that_are_shown() -> None:
    open_finder = make_carrier(make_entry(source="finder", text="All of…", licence="OGL-3.0"))
    blog = make_carrier(
        make_entry(source="blog", text="All of it.", licence="unknown"), first_seen=NOON + HOUR
    )

    held = combine_carriers([open_finder, blog], label)

    assert (held.entry.source, held.entry.text, held.entry.licence) == ("finder", "All of it.", "unknown")


def test_what_one_list_leaves_out_is_removed_only_when_no_other_shows_it() -> None:
    missing = Removal(kind=RemovalKind.MISSING)
    shown, left_out = (
        make_carrier(make_entry(source="shows")),
        replace(make_carrier(make_entry(source="leaves")), removal=missing),
    )

    assert combine_carriers([shown, left_out], label).removal is None
    assert combine_carriers([replace(shown, removal=missing), left_out], label).removal == missing


def test_the_first_to_tell_leads_and_the_others_fill_in() -> None:
    finder = make_carrier(make_entry(source="finder", title="The plan", summary="", text=""))
    later = make_carrier(
        make_entry(
            source="blog",
            title="About the plan",
            text="All of it.",
            published=moment("2026-06-01 09:00"),
            closes=moment("2026-07-01 00:00"),
            links=(Link(href="https://x.org/a.pdf", rel="enclosure"),),
        ),
        first_seen=NOON + HOUR,
    )

    held = combine_carriers([later, finder], label)

    assert (held.entry.title, held.entry.text) == ("The plan", "All of it.")
    assert held.entry.published == moment("2026-06-01 09:00")
    assert held.entry.closes == moment("2026-07-01 00:00")
    assert [link.href for link in held.entry.links] == ["https://x.org/a.pdf"]
    assert [one.source for one in held.carriers] == ["finder", "blog"]
    assert held.first_seen == NOON


def test_of_those_who_told_at_once_the_one_that_led_goes_on_leading() -> None:
    """A source that gets another id may come behind the others by the alphabet."""
    first, renamed = (
        make_carrier(make_entry(source="finder", title="One")),
        make_carrier(make_entry(source="renamed", title="Two")),
    )

    assert combine_carriers([first, renamed], label).entry.title == "One"
    assert combine_carriers([first, renamed], label, "renamed").entry.title == "Two"
    assert (
        combine_carriers([first, replace(renamed, first_seen=NOON + HOUR)], label, "renamed").entry.title
        == "One"
    )


def test_updated_is_the_publishers_own_time_when_it_is_past() -> None:
    held = combine_carriers([make_carrier(make_entry(updated=moment("2026-06-02 08:15")))], label)

    assert held.updated == instant("2026-06-02 08:15")


def test_a_stamp_in_the_future_or_none_at_all_gives_way_to_first_seen() -> None:
    future = combine_carriers([make_carrier(make_entry(updated=moment("2030-01-01 00:00")))], label)
    undated = combine_carriers([make_carrier(make_entry(updated=None))], label)

    assert (future.updated, undated.updated) == (NOON, NOON)


def test_a_record_without_publication_date_stands_where_its_first_fact_does() -> None:
    held_on = Claim(what="held", moment=moment("2024-01-24 00:00"), source=None)

    held = combine_carriers([make_carrier(make_entry(updated=None, claims=(held_on,)))], label)

    assert held.updated == instant("2024-01-24 00:00")


def test_a_revision_moves_updated_to_the_publishers_new_stamp() -> None:
    after = make_entry(title="New title", updated=moment("2026-06-05 11:00"))
    held = combine_carriers([revised(make_carrier(), after, NOON + HOUR)], label)

    assert (held.updated, held.revision_times) == (instant("2026-06-05 11:00"), (NOON + HOUR,))


def test_a_revision_under_an_old_stamp_moves_updated_to_when_we_saw_it() -> None:
    """GOV.UK closes a consultation without touching its timestamp."""
    held = combine_carriers([revised(make_carrier(), make_entry(title="Closed"), NOON + HOUR)], label)

    assert held.updated == NOON + HOUR


def test_a_later_carrier_with_a_later_stamp_does_not_move_updated() -> None:
    later = make_carrier(
        make_entry(source="blog", updated=moment("2026-06-05 11:30")), first_seen=NOON + HOUR
    )

    assert combine_carriers([make_carrier(), later], label).updated == instant("2026-06-02 08:15")


def test_backlog_is_what_nobody_told_as_news() -> None:
    old = make_carrier(backlog=True)
    news = make_carrier(make_entry(source="blog"))
    late_news = make_carrier(make_entry(source="blog"), first_seen=NOON + HOUR)

    assert combine_carriers([old], label).backlog
    assert not combine_carriers([old, news], label).backlog
    assert combine_carriers([old, late_news], label).backlog


def test_a_record_that_found_a_page_of_its_own_names_it() -> None:
    record = make_carrier(make_entry(key="record:forum", url=None, source="records"))
    posted = make_carrier(make_entry(source="site", title="Read-out"), first_seen=NOON + HOUR)

    held = combine_carriers([record, posted], label)

    assert held.entry.url is None
    assert held.entry.links == (Link(href="https://www.gov.uk/a-plan", rel="via", title="Read-out"),)
