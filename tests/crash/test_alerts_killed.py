"""Killed with -9 at every commit between finding an alert and its sending: nothing is lost or told twice."""

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

from aggregator.model import Message, Receipt
from aggregator.model.subscriptions import Handed
from aggregator.services.mailing.delivery import Dispatch
from aggregator.store import open_store
from tests.deliver.mail.subscribers import opened, reader, stationery
from tests.services.alerts.test_matching import HOUR, Desk, rule
from tests.support.builders import NOON, entry

TITLES = ("One", "Two")
READERS = {f"{number:016x}": f"{number}@example.org" for number in (1, 2)}


class Mailbox:
    """Takes letters into a file, one line for each: Message-ID and the titles that it tells."""

    def __init__(self, file: Path) -> None:
        self.file = file

    async def __call__(self, messages: Sequence[Message]) -> tuple[Receipt, ...]:
        with self.file.open("a") as out:
            for message in messages:
                mail = opened(message)
                told = [title for title in TITLES if f"New: {title}" in mail.get_content()]
                out.write(f"{mail['Message-ID']} {message.reader} {' '.join(told)}\n")
        return tuple(Receipt(message, Handed.ACCEPTED) for message in messages)

    def letters(self) -> Counter[str]:
        return Counter(self.file.read_text().splitlines() if self.file.exists() else [])


def at_work(file: Path, mailbox: Mailbox, hours: int) -> None:
    """What a run and a sender do: look, plan, send."""
    with open_store(f"sqlite:///{file}") as store:
        desk = Desk(store, (rule("open", mail=tuple(READERS)),))
        desk.alerting.look(NOON)
        dispatch, at = Dispatch(desk.config, store, stationery()), NOON + hours * HOUR
        dispatch.plan_alerts(at)
        asyncio.run(dispatch.send(mailbox, lambda: at))


def killed(work: Callable[[], None], point: int) -> bool:
    """Do the work in a child that is killed before or after a commit; whether it came that far."""
    child = os.fork()
    if child == 0:
        reached, written = 0, Counter[int]()
        commit: Callable[..., Any] = SQLiteDialect_pysqlite.do_commit

        def counted(*given: Any) -> None:
            nonlocal reached
            driver = given[-1].driver_connection
            if driver.total_changes == written[id(driver)]:  # it only read
                commit(*given)
                return
            written[id(driver)] = driver.total_changes
            for step in (lambda: None, lambda: commit(*given)):
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


def test_nothing_is_lost_or_told_twice(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/fresh.db") as store:
        store.readers.add(reader(id=id, address=address) for id, address in READERS.items())
        desk = Desk(store, (rule("open", mail=tuple(READERS)),))
        desk.look(NOON - HOUR)
        for title in TITLES:
            desk.tell(NOON, entry(f"https://www.gov.uk/{title}", title=f"{title} open"))
    point, repeats = 0, 0
    while True:
        file, mailbox = tmp_path / f"{point}.db", Mailbox(tmp_path / f"{point}.txt")
        shutil.copy(tmp_path / "fresh.db", file)
        if not killed(lambda: at_work(file, mailbox, 0), point):  # noqa: B023  # called at once
            break
        at_work(file, mailbox, 1)
        found = mailbox.letters()
        assert {line.split()[1] for line in found} == set(READERS)
        assert len({line.split()[0] for line in found}) == len(READERS)
        assert all(line.split()[2:] == list(TITLES) for line in found)
        repeats = max(repeats, *(count - 1 for count in found.values()))
        point += 1

    assert point >= 8
    assert repeats <= 1
