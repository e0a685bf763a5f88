"""What stands in a week's letter, where, and in which order. The week is 22 to 29 January 2024."""

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
from tests.support.builders import LONDON, make_body, make_carrier, make_entry, make_document, instant, make_labels, moment, make_site

IN_WEEK = "2024-01-24 10:00"
BEFORE = "2024-01-15 10:00"


def held(name: str, seen: str = IN_WEEK, type: str = "news", backlog: bool = False, **told: Any) -> Document:
    """A holding at `https://example.org/NAME`, first seen at `seen`."""
    document = make_entry(f"https://example.org/{name}", title=name, **told)
    first = make_carrier(document, first_seen=instant(seen), backlog=backlog)
    return make_document(
        document,
        labels=make_labels(type=type),
        carriers=(first,),
        first_seen=instant(seen),
        backlog=backlog,
    )


def revised(known: Document, *revisions: tuple[str, tuple[str, ...]]) -> Document:
    """The holding after its carrier told these revisions: when, and which parts changed."""
    first = known.carriers[0]
    told = tuple(
        Revision(entry=known.entry, number=number, seen_at=instant(seen), parts=parts)
        for number, (seen, parts) in enumerate(revisions, start=2)
    )
    return replace(known, carriers=(replace(first, revisions=first.revisions + told),))


def digest(*holdings: Document, **changes: Any) -> Digest:
    """The issued letter of the week 2024-W04 from these holdings."""
    bodies = {name: make_body(name) for name in ("scotland", "cabinet-office", "wales")}
    given = {
        "zone": LONDON,
        "site": make_site(),
        "bodies": bodies,
        "page": document_page_path,
        "issued": None,
    }
    return compose("2024-W04", holdings, **{**given, **changes})


def shown(found: Digest) -> dict[str, list[str]]:
    """The titles under each heading."""
    return {section.title: [item.title for item in section.items] for section in found.sections}


def test_a_digest_says_its_week_its_window_and_what_could_not_be_read() -> None:
    issued = instant("2024-01-29 08:05")
    found = digest(issued=issued)
    assert (found.period, found.sections, found.unread_sources, found.issued_at) == ("2024-W04", (), (), issued)
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
            issued=None,
        )


@pytest.mark.parametrize(
    ("seen", "is_news"),
    [
        ("2024-01-22 07:59", False),
        ("2024-01-22 08:00", True),
        ("2024-01-29 07:59", True),
        ("2024-01-29 08:00", False),
    ],
)
def test_an_update_belongs_to_the_week_in_which_it_was_first_seen(seen: str, is_news: bool) -> None:
    assert digest(held("a", seen=seen, updated=moment("2019-05-01 00:00"))).item_count == is_news


def test_backlog_and_what_is_not_about_open_government_are_no_news() -> None:
    other = replace(held("other"), labels=make_labels(relevant=False))
    assert digest(held("old", backlog=True), other).sections == ()


def test_a_known_document_that_was_revised_in_the_week_stands_under_changed_with_its_parts() -> None:
    known = revised(
        held("plan", seen=BEFORE, type="action-plan"),
        ("2024-01-20 10:00", ("attachments",)),
        ("2024-01-23 10:00", ("title", "text")),
        ("2024-01-25 10:00", ("text", "closing date")),
        ("2024-01-29 08:00", ("status",)),
    )
    found = digest(known)
    assert shown(found) == {"Changed and removed": ["plan"]}
    assert found.sections[0].items[0].changed == ("title", "text", "closing date")
    assert found.sections[0].items[0].first_seen == instant(BEFORE)


def test_what_was_taken_away_stands_under_changed_and_removed_even_if_it_would_close_soon() -> None:
    removal = Removal(kind=RemovalKind.GONE, note="Published in error.")
    known = held("call", seen=BEFORE, closes=moment("2024-02-01 17:00"))
    found = digest(replace(revised(known, (IN_WEEK, ("status",))), removal=removal))
    assert shown(found) == {"Changed and removed": ["call"]}
    assert found.sections[0].items[0].removal == removal


def test_a_revision_of_backlog_is_news_even_in_the_week_of_its_first_poll() -> None:
    assert shown(digest(revised(held("a", backlog=True), ("2024-01-25 10:00", ("text",))))) == {
        "Changed and removed": ["a"]
    }


def test_a_document_that_is_new_and_revised_in_one_week_is_new_once() -> None:
    found = digest(revised(held("a"), ("2024-01-25 10:00", ("text",))))
    assert shown(found) == {"Other": ["a"]}
    assert found.sections[0].items[0].changed == ()


def test_a_second_source_that_comes_to_carry_a_known_document_makes_no_news() -> None:
    known = held("a", seen=BEFORE)
    late: Carrier = make_carrier(known.entry, first_seen=instant(IN_WEEK))
    assert digest(replace(known, carriers=(*known.carriers, late))).item_count == 0


def test_one_document_stands_once_however_often_it_is_handed_over() -> None:
    assert digest(held("a"), held("a")).item_count == 1


def test_sections_come_in_the_order_in_which_a_reader_must_act() -> None:
    found = digest(
        held("other"),
        revised(held("changed", seen=BEFORE), (IN_WEEK, ("text",))),
        held("document", type="report"),
        held("progress", type="irm-report"),
        held("meeting", type="meeting-record"),
        held("closing", closes=moment("2024-02-01 17:00")),
    )
    assert list(shown(found).items()) == [
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
    assert shown(digest(held("a", type=type))) == {heading: ["a"]}


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
    found = digest(held("a", type="consultation", closes=moment(closes, precision)))
    assert shown(found) == {heading: ["a"]}


def test_a_changed_document_that_closes_soon_stands_where_the_reader_must_act() -> None:
    known = held("call", seen=BEFORE, closes=moment("2024-02-01 17:00"))
    found = digest(revised(known, (IN_WEEK, ("closing date",))))
    assert shown(found) == {"Closing soon": ["call"]}
    assert found.sections[0].items[0].changed == ("closing date",)


@pytest.mark.parametrize(
    ("closes", "precision", "reminds"),
    [
        ("2024-01-29 09:00", Precision.MINUTE, True),
        ("2024-01-29 07:59", Precision.MINUTE, False),
        ("2024-02-12 00:00", Precision.DAY, True),
        ("2024-02-13 00:00", Precision.DAY, False),
        ("2024-02-01 00:00", Precision.MONTH, False),
    ],
)
@pytest.mark.parametrize("backlog", [False, True])
def test_what_was_known_is_told_again_when_it_closes_soon(
    closes: str, precision: Precision, reminds: bool, backlog: bool
) -> None:
    known = held("call", seen=BEFORE, backlog=backlog, closes=moment(closes, precision))
    found = digest(known, held("new"))
    assert shown(found).get("Closing soon", []) == ["call"] * reminds
    assert (found.update_count, found.reminder_count) == (1, int(reminds))


def test_nobody_is_reminded_of_what_was_taken_away_or_came_after_the_week() -> None:
    soon = moment("2024-02-01 17:00")
    gone = replace(held("gone", seen=BEFORE, closes=soon), removal=Removal(kind=RemovalKind.GONE))
    later = held("later", seen="2024-01-29 09:00", closes=soon)
    assert digest(gone, later).sections == ()


@pytest.mark.parametrize(("day", "reminds"), [("23", True), ("24", False), ("29", True), ("28", False)])
def test_a_daily_letter_reminds_a_week_and_a_day_before(day: str, reminds: bool) -> None:
    known = held("call", seen=BEFORE, closes=moment("2024-01-31 17:00"))
    found = compose(
        f"2024-01-{day}",
        [known],
        zone=LONDON,
        site=make_site(),
        bodies={},
        page=document_page_path,
        issued=None,
    )
    assert bool(found.reminder_count) is reminds


def test_what_closes_soonest_stands_first_and_a_coarse_date_by_its_last_day() -> None:
    found = digest(
        held("in January", closes=moment("2024-01-01 00:00", Precision.MONTH)),
        held("1 February", closes=moment("2024-02-01 09:00")),
        held("30 January, five", closes=moment("2024-01-30 17:00")),
        held("30 January", closes=moment("2024-01-30 00:00", Precision.DAY)),
    )
    titles = ["30 January", "30 January, five", "in January", "1 February"]
    assert shown(found) == {"Closing soon": titles}


def test_documents_stand_by_body_in_the_order_of_the_register_then_newest_first() -> None:
    found = digest(
        held("unknown body", type="report", body="elsewhere"),
        held("wales", type="report", body="wales"),
        held("undated", type="report", updated=None),
        held("old", type="report", updated=moment("2023-12-01 00:00")),
        held("new", type="statistics", updated=moment("2024-01-23 00:00")),
        held("scotland", type="report", body="scotland", updated=moment("2020-01-01 00:00")),
    )
    assert shown(found) == {"Documents": ["scotland", "new", "old", "undated", "wales", "unknown body"]}


def test_elsewhere_the_newest_stands_first_and_equal_dates_go_by_title() -> None:
    found = digest(
        held("b", closes=moment("2024-05-01 12:00")),
        held("a"),
        held("undated", updated=None),
        held("z", updated=moment("2024-01-23 00:00")),
    )
    assert shown(found) == {"Other": ["a", "b", "z", "undated"]}


def test_an_item_carries_what_a_reader_needs() -> None:
    published = moment("2024-01-23 09:30")
    closes = moment("2024-03-01 17:00")
    told = held("cynllun", type="report", published=published, closes=closes, language="cy", body="wales")
    (section,) = digest(told).sections
    (item,) = section.items
    assert item.id == make_entry("https://example.org/cynllun").id
    assert (item.title, item.url, item.body) == ("cynllun", "https://example.org/cynllun", "wales")
    assert (item.type, item.summary, item.language) == ("report", "What the plan says.", "cy")
    assert (item.dated, item.closes) == (published, closes)
    assert item.first_seen == instant(IN_WEEK)


def test_a_record_without_a_page_is_linked_to_our_own_page_of_it() -> None:
    record = make_entry("record:uk-msf-2024-01-24", url=None)
    (section,) = digest(make_document(record, first_seen=instant(IN_WEEK))).sections
    assert section.items[0].url == "https://updates.example.org/records/uk-msf-2024-01-24.html"


@pytest.mark.parametrize(
    ("licence", "summary"), [("OGL-3.0", "What the plan says."), ("unknown", ""), ("", "")]
)
def test_a_publishers_text_is_repeated_only_under_a_licence_that_is_known(licence: str, summary: str) -> None:
    (section,) = digest(held("a", licence=licence)).sections
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
    (section,) = digest(held("a", summary=summary)).sections
    assert section.items[0].summary == sentence


MOMENTS = st.none() | st.builds(
    Moment,
    at=st.sampled_from(
        [instant("2024-01-24 00:00"), instant("2024-02-03 17:00"), instant("2023-11-01 00:00")]
    ),
    precision=st.sampled_from(Precision),
)
HOLDINGS = st.lists(
    st.builds(
        held,
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


@given(holdings=HOLDINGS, data=st.data())
def test_the_order_of_the_letter_depends_on_the_updates_alone(
    holdings: list[Document], data: st.DataObject
) -> None:
    found = digest(*holdings)
    assert digest(*data.draw(st.permutations(holdings))) == found
    items = [item for section in found.sections for item in section.items]
    ids = [item.id for item in items if not item.reminder]
    assert len({item.id for item in items}) == len(items)
    news = {one.entry.id for one in holdings if one.first_seen == instant(IN_WEEK)}
    assert sorted(ids) == sorted(news)


@given(weeks=st.integers(0, 5), hours=st.integers(0, 167))
def test_each_update_is_new_in_exactly_one_week(weeks: int, hours: int) -> None:
    seen = instant("2024-01-08 08:00") + timedelta(weeks=weeks, hours=hours)
    one = replace(held("a"), first_seen=seen)
    names = [f"2024-W{number:02}" for number in range(1, 10)]
    found = [
        compose(name, [one], zone=LONDON, site=make_site(), bodies={}, page=document_page_path, issued=None).item_count
        for name in names
    ]
    assert sum(found) == 1
    assert found[weeks + 1] == 1
