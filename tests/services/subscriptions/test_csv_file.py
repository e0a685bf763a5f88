"""Readers as a table: what is read, what is refused and with which words."""

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
KNOWN = {"bodies": ("scot-gov", "wales"), "topics": ("open-data",), "types": ("report",)}


def read(text: str) -> tuple[Subscriber, ...]:
    """The readers of a table, with ids 0, 1, 2 …"""
    numbers = count()
    return read_subscribers_csv(text, "readers.csv", NOW, KNOWN, lambda: str(next(numbers)))


@pytest.mark.parametrize(
    "text",
    [
        "a@example.org\nb@example.org\n",
        "\ufeffaddress\r\na@example.org\r\n\r\nb@example.org\r\n",
        "Address\n A@Example.org \n,\nb@EXAMPLE.ORG",
        "rhythm;ADDRESS\nweekly;a@example.org\n;b@example.org\n",
        'address,leave\n"a@example.org",""\nb@example.org\n',
    ],
)
def test_a_table_may_come_from_anywhere(text: str) -> None:
    assert read(text) == tuple(
        Subscriber(id=id, address=address, status=SubscriberStatus.ACTIVE, status_since=NOW)
        for id, address in (("0", "a@example.org"), ("1", "b@example.org"))
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("address,colour\na@example.org,red\n", "readers.csv:1: this is no table: 'colour' is no column"),
        ("address,address\na@example.org,\n", "readers.csv:1: this is no table: a column is named twice"),
        ("address\na@example.org,daily\n", "readers.csv:2: has more cells than columns (address)"),
        ('address\n"a@example.org\n', "readers.csv:1: this is no table: unexpected end of data"),
        ("address,since\na@example.org,2024-13-01\n", "readers.csv:2: '2024-13-01' is no instant; write"),
        ("address,bodies\na@example.org,wales atlantis\n", "bodies: no such id is known: atlantis"),
        ("address,topics\na@example.org,tea\n", "readers.csv:2: topics: no such id is known: tea"),
        ("address,types\na@example.org,rumour\n", "readers.csv:2: types: no such id is known: rumour"),
        ("address,only_alerts\na@example.org,perhaps\n", "only_alerts: 'perhaps' is neither yes nor no"),
        ("address,standing\na@example.org,away\n", "readers.csv:2: 'away' is none of unconfirmed, reading"),
        ('address,leave\nb@example.org,"a\nb"\nnobody,\n', "readers.csv:4: this is no mail address"),
        ("rhythm,address\ndaily,\n", "readers.csv:2: this is no mail address"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line_and_what_would_be_right(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        read(text)

    assert said in str(error.value)
    assert len(error.value.issues) == 1


@pytest.mark.parametrize(
    "written", ["2024-01-01T00:00:00+00:00", "2024-01-01", "2024-01-01T00:00:00.5Z", "2024-01-01T01:00+01:00"]
)
def test_since_is_an_instant_in_whole_seconds(written: str) -> None:
    (found,) = read(f"address,since\na@example.org,{written}\n")

    assert found.status_since == instant("2024-01-01 00:00")


readers = st.builds(
    Subscriber,
    id=st.just("0"),
    address=st.just("a@example.org"),
    standing=st.sampled_from(SubscriberStatus),
    since=st.just(NOW),
    choices=st.builds(
        Choices,
        bodies=st.sampled_from([(), ("wales",), ("scot-gov", "wales")]),
        topics=st.sampled_from([(), ("open-data",)]),
        types=st.sampled_from([(), ("report",)]),
        when_empty=st.booleans(),
        rhythm=st.sampled_from(DIGEST_FREQUENCIES),
        titles=st.sampled_from(TitleLanguage),
        only_alerts=st.booleans(),
    ),
    is_list=st.booleans(),
    leave=st.sampled_from(["", "https://lists.example.org/leave?a=1,2;3", "leave@lists.example.org"]),
)


@given(readers)
def test_what_is_written_is_read_again(reader: Subscriber) -> None:
    assert read(write_subscribers_csv([reader])) == (reader,)
    (head, _) = csv.reader(io.StringIO(write_subscribers_csv([reader])))
    assert tuple(head) == COLUMNS
