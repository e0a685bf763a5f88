"""The board on any day, from the store: as things were public then, or as we had seen them. Reads only."""

from __future__ import annotations

from datetime import datetime

from aggregator.classify import Labeller, hold
from aggregator.config import Config
from aggregator.model import Board, Holding
from aggregator.observe import board, carriers_at
from aggregator.pipeline.edition import source_lines
from aggregator.store import Store


def board_at(config: Config, store: Store, at: datetime, *, as_seen: bool) -> Board:
    """The board at `at`; with `as_seen` from nothing that we saw or read later."""
    holdings = store.holdings()
    return board(
        config.bodies,
        source_lines(config, store.states()),
        _wound_back(config, holdings, at) if as_seen else holdings,
        at=at,
        zone=config.settings.zone,
        register=config.register,
        as_seen=as_seen,
    )


def _wound_back(config: Config, holdings: tuple[Holding, ...], at: datetime) -> tuple[Holding, ...]:
    """The documents as their carriers had told them by then, labelled by what they said then."""
    labeller = Labeller(config.vocabulary, {source.id: source for source in config.sources})
    told = (carriers_at(holding.carriers, at) for holding in holdings)
    return tuple(hold(carriers, labeller.label) for carriers in told if carriers)
