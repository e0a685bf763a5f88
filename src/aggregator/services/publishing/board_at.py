"""Builds the board as of any day from the store: by what was public then, or by what we knew then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from aggregator.classify import Labeller, combine_carriers
from aggregator.config import Config
from aggregator.model import Board, Document
from aggregator.observe import build_board, carriers_at
from aggregator.services.publishing.snapshot import sources_with_state
from aggregator.store import Store


def board_at(config: Config, store: Store, at: datetime, *, as_known: bool) -> Board:
    """Build the board as of `at`; with `as_known` without anything that we first saw later."""
    return build_board(
        config.bodies,
        sources_with_state(config, store),
        tuple(_documents_at(config, store.documents.all(), at, as_known=as_known)),
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
