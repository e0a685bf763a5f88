"""Killed with -9 at every commit between finding an alert and sending it: nothing is lost or sent twice."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from aggregator.model import Message, SendResult
from aggregator.model.subscriptions import SendOutcome
from aggregator.services.mailing.delivery import DeliveryService
from aggregator.store import open_store
from tests.deliver.mail.subscribers import make_context, make_subscriber, parse_message
from tests.services.alerts.test_matching import HOUR, AlertBench, make_rule
from tests.support.builders import NOON, make_entry

TITLES = ("One", "Two")
SUBSCRIBERS = {f"{number:016x}": f"{number}@example.org" for number in (1, 2)}


class MailFile:
    """Writes one line for each mail to a file: Message-ID, subscriber and the titles in it."""

    def __init__(self, file: Path) -> None:
        self.file = file

    async def __call__(self, messages: Sequence[Message]) -> tuple[SendResult, ...]:
        with self.file.open("a") as out:
            for message in messages:
                mail = parse_message(message)
                titles = [title for title in TITLES if f"New: {title}" in mail.get_content()]
                out.write(f"{mail['Message-ID']} {message.subscriber_id} {' '.join(titles)}\n")
        return tuple(SendResult(message, SendOutcome.ACCEPTED) for message in messages)

    def mails(self) -> Counter[str]:
        return Counter(self.file.read_text().splitlines() if self.file.exists() else [])


def find_and_send(file: Path, mail_file: MailFile, hours: int) -> None:
    """Find alerts, plan their deliveries and send them."""
    with open_store(f"sqlite:///{file}") as store:
        bench = AlertBench(store, (make_rule("open", mail=tuple(SUBSCRIBERS)),))
        bench.matcher.find_alerts(NOON)
        deliveries, at = DeliveryService(bench.config, store, make_context()), NOON + hours * HOUR
        deliveries.plan_alerts(at)
        asyncio.run(deliveries.send_due(mail_file, lambda: at))


def run_killed_at(work: Callable[[], None], point: int) -> bool:
    """Run `work` in a child that is killed before or after a commit; returns whether it got that far."""
    child = os.fork()
    if child == 0:
        reached, written = 0, Counter[int]()
        commit: Callable[..., Any] = SQLiteDialect_pysqlite.do_commit

        def counted(*arguments: Any) -> None:
            nonlocal reached
            driver = arguments[-1].driver_connection
            if driver.total_changes == written[id(driver)]:  # nothing was written
                commit(*arguments)
                return
            written[id(driver)] = driver.total_changes
            for step in (lambda: None, lambda: commit(*arguments)):
                step()
                if reached == point:
                    os.kill(os.getpid(), signal.SIGKILL)
                reached += 1

        SQLiteDialect_pysqlite.do_commit = counted  # type: ignore[method-assign]  # only in this child
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def test_no_alert_is_lost_or_sent_twice(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/fresh.db") as store:
        store.subscribers.add(make_subscriber(id=id, address=address) for id, address in SUBSCRIBERS.items())
        bench = AlertBench(store, (make_rule("open", mail=tuple(SUBSCRIBERS)),))
        bench.find_alerts(NOON - HOUR)
        for title in TITLES:
            bench.save_change(NOON, make_entry(f"https://www.gov.uk/{title}", title=f"{title} open"))
    point, repeats = 0, 0
    while True:
        file, mail_file = tmp_path / f"{point}.db", MailFile(tmp_path / f"{point}.txt")
        shutil.copy(tmp_path / "fresh.db", file)
        if not run_killed_at(lambda: find_and_send(file, mail_file, 0), point):  # noqa: B023  # called at once
            break
        find_and_send(file, mail_file, 1)
        found = mail_file.mails()
        assert {line.split()[1] for line in found} == set(SUBSCRIBERS)
        assert len({line.split()[0] for line in found}) == len(SUBSCRIBERS)
        assert all(line.split()[2:] == list(TITLES) for line in found)
        repeats = max(repeats, *(count - 1 for count in found.values()))
        point += 1

    assert point >= 8
    assert repeats <= 1
