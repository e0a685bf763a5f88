"""When two versions of a part are the same; tests/services/polling has the consequences for documents."""

from __future__ import annotations

import pytest

from aggregator.classify.comparison import (
    comparable_deadline,
    comparable_moment,
    is_later,
)
from aggregator.classify.file_addresses import same_files
from aggregator.classify.wording.texts import same_text
from aggregator.classify.wording.typography import comparable_text
from aggregator.model import Moment, Precision, ZoneBasis
from tests.support.builders import instant as at


def moment(text: str, precision: Precision = Precision.MINUTE) -> Moment:
    return Moment(at=at(text), precision=precision)


def test_texts_are_equal_whatever_their_case_space_quotes_and_dashes() -> None:
    assert comparable_text("The  “Open”\nPlan’s 2026–27") == "the 'open' plan's 2026-27"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a plan", "a plan", True),
        ("a plan of…", "a plan of two years", True),
        ("a plan of two years", "a plan of…", True),
        ("a plan of …", "a plan of two…", True),
        ("a plan.", "a plan. it has five parts.", False),
        ("a plan for…", "a plan of two years", False),
        ("…", "a plan", False),
        ("", "a plan", False),
    ],
)
def test_a_text_cut_with_an_ellipsis_equals_a_longer_one(one: str, other: str, same: bool) -> None:
    assert same_text(one, other) is same


def test_a_moment_is_equal_in_any_zone_with_seconds_or_without_but_a_day_is_no_midnight() -> None:
    written = Moment(at=at("2026-05-25 16:00"), precision=Precision.SECOND, zone=ZoneBasis.ASSUMED)

    assert comparable_moment(written) == comparable_moment(moment("2026-05-25 16:00"))
    assert comparable_moment(moment("2026-05-24 23:00", Precision.DAY)) != comparable_moment(
        moment("2026-05-24 23:00")
    )
    assert comparable_moment(None) is None


@pytest.mark.parametrize(
    ("day", "last"),
    [
        ("2026-10-15 23:00", "2026-10-16 22:59"),
        ("2026-10-24 23:00", "2026-10-25 23:59"),  # 25 October has 25 hours in London
        ("2026-12-01 00:00", "2026-12-01 23:59"),
    ],
)
def test_a_deadline_of_a_day_is_its_last_minute_in_london(day: str, last: str) -> None:
    assert comparable_deadline(moment(day, Precision.DAY)) == comparable_deadline(moment(last))


def test_a_deadline_in_a_month_differs_from_its_first_day_and_seconds_make_no_difference() -> None:
    month = moment("2026-05-31 23:00", Precision.MONTH)
    second = Moment(at=at("2026-10-16 22:59:59"))

    assert comparable_deadline(month) != comparable_deadline(moment("2026-05-31 23:00", Precision.DAY))
    assert comparable_deadline(second) == comparable_deadline(moment("2026-10-15 23:00", Precision.DAY))
    assert comparable_deadline(None) is None


@pytest.mark.parametrize(
    ("after", "before", "later"),
    [
        (moment("2026-06-02 08:15"), moment("2026-06-02 08:14"), True),
        (moment("2026-06-02 08:15"), moment("2026-06-02 08:15"), False),
        (moment("2026-06-02 08:14"), moment("2026-06-02 08:15"), False),
        (moment("2026-06-02 08:15"), moment("2026-06-01 23:00", Precision.DAY), False),
        (moment("2026-06-02 23:00"), moment("2026-06-01 23:00", Precision.DAY), True),
        (Moment(at=at("2026-06-02 08:15:30")), Moment(at=at("2026-06-02 08:15:10")), True),
        (moment("2026-06-02 08:15"), None, False),
        (None, moment("2026-06-02 08:15"), False),
    ],
)
def test_an_updated_date_is_later_when_it_moved_past_the_former_time_or_day(
    after: Moment | None, before: Moment | None, later: bool
) -> None:
    assert is_later(after, before) is later


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({"a": 1}, {"a": 2}, False),
        ({"a": 0}, {"a": 2}, True),
        ({"a": 1}, {"a": 0}, True),
        ({"a": 0}, {"a": 0, "b": 0}, False),
        ({}, {}, True),
    ],
)
def test_files_are_equal_by_address_and_by_lengths_that_both_have(
    one: dict[str, int], other: dict[str, int], same: bool
) -> None:
    assert same_files(one, other) is same
