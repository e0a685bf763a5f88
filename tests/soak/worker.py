"""The program under soak: does what `aggregator start` does each minute, once for each instant that it reads.

Usage: python -m tests.soak.worker FOLDER. Reads instants from standard input, and answers each with a line of
JSON: what is wrong, if asked. If the program refuses to start, it says so in a line and ends.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import tests.support.warm  # noqa: F401  # reads on import
from aggregator import log
from aggregator.app import App
from aggregator.config import load_config
from aggregator.config.settings import load_settings
from aggregator.due_work import MAIL, WORK, DueWork, send_due, tell_operator
from aggregator.errors import AggregatorError
from aggregator.model import Fetched
from aggregator.services.inbox.operator_mail import OperatorMail
from aggregator.store import MakeStore, open_store

EMPTY: Final = Fetched(url="", final_url="", status=200, headers={}, payload=b"")
# After an instant: answer with what health says, too.
REPORT: Final = "report"
# Instead of half a minute, for a store that another process keeps locked.
WAIT: Final = timedelta(milliseconds=50)


def answer(**facts: object) -> None:
    """Tell the soak."""
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


class SimulatedClock:
    """The instant that was read last."""

    def __init__(self) -> None:
        self.now: datetime | None = None
        self.wants_report = False

    def __call__(self) -> datetime:
        assert self.now is not None
        return self.now

    def advance(self) -> bool:
        """Read the next instant; False at the end."""
        line = sys.stdin.readline()
        self.now = datetime.fromisoformat(line.split()[0]) if line else None
        self.wants_report = REPORT in line
        return self.now is not None


async def run_cycles(app: App, clock: SimulatedClock) -> None:
    """Do all that is due at each instant."""
    # The reading process starts first. On a busy machine, starting it in the middle of the first poll takes
    # longer than a connection may: then the runs would differ in what they could not read.
    source = app.config.sources[0]
    await app.parser.read_batch([(source, EMPTY)])
    async with app.open_fetcher() as fetch:
        due = DueWork(app, fetch)
        operator = OperatorMail(app.config, app.store)
        jobs = (
            due.guarded(WORK, due.run),
            due.guarded(MAIL, partial(send_due, app.mailer, app.webhook_sender, fetch, due.jobs)),
            due.guarded("the operator's mail", partial(tell_operator, due, operator)),
        )
        while True:
            for job in jobs:
                await job()
            answer(problems=due.report().problems if clock.wants_report else ())
            if not clock.advance():
                return


def main() -> None:
    """Run until standard input ends."""
    os.chdir(sys.argv[1])
    log.configure(verbose=True)
    clock = SimulatedClock()
    if not clock.advance():
        return
    settings = load_settings(Path("settings.yaml"))
    try:
        config = load_config(settings)
        with open_store(settings.store_url, wait=WAIT, make=MakeStore.FIRST_TIME) as store:
            asyncio.run(run_cycles(App(config=config, store=store, clock=clock), clock))
    except AggregatorError as error:
        answer(refused=str(error))


if __name__ == "__main__":
    main()
