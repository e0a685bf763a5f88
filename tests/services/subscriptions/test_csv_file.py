"""The CSV of subscribers: what is read, and what is refused with which message."""

from __future__ import annotations

import csv
import io
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import ConfigError
from aggregator.model import DIGEST_FREQUENCIES, Choices, Subscriber, SubscriberStatus, TitleLanguage
from aggregator.services.subscriptions.csv_file import COLUMNS, read_subscribers_csv, write_subscribers_csv
from tests.support.builders import instant

NOW = instant("2024-01-29 08:00")
VALID_IDS = {"bodies": ("scot-gov", "wales"), "topics": ("open-data",), "types": ("report",)}


def read(text: str) -> tuple[Subscriber, ...]:
    """The subscribers in a CSV file, with ids 0, 1, 2 …"""
    numbers = count()
    return read_subscribers_csv(text, "in.csv", NOW, VALID_IDS, lambda: str(next(numbers)))


@pytest.mark.parametrize(
    "text",
    [
        "a@example.org\nb@example.org\n",
        "\ufeffaddress\r\na@example.org\r\n\r\nb@example.org\r\n",
        "Address\n A@Example.org \n,\nb@EXAMPLE.ORG",
        "frequency;ADDRESS\nweekly;a@example.org\n;b@example.org\n",
        'address,leave_instructions\n"a@example.org",""\nb@example.org\n',
    ],
)
def test_csv_files_of_other_programs_are_read(text: str) -> None:
    assert read(text) == tuple(
        Subscriber(id=id, address=address, status=SubscriberStatus.ACTIVE, status_since=NOW)
        for id, address in (("0", "a@example.org"), ("1", "b@example.org"))
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("address,colour\na@example.org,red\n", "in.csv:1: unreadable CSV: there is no column 'colour'"),
        ("address,address\na@example.org,\n", "in.csv:1: unreadable CSV: a column is named twice"),
        ("address\na@example.org,daily\n", "in.csv:2: has more cells than columns (address)"),
        ('address\n"a@example.org\n', "in.csv:1: unreadable CSV: unexpected end of data"),
        ("address,since\na@example.org,2024-13-01\n", "in.csv:2: '2024-13-01' is not a time; write"),
        ("address,bodies\na@example.org,wales atlantis\n", "bodies: these ids do not exist: atlantis"),
        ("address,topics\na@example.org,tea\n", "in.csv:2: topics: these ids do not exist: tea"),
        ("address,types\na@example.org,rumour\n", "in.csv:2: types: these ids do not exist: rumour"),
        ("address,only_alerts\na@example.org,perhaps\n", "only_alerts: 'perhaps' is neither yes nor no"),
        ("address,status\na@example.org,away\n", "in.csv:2: 'away' is none of unconfirmed, active"),
        ("address,rhythm\na@example.org,daily\n", "the column 'rhythm' is now called 'frequency'"),
        ('address,leave_instructions\nb@example.org,"a\nb"\nnobody,\n', "in.csv:4: this is no mail address"),
        ("frequency,address\ndaily,\n", "in.csv:2: this is no mail address"),
    ],
)  # fmt: skip
def test_an_error_names_the_line_and_what_would_be_right(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        read(text)

    assert message in str(error.value)
    assert len(error.value.issues) == 1


@pytest.mark.parametrize(
    "written", ["2024-01-01T00:00:00+00:00", "2024-01-01", "2024-01-01T00:00:00.5Z", "2024-01-01T01:00+01:00"]
)
def test_since_is_read_in_whole_seconds(written: str) -> None:
    (found,) = read(f"address,since\na@example.org,{written}\n")

    assert found.status_since == instant("2024-01-01 00:00")


subscribers = st.builds(
    Subscriber,
    id=st.just("0"),
    address=st.just("a@example.org"),
    status=st.sampled_from(SubscriberStatus),
    status_since=st.just(NOW),
    choices=st.builds(
        Choices,
        bodies=st.sampled_from([(), ("wales",), ("scot-gov", "wales")]),
        topics=st.sampled_from([(), ("open-data",)]),
        types=st.sampled_from([(), ("report",)]),
        when_empty=st.booleans(),
        frequency=st.sampled_from(DIGEST_FREQUENCIES),
        title_language=st.sampled_from(TitleLanguage),
        only_alerts=st.booleans(),
    ),
    is_list=st.booleans(),
    leave_instructions=st.sampled_from(
        ["", "https://lists.example.org/leave?a=1,2;3", "leave@lists.example.org"]
    ),
)


@given(subscribers)
def test_what_is_written_can_be_read(subscriber: Subscriber) -> None:
    assert read(write_subscribers_csv([subscriber])) == (subscriber,)
    (header, _) = csv.reader(io.StringIO(write_subscribers_csv([subscriber])))
    assert tuple(header) == COLUMNS
