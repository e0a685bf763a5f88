"""One broken part is set aside with its reason, waits longer each time, and is forgotten once it works."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.errors import StoreError
from aggregator.model.faults import LONGEST_PAUSE, FaultKind
from aggregator.parse import reader_for
from aggregator.services.isolation import Isolation
from aggregator.store import Store, open_store

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)


@pytest.fixture
def store() -> Iterator[Store]:
    with open_store("sqlite://") as store:
        yield store


def fail(store: Store, now: datetime) -> None:
    with Isolation(store, now).guard(FaultKind.SOURCE, "scotland"):
        reader_for("no such kind")


def test_what_raises_is_set_aside_with_its_reason_and_the_rest_goes_on(store: Store) -> None:
    fail(store, NOON)

    (fault,) = store.faults.all()
    assert (fault.kind, fault.key, fault.attempts) == (FaultKind.SOURCE, "scotland", 1)
    assert fault.error.startswith("ModuleNotFoundError: No module named")
    assert fault.place.startswith("parse/__init__.py:")
    assert Isolation(store, NOON).waiting(FaultKind.SOURCE) == {"scotland"}
    assert Isolation(store, NOON).waiting(FaultKind.PAGE) == frozenset()


def test_each_failure_doubles_the_pause_up_to_a_day(store: Store) -> None:
    fail(store, now := NOON)
    (fault,) = store.faults.all()
    pauses = [fault.next_attempt - now]
    for _ in range(11):
        fail(store, now := fault.next_attempt)
        (fault,) = store.faults.all()
        pauses.append(fault.next_attempt - now)

    assert pauses[:3] == [timedelta(minutes=10), timedelta(minutes=20), timedelta(minutes=40)]
    assert pauses[-1] == LONGEST_PAUSE
    assert fault.first_at == NOON
    assert Isolation(store, fault.next_attempt).waiting(FaultKind.SOURCE) == frozenset()


def test_what_works_again_is_forgotten(store: Store) -> None:
    fail(store, NOON)

    with Isolation(store, NOON + LONGEST_PAUSE).guard(FaultKind.SOURCE, "scotland"):
        pass

    assert store.faults.all() == ()


def test_a_fault_of_this_machine_is_no_fault_of_the_part(store: Store) -> None:
    with (
        pytest.raises(StoreError, match="full"),
        Isolation(store, NOON).guard(FaultKind.SOURCE, "scotland"),
    ):
        raise StoreError("the disk is full")

    assert store.faults.all() == ()
