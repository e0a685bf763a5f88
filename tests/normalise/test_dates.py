"""Every form of date that publishers use, with the instant worked out by hand."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from aggregator.model import Moment, Precision, ZoneBasis
from aggregator.normalise.dates import parse_moment
from tests.support.builders import NOON, instant

STATED, ASSUMED, BY_FORM = ZoneBasis.STATED, ZoneBasis.ASSUMED, ZoneBasis.UTC_BY_FORMAT
SECOND, MINUTE, DAY = Precision.SECOND, Precision.MINUTE, Precision.DAY
MONTH, YEAR = Precision.MONTH, Precision.YEAR


def expected(utc: str, precision: Precision, zone: ZoneBasis) -> Moment:
    return Moment(at=instant(utc), precision=precision, zone=zone)


@pytest.mark.parametrize(
    ("text", "utc", "precision"),
    [
        ("2026-05-25T16:00:00Z", "2026-05-25 16:00:00", SECOND),
        ("2026-05-25t16:00:00z", "2026-05-25 16:00:00", SECOND),
        ("2026-05-25T17:00:00+01:00", "2026-05-25 16:00:00", SECOND),
        ("2026-01-14T09:30:00+00:00", "2026-01-14 09:30:00", SECOND),
        ("2216-12-16T16:00:00+01:00", "2216-12-16 15:00:00", SECOND),
        ("2023-08-16T11:17:43.000+01:00", "2023-08-16 10:17:43", SECOND),
        ("2015-12-10T14:38:03.439Z", "2015-12-10 14:38:03", SECOND),
        ("2015-12-10T14:16:50.57Z", "2015-12-10 14:16:50", SECOND),
        ("2026-05-25T17:00+0100", "2026-05-25 16:00:00", MINUTE),
        ("2026-05-25 17:00:00 -05", "2026-05-25 22:00:00", SECOND),
        ("2016-12-31T23:59:60Z", "2016-12-31 23:59:59", SECOND),
        ("2026/12/31 09:00:00 GMT", "2026-12-31 09:00:00", SECOND),
        ("Tue, 05 May 2026 10:11:00 +0000", "2026-05-05 10:11:00", SECOND),
        ("Tue, 27 Jun 2017 15:05:00 +0100", "2017-06-27 14:05:00", SECOND),
        ("Fri, 03 Jul 2020 11:54:32 Z", "2020-07-03 11:54:32", SECOND),
        ("Fri, 03 Jul 2020 11:54:32 GMT", "2020-07-03 11:54:32", SECOND),
        ("03 Jul 2020 11:54:32 UT", "2020-07-03 11:54:32", SECOND),
        ("Fri, 03 Jul 2020 11:54 UTC", "2020-07-03 11:54:00", MINUTE),
        ("Fri, 03 Jul 2020 11:54:32 BST", "2020-07-03 10:54:32", SECOND),
        ("Fri, 03 Jul 2020 11:54:32 IST", "2020-07-03 10:54:32", SECOND),
        ("Fri, 03 Jul 2020 11:54:32 +0100 (BST)", "2020-07-03 10:54:32", SECOND),
        ("Thu, 15 Jan 2026 12:00:00 WET", "2026-01-15 12:00:00", SECOND),
        ("Thu, 15 Jan 2026 12:00:00 EST", "2026-01-15 17:00:00", SECOND),
        ("Wed, 15 Jul 2026 12:00:00 PDT", "2026-07-15 19:00:00", SECOND),
        ("Wed, 15 Jul 2026 12:00:00 CEST", "2026-07-15 10:00:00", SECOND),
        ("Mon, 25 May 2026 10:00 AEST", "2026-05-25 00:00:00", MINUTE),
        ("25/05/26 10:00:07 AEST", "2026-05-25 00:00:07", SECOND),
        ("5pm BST on 25 May 2026", "2026-05-25 16:00:00", MINUTE),
        ("<![CDATA[ignored", None, SECOND),
    ],
)
def test_a_time_with_its_zone(text: str, utc: str | None, precision: Precision) -> None:
    assert parse_moment(text, now=NOON) == (expected(utc, precision, STATED) if utc else None)


@pytest.mark.parametrize(
    ("text", "utc", "precision"),
    [
        ("2015-12-10T14:16:51.818", "2015-12-10 14:16:51", SECOND),
        ("2026-07-10 14:16", "2026-07-10 13:16:00", MINUTE),
        ("Wednesday 19 Aug 2026, 14:00", "2026-08-19 13:00:00", MINUTE),
        ("5pm Monday 25 May 2026", "2026-05-25 16:00:00", MINUTE),
        ("5pm on 25 May 2026", "2026-05-25 16:00:00", MINUTE),
        ("25 May 2026 at 5.30 p.m.", "2026-05-25 16:30:00", MINUTE),
        ("11:59pm on Friday, 30 January 2026", "2026-01-30 23:59:00", MINUTE),
        ("12am 25 May 2026", "2026-05-24 23:00:00", MINUTE),
        ("12:30 pm, 25 May 2026", "2026-05-25 11:30:00", MINUTE),
        ("12 noon on 25 May 2026", "2026-05-25 11:00:00", MINUTE),
        ("midday, 14 January 2026", "2026-01-14 12:00:00", MINUTE),
        ("14:00 ar ddydd Gwener", None, MINUTE),
        ("dydd Mawrth 3 Mawrth 2026 am 14:00", "2026-03-03 14:00:00", MINUTE),
        ("03/02/2026 09:05:06", "2026-02-03 09:05:06", SECOND),
        ("February 12, 2026 10:30 am", "2026-02-12 10:30:00", MINUTE),
    ],
)
def test_a_time_without_a_zone_is_local_time_in_london(
    text: str, utc: str | None, precision: Precision
) -> None:
    assert parse_moment(text, now=NOON) == (expected(utc, precision, ASSUMED) if utc else None)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-12-31", "2026-12-31 00:00"),
        ("2026/12/31", "2026-12-31 00:00"),
        ("2026-07-01", "2026-06-30 23:00"),
        ("15 September 2026", "2026-09-14 23:00"),
        ("29 Oct 2026", "2026-10-29 00:00"),
        ("Date Submitted 27th October 2025".removeprefix("Date Submitted "), "2025-10-27 00:00"),
        ("1st of Sept. 2026", "2026-08-31 23:00"),
        ("22nd January, 2026", "2026-01-22 00:00"),
        ("Saturday 3rd January 2026", "2026-01-03 00:00"),
        ("03/02/2026", "2026-02-03 00:00"),
        ("3.2.2026", "2026-02-03 00:00"),
        ("25-12-2026", "2026-12-25 00:00"),
        ("February 12, 2026", "2026-02-12 00:00"),
        ("March 1st 2026", "2026-03-01 00:00"),
        ("16 Hydref 2026", "2026-10-15 23:00"),
        ("1af Fawrth 2026", "2026-03-01 00:00"),
        ("4ydd o Fedi 2026", "2026-09-03 23:00"),
        ("21ain Tachwedd 2026", "2026-11-21 00:00"),
        ("dydd Iau 5 Chwef 2026", "2026-02-05 00:00"),
        ("midnight on 14 January 2026", "2026-01-14 00:00"),
        ("25-May-2026", "2026-05-24 23:00"),
        ("25/05/26", "2026-05-24 23:00"),
        ("29 February 2024", "2024-02-29 00:00"),
    ],
)
def test_a_day_begins_at_midnight_in_london(text: str, utc: str) -> None:
    assert parse_moment(text, now=NOON) == expected(utc, DAY, ASSUMED)


@pytest.mark.parametrize(
    ("zone", "hour"),
    [
        ("EDT", 16),
        ("EST", 17),
        ("CDT", 17),
        ("CST", 18),
        ("MDT", 18),
        ("MST", 19),
        ("PDT", 19),
        ("PST", 20),
        ("GMT", 12),
        ("WEST", 11),
        ("CET", 11),
        ("CEST", 10),
    ],
)
def test_zones_by_name(zone: str, hour: int) -> None:
    found = parse_moment(f"Wed, 15 Jul 2026 12:00:00 {zone}", now=NOON)
    assert found == Moment(at=datetime(2026, 7, 15, hour, tzinfo=UTC))


@pytest.mark.parametrize(
    ("month", "names"),
    [
        (1, "Ionawr Ion"),
        (2, "Chwefror"),
        (3, "Mawrth Fawrth Maw"),
        (4, "Ebrill Ebr"),
        (5, "Mai Fai"),
        (6, "Mehefin Fehefin Meh"),
        (7, "Gorffennaf Orffennaf Gorff"),
        (8, "Awst"),
        (9, "Medi Fedi"),
        (10, "Hydref Hyd"),
        (11, "Tachwedd Dachwedd Thachwedd"),
        (12, "Rhagfyr Ragfyr Rhag"),
    ],
)
def test_welsh_months_with_their_mutations(month: int, names: str) -> None:
    for name in names.split():
        found = parse_moment(f"15 {name} 2026 12:00 GMT", now=NOON)
        assert found
        assert found.at == datetime(2026, month, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "utc", "precision"),
    [
        ("2026-09", "2026-08-31 23:00", MONTH),
        ("September 2026", "2026-08-31 23:00", MONTH),
        ("Ionawr 2026", "2026-01-01 00:00", MONTH),
        ("2023", "2023-01-01 00:00", YEAR),
        ("1968", "1967-12-31 23:00", YEAR),
    ],
)
def test_a_month_or_a_year_has_its_own_precision(text: str, utc: str, precision: Precision) -> None:
    # London had British Standard Time, one hour ahead, from 1968-02-18; that year began in GMT.
    at = "1968-01-01 00:00" if text == "1968" else utc
    assert parse_moment(text, now=NOON) == expected(at, precision, ASSUMED)


@pytest.mark.parametrize(
    ("markup", "wanted"),
    [
        (
            '<time datetime="2026-09-14T12:00:00Z">14 September 2026</time>',
            expected("2026-09-13 23:00", DAY, ASSUMED),
        ),
        (
            '&lt;time datetime="2026-09-14T12:00:00Z"&gt;14 September 2026&lt;/time&gt;',
            expected("2026-09-13 23:00", DAY, ASSUMED),
        ),
        (
            "&amp;lt;time datetime='2026-09-14T12:00:00+00:00' class='x'&amp;gt;14 September 2026",
            expected("2026-09-13 23:00", DAY, ASSUMED),
        ),
        (
            '<time datetime="2026-09-14T12:00:00Z">14 September 2026, 13:00</time>',
            expected("2026-09-14 12:00", SECOND, STATED),
        ),
        (
            '<time datetime="2026-09-14T08:30:00Z">14 September 2026</time>',
            expected("2026-09-14 08:30", SECOND, STATED),
        ),
        (
            '<time datetime="2026-09-14T12:00:00Z">last Monday</time>',
            expected("2026-09-14 12:00", SECOND, STATED),
        ),
        ('<time datetime="">14 September 2026</time>', expected("2026-09-13 23:00", DAY, ASSUMED)),
        ("<span>14&nbsp;<b>September</b> 2026</span>", expected("2026-09-13 23:00", DAY, ASSUMED)),
    ],
)
def test_a_date_in_markup_and_noon_as_a_placeholder_of_a_day(markup: str, wanted: Moment) -> None:
    assert parse_moment(markup, now=NOON) == wanted


def test_a_format_known_to_be_utc_is_parsed_as_utc() -> None:
    found = parse_moment("2026-07-10T14:16:51", now=NOON, unzoned=BY_FORM)
    assert found == expected("2026-07-10 14:16:51", SECOND, BY_FORM)
    assert parse_moment("2026-07-10T14:16:51+01:00", now=NOON, unzoned=BY_FORM) == expected(
        "2026-07-10 13:16:51", SECOND, STATED
    )
    assert parse_moment("2026-07-10", now=NOON, unzoned=BY_FORM) == expected("2026-07-09 23:00", DAY, ASSUMED)


def test_a_local_time_that_the_clocks_skip_has_the_offset_before_the_change() -> None:
    assert parse_moment("29 March 2026 00:59", now=NOON) == expected("2026-03-29 00:59", MINUTE, ASSUMED)
    assert parse_moment("29 March 2026 01:30", now=NOON) == expected("2026-03-29 01:30", MINUTE, ASSUMED)
    assert parse_moment("29 March 2026 02:00", now=NOON) == expected("2026-03-29 01:00", MINUTE, ASSUMED)


def test_of_a_local_time_that_comes_twice_the_first_counts() -> None:
    assert parse_moment("25 October 2026 01:30", now=NOON) == expected("2026-10-25 00:30", MINUTE, ASSUMED)
    assert parse_moment("25 October 2026 02:00", now=NOON) == expected("2026-10-25 02:00", MINUTE, ASSUMED)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "   ",
        "yesterday",
        "today",
        "10 minutes ago",
        "in two weeks",
        "ddoe",
        "last Monday",
        "5 May",
        "Monday",
        "14:00",
        "now",
        "soon",
        "2026-02-30",
        "30 February 2026",
        "2026-13-01",
        "05/25/2026",
        "25 May 2026 25:00",
        "25 May 2026 13pm",
        "25 May 2026 0am",
        "2026-05-25T16:00:00+99:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31",
        "2500",
        "2805",
        "1716650000",
        "20260525",
        "5eff1688e74ad70920c25c70",
        "f5efd7f6-e9e4-4e70-a47c-e8dec8cb0400",
        "tag:www.gov.uk,2005:/government/publications/example",
        "/2026/02/12/join-us-for-phase-2",
        "between 2021-01-01 and 2023-12-31",
        "5 May 2026 and 6 May 2026",
    ],
)
def test_no_date_is_guessed(text: str | None) -> None:
    assert parse_moment(text, now=NOON) is None


@pytest.mark.parametrize(
    "text",
    [
        "1970-01-01",
        "Thu, 01 Jan 1970 00:00:00 +0000",
        "1 January 1970",
        "1970-01-01T01:00:00+01:00",
        "1969-12-31T23:00:00Z",
        "Wed, 31 Dec 1969 19:00:00 -0500",
        # 1,780,567,200 seconds read as milliseconds.
        "1970-01-21T14:36:07.200Z",
        "1900-01-01",
        "1899-12-30T00:00:00Z",
        "1901-12-13T20:45:52Z",
        "2038-01-19T03:14:07Z",
        "0001-01-01",
        "-0001-11-30T00:00:00+00:00",
        "0000-00-00 00:00:00",
        "9999-12-31T23:59:59Z",
    ],
)
def test_a_date_that_stands_for_none_is_none(text: str) -> None:
    assert parse_moment(text, now=NOON) is None


@pytest.mark.parametrize(
    ("text", "day", "precision"),
    [
        ("1970", "1970-01-01", YEAR),
        ("January 1970", "1970-01-01", MONTH),
        ("2 January 1970", "1970-01-02", DAY),
        ("1968-02-29", "1968-02-29", DAY),
        ("1999-12-31T23:59:59Z", "1999-12-31", SECOND),
        # Real documents bear it, so only its publisher can say that it is none.
        ("2000-01-01T00:00:00Z", "2000-01-01", DAY),
        ("1 January 1980", "1980-01-01", DAY),
    ],
)
def test_an_old_date_is_a_date(text: str, day: str, precision: Precision) -> None:
    found = parse_moment(text, now=NOON)
    assert found
    assert (str(found.day), found.precision) == (day, precision)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-06-05T00:00:00+01:00", "2026-06-05"),
        ("2026-06-05T00:00+01:00", "2026-06-05"),
        ("2026-06-04T23:00:00.000+00:00", "2026-06-05"),
        ("2026-06-05T00:00:00Z", "2026-06-05"),
        ("2026-06-05T00:00:00-05:00", "2026-06-05"),
        ("Fri, 05 Jun 2026 00:00:00 BST", "2026-06-05"),
        ("2026-01-05T00:00:00", "2026-01-05"),
        ("2026-01-05T00:00:00+01:00", "2026-01-05"),
    ],
)
def test_a_midnight_is_the_day_that_it_begins(text: str, day: str) -> None:
    found = parse_moment(text, now=NOON)
    assert found
    assert (str(found.day), found.precision) == (day, DAY)
    assert found == parse_moment(day, now=NOON)


@pytest.mark.parametrize("text", ["2026-06-05T01:00:00", "5 June 2026 00:00", "2026-06-05T00:00:01Z"])
def test_another_time_is_no_midnight(text: str) -> None:
    found = parse_moment(text, now=NOON)
    assert found
    assert found.has_time


def test_a_midnight_of_another_instance_is_an_instant() -> None:
    assert parse_moment("2026-06-05T00:00:00+00:00", now=NOON, exact=True) == Moment(
        at=instant("2026-06-05 00:00")
    )


@given(st.text())
def test_any_text_is_a_moment_in_utc_or_none(text: str) -> None:
    found = parse_moment(text, now=NOON)
    assert found is None or found.at.utcoffset() == timedelta(0)


DATE_PIECES = "2026 05 5 25 May Mai T Z - : / . , +01:00 BST am pm 12:30 <time datetime=' ' > noon of"
PIECES = st.sampled_from(DATE_PIECES.split())


@given(st.lists(PIECES).map(" ".join) | st.lists(PIECES).map("".join))
def test_any_mix_of_pieces_of_dates_is_a_moment_in_utc_or_none(text: str) -> None:
    found = parse_moment(text, now=NOON)
    assert found is None or found.at.tzinfo is UTC


@given(st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=365 * 250)))
def test_an_rfc_3339_time_in_utc_is_parsed_to_the_second(age: timedelta) -> None:
    when = instant("1971-01-01 00:00") + age
    assume((when.minute, when.second) != (0, 0))
    found = parse_moment(when.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), now=NOON)
    assert found == Moment(at=when.replace(microsecond=0))


@pytest.mark.parametrize(
    "text", ["1" * 10_000_000, "<time " * 1_600_000, "a " * 5_000_000, "&lt;" * 2_500_000]
)
def test_ten_megabytes_in_place_of_a_date_take_no_time(text: str) -> None:
    start = time.process_time()
    assert parse_moment(text, now=NOON) is None
    assert time.process_time() - start < 1
