"""Killed with -9 at any instant, sending misses nobody and repeats only what was in flight."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtplib.protocol import SMTPProtocol

from aggregator.app import App
from aggregator.clock import fixed_clock
from aggregator.config import Config, load_config
from aggregator.config.settings import load_settings
from aggregator.model import MAX_RESENDS, Choices, DeliveryStatus, Subscriber, SubscriberStatus
from aggregator.store import open_store
from tests.crash import killed_child
from tests.crash.mail_server import RunningMailServer, run_mail_server
from tests.deliver.digest.digests import make_digest, make_item, make_section
from tests.support.projects import small_project

pytestmark = pytest.mark.timeout(1200)

MONDAY = datetime(2024, 1, 29, 8, 0, tzinfo=UTC)
RUN = "2024-W04"
SEED = 20240129
KILLS = 50
SUBSCRIBER_COUNT = 1000
BATCH = 50
SETTINGS = """\
title: A small project
mail_from: letters@updates.example.org
mail_server: smtp://127.0.0.1:{port}
mail_send: yes
mail_allow: ["*"]
mail_batch: {batch}
"""


@dataclass(frozen=True, slots=True)
class MailProject:
    """A project with an issued digest and subscribers, and the mail server for it."""

    folder: Path
    config: Config
    mail_server: RunningMailServer

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder}/data/aggregator.db"

    def command_line(self, at: datetime) -> tuple[str, ...]:
        """The command line as a user runs it."""
        return ("digest", "send", "--at", at.isoformat())

    def sending_work(self, at: datetime) -> Callable[[], None]:
        """The same work without parsing commands and settings, which takes longer than sending two mails."""

        def send() -> None:
            with open_store(self.url) as store:
                asyncio.run(App(config=self.config, store=store, clock=fixed_clock(at)).send_due())

        return send

    def copy_to(self, folder: Path) -> MailProject:
        """Copy the project to another folder, in place of what is there."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder)
        settings = self.config.settings.model_copy(update={"home": folder})
        return replace(self, folder=folder, config=replace(self.config, settings=settings))

    def status_counts(self) -> Counter[str]:
        with open_store(self.url) as store:
            counts = store.deliveries.counts_by_run().get(RUN, {})
            return Counter({name: n for name, n in counts.items() if n})

    def finish(self, at: datetime) -> None:
        """Run undisturbed, an hour apart, until no delivery is planned any more."""
        for hours in range(1, 40):
            code, _, _ = killed_child.run_to_end(self.folder, self.sending_work(at + timedelta(hours=hours)))
            assert code == 0
            if not self.status_counts()[DeliveryStatus.PLANNED]:
                return
        raise AssertionError(f"deliveries are still planned: {self.status_counts()}")

    def check_mails(self, names: list[str]) -> int:
        """Check that everybody has the mail except those refused for good; returns the number of repeats.

        Who was in flight at three kills is given up and named to the operator, whether or not they have it.
        """
        mails = self.mail_server.accepted_mails()
        expected = {address(name) for name in names if not name.startswith("never")}
        with open_store(self.url) as store:
            unsure = {address(names[int(one.subscriber_id, 16)]) for one in store.deliveries.never_known()}
        copies = Counter(mail["to"] for mail in mails)
        assert expected - unsure <= set(copies) <= expected
        assert max(copies.values()) <= MAX_RESENDS + 1
        ids = {mail["to"]: mail["id"] for mail in mails}
        assert {(mail["to"], mail["id"]) for mail in mails} == set(ids.items())
        assert len(set(ids.values())) == len(copies)
        counts = self.status_counts()
        assert counts[DeliveryStatus.ACCEPTED] == len(expected - unsure)
        assert counts[DeliveryStatus.REFUSED] == len(names) - len(expected)
        return len(mails) - len(copies)


def address(name: str) -> str:
    return f"{name}@subscribers.example.org"


def prepare(
    folder: Path, mail_server: RunningMailServer, names: list[str], batch: int = BATCH
) -> MailProject:
    """A new project with these subscribers and an issued digest, which is published.

    Publishing renders it, so that children need not load templates.
    """
    folder.mkdir()
    small_project(folder).sources({})
    (folder / "settings.yaml").write_text(SETTINGS.format(port=mail_server.port, batch=batch))
    (folder / "data").mkdir()
    project = MailProject(folder, load_config(load_settings(folder / "settings.yaml")), mail_server)
    week = make_digest(make_section("Documents", make_item()), issued_at=MONDAY)
    with open_store(project.url) as store:
        store.digests.issue([week])
        App(config=project.config, store=store, clock=fixed_clock(MONDAY)).publish()
        store.subscribers.add(
            Subscriber(
                id=f"{n:016x}",
                address=address(name),
                status=SubscriberStatus.ACTIVE,
                status_since=MONDAY,
                choices=Choices(),
            )
            for n, name in enumerate(names)
        )
    return project


def add_reply_points(points: killed_child.FaultPoints) -> None:
    """Add a fault point before and after each reply of the mail server is read."""
    read: Callable[..., Any] = SMTPProtocol.read_response

    async def read_response(self: SMTPProtocol, *arguments: Any, **keywords: Any) -> Any:
        points.reach("before reply")
        reply = await read(self, *arguments, **keywords)
        points.reach("after reply")
        return reply

    SMTPProtocol.read_response = read_response  # type: ignore[method-assign]  # only in the child


@pytest.fixture
def mail_server(tmp_path: Path) -> Iterator[RunningMailServer]:
    with run_mail_server(tmp_path / "mail_server.jsonl") as server:
        yield server


@pytest.mark.parametrize(
    "everywhere", [False, pytest.param(True, marks=pytest.mark.long)], ids=["before", "before and after"]
)
def test_killed_at_every_reply_and_commit(
    tmp_path: Path, mail_server: RunningMailServer, report: Callable[[str], None], everywhere: bool
) -> None:
    names = ["never", "plain"]
    fresh = prepare(tmp_path / "fresh", mail_server, names, batch=2)
    project = fresh.copy_to(tmp_path / "whole")
    code, points, _ = killed_child.run_to_end(project.folder, project.command_line(MONDAY), add_reply_points)
    assert code == 0
    assert project.check_mails(names) == 0
    max_repeats, reached = 0, Counter[str]()
    for point in (n for n, name in enumerate(points) if everywhere or name.startswith("before")):
        mail_server.file.unlink(missing_ok=True)
        project = fresh.copy_to(tmp_path / "killed")
        outcome = killed_child.kill_at(project.folder, project.sending_work(MONDAY), point, add_reply_points)
        reached[outcome] += 1
        assert project.status_counts()[DeliveryStatus.HANDED_OVER] <= 2
        project.finish(MONDAY)
        max_repeats = max(max_repeats, project.check_mails(names))

    assert max_repeats <= 2
    assert reached["before reply"] >= 8
    assert reached["before commit"] >= 3  # planned, handed over, settled
    assert not everywhere or reached["after commit"] >= 3
    counts = ", ".join(f"{count} {name}" for name, count in sorted(reached.items()))
    report(
        f"mail: killed -9 at {reached.total()} fault points ({counts}) with 2 subscribers, both in flight: "
        f"nobody missed, at most {max_repeats} repeats"
    )


@pytest.mark.long
def test_killed_at_random_moments(
    tmp_path: Path, mail_server: RunningMailServer, report: Callable[[str], None]
) -> None:
    moments = random.Random(SEED)  # noqa: S311  # a seed makes the test repeatable; nothing is secret here
    kinds = moments.choices(
        ["plain", "never", "later", "slow", "drop"], weights=[80, 5, 5, 5, 5], k=SUBSCRIBER_COUNT
    )
    names = [f"{kind}-{n}" for n, kind in enumerate(kinds)]
    project = prepare(tmp_path / "killed", mail_server, names)
    killed_running, in_flight, max_in_flight = 0, 0, 0
    for kill in range(KILLS):
        at = MONDAY + timedelta(minutes=5 * kill)
        child, pipe = killed_child.start(project.folder, project.sending_work(at))
        mail_server.wait_for(mail_server.count() + moments.randint(1, SUBSCRIBER_COUNT // KILLS))
        killed_running += killed_child.kill_running(child, pipe, moments.uniform(0, 0.02))
        lost = project.status_counts()[DeliveryStatus.HANDED_OVER]
        assert lost <= BATCH
        in_flight, max_in_flight = in_flight + lost, max(max_in_flight, lost)
    project.finish(MONDAY + timedelta(minutes=5 * KILLS))
    repeats = project.check_mails(names)

    drops = sum(kind == "drop" for kind in kinds)
    assert killed_running >= KILLS // 4
    assert repeats <= in_flight + drops
    report(
        f"mail: {SUBSCRIBER_COUNT} subscribers, killed -9 at {KILLS} random moments (seed {SEED}), "
        f"{killed_running} of them while sending; {drops} connections dropped after DATA: nobody missed, "
        f"{repeats} repeats dropped by Message-ID; {in_flight} mails were in flight at the kills, "
        f"at most {max_in_flight} at once"
    )
