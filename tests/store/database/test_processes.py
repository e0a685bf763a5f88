"""Several processes on one store, and processes that are killed (SIGKILL) while they write."""

from __future__ import annotations

import time
from contextlib import ExitStack

from aggregator.model import ChangeKind, SourceState
from aggregator.store import open_store
from tests.store.processes import child, read_line, resume
from tests.store.values import make_change, save_changes
from tests.support.builders import NOON, make_entry


def test_a_process_killed_inside_a_transaction_leaves_the_store_as_it_was(file_url: str) -> None:
    with open_store(file_url) as store:
        save_changes(store, make_change())
        before = store.dump()

        with child("stop_in_transaction", file_url) as process:
            assert read_line(process) == "ready"
            process.kill()
            process.wait()

        assert store.dump() == before
        save_changes(store, make_change(make_entry(title="After"), ChangeKind.REVISED, NOON))
        assert [document.entry.title for document in store.documents.all()] == ["After"]


def test_what_a_process_committed_is_there_after_it_was_killed_at_any_moment(file_url: str) -> None:
    """Each poll brings one document and one count: after a kill there are as many of both."""
    committed = 0
    for seconds in (0.02, 0.04, 0.09, 0.13, 2):
        with child("poll_until_killed", file_url) as process:
            assert read_line(process) == "ready"
            time.sleep(seconds)
            process.kill()
            counts = [int(count) for count in process.communicate()[0].splitlines()]

        with open_store(file_url) as store:
            committed = store.sources.state("counter").items
            assert len(store.documents.all()) == committed
            assert committed >= max(counts, default=0)
    assert committed > 0


def test_processes_that_write_at_once_lose_nothing_and_repeat_nothing(file_url: str) -> None:
    with ExitStack() as stack:
        writers = [stack.enter_context(child("write", file_url, name)) for name in ("one", "two")]
        for writer in writers:
            assert read_line(writer) == "ready"
        for writer in writers:
            resume(writer)
        assert [writer.wait() for writer in writers] == [0, 0]

    with open_store(file_url) as store:
        documents = store.documents.all()
        assert len(documents) == 25 + 25 + 1
        assert all(len(carrier.revisions) == 1 for document in documents for carrier in document.carriers)
        assert store.sources.states() == {"counter": SourceState(source="counter", items=100)}


def test_processes_that_open_a_new_store_at_once_create_it_once(file_url: str) -> None:
    with ExitStack() as stack:
        openers = [stack.enter_context(child("open_only", file_url)) for _ in range(3)]
        assert [read_line(opener) for opener in openers] == ["ready"] * 3
        assert [opener.wait() for opener in openers] == [0, 0, 0]
