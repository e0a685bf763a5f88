"""The name of a meeting, from the many titles of its records."""

from __future__ import annotations

import pytest

from aggregator.normalise.identity import meeting_name
from tests.support.builders import NOON


@pytest.mark.parametrize(
    ("title", "own_record", "name"),
    [
        (
            "Read out from the UK Multi-Stakeholder Forum | Wednesday 24th January 2024",
            False,
            "meeting:uk-msf:2024-01-24",
        ),
        ("UK Multistakeholder Forum: meeting notes, 22 October 2018", False, "meeting:uk-msf:2018-10-22"),
        ("Multi-Stakeholder Forum meeting of 24 January 2024", True, "meeting:uk-msf:2024-01-24"),
        ("Multi-Stakeholder Forum meeting of 24 January 2024: register", False, None),
        ("Read-out from the meeting in December 2023 of the MSF", False, None),
        (
            "Open Government Steering Group minutes: 26 September 2024",
            False,
            "meeting:scot-ogsg:2024-09-26",
        ),
        ("Minutes of the Fisheries Group: 26 September 2024", False, None),
        ("MSF minutes of 1 May 2023 and 2 June 2023", False, None),
        ("MSF minutes of 31 Zember 2023", False, None),
    ],
)
def test_group_and_day_name_a_meeting(title: str, own_record: bool, name: str | None) -> None:
    assert meeting_name(title, own_record=own_record, now=NOON) == name
