"""The board on any day, from the store: as things were public then, or as we had seen them. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from aggregator.classify import Labeller, hold
from aggregator.config import Config
from aggregator.model import Board, Document
from aggregator.observe import board, carriers_at
from aggregator.services.publishing.snapshot import source_lines
from aggregator.store import Store


def board_at(config: Config, store: Store, at: datetime, *, as_seen: bool) -> Board:
    """The board at `at`; with `as_seen` from nothing that we saw or read later."""
    return board(
        config.bodies,
        source_lines(config, store),
        tuple(_wound_back(config, store.documents.all(), at, as_seen=as_seen)),
        at=at,
        zone=config.settings.zone,
        register=config.register,
        as_seen=as_seen,
    )


def _wound_back(
    config: Config, holdings: Iterable[Document], at: datetime, *, as_seen: bool
) -> Iterator[Document]:
    """Each document as its carriers had told it by then, labelled by what it said then.

    One that we saw only later can have been public all the same: it stays as it is, unless `as_seen`.
    """
    labeller = Labeller(config.vocabulary, {source.id: source for source in config.sources})
    for holding in holdings:
        told = carriers_at(holding.carriers, at)
        if told == holding.carriers or not (told or as_seen):
            yield holding
        elif told:
            yield hold(told, labeller.label)
