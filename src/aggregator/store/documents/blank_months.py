"""Takes a retracted document out of the boards of past months: its title and its address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection, true

from aggregator.model import Entry, MonthBoard, MonthCheck, MonthEvidence, MonthProcess
from aggregator.model.observations import MAX_EVIDENCE_TITLE
from aggregator.store.database.statements import update_rows
from aggregator.store.database.tables import month_boards
from aggregator.values.text import one_line

# Replaces the title of a retracted document.
RETRACTED: Final = "Retracted"


def blank_month_boards(connection: Connection, entries: Iterable[Entry]) -> None:
    """Replace the titles of these versions of one document wherever a stored board has them."""
    versions = list(entries)
    update_rows(
        connection, month_boards, true(), lambda row: {"board": _Blanked(versions).board(row["board"])}
    )


class _Blanked:
    """What becomes of the parts of a board without one document, of which these are the versions."""

    def __init__(self, versions: Iterable[Entry]) -> None:
        self._named = {
            (one_line(entry.title, MAX_EVIDENCE_TITLE), address)
            for entry in versions
            for address in (entry.url, entry.own_page)
        }

    def board(self, board: MonthBoard) -> MonthBoard:
        return replace(board, processes=tuple(map(self._process, board.processes)))

    def _process(self, one: MonthProcess) -> MonthProcess:
        return replace(
            one,
            last=self._evidence(one.last) if one.last else None,
            other_document=self._evidence(one.other_document) if one.other_document else None,
            checks=tuple(map(self._check, one.checks)),
        )

    def _check(self, one: MonthCheck) -> MonthCheck:
        evidence = tuple(map(self._evidence, one.evidence))
        # The reason may name a document that is among the evidence.
        titles = [
            before.title for before, after in zip(one.evidence, evidence, strict=True) if before != after
        ]
        why = one.why
        for title in titles:
            why = why.replace(title, RETRACTED)
        return replace(one, why=why, evidence=evidence)

    def _evidence(self, one: MonthEvidence) -> MonthEvidence:
        # Both must agree: many documents have the same title, and facts of the register the same address.
        is_it = (one.title, one.url) in self._named
        return replace(one, title=RETRACTED, url=None, note="") if is_it else one
