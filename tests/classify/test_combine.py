"""The document that several carriers make together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations

from aggregator.classify import combine_carriers
from aggregator.model import Carrier, Claim, Entry, Labels, Link, Precision, Removal, RemovalKind, Revision
from tests.support.builders import NOON, instant, make_carrier, make_entry, make_labels, moment

HOUR = timedelta(hours=1)


def label(_: Entry, __: Sequence[str]) -> Labels:
    return make_labels()


def with_revision(first: Carrier, revised_entry: Entry, seen_at: datetime) -> Carrier:
    number = len(first.revisions) + 1
    revision = Revision(entry=revised_entry, number=number, seen_at=seen_at, parts=("title",))
    return replace(first, entry=revised_entry, revisions=(*first.revisions, revision))


def test_the_order_of_carriers_never_matters() -> None:
    official = make_carrier(make_entry(text="All of it, whole."))
    finder = make_carrier(make_entry(source="finder", text="All of…", published=moment("2026-06-01 09:00")))
    forum = make_carrier(make_entry(source="a-forum", title="The plan is out"), first_seen=NOON + HOUR)

    documents = {combine_carriers(order, label) for order in permutations([official, finder, forum])}

    assert len(documents) == 1


def test_the_licence_is_that_of_the_carrier_whose_text_is_used() -> None:
    open_finder = make_carrier(make_entry(source="finder", text="All of…", licence="OGL-3.0"))
    blog = make_carrier(
        make_entry(source="blog", text="All of it.", licence="unknown"), first_seen=NOON + HOUR
    )

    document = combine_carriers([open_finder, blog], label)

    assert (document.entry.source, document.entry.text, document.entry.licence) == (
        "finder",
        "All of it.",
        "unknown",
    )


def test_a_document_missing_from_one_list_is_removed_only_if_no_carrier_has_it() -> None:
    missing = Removal(kind=RemovalKind.MISSING)
    shown, left_out = (
        make_carrier(make_entry(source="shows")),
        replace(make_carrier(make_entry(source="leaves")), removal=missing),
    )

    assert combine_carriers([shown, left_out], label).removal is None
    assert combine_carriers([replace(shown, removal=missing), left_out], label).removal == missing


def test_the_first_carrier_leads_and_the_others_fill_in() -> None:
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

    document = combine_carriers([later, finder], label)

    assert (document.entry.title, document.entry.text) == ("The plan", "All of it.")
    assert document.entry.published == moment("2026-06-01 09:00")
    assert document.entry.closes == moment("2026-07-01 00:00")
    assert [link.href for link in document.entry.links] == ["https://x.org/a.pdf"]
    assert [carrier.source for carrier in document.carriers] == ["finder", "blog"]
    assert document.first_seen == NOON


def test_of_carriers_of_one_instant_the_former_lead_stays_the_lead() -> None:
    """A source with a new id may come after the others in the alphabet."""
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
    document = combine_carriers([make_carrier(make_entry(updated=moment("2026-06-02 08:15")))], label)

    assert document.updated == instant("2026-06-02 08:15")


def test_without_an_updated_date_or_with_a_future_one_first_seen_counts() -> None:
    future = combine_carriers([make_carrier(make_entry(updated=moment("2030-01-01 00:00")))], label)
    undated = combine_carriers([make_carrier(make_entry(updated=None))], label)

    assert (future.updated, undated.updated) == (NOON, NOON)


def test_a_mended_date_of_publication_counts_from_the_first_revision() -> None:
    wrong = make_entry(published=moment("1926-06-02 08:15"), updated=None)
    mended = replace(make_carrier(wrong), entry=replace(wrong, published=moment("2026-06-02 08:15")))

    assert combine_carriers([mended], label).updated == instant("2026-06-02 08:15")


def test_a_day_counts_by_its_noon_until_which_our_sight_counts() -> None:
    entry = make_entry(updated=moment("2026-06-04 23:00", Precision.DAY))
    in_the_morning = combine_carriers([make_carrier(entry, instant("2026-06-05 07:00"))], label)
    in_the_evening = combine_carriers([make_carrier(entry, instant("2026-06-05 19:00"))], label)

    assert (in_the_morning.updated, in_the_evening.updated) == (instant("2026-06-05 07:00"), NOON)
    assert in_the_evening.last_change == entry.updated


def test_a_record_without_publication_date_is_dated_by_its_first_claim() -> None:
    meeting = Claim(what="held", moment=moment("2024-01-24 00:00"), source=None)

    document = combine_carriers([make_carrier(make_entry(updated=None, claims=(meeting,)))], label)

    assert document.updated == instant("2024-01-24 00:00")


def test_a_revision_moves_updated_to_the_publishers_new_date() -> None:
    revised_entry = make_entry(title="New title", updated=moment("2026-06-05 11:00"))
    document = combine_carriers([with_revision(make_carrier(), revised_entry, NOON + HOUR)], label)

    assert (document.updated, document.revision_times) == (instant("2026-06-05 11:00"), (NOON + HOUR,))


def test_a_revision_with_an_old_date_moves_updated_to_when_we_saw_it() -> None:
    """GOV.UK closes a consultation without touching its timestamp."""
    document = combine_carriers(
        [with_revision(make_carrier(), make_entry(title="Closed"), NOON + HOUR)], label
    )

    assert document.updated == NOON + HOUR


def test_a_later_carrier_with_a_later_date_does_not_move_updated() -> None:
    later = make_carrier(
        make_entry(source="blog", updated=moment("2026-06-05 11:30")), first_seen=NOON + HOUR
    )

    assert combine_carriers([make_carrier(), later], label).updated == instant("2026-06-02 08:15")


def test_a_document_is_backlog_only_if_every_first_carrier_got_it_as_backlog() -> None:
    old = make_carrier(backlog=True)
    fresh = make_carrier(make_entry(source="blog"))
    late_fresh = make_carrier(make_entry(source="blog"), first_seen=NOON + HOUR)

    assert combine_carriers([old], label).backlog
    assert not combine_carriers([old, fresh], label).backlog
    assert combine_carriers([old, late_fresh], label).backlog


def test_a_record_links_to_the_page_that_the_document_got_later() -> None:
    record = make_carrier(make_entry(key="record:forum", url=None, source="records"))
    page = make_carrier(make_entry(source="site", title="Read-out"), first_seen=NOON + HOUR)

    document = combine_carriers([record, page], label)

    assert document.entry.url is None
    assert document.entry.links == (Link(href="https://www.gov.uk/a-plan", rel="via", title="Read-out"),)
