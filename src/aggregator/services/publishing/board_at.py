"""Builds the board as of any day from the store: by what was public then, or by what we knew then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial

from aggregator import log
from aggregator.classify import Labeller, combine_carriers
from aggregator.config import Config
from aggregator.model import Board, Document
from aggregator.model.faults import FaultKind
from aggregator.observe import build_board, carriers_at
from aggregator.services.publishing.damaged import read_stored
from aggregator.services.publishing.left_out import LeftOut
from aggregator.services.publishing.snapshot import sources_with_state
from aggregator.services.publishing.without_culprits import build_without_culprits
from aggregator.store import Store


def board_at(config: Config, store: Store, at: datetime, *, as_known: bool) -> tuple[Board, frozenset[str]]:
    """Build the board as of `at`; with `as_known` without anything that we first saw later.

    Returns also the documents that are left out: set aside before, damaged, or breaking this board. For those
    that can be read a stand-in counts. Nothing is stored: `at` may be any day.
    """
    stored, faults = read_stored(store), store.faults.all()
    aside = frozenset(fault.key for fault in faults if fault.kind is FaultKind.DOCUMENT)
    board, left_out = build_without_culprits(
        lambda left_out: _build(config, store, left_out.counted(stored.readable), at, as_known=as_known),
        lambda: stored.readable,
        LeftOut(hidden=aside - stored.damaged.keys()),
        partial(log.set_aside, FaultKind.DOCUMENT),
    )
    return board, left_out.ids | stored.damaged.keys()


def _build(
    config: Config, store: Store, documents: Iterable[Document], at: datetime, *, as_known: bool
) -> Board:
    return build_board(
        config.bodies,
        sources_with_state(config, store),
        tuple(_documents_at(config, documents, at, as_known=as_known)),
        at=at,
        zone=config.settings.timezone,
        register=config.register,
        as_known=as_known,
    )


def _documents_at(
    config: Config, documents: Iterable[Document], at: datetime, *, as_known: bool
) -> Iterator[Document]:
    """Return each document with the entries that its carriers had at `at`, labelled by these."""
    labeller = Labeller(config.vocabulary, {source.id: source for source in config.sources})
    for document in documents:
        carriers = carriers_at(document.carriers, at)
        # No carrier had it yet, but it may have been public: it counts, unless we ask what we knew.
        if carriers == document.carriers or not (carriers or as_known):
            yield document
        elif carriers:
            yield combine_carriers(carriers, labeller.label)
