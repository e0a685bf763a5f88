"""A source whose poll raises, or whose answer ends its reader, waits longer and longer; others go on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

import pytest

from aggregator import log
from aggregator.errors import Cause
from aggregator.model import Failed, Source
from aggregator.model.faults import FaultKind
from aggregator.services.isolation import RemoteError
from aggregator.services.polling.parse_jobs import Job, run_jobs
from aggregator.services.polling.parser import Parser
from aggregator.store import open_store
from tests.services.stage import PollingBench
from tests.support.builders import NOON, make_source
from tests.support.projects import make_atom_feed

Result = TypeVar("Result")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
FEEDS = {
    f"https://www.gov.uk/{number}.atom": make_atom_feed({f"/{number}": "A plan"}) for number in range(10)
}
BAD = "https://www.gov.uk/7.atom"


@dataclass
class FaultyParser(Parser):
    """Reads in this process, apart from the answers of some addresses: these raise or fail."""

    faults: dict[str, Exception | Failed] = field(default_factory=dict)

    async def run_batch(self, jobs: Sequence[Job[Result]]) -> list[Result | Failed | RemoteError]:
        return [self.run_one(job) for job in jobs]

    def run_one(self, job: Job[Result]) -> Result | Failed | RemoteError:
        fault = self.faults.get(job.url)
        if isinstance(fault, Exception):
            return RemoteError("KeyError: 'title'", "parse/feed.py:7 in read", "Traceback …")
        return fault or run_jobs([job])[0]


def source(number: int) -> Source:
    return make_source(f"s{number}", address=f"https://www.gov.uk/{number}.atom", fallbacks=(), every=HOUR)


@pytest.fixture(autouse=True)
def _short_log() -> None:
    """Log tracebacks as the program does: those of a log without settings take seconds to draw."""
    log.configure(verbose=False)


@pytest.fixture
def stage() -> Iterator[PollingBench]:
    with open_store("sqlite://") as store:
        stage = PollingBench(store, tuple(map(source, range(10))), parser=FaultyParser())
        stage.network.responses |= FEEDS
        yield stage


def break_source(stage: PollingBench, fault: Exception | Failed) -> None:
    assert isinstance(stage.parser, FaultyParser)
    stage.parser.faults[BAD] = fault


def mend_source(stage: PollingBench) -> None:
    assert isinstance(stage.parser, FaultyParser)
    stage.parser.faults.clear()


def tick(stage: PollingBench, minutes: int) -> list[str]:
    """Poll what is due, as the scheduler does each minute; returns the addresses that were requested."""
    now, before = NOON + minutes * MINUTE, len(stage.network.requested_urls)
    asyncio.run(stage.poller.poll(stage.poller.due_sources(now), stage.network, now))
    return stage.network.requested_urls[before:]


def test_one_of_ten_sources_raises_and_nine_are_read(stage: PollingBench) -> None:
    break_source(stage, KeyError("title"))

    outcomes = stage.poll(NOON)

    assert sum(outcome.new for outcome in outcomes.values()) == 9
    assert outcomes["s7"].bug == "KeyError: 'title'"
    failure = stage.state("s7").failure
    assert failure is not None
    assert (failure.cause, failure.detail) == (
        Cause.UNEXPECTED,
        "KeyError: 'title' at parse/feed.py:7 in read",
    )
    assert stage.state("s7").failing_since == NOON
    (fault,) = stage.store.faults.all()
    assert (fault.kind, fault.key, fault.first_at) == (FaultKind.SOURCE, "s7", NOON)


def test_in_ten_minutes_a_source_that_raises_is_asked_once_and_then_later_and_later(
    stage: PollingBench,
) -> None:
    break_source(stage, KeyError("title"))

    in_ten_minutes = [url for minutes in range(10) for url in tick(stage, minutes)]
    assert in_ten_minutes.count(BAD) == 1

    waits = []
    for _ in range(5):
        state = stage.state("s7")
        assert state.due is not None
        assert state.last_polled is not None
        waits.append(state.due - state.last_polled)
        tick(stage, int((state.due - NOON) / MINUTE) + 1)
    # Up to a tenth is added, so that not all sources are due at once.
    for wait, hours in zip(waits, (2, 4, 8, 16, 24), strict=True):
        assert hours * HOUR <= wait <= 1.1 * hours * HOUR


def test_a_source_that_works_again_is_read_and_loses_its_fault(stage: PollingBench) -> None:
    break_source(stage, KeyError("title"))
    stage.poll(NOON)
    mend_source(stage)

    assert stage.poll(NOON + HOUR)["s7"].new == 1

    assert stage.store.faults.all() == ()
    assert stage.state("s7").failure is None


def test_a_source_whose_poll_cannot_be_saved_has_kept_nothing_and_waits(
    stage: PollingBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Also its failure cannot be saved: then only the fault makes it wait.
    with monkeypatch.context() as broken:
        broken.setattr(type(stage.store.sources), "save_state", lambda *_: 1 / 0)
        outcome = stage.poll(NOON)["s7"]

    assert outcome.bug is not None
    assert outcome.bug.startswith("ZeroDivisionError")
    assert stage.documents_by_title() == {}
    assert tick(stage, 1) == []
    assert len(tick(stage, 60)) == 10


BROKEN_OFF = Failed(url=BAD, cause=Cause.TOOK_TOO_LONG, detail="after 20 seconds", hint="look at it")


def test_an_answer_that_breaks_its_reader_off_is_a_failure_of_its_source_and_no_bug(
    stage: PollingBench,
) -> None:
    break_source(stage, BROKEN_OFF)

    outcome = stage.poll(NOON)["s7"]

    assert (outcome.bug, outcome.failure) == (None, BROKEN_OFF)
    assert stage.store.faults.all() == ()
    assert [url for minutes in range(1, 60) for url in tick(stage, minutes)].count(BAD) == 0
