"""What the carriers of one document add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations

from aggregator.classify import hold
from aggregator.model import Carrier, Claim, Entry, Labels, Link, Removal, RemovalKind, Revision
from tests.support.builders import NOON, carrier, entry, instant, labels, moment

HOUR = timedelta(hours=1)


def label(_: Entry, __: Sequence[str]) -> Labels:
    return labels()


def revised(first: Carrier, after: Entry, seen_at: datetime) -> Carrier:
    number = len(first.revisions) + 1
    revision = Revision(entry=after, number=number, seen_at=seen_at, parts=("title",))
    return replace(first, entry=after, revisions=(*first.revisions, revision))


def test_the_order_of_carriers_never_matters() -> None:
    official = carrier(entry(text="All of it, whole."))
    finder = carrier(entry(source="finder", text="All of…", published=moment("2026-06-01 09:00")))
    forum = carrier(entry(source="a-forum", title="The plan is out"), first_seen=NOON + HOUR)

    held = {hold(order, label) for order in permutations([official, finder, forum])}

    assert len(held) == 1


def test_the_licence_is_that_of_whoever_told_the_words_that_are_shown() -> None:
    open_finder = carrier(entry(source="finder", text="All of…", licence="OGL-3.0"))
    blog = carrier(entry(source="blog", text="All of it.", licence="unknown"), first_seen=NOON + HOUR)

    held = hold([open_finder, blog], label)

    assert (held.entry.source, held.entry.text, held.entry.licence) == ("finder", "All of it.", "unknown")


def test_what_one_list_leaves_out_is_removed_only_when_no_other_shows_it() -> None:
    missing = Removal(kind=RemovalKind.MISSING)
    shown, left_out = (
        carrier(entry(source="shows")),
        replace(carrier(entry(source="leaves")), removed=missing),
    )

    assert hold([shown, left_out], label).removed is None
    assert hold([replace(shown, removed=missing), left_out], label).removed == missing


def test_the_first_to_tell_leads_and_the_others_fill_in() -> None:
    finder = carrier(entry(source="finder", title="The plan", summary="", text=""))
    later = carrier(
        entry(
            source="blog",
            title="About the plan",
            text="All of it.",
            published=moment("2026-06-01 09:00"),
            closes=moment("2026-07-01 00:00"),
            links=(Link(href="https://x.org/a.pdf", rel="enclosure"),),
        ),
        first_seen=NOON + HOUR,
    )

    held = hold([later, finder], label)

    assert (held.entry.title, held.entry.text) == ("The plan", "All of it.")
    assert held.entry.published == moment("2026-06-01 09:00")
    assert held.entry.closes == moment("2026-07-01 00:00")
    assert [link.href for link in held.entry.links] == ["https://x.org/a.pdf"]
    assert [one.source for one in held.carriers] == ["finder", "blog"]
    assert held.first_seen == NOON


def test_of_those_who_told_at_once_the_one_that_led_goes_on_leading() -> None:
    """A source that gets another id may come behind the others by the alphabet."""
    first, renamed = (
        carrier(entry(source="finder", title="One")),
        carrier(entry(source="renamed", title="Two")),
    )

    assert hold([first, renamed], label).entry.title == "One"
    assert hold([first, renamed], label, "renamed").entry.title == "Two"
    assert hold([first, replace(renamed, first_seen=NOON + HOUR)], label, "renamed").entry.title == "One"


def test_updated_is_the_publishers_own_time_when_it_is_past() -> None:
    held = hold([carrier(entry(updated=moment("2026-06-02 08:15")))], label)

    assert held.updated == instant("2026-06-02 08:15")


def test_a_stamp_in_the_future_or_none_at_all_gives_way_to_first_seen() -> None:
    future = hold([carrier(entry(updated=moment("2030-01-01 00:00")))], label)
    undated = hold([carrier(entry(updated=None))], label)

    assert (future.updated, undated.updated) == (NOON, NOON)


def test_a_record_without_publication_date_stands_where_its_first_fact_does() -> None:
    held_on = Claim(what="held", moment=moment("2024-01-24 00:00"), source=None)

    held = hold([carrier(entry(updated=None, claims=(held_on,)))], label)

    assert held.updated == instant("2024-01-24 00:00")


def test_a_revision_moves_updated_to_the_publishers_new_stamp() -> None:
    after = entry(title="New title", updated=moment("2026-06-05 11:00"))
    held = hold([revised(carrier(), after, NOON + HOUR)], label)

    assert (held.updated, held.revised) == (instant("2026-06-05 11:00"), (NOON + HOUR,))


def test_a_revision_under_an_old_stamp_moves_updated_to_when_we_saw_it() -> None:
    """GOV.UK closes a consultation without touching its timestamp."""
    held = hold([revised(carrier(), entry(title="Closed"), NOON + HOUR)], label)

    assert held.updated == NOON + HOUR


def test_a_later_carrier_with_a_later_stamp_does_not_move_updated() -> None:
    later = carrier(entry(source="blog", updated=moment("2026-06-05 11:30")), first_seen=NOON + HOUR)

    assert hold([carrier(), later], label).updated == instant("2026-06-02 08:15")


def test_backlog_is_what_nobody_told_as_news() -> None:
    old = carrier(backlog=True)
    news = carrier(entry(source="blog"))
    late_news = carrier(entry(source="blog"), first_seen=NOON + HOUR)

    assert hold([old], label).backlog
    assert not hold([old, news], label).backlog
    assert hold([old, late_news], label).backlog


def test_a_record_that_found_a_page_of_its_own_names_it() -> None:
    record = carrier(entry(key="record:forum", url=None, source="records"))
    posted = carrier(entry(source="site", title="Read-out"), first_seen=NOON + HOUR)

    held = hold([record, posted], label)

    assert held.entry.url is None
    assert held.entry.links == (Link(href="https://www.gov.uk/a-plan", rel="via", title="Read-out"),)
