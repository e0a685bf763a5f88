"""Several processes at one store, and processes that are killed (SIGKILL) while they write."""

from __future__ import annotations

import time
from contextlib import ExitStack

from aggregator.model import ChangeKind, SourceState
from aggregator.store import open_store
from tests.store.processes import child, go, said
from tests.store.values import change, keep
from tests.support.builders import NOON, entry


def test_a_process_killed_inside_a_transaction_leaves_the_store_as_it_was(file_url: str) -> None:
    with open_store(file_url) as store:
        keep(store, change())
        before = store.dump()

        with child("hang", file_url) as process:
            assert said(process) == "ready"
            process.kill()
            process.wait()

        assert store.dump() == before
        keep(store, change(entry(title="After"), ChangeKind.REVISED, NOON))
        assert [held.entry.title for held in store.documents.all()] == ["After"]


def test_what_a_process_said_was_kept_is_there_after_it_was_killed_at_any_moment(file_url: str) -> None:
    """Each poll brings one document and one count: after a kill there are as many of both."""
    kept = 0
    for seconds in (0.02, 0.04, 0.09, 0.13, 2):
        with child("go_on", file_url) as process:
            assert said(process) == "ready"
            time.sleep(seconds)
            process.kill()
            counts = [int(count) for count in process.communicate()[0].splitlines()]

        with open_store(file_url) as store:
            kept = store.sources.state("counter").items
            assert len(store.documents.all()) == kept
            assert kept >= max(counts, default=0)
    assert kept > 0


def test_processes_that_write_at_once_lose_nothing_and_double_nothing(file_url: str) -> None:
    with ExitStack() as stack:
        writers = [stack.enter_context(child("write", file_url, name)) for name in ("one", "two")]
        for writer in writers:
            assert said(writer) == "ready"
        for writer in writers:
            go(writer)
        assert [writer.wait() for writer in writers] == [0, 0]

    with open_store(file_url) as store:
        holdings = store.documents.all()
        assert len(holdings) == 25 + 25 + 1
        assert all(len(carrier.revisions) == 1 for held in holdings for carrier in held.carriers)
        assert store.sources.states() == {"counter": SourceState(source="counter", items=100)}


def test_processes_that_open_a_new_store_at_once_make_it_once(file_url: str) -> None:
    with ExitStack() as stack:
        openers = [stack.enter_context(child("look", file_url)) for _ in range(3)]
        assert [said(opener) for opener in openers] == ["ready"] * 3
        assert [opener.wait() for opener in openers] == [0, 0, 0]
