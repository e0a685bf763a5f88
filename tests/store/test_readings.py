"""The readings of each day: with them the board of an earlier day knows when a source had been read."""

from __future__ import annotations

from datetime import datetime

from aggregator.model import LastReading, SourceState
from aggregator.store import Store
from tests.support.builders import instant


def save(store: Store, at: str, whole: str | None) -> None:
    read, read_whole = instant(at), instant(whole) if whole else None
    store.sources.save_state(SourceState(source="news", last_read=read, read_whole_at=read_whole))


def last_reading(store: Store, at: str, source: str = "news") -> tuple[datetime, datetime | None] | None:
    found: LastReading | None = store.sources.last_readings(instant(at)).get(source)
    return (found.at, found.whole) if found else None


def test_the_last_reading_up_to_an_instant_is_known_to_the_day(store: Store) -> None:
    save(store, "2026-06-01 09:00", "2026-06-01 09:00")
    save(store, "2026-06-01 15:00", "2026-06-01 09:00")
    save(store, "2026-06-03 10:00", "2026-06-01 09:00")
    # A poll that failed keeps the last reading in the state.
    save(store, "2026-06-03 10:00", "2026-06-01 09:00")
    nine, three = instant("2026-06-01 09:00"), instant("2026-06-01 15:00")

    assert last_reading(store, "2026-06-01 08:59") is None
    assert last_reading(store, "2026-06-01 12:00") == (nine, nine)
    assert last_reading(store, "2026-06-02 12:00") == (three, nine)
    assert last_reading(store, "2026-06-04 12:00") == (instant("2026-06-03 10:00"), nine)


def test_a_source_with_another_id_keeps_its_readings(store: Store) -> None:
    save(store, "2026-06-01 09:00", "2026-06-01 09:00")
    with store.sources.rename("news", "press"):
        pass

    nine = instant("2026-06-01 09:00")
    assert last_reading(store, "2026-06-01 23:00", "press") == (nine, nine)
    assert last_reading(store, "2026-06-01 23:00") is None
