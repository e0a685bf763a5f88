"""Which updates a digest has, where and in which order. The week is 22 to 29 January 2024."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.deliver import compose
from aggregator.model import Carrier, Digest, Document, Moment, Precision, Removal, RemovalKind, Revision
from aggregator.publish.presentation.paths import document_page_path
from tests.support.builders import (
    LONDON,
    instant,
    make_body,
    make_carrier,
    make_document,
    make_entry,
    make_labels,
    make_site,
    moment,
)

IN_WEEK = "2024-01-24 10:00"
BEFORE = "2024-01-15 10:00"


def make_document_seen(
    name: str, seen: str = IN_WEEK, type: str = "news", backlog: bool = False, **changes: Any
) -> Document:
    """A document at `https://example.org/NAME`, first seen at `seen`."""
    entry = make_entry(f"https://example.org/{name}", title=name, **changes)
    first = make_carrier(entry, first_seen=instant(seen), backlog=backlog)
    return make_document(
        entry,
        labels=make_labels(type=type),
        carriers=(first,),
        first_seen=instant(seen),
        backlog=backlog,
    )


def revised(known: Document, *revisions: tuple[str, tuple[str, ...]]) -> Document:
    """The document after these revisions: when, and which parts changed."""
    first = known.carriers[0]
    added = tuple(
        Revision(entry=known.entry, number=number, seen_at=instant(seen), parts=parts)
        for number, (seen, parts) in enumerate(revisions, start=2)
    )
    return replace(known, carriers=(replace(first, revisions=first.revisions + added),))


def compose_week(*documents: Document, **changes: Any) -> Digest:
    """The digest of the week 2024-W04 from these documents."""
    bodies = {name: make_body(name) for name in ("scotland", "cabinet-office", "wales")}
    given = {
        "zone": LONDON,
        "site": make_site(),
        "bodies": bodies,
        "page": document_page_path,
        "issued_at": None,
    }
    return compose("2024-W04", documents, **{**given, **changes})


def titles_by_heading(digest: Digest) -> dict[str, list[str]]:
    """The titles under each heading."""
    return {section.title: [item.title for item in section.items] for section in digest.sections}


def test_a_digest_has_its_week_and_window() -> None:
    issued = instant("2024-01-29 08:05")
    found = compose_week(issued_at=issued)
    assert (found.period, found.sections, found.unread_sources, found.issued_at) == (
        "2024-W04",
        (),
        (),
        issued,
    )
    assert found.window.start == instant("2024-01-22 08:00")
    assert found.window.end == instant("2024-01-29 08:00")


def test_a_week_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="2021-W53"):
        compose(
            "2021-W53",
            (),
            zone=LONDON,
            site=make_site(),
            bodies={},
            page=document_page_path,
            issued_at=None,
        )


@pytest.mark.parametrize(
    ("seen", "is_update"),
    [
        ("2024-01-22 07:59", False),
        ("2024-01-22 08:00", True),
        ("2024-01-29 07:59", True),
        ("2024-01-29 08:00", False),
    ],
)
def test_an_update_belongs_to_the_week_in_which_it_was_first_seen(seen: str, is_update: bool) -> None:
    assert (
        compose_week(make_document_seen("a", seen=seen, updated=moment("2019-05-01 00:00"))).item_count
        == is_update
    )


def test_backlog_and_irrelevant_documents_are_left_out() -> None:
    other = replace(make_document_seen("other"), labels=make_labels(relevant=False))
    assert compose_week(make_document_seen("old", backlog=True), other).sections == ()


def test_a_known_document_revised_in_the_week_is_listed_as_changed_with_its_parts() -> None:
    known = revised(
        make_document_seen("plan", seen=BEFORE, type="action-plan"),
        ("2024-01-20 10:00", ("attachments",)),
        ("2024-01-23 10:00", ("title", "text")),
        ("2024-01-25 10:00", ("text", "closing date")),
        ("2024-01-29 08:00", ("status",)),
    )
    found = compose_week(known)
    assert titles_by_heading(found) == {"Changed and removed": ["plan"]}
    assert found.sections[0].items[0].changed == ("title", "text", "closing date")
    assert found.sections[0].items[0].first_seen == instant(BEFORE)


def test_a_removed_document_is_listed_as_removed_even_if_it_would_close_soon() -> None:
    removal = Removal(kind=RemovalKind.GONE, note="Published in error.")
    known = make_document_seen("call", seen=BEFORE, closes=moment("2024-02-01 17:00"))
    found = compose_week(replace(revised(known, (IN_WEEK, ("status",))), removal=removal))
    assert titles_by_heading(found) == {"Changed and removed": ["call"]}
    assert found.sections[0].items[0].removal == removal


def test_a_revision_of_backlog_is_a_change_even_in_the_week_of_its_first_poll() -> None:
    assert titles_by_heading(
        compose_week(revised(make_document_seen("a", backlog=True), ("2024-01-25 10:00", ("text",))))
    ) == {"Changed and removed": ["a"]}


def test_a_document_that_is_new_and_revised_in_one_week_is_new_once() -> None:
    found = compose_week(revised(make_document_seen("a"), ("2024-01-25 10:00", ("text",))))
    assert titles_by_heading(found) == {"Other": ["a"]}
    assert found.sections[0].items[0].changed == ()


def test_a_second_carrier_of_a_known_document_is_no_update() -> None:
    known = make_document_seen("a", seen=BEFORE)
    late: Carrier = make_carrier(known.entry, first_seen=instant(IN_WEEK))
    assert compose_week(replace(known, carriers=(*known.carriers, late))).item_count == 0


def test_a_document_given_twice_is_listed_once() -> None:
    assert compose_week(make_document_seen("a"), make_document_seen("a")).item_count == 1


def test_sections_come_in_the_order_in_which_subscribers_must_act() -> None:
    found = compose_week(
        make_document_seen("other"),
        revised(make_document_seen("changed", seen=BEFORE), (IN_WEEK, ("text",))),
        make_document_seen("document", type="report"),
        make_document_seen("progress", type="irm-report"),
        make_document_seen("meeting", type="meeting-record"),
        make_document_seen("closing", closes=moment("2024-02-01 17:00")),
    )
    assert list(titles_by_heading(found).items()) == [
        ("Closing soon", ["closing"]),
        ("Meetings and decisions", ["meeting"]),
        ("Progress on commitments", ["progress"]),
        ("Documents", ["document"]),
        ("Changed and removed", ["changed"]),
        ("Other", ["other"]),
    ]


@pytest.mark.parametrize(
    ("type", "heading"),
    [
        ("irm-report", "Progress on commitments"),
        ("self-assessment", "Progress on commitments"),
        ("meeting-record", "Meetings and decisions"),
        ("foi-release", "Documents"),
        ("transparency-return", "Documents"),
        ("consultation", "Documents"),
        ("consultation-response", "Meetings and decisions"),
        ("action-plan", "Progress on commitments"),
        ("commitment-update", "Progress on commitments"),
        ("appointment", "Other"),
        ("funding", "Other"),
        ("event", "Other"),
        ("data-release", "Documents"),
        ("statistics", "Documents"),
        ("statement-or-letter", "Meetings and decisions"),
        ("policy-or-guidance", "Documents"),
        ("report", "Documents"),
        ("news", "Other"),
        ("blog-post", "Other"),
        ("a-type-added-later", "Other"),
    ],
)
def test_every_update_type_has_its_section(type: str, heading: str) -> None:
    """The nineteen types of the vocabulary, in its order, and one that it does not have."""
    assert titles_by_heading(compose_week(make_document_seen("a", type=type))) == {heading: ["a"]}


@pytest.mark.parametrize(
    ("closes", "precision", "heading"),
    [
        ("2024-01-29 07:59", Precision.SECOND, "Documents"),  # over when the week ends
        ("2024-01-29 08:00", Precision.SECOND, "Closing soon"),
        ("2024-02-12 23:59", Precision.MINUTE, "Closing soon"),  # the fourteenth day
        ("2024-02-13 00:00", Precision.MINUTE, "Documents"),
        ("2024-01-28 00:00", Precision.DAY, "Documents"),
        ("2024-01-29 00:00", Precision.DAY, "Closing soon"),  # open all its last day
        ("2024-02-12 00:00", Precision.DAY, "Closing soon"),
        ("2024-02-13 00:00", Precision.DAY, "Documents"),
        ("2024-01-01 00:00", Precision.MONTH, "Closing soon"),  # until 31 January
        ("2024-02-01 00:00", Precision.MONTH, "Documents"),  # until 29 February
        ("2024-01-01 00:00", Precision.YEAR, "Documents"),  # until 31 December
    ],
)
def test_closing_soon_is_what_closes_in_the_fourteen_days_after_the_week(
    closes: str, precision: Precision, heading: str
) -> None:
    found = compose_week(make_document_seen("a", type="consultation", closes=moment(closes, precision)))
    assert titles_by_heading(found) == {heading: ["a"]}


def test_a_changed_document_that_closes_soon_is_listed_under_closing_soon() -> None:
    known = make_document_seen("call", seen=BEFORE, closes=moment("2024-02-01 17:00"))
    found = compose_week(revised(known, (IN_WEEK, ("closing date",))))
    assert titles_by_heading(found) == {"Closing soon": ["call"]}
    assert found.sections[0].items[0].changed == ("closing date",)


@pytest.mark.parametrize(
    ("closes", "precision", "is_reminder"),
    [
        ("2024-01-29 09:00", Precision.MINUTE, True),
        ("2024-01-29 07:59", Precision.MINUTE, False),
        ("2024-02-12 00:00", Precision.DAY, True),
        ("2024-02-13 00:00", Precision.DAY, False),
        ("2024-02-01 00:00", Precision.MONTH, False),
    ],
)
@pytest.mark.parametrize("backlog", [False, True])
def test_a_known_document_is_listed_again_when_it_closes_soon(
    closes: str, precision: Precision, is_reminder: bool, backlog: bool
) -> None:
    known = make_document_seen("call", seen=BEFORE, backlog=backlog, closes=moment(closes, precision))
    found = compose_week(known, make_document_seen("new"))
    assert titles_by_heading(found).get("Closing soon", []) == ["call"] * is_reminder
    assert (found.update_count, found.reminder_count) == (1, int(is_reminder))


def test_there_is_no_reminder_of_removed_or_later_documents() -> None:
    soon = moment("2024-02-01 17:00")
    gone = replace(
        make_document_seen("gone", seen=BEFORE, closes=soon), removal=Removal(kind=RemovalKind.GONE)
    )
    later = make_document_seen("later", seen="2024-01-29 09:00", closes=soon)
    assert compose_week(gone, later).sections == ()


@pytest.mark.parametrize(("day", "is_reminder"), [("23", True), ("24", False), ("29", True), ("28", False)])
def test_a_daily_digest_reminds_a_week_and_a_day_before(day: str, is_reminder: bool) -> None:
    known = make_document_seen("call", seen=BEFORE, closes=moment("2024-01-31 17:00"))
    found = compose(
        f"2024-01-{day}",
        [known],
        zone=LONDON,
        site=make_site(),
        bodies={},
        page=document_page_path,
        issued_at=None,
    )
    assert bool(found.reminder_count) is is_reminder


def test_what_closes_soonest_comes_first_and_a_coarse_date_counts_by_its_last_day() -> None:
    found = compose_week(
        make_document_seen("in January", closes=moment("2024-01-01 00:00", Precision.MONTH)),
        make_document_seen("1 February", closes=moment("2024-02-01 09:00")),
        make_document_seen("30 January, five", closes=moment("2024-01-30 17:00")),
        make_document_seen("30 January", closes=moment("2024-01-30 00:00", Precision.DAY)),
    )
    titles = ["30 January", "30 January, five", "in January", "1 February"]
    assert titles_by_heading(found) == {"Closing soon": titles}


def test_documents_are_ordered_by_body_as_in_the_register_then_newest_first() -> None:
    found = compose_week(
        make_document_seen("unknown body", type="report", body="elsewhere"),
        make_document_seen("wales", type="report", body="wales"),
        make_document_seen("undated", type="report", updated=None),
        make_document_seen("old", type="report", updated=moment("2023-12-01 00:00")),
        make_document_seen("new", type="statistics", updated=moment("2024-01-23 00:00")),
        make_document_seen("scotland", type="report", body="scotland", updated=moment("2020-01-01 00:00")),
    )
    assert titles_by_heading(found) == {
        "Documents": ["scotland", "new", "old", "undated", "wales", "unknown body"]
    }


def test_elsewhere_the_newest_comes_first_and_equal_dates_go_by_title() -> None:
    found = compose_week(
        make_document_seen("b", closes=moment("2024-05-01 12:00")),
        make_document_seen("a"),
        make_document_seen("undated", updated=None),
        make_document_seen("z", updated=moment("2024-01-23 00:00")),
    )
    assert titles_by_heading(found) == {"Other": ["a", "b", "z", "undated"]}


def test_an_item_has_what_a_subscriber_needs() -> None:
    published = moment("2024-01-23 09:30")
    closes = moment("2024-03-01 17:00")
    document = make_document_seen(
        "cynllun", type="report", published=published, closes=closes, language="cy", body="wales"
    )
    (section,) = compose_week(document).sections
    (item,) = section.items
    assert item.id == make_entry("https://example.org/cynllun").id
    assert (item.title, item.url, item.body) == ("cynllun", "https://example.org/cynllun", "wales")
    assert (item.type, item.summary, item.language) == ("report", "What the plan says.", "cy")
    assert (item.dated, item.closes) == (published, closes)
    assert item.first_seen == instant(IN_WEEK)


def test_a_record_without_a_page_is_linked_to_our_own_page_of_it() -> None:
    record = make_entry("record:uk-msf-2024-01-24", url=None)
    (section,) = compose_week(make_document(record, first_seen=instant(IN_WEEK))).sections
    assert section.items[0].url == "https://updates.example.org/records/uk-msf-2024-01-24.html"


@pytest.mark.parametrize(
    ("licence", "summary"), [("OGL-3.0", "What the plan says."), ("unknown", ""), ("", "")]
)
def test_a_publishers_text_is_repeated_only_under_a_licence_that_is_known(licence: str, summary: str) -> None:
    (section,) = compose_week(make_document_seen("a", licence=licence)).sections
    assert (section.items[0].title, section.items[0].summary) == ("a", summary)


@pytest.mark.parametrize(
    ("summary", "sentence"),
    [
        ("One. Two.", "One."),
        ("Is it open? It is.", "Is it open?"),
        ('They said "enough." Then they left.', 'They said "enough."'),
        ("Written by Dr. Smith and J. Jones. More.", "Written by Dr. Smith and J. Jones."),
        ("Version 3.1 of the code, e.g. Annex 2. More.", "Version 3.1 of the code, e.g. Annex 2."),
        ("No stop at all", "No stop at all"),
        ("Two\n lines.\tMore.", "Two lines."),
        ("", ""),
        ("word " * 100, "word " * 58 + "word…"),
        ("x" * 300, "x" * 300),
        ("x" * 301, "x" * 299 + "…"),
    ],
)
def test_a_summary_is_cut_to_its_first_sentence(summary: str, sentence: str) -> None:
    (section,) = compose_week(make_document_seen("a", summary=summary)).sections
    assert section.items[0].summary == sentence


MOMENTS = st.none() | st.builds(
    Moment,
    at=st.sampled_from(
        [instant("2024-01-24 00:00"), instant("2024-02-03 17:00"), instant("2023-11-01 00:00")]
    ),
    precision=st.sampled_from(Precision),
)
DOCUMENTS = st.lists(
    st.builds(
        make_document_seen,
        st.text("ab", min_size=1, max_size=3),
        seen=st.sampled_from([BEFORE, IN_WEEK]),
        type=st.sampled_from(["news", "report", "meeting-record"]),
        body=st.sampled_from(["scotland", "wales", "elsewhere"]),
        updated=MOMENTS,
        closes=MOMENTS,
    ),
    max_size=8,
    unique_by=lambda one: one.entry.id,
)


@given(documents=DOCUMENTS, data=st.data())
def test_the_order_depends_on_the_updates_alone(documents: list[Document], data: st.DataObject) -> None:
    found = compose_week(*documents)
    assert compose_week(*data.draw(st.permutations(documents))) == found
    items = [item for section in found.sections for item in section.items]
    ids = [item.id for item in items if not item.reminder]
    assert len({item.id for item in items}) == len(items)
    new = {one.entry.id for one in documents if one.first_seen == instant(IN_WEEK)}
    assert sorted(ids) == sorted(new)


@given(weeks=st.integers(0, 5), hours=st.integers(0, 167))
def test_each_update_is_new_in_exactly_one_week(weeks: int, hours: int) -> None:
    seen = instant("2024-01-08 08:00") + timedelta(weeks=weeks, hours=hours)
    one = replace(make_document_seen("a"), first_seen=seen)
    names = [f"2024-W{number:02}" for number in range(1, 10)]
    found = [
        compose(
            name, [one], zone=LONDON, site=make_site(), bodies={}, page=document_page_path, issued_at=None
        ).item_count
        for name in names
    ]
    assert sum(found) == 1
    assert found[weeks + 1] == 1
