"""Another process at the same store: run as `python -m tests.store.child JOB URL [NAME]`, killed by tests.

Says `ready` when it has come to the point of its job, and waits there for a line.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from aggregator.model import ChangeKind, SourceState
from aggregator.store import Store, Transaction, open_store
from tests.store.values import change
from tests.support.builders import NOON, entry, holding

NOBODY = 65534


def say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


def wait() -> None:
    sys.stdin.readline()


def poll(tx: Transaction, key: str, source: str) -> None:
    """One document is new, and the shared count of polls goes up by one."""
    told = entry(f"https://www.gov.uk/{key}", source=source)
    tx.carriers.apply([change(told)])
    tx.documents.hold([holding(told)])
    count = tx.sources.state("counter")
    tx.sources.keep(replace(count, items=count.items + 1))


def hang(store: Store, name: str) -> None:
    """Stand still inside a transaction that has written everything."""
    with store.writing() as tx:
        told = entry(title="Half kept")
        tx.carriers.apply([change(told, ChangeKind.REVISED, NOON + timedelta(hours=1))])
        tx.documents.hold([holding(told)])
        tx.sources.keep(SourceState(source="cabinet-office", due=NOON))
        say("ready")
        wait()


def write(store: Store, name: str) -> None:
    """Poll 25 times: 25 documents of its own, and one that the others tell of, too."""
    say("ready")
    wait()
    for number in range(25):
        with store.writing() as tx:
            poll(tx, f"{name}/{number}", name)
        with store.writing() as tx:
            poll(tx, "shared", "shared")


def go_on(store: Store, name: str) -> None:
    """Poll until killed, and say each count once it is kept."""
    say("ready")
    while True:
        with store.writing() as tx:
            poll(tx, str(tx.sources.state("counter").items), "cabinet-office")
        say(str(store.sources.state("counter").items))


def reserve(store: Store, name: str) -> None:
    """Hold the lock of a job."""
    with store.reserved(name):
        say("ready")
        wait()


def look(store: Store, name: str) -> None:
    """Only open."""
    say("ready")


JOBS: dict[str, Callable[[Store, str], None]] = {
    "hang": hang,
    "write": write,
    "go_on": go_on,
    "reserve": reserve,
    "look": look,
}

if __name__ == "__main__":
    job, url, name = sys.argv[1:]
    if name == "nobody" and os.geteuid() == 0:
        os.setuid(NOBODY)
    with open_store(url) as opened:
        JOBS[job](opened, name)
