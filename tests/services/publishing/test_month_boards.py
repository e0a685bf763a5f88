"""The board of a month is written down when the month is over, once; one that breaks waits alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.model import Board
from aggregator.model.faults import FaultKind
from aggregator.services.publishing import month_boards
from aggregator.services.publishing.board_at import PastBoard
from aggregator.store import open_store
from tests.observe.own_register import config
from tests.support.builders import instant, make_source_with_state

FIRST_READ = instant("2026-05-20 09:00")
# 00:00 in London, where a month ends.
JULY = instant("2026-06-30 23:00")
SECOND = timedelta(seconds=1)


def test_a_month_is_written_down_when_it_is_over_in_london_and_one_that_breaks_waits_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = {instant("2026-05-31 22:59:59")}

    def board_at(_config: object, _store: object, at: object, **_options: object) -> PastBoard:
        if at in broken:
            raise ZeroDivisionError("a bug")
        return PastBoard(board=Board(at=JULY, rows=()), as_known=True, left_out=frozenset())

    monkeypatch.setattr(month_boards, "board_at", board_at)
    with open_store("sqlite://") as store:
        month_boards.write_down_months(config(), store, JULY)
        assert store.month_boards.all() == ()  # nothing was read yet

        store.sources.save_state(replace(make_source_with_state().state, first_read=FIRST_READ))
        month_boards.write_down_months(config(), store, JULY - SECOND)
        assert [(one.kind, one.key) for one in store.faults.all()] == [(FaultKind.PAGE, "board/2026-05.html")]
        assert store.month_boards.months() == frozenset()
        month_boards.write_down_months(config(), store, JULY)
        assert store.month_boards.months() == {"2026-06"}

        broken.clear()
        month_boards.write_down_months(config(), store, JULY + timedelta(hours=1))
        may, june = sorted(store.month_boards.all(), key=lambda one: one.month)
        assert (may.month, may.made_at, june.made_at) == ("2026-05", JULY + timedelta(hours=1), JULY)
        assert store.faults.all() == ()
        # What is written down stays.
        assert not store.month_boards.add(replace(june, record_criteria="other words"))
        assert june in store.month_boards.all()
