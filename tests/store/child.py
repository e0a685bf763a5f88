"""Another process on the same store: run as `python -m tests.store.child JOB URL [NAME]`, killed by tests.

Prints `ready` when it has come to the point of its job, and waits there for a line.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from aggregator.model import ChangeKind, SourceState
from aggregator.store import Store, Transaction, open_store
from tests.store.values import make_change
from tests.support.builders import NOON, make_document, make_entry

NOBODY = 65534


def print_line(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def wait() -> None:
    sys.stdin.readline()


def poll(tx: Transaction, key: str, source: str) -> None:
    """One document is new, and the shared count of polls goes up by one."""
    entry = make_entry(f"https://www.gov.uk/{key}", source=source)
    tx.carriers.apply([make_change(entry)])
    tx.documents.save([make_document(entry)])
    count = tx.sources.state("counter")
    tx.sources.save_state(replace(count, items=count.items + 1))


def stop_in_transaction(store: Store, name: str) -> None:
    """Stop inside a transaction that has written everything."""
    with store.transaction() as tx:
        entry = make_entry(title="Half written")
        tx.carriers.apply([make_change(entry, ChangeKind.REVISED, NOON + timedelta(hours=1))])
        tx.documents.save([make_document(entry)])
        tx.sources.save_state(SourceState(source="cabinet-office", due=NOON))
        print_line("ready")
        wait()


def write(store: Store, name: str) -> None:
    """Poll 25 times: 25 documents of its own, and one that the others poll, too."""
    print_line("ready")
    wait()
    for number in range(25):
        with store.transaction() as tx:
            poll(tx, f"{name}/{number}", name)
        with store.transaction() as tx:
            poll(tx, "shared", "shared")


def poll_until_killed(store: Store, name: str) -> None:
    """Poll until killed, and print each count once it is committed."""
    print_line("ready")
    while True:
        with store.transaction() as tx:
            poll(tx, str(tx.sources.state("counter").items), "cabinet-office")
        print_line(str(store.sources.state("counter").items))


def lock(store: Store, name: str) -> None:
    """Lock a job."""
    with store.job_lock(name):
        print_line("ready")
        wait()


def open_only(store: Store, name: str) -> None:
    """Open the store, and nothing else."""
    print_line("ready")


JOBS: dict[str, Callable[[Store, str], None]] = {
    "stop_in_transaction": stop_in_transaction,
    "write": write,
    "poll_until_killed": poll_until_killed,
    "lock": lock,
    "open_only": open_only,
}

if __name__ == "__main__":
    job, url, name = sys.argv[1:]
    if name == "nobody" and os.geteuid() == 0:
        os.setuid(NOBODY)
    with open_store(url) as opened:
        JOBS[job](opened, name)
