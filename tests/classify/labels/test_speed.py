"""Labelling is fast enough that a new vocabulary for the whole store takes seconds."""

from __future__ import annotations

import time

import pytest

from aggregator.model import Entry
from tests.classify.labels.test_labeller import LABELLER
from tests.support.builders import make_entry
from tests.support.time_limits import is_within

SUMMARY = (
    "We are seeking views on how departments publish what they spend, on whom ministers meet and how the "
    "public can take part; the consultation closes on 14 August, and the Cabinet Office answers in autumn."
)
TITLES = (
    "Open Government Partnership Steering Group minutes: May 2023",
    "Kimmins announces essential maintenance works on B8 Newry Road, Mayobridge",
    "HM Treasury: spending over £25,000, April 2026",
    "Vehicle licensing statistics: November 2017",
    "Ymgynghoriad ar y Cynllun Gweithredu Llywodraeth Agored",
)


def entries(count: int) -> list[Entry]:
    return [
        make_entry(
            f"https://www.gov.uk/government/publications/{number}",
            title=f"{TITLES[number % len(TITLES)]} ({number})",
            summary=SUMMARY,
            text=SUMMARY,
        )
        for number in range(count)
    ]


@pytest.mark.timed
def test_thousands_of_entries_a_second_on_one_core() -> None:
    """A floor that only a fault breaks; docs/relevance.md has the measured speed."""
    many = entries(2_000)
    rates = []
    for _ in range(5):
        started = time.process_time()
        for entry in many:
            LABELLER.label(entry, ["co"])
        rates.append(len(many) / (time.process_time() - started))

    assert is_within(1 / max(rates), 1 / 4_000), [round(rate) for rate in rates]
