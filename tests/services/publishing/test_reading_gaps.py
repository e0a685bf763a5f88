"""Days on which nothing was read are found at the end of the week, and just as well weeks later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from aggregator.deliver import digest_window
from aggregator.errors import Cause
from aggregator.model import Failed, Outage, Source, SourceState, SourceWithState
from aggregator.services.polling.read_source import PollResult, Unchanged
from aggregator.services.polling.source_state import ended_outage, state_after
from aggregator.services.publishing.reading_gaps import ReadingGaps, find_reading_gaps
from aggregator.store import Store
from tests.services.conftest import OpenStore
from tests.support.builders import LONDON, instant, make_source

WEB = make_source("web", title="Web")
OTHER = make_source("other", title="Other")
SELDOM = make_source("seldom", title="Seldom", every=timedelta(days=14))
RECORDS = make_source("records", title="Records", kind="records", body="records")
FAILED = Failed(url=WEB.address, cause=Cause.TIMEOUT, detail="late", hint="wait")
READ = Unchanged(address=WEB.address, validators={})

Poll = tuple[str, str]
"""An instant, and the sources that were read then; one with a minus could not be read."""

DAILY = [(f"2026-06-{day:02} 12:00", "web other records") for day in range(1, 8)]
MAY: list[Poll] = [
    ("2026-05-20 12:00", "web other seldom records"),
    ("2026-05-31 12:00", "web other records"),
]
JUNE: list[Poll] = [("2026-06-17 07:00", "web other seldom records"), ("2026-06-17 09:00", "web other")]
START, END = "2026-06-01 07:00", "2026-06-08 07:00"


def poll(store: Store, known: dict[str, SourceWithState], at: datetime, names: str) -> None:
    """Poll as the program does, as far as states, outages and runs go."""
    for name in names.split():
        one = known[name.removeprefix("-")]
        result: PollResult = FAILED if name.startswith("-") else READ
        after = state_after(result, one.source, one.state, at, at + one.source.every)
        ended = ended_outage(one.source, one.state, after)
        outages: tuple[Outage, ...] = (*one.outages, *((ended,) if ended else ()))
        known[one.source.id] = replace(one, state=after, outages=outages)
        store.sources.save_state(after)
    store.runs.save(store.runs.summarise(at))


def gaps(store: Store, polls: Sequence[Poll], now: str, *sources: Source) -> ReadingGaps:
    """The gaps of the week of 1 June, after these polls."""
    known = {one.id: SourceWithState(source=one, state=SourceState(source=one.id)) for one in sources}
    for at, names in polls:
        poll(store, known, instant(at), " ".join(name for name in names.split() if name.strip("-") in known))
    window = digest_window("2026-W23", LONDON)
    return find_reading_gaps(store, tuple(known.values()), window, instant(now), LONDON)


def periods(found: ReadingGaps) -> list[tuple[str, str]]:
    return [(f"{one.start:%Y-%m-%d %H:%M}", f"{one.end:%Y-%m-%d %H:%M}") for one in found.unread_periods]


@pytest.mark.parametrize("late", [False, True], ids=["on time", "weeks later"])
@pytest.mark.parametrize(
    ("polls", "unread", "failing", "unasked"),
    [
        pytest.param([*MAY, *DAILY], [], (), (), id="read each day"),
        pytest.param(MAY, [(START, END)], (), ("Web", "Other", "Seldom", "Records"), id="nobody asked"),
        pytest.param(
            [*MAY, ("2026-05-31 18:00", "-web")],
            [(START, END)],
            (),
            ("Web", "Other", "Seldom", "Records"),
            id="nobody asked, and one could not be read before",
        ),
        pytest.param(
            [*MAY, *DAILY[:2], *DAILY[4:6]],
            [("2026-06-03 07:00", "2026-06-05 07:00"), ("2026-06-07 07:00", END)],
            (),
            (),
            id="three days without a poll",
        ),
        pytest.param(
            [MAY[1], *((at, "-web -other records") for at, _ in DAILY)],
            [(START, END)],
            ("Web", "Other"),
            (),
            id="no network: only our own records are read",
        ),
        pytest.param(
            [*MAY, *((at, "web records") for at, _ in DAILY)], [], (), ("Other",), id="one is never asked"
        ),
        pytest.param(
            [*MAY, *((at, "web -other records") for at, _ in DAILY)], [], ("Other",), (), id="one fails"
        ),
        pytest.param(DAILY[3:], [(START, "2026-06-04 07:00")], (), (), id="the first week, from Thursday on"),
    ],
)
def test_what_was_not_read_in_a_week(
    fresh: OpenStore,
    polls: list[Poll],
    unread: list[tuple[str, str]],
    failing: tuple[str, ...],
    unasked: tuple[str, ...],
    late: bool,
) -> None:
    sources = (WEB, OTHER, SELDOM, RECORDS) if MAY[0] in polls else (WEB, OTHER, RECORDS)
    with fresh() as store:
        found = gaps(store, [*polls, *(JUNE if late else ())], "2026-06-17 10:00" if late else END, *sources)

    assert periods(found) == unread
    assert found.unread_sources == failing
    assert found.unasked_sources == unasked


def test_of_an_open_week_only_days_that_are_over_can_be_unread(fresh: OpenStore) -> None:
    with fresh() as store:
        monday = gaps(store, MAY, "2026-06-01 18:00", WEB, OTHER, RECORDS)
    with fresh() as store:
        wednesday = gaps(store, MAY, "2026-06-03 18:00", WEB, OTHER, RECORDS)

    assert (periods(monday), monday.unasked_sources) == ([], ("Web", "Other", "Records"))
    assert periods(wednesday) == [(START, "2026-06-03 07:00")]


def test_a_run_that_was_killed_before_it_was_stored_counts(fresh: OpenStore) -> None:
    with fresh() as store:
        store.runs.save = lambda run: None  # type: ignore[method-assign]  # as if killed before it
        found = gaps(store, [*MAY, DAILY[6]], END, WEB, OTHER, RECORDS)

    assert periods(found) == [(START, "2026-06-07 07:00")]
