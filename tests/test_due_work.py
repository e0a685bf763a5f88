"""What the scheduler calls: all that is due and no more, by the store's memory."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.config import Config, load
from aggregator.config.settings import load_settings
from aggregator.due_work import JOB, DueWork, Services
from aggregator.model import Fetched, FetchResult, Frequency, Request
from aggregator.model.alerts import AlertRule, All, Term
from aggregator.store import Store, open_store
from tests.store.values import change, keep
from tests.support.builders import entry, moment
from tests.support.projects import PROJECT, SMALL_REGISTER, Small, atom, small_project

FRIDAY = datetime(2026, 6, 5, 12, tzinfo=UTC)
ONE = "https://one.example.org/feed.atom"


@dataclass
class Clock:
    """A clock that the test moves."""

    now: datetime = FRIDAY

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Net:
    """A network that answers every address with the same feed."""

    items: dict[str, str] = field(default_factory=lambda: {"/a": "A plan"})
    asked: list[str] = field(default_factory=list)

    async def __call__(self, request: Request) -> FetchResult:
        self.asked.append(request.url)
        headers = {"content-type": "application/atom+xml"}
        return Fetched(
            url=request.url, final_url=request.url, status=200, headers=headers, payload=atom(self.items)
        )


@dataclass
class Stage:
    """A worker on a stage where the test has the clock and the network."""

    config: Config
    store: Store
    clock: Clock = field(default_factory=Clock)
    net: Net = field(default_factory=Net)

    def work(self) -> None:
        """A worker that has just started looks at what is due."""
        asyncio.run(self.worker().work())

    def worker(self) -> DueWork:
        return DueWork(Services(config=self.config, store=self.store, clock=self.clock), self.net)

    def published(self) -> float:
        return (self.config.settings.output_folder / "index.html").stat().st_mtime_ns


def staged(project: Small) -> Iterator[Stage]:
    project.sources({"one": ONE}, records=False)
    settings = load_settings(project.folder / "settings.yaml")
    with open_store(settings.store_url) as store:
        yield Stage(load(settings), store)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    yield from staged(small_project(tmp_path / "project", register=SMALL_REGISTER))


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Stage]:
    """With so few bodies that publishing takes no time."""
    yield from staged(small_project(tmp_path / "project", register=PROJECT / "tests/crash/register"))


def test_what_comes_near_its_closing_date_is_found_without_a_poll(small: Stage) -> None:
    near = AlertRule(
        id="near", name="Near", when=All((Term("closing", ("<7d",)), Term("relevance", ("any",)))), feed=True
    )
    small.config = replace(small.config, alerts=(near,))
    small.work()
    told = entry("https://www.gov.uk/near", closes=moment("2026-06-12 12:05"))
    keep(small.store, change(told, seen_at=FRIDAY, backlog=True))
    worker = small.worker()
    for minutes in (3, 4, 6, 7):
        small.clock.now = FRIDAY + timedelta(minutes=minutes)
        asyncio.run(worker.work())

    (found,) = small.store.alerts.recent("near")
    assert (found.entry, found.found) == (told.id, FRIDAY + timedelta(minutes=6))
    assert len(small.net.asked) == 1
    assert told.title in (small.config.settings.output_folder / "alerts/near.atom").read_text()


def test_the_search_index_is_made_after_publishing_and_no_more_than_once_an_hour(stage: Stage) -> None:
    worker, made = stage.worker(), stage.config.settings.output_folder / "pagefind/pagefind-entry.json"

    def indexed() -> dict[str, int]:
        asyncio.run(worker.index())
        told = json.loads(made.read_text()) if made.exists() else {"languages": {}}
        return {name: language["page_count"] for name, language in told["languages"].items()}

    assert indexed() == {}
    asyncio.run(worker.work())
    assert indexed() == {"en": 1}
    stage.net.items = {"/a": "A plan", "/b": "Another plan"}
    stage.clock.now += timedelta(minutes=30)
    with stage.store.writing() as transaction:
        transaction.sources.keep(replace(transaction.sources.state("one"), due=None))
    asyncio.run(worker.work())
    assert indexed() == {"en": 1}
    stage.clock.now += timedelta(minutes=30)
    assert indexed() == {"en": 2}


def test_an_index_that_cannot_be_made_stops_nothing(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    worker = stage.worker()
    asyncio.run(worker.work())
    (stage.config.settings.output_folder / "pagefind").write_text("in the way")

    asyncio.run(worker.index())

    assert (stage.config.settings.output_folder / "pagefind").read_text() == "in the way"


def test_a_new_source_is_polled_at_once_and_published(stage: Stage) -> None:
    stage.work()

    assert stage.net.asked == [ONE]
    assert stage.published()


def test_a_restart_polls_nothing_that_is_not_due(stage: Stage) -> None:
    stage.work()
    stage.clock.now += timedelta(minutes=59)
    stage.work()

    assert stage.net.asked == [ONE]


def test_a_laptop_that_slept_polls_once_what_it_missed(stage: Stage) -> None:
    stage.work()
    stage.clock.now += timedelta(days=3)
    stage.work()
    stage.work()

    assert stage.net.asked == [ONE, ONE]


def test_nothing_due_means_nothing_is_written(stage: Stage) -> None:
    worker = stage.worker()
    asyncio.run(worker.work())
    before = stage.published()
    stage.clock.now += timedelta(minutes=1)
    asyncio.run(worker.work())

    assert stage.published() == before


def test_the_letters_of_a_day_and_of_weeks_that_closed_while_nobody_ran_are_made_once(stage: Stage) -> None:
    stage.work()
    stage.clock.now = FRIDAY + timedelta(hours=2)
    stage.net.items = {"/a": "A plan", "/b": "Minutes of the open government forum"}
    stage.work()
    stage.clock.now = datetime(2026, 6, 6, 6, 59, tzinfo=UTC)
    stage.work()
    assert stage.store.digests.issued() == frozenset()
    stage.clock.now += timedelta(minutes=1)
    stage.work()
    assert stage.store.digests.issued() == {"2026-06-05"}
    stage.clock.now = datetime(2026, 6, 23, 9, tzinfo=UTC)
    stage.work()
    stage.work()

    weeks = [(digest.week, digest.count, digest.issued) for digest in stage.store.digests.all()]
    assert weeks == [
        ("2026-W25", 0, stage.clock.now),
        ("2026-W24", 0, stage.clock.now),
        ("2026-W23", 1, stage.clock.now),
    ]
    days = [(digest.week, digest.count) for digest in stage.store.digests.all(Frequency.DAILY)]
    assert days == [*((f"2026-06-{number}", 0) for number in range(22, 15, -1)), ("2026-06-05", 1)]
    pages = {one.stem for one in (stage.config.settings.output_folder / "digests").iterdir()}
    assert pages == {"2026-06-05", *(f"2026-W{number}" for number in range(23, 27))}


def test_two_calls_at_once_take_turns(stage: Stage) -> None:
    async def both() -> None:
        worker = stage.worker()
        await asyncio.gather(worker.work(), worker.work())

    asyncio.run(both())

    assert stage.net.asked == [ONE]


def test_another_process_at_work_puts_it_off(stage: Stage) -> None:
    with stage.store.reserved(JOB):
        stage.work()
        assert stage.net.asked == []

    stage.work()
    assert stage.net.asked == [ONE]


def test_health_is_bad_when_polls_are_late(stage: Stage) -> None:
    worker = stage.worker()
    asyncio.run(worker.work())
    assert worker.health() == {"ok": True, "late": [], "failing": []}

    stage.clock.now += timedelta(hours=3)
    assert worker.health() == {"ok": False, "late": ["one"], "failing": []}
