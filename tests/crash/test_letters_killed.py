"""Killed with -9 at any instant, the sender misses nobody and repeats no more than what was in flight."""

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
from aggregator.config import Config, load
from aggregator.config.settings import load_settings
from aggregator.deliver import render_digest
from aggregator.model import Choices, DeliveryStatus, Subscriber, SubscriberStatus
from aggregator.store import open_store
from tests.crash import victim
from tests.crash.mail_server import Mailboxes, running
from tests.deliver.digest.digests import digest, item, under
from tests.support.projects import small_project

pytestmark = pytest.mark.timeout(1200)

MONDAY = datetime(2024, 1, 29, 8, 0, tzinfo=UTC)
RUN = "2024-W04"
SEED = 20240129
KILLS = 50
READERS = 1000
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
class Post:
    """A project whose letter was issued, its readers, and the server that takes their letters."""

    folder: Path
    config: Config
    mailboxes: Mailboxes

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder}/data/aggregator.db"

    def command(self, at: datetime) -> tuple[str, ...]:
        """The whole command line, as its user runs it."""
        return ("digest", "send", "--at", at.isoformat())

    def sender(self, at: datetime) -> Callable[[], None]:
        """The same work without reading commands and settings, which takes longer than two letters."""

        def send() -> None:
            with open_store(self.url) as store:
                asyncio.run(App(config=self.config, store=store, clock=fixed_clock(at)).send_due())

        return send

    def again(self, folder: Path) -> Post:
        """A copy in another folder, in place of what is there."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder)
        settings = self.config.settings.model_copy(update={"home": folder})
        return replace(self, folder=folder, config=replace(self.config, settings=settings))

    def states(self) -> Counter[str]:
        with open_store(self.url) as store:
            counts = store.postings.counts().get(RUN, {})
            return Counter({name: n for name, n in counts.items() if n})

    def finish(self, at: datetime) -> None:
        """Run undisturbed, an hour apart, until nothing is planned any more."""
        for hours in range(1, 40):
            code, _, _ = victim.run_whole(self.folder, self.sender(at + timedelta(hours=hours)))
            assert code == 0
            if not self.states()[DeliveryStatus.PLANNED]:
                return
        raise AssertionError(f"letters are still planned: {self.states()}")

    def check(self, names: list[str]) -> int:
        """Everybody has the letter, but those who are refused for good; gives how many repeats came."""
        taken = self.mailboxes.taken()
        wanted = {address(name) for name in names if not name.startswith("never")}
        assert {letter["to"] for letter in taken} == wanted
        ids = {letter["to"]: letter["id"] for letter in taken}
        assert {(letter["to"], letter["id"]) for letter in taken} == set(ids.items())
        assert len(set(ids.values())) == len(wanted)
        states = self.states()
        assert states[DeliveryStatus.ACCEPTED] == len(wanted)
        assert states[DeliveryStatus.REFUSED] == len(names) - len(wanted)
        return len(taken) - len(wanted)


def address(name: str) -> str:
    return f"{name}@readers.example.org"


def prepare(folder: Path, mailboxes: Mailboxes, names: list[str], batch: int = BATCH) -> Post:
    """A fresh project with these readers, and the letter issued; a child need not make ready what we did."""
    folder.mkdir()
    small_project(folder).sources({})
    (folder / "settings.yaml").write_text(SETTINGS.format(port=mailboxes.port, batch=batch))
    (folder / "data").mkdir()
    post = Post(folder, load(load_settings(folder / "settings.yaml")), mailboxes)
    week = digest(under("Documents", item()), issued=MONDAY)
    render_digest(week, post.config.settings.site, post.config.bodies)
    with open_store(post.url) as store:
        store.digests.issue([week])
        store.readers.add(
            Subscriber(
                id=f"{n:016x}",
                address=address(name),
                standing=SubscriberStatus.READING,
                since=MONDAY,
                choices=Choices(),
            )
            for n, name in enumerate(names)
        )
    return post


def at_every_reply(points: victim.Points) -> None:
    """Put an instant before and after each reply of the mail server is read."""
    read: Callable[..., Any] = SMTPProtocol.read_response

    async def read_response(self: SMTPProtocol, *given: Any, **named: Any) -> Any:
        points.reach("before reply")
        reply = await read(self, *given, **named)
        points.reach("after reply")
        return reply

    SMTPProtocol.read_response = read_response  # type: ignore[method-assign]  # only in the child


@pytest.fixture
def mailboxes(tmp_path: Path) -> Iterator[Mailboxes]:
    with running(tmp_path / "mailboxes.jsonl") as server:
        yield server


@pytest.mark.parametrize(
    "step", [2, pytest.param(1, marks=pytest.mark.long)], ids=["before", "before and after"]
)
def test_killed_at_every_reply_and_commit(
    tmp_path: Path, mailboxes: Mailboxes, tell: Callable[[str], None], step: int
) -> None:
    names = ["never", "plain"]
    fresh = prepare(tmp_path / "fresh", mailboxes, names, batch=2)
    post = fresh.again(tmp_path / "whole")
    code, points, _ = victim.run_whole(post.folder, post.command(MONDAY), at_every_reply)
    assert code == 0
    assert post.check(names) == 0
    most, reached = 0, Counter[str]()
    for point in range(0, len(points), step):
        mailboxes.file.unlink(missing_ok=True)
        post = fresh.again(tmp_path / "killed")
        reached[victim.kill_at(post.folder, post.sender(MONDAY), point, at_every_reply)] += 1
        assert post.states()[DeliveryStatus.HANDED_OVER] <= 2
        post.finish(MONDAY)
        most = max(most, post.check(names))

    assert most <= 2
    assert reached["before reply"] >= 8
    assert reached["before commit"] >= 3  # planned, handed over, settled
    assert step == 2 or reached["after commit"] >= 3
    counts = ", ".join(f"{count} {name}" for name, count in sorted(reached.items()))
    tell(
        f"letters: killed -9 at {reached.total()} fault points ({counts}) with 2 readers, both in flight: "
        f"nobody missed, at most {most} repeats"
    )


@pytest.mark.long
def test_killed_at_random_moments(tmp_path: Path, mailboxes: Mailboxes, tell: Callable[[str], None]) -> None:
    moments = random.Random(SEED)  # noqa: S311  # a seed makes the test repeatable; nothing is secret here
    kinds = moments.choices(["plain", "never", "later", "slow", "drop"], weights=[80, 5, 5, 5, 5], k=READERS)
    names = [f"{kind}-{n}" for n, kind in enumerate(kinds)]
    post = prepare(tmp_path / "killed", mailboxes, names)
    struck, in_flight, most = 0, 0, 0
    for kill in range(KILLS):
        at = MONDAY + timedelta(minutes=5 * kill)
        child, pipe = victim.start(post.folder, post.sender(at))
        mailboxes.wait_for(mailboxes.count() + moments.randint(1, READERS // KILLS))
        struck += victim.strike(child, pipe, moments.uniform(0, 0.02))
        lost = post.states()[DeliveryStatus.HANDED_OVER]
        assert lost <= BATCH
        in_flight, most = in_flight + lost, max(most, lost)
    post.finish(MONDAY + timedelta(minutes=5 * KILLS))
    repeats = post.check(names)

    drops = sum(kind == "drop" for kind in kinds)
    assert struck >= KILLS // 4
    assert repeats <= in_flight + drops
    tell(
        f"letters: {READERS} readers, killed -9 at {KILLS} random moments (seed {SEED}), {struck} of them "
        f"while sending; {drops} lines dropped after DATA: nobody missed, {repeats} repeats dropped by "
        f"Message-ID; {in_flight} letters were in flight at the kills, at most {most} at once"
    )
