"""The jobs of the scheduler do all that is due, by the store's due times, and no more."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.config import Config, load_config
from aggregator.config.settings import load_settings
from aggregator.due_work import JOB_LOCK, WORK, DueWork, Services
from aggregator.errors import PublishError
from aggregator.model import Choices, Fetched, FetchResult, Frequency, Request
from aggregator.model.alert_rules import AlertRule, AllOf, Term
from aggregator.services.mailing.mailer import Mailer
from aggregator.services.publishing import publisher
from aggregator.store import Store, open_store
from tests.deliver.mail.subscribers import make_subscriber
from tests.store.values import make_change, save_changes
from tests.support.builders import make_entry, moment
from tests.support.projects import SMALL_REGISTER, SmallProject, make_atom_feed, small_project

FRIDAY = datetime(2026, 6, 5, 12, tzinfo=UTC)
ONE = "https://one.example.org/feed.atom"


@dataclass
class Clock:
    """A clock that the test moves."""

    now: datetime = FRIDAY

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Network:
    """A network that answers every request with the same feed."""

    items: dict[str, str] = field(default_factory=lambda: {"/a": "A plan"})
    requested: list[str] = field(default_factory=list)

    async def __call__(self, request: Request) -> FetchResult:
        self.requested.append(request.url)
        headers = {"content-type": "application/atom+xml"}
        return Fetched(
            url=request.url,
            final_url=request.url,
            status=200,
            headers=headers,
            payload=make_atom_feed(self.items),
        )


@dataclass
class Harness:
    """A store and configuration with a clock and a network that the test controls."""

    config: Config
    store: Store
    clock: Clock = field(default_factory=Clock)
    network: Network = field(default_factory=Network)

    def run_after_restart(self) -> None:
        """Run what is due as a program that has just started."""
        asyncio.run(self.start().run())

    def start(self) -> DueWork:
        """A program that has just started."""
        return DueWork(Services(config=self.config, store=self.store, clock=self.clock), self.network)

    def published_at(self) -> float:
        """When index.html was last written."""
        return (self.config.settings.output_folder / "index.html").stat().st_mtime_ns


def open_harness(project: SmallProject) -> Iterator[Harness]:
    project.sources({"one": ONE}, records=False)
    settings = load_settings(project.folder / "settings.yaml")
    with open_store(settings.store_url) as store:
        yield Harness(load_config(settings), store)


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    yield from open_harness(small_project(tmp_path / "project", register=SMALL_REGISTER))


def test_a_document_near_its_closing_date_is_found_without_a_poll(harness: Harness) -> None:
    near = AlertRule(
        id="near",
        name="Near",
        when=AllOf((Term("closing", ("<7d",)), Term("relevance", ("any",)))),
        feed=True,
    )
    harness.config = replace(harness.config, alerts=(near,))
    harness.run_after_restart()
    entry = make_entry("https://www.gov.uk/near", closes=moment("2026-06-12 12:05"))
    save_changes(harness.store, make_change(entry, seen_at=FRIDAY, backlog=True))
    due_work = harness.start()
    for minutes in (3, 4, 6, 7):
        harness.clock.now = FRIDAY + timedelta(minutes=minutes)
        asyncio.run(due_work.run())

    (found,) = harness.store.alerts.recent("near")
    assert (found.document_id, found.found_at) == (entry.id, FRIDAY + timedelta(minutes=6))
    assert len(harness.network.requested) == 1
    assert entry.title in (harness.config.settings.output_folder / "alerts/near.atom").read_text()


def test_the_search_index_is_built_after_publishing_and_at_most_once_an_hour(harness: Harness) -> None:
    due_work, index_file = (
        harness.start(),
        harness.config.settings.output_folder / "pagefind/pagefind-entry.json",
    )

    def update_index() -> dict[str, int]:
        asyncio.run(due_work.update_search_index())
        index = json.loads(index_file.read_text()) if index_file.exists() else {"languages": {}}
        return {name: language["page_count"] for name, language in index["languages"].items()}

    assert update_index() == {}
    asyncio.run(due_work.run())
    assert update_index() == {"en": 1}
    harness.network.items = {"/a": "A plan", "/b": "Another plan"}
    harness.clock.now += timedelta(minutes=30)
    with harness.store.transaction() as transaction:
        transaction.sources.save_state(replace(transaction.sources.state("one"), due=None))
    asyncio.run(due_work.run())
    assert update_index() == {"en": 1}
    harness.clock.now += timedelta(minutes=30)
    assert update_index() == {"en": 2}


def test_a_search_index_that_cannot_be_built_stops_nothing(
    harness: Harness, capsys: pytest.CaptureFixture[str]
) -> None:
    due_work = harness.start()
    asyncio.run(due_work.run())
    (harness.config.settings.output_folder / "pagefind").write_text("in the way")

    asyncio.run(due_work.update_search_index())

    assert (harness.config.settings.output_folder / "pagefind").read_text() == "in the way"


def test_a_new_source_is_polled_at_once_and_published(harness: Harness) -> None:
    harness.run_after_restart()

    assert harness.network.requested == [ONE]
    assert harness.published_at()


def test_a_restart_polls_nothing_that_is_not_due(harness: Harness) -> None:
    harness.run_after_restart()
    harness.clock.now += timedelta(minutes=59)
    harness.run_after_restart()

    assert harness.network.requested == [ONE]


def test_a_laptop_that_slept_polls_once_what_it_missed(harness: Harness) -> None:
    harness.run_after_restart()
    harness.clock.now += timedelta(days=3)
    harness.run_after_restart()
    harness.run_after_restart()

    assert harness.network.requested == [ONE, ONE]


def test_nothing_due_means_nothing_is_written(harness: Harness) -> None:
    due_work = harness.start()
    asyncio.run(due_work.run())
    before = harness.published_at()
    harness.clock.now += timedelta(minutes=1)
    asyncio.run(due_work.run())

    assert harness.published_at() == before


def test_digests_of_a_day_and_of_weeks_missed_while_nothing_ran_are_issued_once(harness: Harness) -> None:
    harness.run_after_restart()
    harness.clock.now = FRIDAY + timedelta(hours=2)
    harness.network.items = {"/a": "A plan", "/b": "Minutes of the open government forum"}
    harness.run_after_restart()
    harness.clock.now = datetime(2026, 6, 6, 6, 59, tzinfo=UTC)
    harness.run_after_restart()
    assert harness.store.digests.issued_periods() == frozenset()
    harness.clock.now += timedelta(minutes=1)
    harness.run_after_restart()
    assert harness.store.digests.issued_periods() == {"2026-06-05"}
    harness.clock.now = datetime(2026, 6, 23, 9, tzinfo=UTC)
    harness.run_after_restart()
    harness.run_after_restart()

    weeks = [(digest.period, digest.item_count, digest.issued_at) for digest in harness.store.digests.all()]
    assert weeks == [
        ("2026-W25", 0, harness.clock.now),
        ("2026-W24", 0, harness.clock.now),
        ("2026-W23", 1, harness.clock.now),
    ]
    days = [(digest.period, digest.item_count) for digest in harness.store.digests.all(Frequency.DAILY)]
    assert days == [*((f"2026-06-{number}", 0) for number in range(22, 15, -1)), ("2026-06-05", 1)]
    pages = {one.stem for one in (harness.config.settings.output_folder / "digests").iterdir()}
    assert pages == {"2026-06-05", *(f"2026-W{number}" for number in range(23, 27))}


def test_a_week_without_reading_says_so_first_in_every_format(harness: Harness) -> None:
    harness.run_after_restart()
    harness.clock.now = datetime(2026, 6, 16, 9, tzinfo=UTC)
    harness.run_after_restart()

    output = harness.config.settings.output_folder
    page, text = ((output / f"digests/2026-W24.{suffix}").read_text() for suffix in ("html", "txt"))
    (entry,) = (
        one
        for one in json.loads((output / "digests.json").read_text())["items"]
        if one["url"].endswith("2026-W24.html")
    )
    archive, front = ((output / name).read_text() for name in ("letters.html", "index.html"))
    first = (
        "We read no source from Monday 8 June 2026, 08:00 BST to Monday 15 June 2026, 08:00 BST, "
        "so we cannot say what was published."
    )
    assert entry["title"] == "Letter of 2026-W24: no source was read"
    assert entry["content_html"].startswith(f"<p>{first} ")
    for shown in (page, " ".join(text.split())):
        assert shown.index("No source was read") < shown.index(first) < shown.index("Not asked")
        assert shown.index("We did not ask these sources in this week.") < shown.rindex("one")
    for shown in (page, text, archive, front, json.dumps(entry)):
        assert "no source was read" in shown.lower()
        assert not re.search(r"\b0 updates|Nothing about open government", shown)
    # The week in which it was first read, on a Friday only; the open week has been read since Tuesday.
    assert "No source was read on 6 of 7 days" in (output / "digests/2026-W23.txt").read_text()
    assert "No source was read on 1 of 7 days" in (output / "digests/2026-W25.txt").read_text()


@pytest.mark.parametrize(
    ("error", "minutes"),
    [
        pytest.param(PublishError("the disk is full"), 1, id="nothing can be published"),
        pytest.param(ZeroDivisionError("a bug"), 11, id="the pages of digests are set aside"),
    ],
)
def test_mail_waits_for_the_page_of_its_digest_and_a_draft_is_none(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, error: Exception, minutes: int
) -> None:
    subscriber = make_subscriber(status_since=FRIDAY, choices=Choices(when_empty=True))
    harness.store.subscribers.add([subscriber])
    due_work, mailer = harness.start(), Mailer(harness.config, harness.store, harness.clock)
    page = harness.config.settings.output_folder / "digests/2026-W23.html"

    def run() -> tuple[bool, int]:
        """Run what is due; whether the page is still the draft, and how many mails go out."""
        asyncio.run(due_work.run())
        return "Draft" in page.read_text(), asyncio.run(mailer.send_due()).total()

    def fail(*_: object) -> None:
        raise error

    assert run() == (True, 0)
    harness.clock.now = datetime(2026, 6, 8, 7, tzinfo=UTC)
    with monkeypatch.context() as patched:
        patched.setattr(publisher, "digest_files", fail)
        assert run() == (True, 0)
    assert "2026-W23" in harness.store.digests.issued_periods()
    # Nothing is due then but the page.
    harness.clock.now += timedelta(minutes=minutes)
    assert run() == (False, 1)
    assert run() == (False, 0)


def test_two_runs_at_once_take_turns(harness: Harness) -> None:
    async def both() -> None:
        due_work = harness.start()
        await asyncio.gather(due_work.run(), due_work.run())

    asyncio.run(both())

    assert harness.network.requested == [ONE]


def test_a_run_does_nothing_while_another_process_has_the_lock(harness: Harness) -> None:
    with harness.store.job_lock(JOB_LOCK):
        harness.run_after_restart()
        assert harness.network.requested == []

    harness.run_after_restart()
    assert harness.network.requested == [ONE]


def test_health_is_bad_when_polls_are_late(harness: Harness) -> None:
    due_work = harness.start()
    asyncio.run(due_work.run())
    well = {"ok": True, "problems": [], "late": [], "failing": [], "inbox": {}}
    assert due_work.health() == well

    harness.clock.now += timedelta(hours=3)
    late = due_work.health()
    assert (late["ok"], late["late"]) == (False, ["one"])
    assert late["problems"] == [
        f"{WORK} has not worked since 2026-06-05T12:00:00Z",
        "sources are polled too late: one",
    ]


def test_a_job_that_raises_is_a_fault_until_it_works(harness: Harness) -> None:
    due_work = harness.start()
    bugs: list[Exception] = [ValueError("a bug")]

    async def job() -> None:
        if bugs:
            raise bugs[0]

    def problems() -> tuple[str, ...]:
        asyncio.run(due_work.guarded("the job", job)())
        return due_work.report().problems

    assert [one.partition(" (")[0] for one in problems()] == ["the job fails: ValueError: a bug"]
    bugs[0] = PublishError("output: cannot be written")
    assert "the job failed: output: cannot be written" in problems()
    bugs.clear()
    assert problems() == ()
    assert harness.store.faults.all() == ()
