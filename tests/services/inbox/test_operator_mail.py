"""The operator gets one mail when the program breaks and one when it works again, whatever restarts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from aggregator.config import Config, load_config
from aggregator.config.settings import load_settings
from aggregator.errors import StoreError
from aggregator.services.inbox.health import HealthReport
from aggregator.services.inbox.operator_mail import BROKEN_FOR, WELL_FOR, OperatorMail
from aggregator.services.inbox.queues import InboxItem
from aggregator.store import Store, open_store
from aggregator.store.breakdowns import Breakdowns
from tests.conftest import PROJECT
from tests.support.builders import NOON

WAITING = InboxItem(
    kind="set aside", what="document 7 is left out", since=NOON, command="aggregator inbox --retry 7"
)
BAD = HealthReport(problems=("output: cannot be written: No space left on device",), inbox=(WAITING,))
WELL = HealthReport(problems=())
MINUTE = timedelta(minutes=1)


@dataclass
class MailServer:
    """A mail server on this machine; `refuses` gives the reply to every message."""

    received: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str | None, list[str]]] = field(default_factory=list)
    refuses: str = ""

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        if self.refuses:
            return self.refuses
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.received.append(message)
        self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        return "250 taken"

    @property
    def subjects(self) -> list[str]:
        return [str(one["Subject"]).rpartition(": ")[2] for one in self.received]


@dataclass
class Bench:
    """A program whose operator has an address; `restart` begins with nothing in memory."""

    config: Config
    store: Store
    server: MailServer = field(default_factory=MailServer)
    now: datetime = NOON

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self.mail = OperatorMail(self.config, self.store)

    def pass_time(self, health: HealthReport, time: timedelta) -> None:
        """Report each minute for so long, with the mail server on."""

        async def work() -> None:
            loop = asyncio.get_running_loop()
            listener = await loop.create_server(
                lambda: SMTP(self.server, hostname="localhost"), "127.0.0.1", 0
            )
            async with listener:
                port = listener.sockets[0].getsockname()[1]
                update = {"mail_server": f"smtp://127.0.0.1:{port}"}
                self.mail.config = replace(
                    self.config, settings=self.config.settings.model_copy(update=update)
                )
                for _ in range(time // MINUTE):
                    await self.mail.report(health, self.now)
                    self.now += MINUTE

        asyncio.run(work())


@pytest.fixture(scope="module")
def base() -> Config:
    return load_config(load_settings(PROJECT / "settings.yaml"))


@pytest.fixture
def bench(tmp_path: Path, base: Config) -> Iterator[Bench]:
    update = {
        "home": tmp_path,
        "operator_address": "me+alarm@example.org",
        "mail_send": True,
        "mail_from": "letters@example.org",
    }
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        yield Bench(replace(base, settings=base.settings.model_copy(update=update)), store)


def test_one_mail_when_it_breaks_and_one_when_it_recovers_whatever_restarts(bench: Bench) -> None:
    for _ in range(3):
        bench.pass_time(BAD, 2 * BROKEN_FOR)
        bench.restart()
    assert bench.server.subjects == ["something is wrong"]
    for _ in range(3):
        bench.pass_time(WELL, 2 * WELL_FOR)
        bench.restart()
    bench.pass_time(BAD, 2 * BROKEN_FOR)

    assert bench.server.subjects == ["something is wrong", "all is well again", "something is wrong"]
    first, well, _ = bench.server.received
    assert "No space left on device" in first.get_content()
    assert "aggregator inbox --retry 7" in first.get_content()
    assert "No space left on device" in well.get_content()
    assert bench.server.envelopes[0] == ("letters@example.org", ["me+alarm@example.org"])
    assert len({one["Message-ID"] for one in bench.server.received}) == 3


def test_what_comes_and_goes_is_one_breakdown_and_a_short_one_is_none(bench: Bench) -> None:
    bench.pass_time(BAD, BROKEN_FOR - MINUTE)
    bench.pass_time(WELL, 2 * WELL_FOR)
    assert (bench.server.received, bench.store.breakdowns.all()) == ([], ())
    for _ in range(4):
        bench.pass_time(BAD, 2 * BROKEN_FOR)
        bench.pass_time(WELL, WELL_FOR - MINUTE)

    assert bench.server.subjects == ["something is wrong"]


def test_a_mail_that_the_server_did_not_take_is_tried_again(bench: Bench) -> None:
    bench.server.refuses = "451 greylisted"
    bench.pass_time(BAD, 2 * BROKEN_FOR)
    bench.server.refuses = ""
    bench.restart()
    bench.pass_time(BAD, 3 * BROKEN_FOR)

    assert bench.server.subjects == ["something is wrong"]


def test_while_the_store_is_dead_memory_takes_its_place(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dead(*_: object) -> None:
        raise StoreError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Breakdowns, "replace", dead)
        bench.pass_time(BAD, BROKEN_FOR * 2)
        patch.setattr(Breakdowns, "present", dead)
        bench.pass_time(BAD, BROKEN_FOR * 2)
    assert bench.server.subjects == ["something is wrong"]
    bench.pass_time(BAD, MINUTE)
    bench.restart()
    bench.pass_time(WELL, 2 * WELL_FOR)

    assert bench.server.subjects == ["something is wrong", "all is well again"]


def test_of_two_programs_only_one_sends(bench: Bench) -> None:
    bench.pass_time(BAD, BROKEN_FOR)
    before = bench.store.breakdowns.present()
    bench.pass_time(BAD, MINUTE)
    assert bench.server.subjects == ["something is wrong"]
    # The other read the store a moment before the first one sent.
    bench.restart()
    bench.mail._stored = lambda: before  # type: ignore[method-assign]
    bench.pass_time(BAD, MINUTE)

    assert bench.server.subjects == ["something is wrong"]


def test_without_an_address_nothing_is_stored_or_sent_and_without_mail_send_it_goes_into_the_outbox(
    bench: Bench, tmp_path: Path
) -> None:
    settings = bench.config.settings
    for update in ({"operator_address": ""}, {"mail_send": False}):
        bench.config = replace(bench.config, settings=settings.model_copy(update=update))
        bench.restart()
        bench.pass_time(BAD, BROKEN_FOR * 2)
        assert bench.server.received == []
        assert len(bench.store.breakdowns.all()) == ("mail_send" in update)

    assert [one.name for one in (tmp_path / "data/outbox").rglob("*.eml")] == ["operator.eml"]
