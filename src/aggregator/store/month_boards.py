"""Stores the board of each month that ended, as it was first written down."""

from __future__ import annotations

from sqlalchemy import select

from aggregator.model import MonthBoard
from aggregator.store.database.engine import Repository
from aggregator.store.database.statements import insert_if_new
from aggregator.store.database.tables import month_boards


class MonthBoards(Repository):
    """The boards of months that ended."""

    def add(self, board: MonthBoard) -> bool:
        """Store the board of a month; one that is stored already stays. Return whether it was stored."""
        row = {"month": board.month, "made_at": board.made_at, "board": board}
        with self._database.write_transaction() as connection:
            return insert_if_new(connection, month_boards, row)

    def all(self) -> tuple[MonthBoard, ...]:
        """Return every stored board, newest first."""
        return tuple(
            self._database.column(select(month_boards.c.board).order_by(month_boards.c.month.desc()))
        )

    def months(self) -> frozenset[str]:
        """Return the months whose board is stored."""
        return frozenset(self._database.column(select(month_boards.c.month)))
