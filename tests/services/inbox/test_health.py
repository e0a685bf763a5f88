"""Health says what is wrong, for each way in which the program can stop doing its work."""

from __future__ import annotations

import shutil
from collections import namedtuple
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.config import Config, load_config
from aggregator.config.settings import load_settings
from aggregator.model import SourceState
from aggregator.model.faults import FaultKind
from aggregator.services.inbox.health import LATE_AFTER, THOROUGH_EVERY, HealthCheck, JobOutcomes
from aggregator.store import Store, open_store
from tests.conftest import PROJECT
from tests.deliver.mail.subscribers import make_subscriber
from tests.support.builders import NOON, make_source

LATER = NOON + LATE_AFTER + timedelta(minutes=1)


@dataclass
class Bench:
    """A store with one source that is not due, and the check of the program that runs on it."""

    config: Config
    store: Store
    jobs: JobOutcomes = field(default_factory=lambda: JobOutcomes(started=NOON))
    issues: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store.sources.save_state(SourceState(source="one", due=LATER))
        self.check = HealthCheck(self.config, self.store, self.jobs, lambda: self.issues)

    @property
    def store_file(self) -> Path:
        return self.config.settings.path("data/aggregator.db")

    def problem(self, now: object = LATER) -> str:
        """The only problem."""
        (problem,) = self.check.report(now).problems  # type: ignore[arg-type]
        return problem


@pytest.fixture(scope="module")
def base() -> Config:
    return load_config(load_settings(PROJECT / "settings.yaml"))


@pytest.fixture
def bench(tmp_path: Path, base: Config) -> Iterator[Bench]:
    folder = tmp_path / "project"
    (folder / "data").mkdir(parents=True)
    settings = base.settings.model_copy(update={"home": folder})
    config = replace(base, settings=settings, sources=(make_source("one"),), alerts=())
    with open_store(settings.store_url) as store:
        bench = Bench(config, store)
        assert bench.check.report(LATER).facts() == {
            "ok": True,
            "problems": [],
            "late": [],
            "failing": [],
            "inbox": {},
        }
        yield bench


def test_a_poll_that_should_have_happened(bench: Bench) -> None:
    report = bench.check.report(LATER + LATE_AFTER + timedelta(seconds=1))

    assert (report.ok, report.late) == (False, ("one",))
    assert report.problems == ("sources are polled too late: one",)


def test_a_publish_that_should_have_happened_says_what_was_in_the_way(bench: Bench) -> None:
    bench.jobs.expect("publishing", "sending")
    bench.jobs.succeeded("sending", LATER)
    bench.jobs.delayed("publishing", "the lock is held by process 12")
    assert bench.check.report(NOON + LATE_AFTER).ok

    assert bench.problem() == (
        "publishing has not worked since 2026-06-05T12:00:00Z: the lock is held by process 12"
    )
    bench.jobs.succeeded("publishing", LATER)
    assert bench.check.report(LATER).ok


def test_a_send_that_should_have_happened(bench: Bench) -> None:
    bench.store.subscribers.add([make_subscriber(id="id-a")])
    bench.store.deliveries.plan("2026-W23", ["id-a"], NOON)
    assert bench.check.report(NOON + timedelta(minutes=59)).ok

    assert bench.problem() == "1 deliveries were due over an hour ago and are not sent"


def test_a_digest_that_cannot_be_made_is_a_problem_and_a_document_waits_in_the_inbox(bench: Bench) -> None:
    for kind in (FaultKind.DOCUMENT, FaultKind.DIGEST):
        bench.store.faults.record(kind, f"the {kind}", "ValueError: broken", "publish/x.py:1", NOON)

    assert bench.problem().startswith("digest the digest cannot be made or sent: ValueError: broken")
    assert bench.check.report(LATER).facts()["inbox"] == {"set aside": 2}


def test_edited_files_that_are_not_valid(bench: Bench) -> None:
    bench.issues.append("sources.yaml:3: no such kind")

    assert bench.problem() == "edited files are not valid and not in force: sources.yaml:3: no such kind"


def test_a_store_that_is_gone(bench: Bench) -> None:
    bench.store_file.rename(bench.store_file.with_suffix(".elsewhere"))

    assert "is gone or was replaced" in bench.problem()


def test_a_store_that_was_replaced(bench: Bench) -> None:
    copy = bench.store_file.with_suffix(".copy")
    shutil.copy(bench.store_file, copy)
    copy.replace(bench.store_file)

    assert "is gone or was replaced" in bench.problem()


def test_a_store_that_is_damaged_where_nobody_has_read(bench: Bench) -> None:
    bench.store._database.checkpoint()
    with bench.store_file.open("r+b") as file:
        pages = bench.store_file.stat().st_size // 4096
        file.seek(4096 * (pages - 3))
        file.write(b"\xff" * 4096 * 3)

    assert any("damaged" in problem for problem in bench.check.report(LATER + THOROUGH_EVERY).problems)


def test_an_output_folder_that_cannot_be_written(bench: Bench) -> None:
    bench.config.settings.output_folder.write_text("a file is in the way")

    assert "output: cannot be written: Not a directory" in bench.problem()


def test_a_full_disk(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(2**30, 2**30, 2**20))

    report = bench.check.report(LATER)

    assert all("only 1 MB are free on its disk" in problem for problem in report.problems)
    assert not report.ok
