"""Builds the board as of any day from the store: by what we knew then, or by what was public then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from aggregator import log
from aggregator.classify import Labeller, combine_carriers
from aggregator.config import Config
from aggregator.model import Board, Carrier, Document
from aggregator.model.faults import FaultKind
from aggregator.observe import BoardInputs, build_board, known_at, public_at
from aggregator.services.publishing.damaged import read_stored
from aggregator.services.publishing.left_out import LeftOut
from aggregator.services.publishing.snapshot import sources_with_state, with_last_readings
from aggregator.services.publishing.without_culprits import build_without_culprits
from aggregator.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class PastBoard:
    """The board of a day, how it was made, and the documents that are left out of it."""

    board: Board
    as_known: bool
    left_out: frozenset[str]


def board_at(config: Config, store: Store, at: datetime, *, as_known: bool | None = None) -> PastBoard:
    """Build the board as of `at`.

    With `as_known` it has nothing that we first saw, read or wrote down later; without, what was public then
    by all that we know today. None chooses: as known, but before our first poll, when we knew nothing.

    Documents are left out that were set aside before, are damaged, or break this board; for those that can be
    read a stand-in counts. Nothing is stored: `at` may be any day.
    """
    if as_known is None:
        as_known = _had_polled(store, at)
    stored, faults = read_stored(store), store.faults.all()
    aside = frozenset(fault.key for fault in faults if fault.kind is FaultKind.DOCUMENT)
    board, left_out = build_without_culprits(
        lambda left_out: _build(config, store, left_out.counted(stored.readable), at, as_known=as_known),
        lambda: stored.readable,
        LeftOut(hidden=aside - stored.damaged.keys()),
        partial(log.set_aside, FaultKind.DOCUMENT),
    )
    return PastBoard(board=board, as_known=as_known, left_out=left_out.ids | stored.damaged.keys())


def _had_polled(store: Store, at: datetime) -> bool:
    states, outages = store.sources.states().values(), store.sources.outages().values()
    polls = [time for state in states for time in (state.first_read, state.failing_since) if time]
    polls += [outage.since for several in outages for outage in several]
    return bool(polls) and min(polls) <= at


def _build(
    config: Config, store: Store, documents: Iterable[Document], at: datetime, *, as_known: bool
) -> Board:
    zone = config.settings.timezone
    overrides = store.labels.overrides()
    made_by_then = {id: one for id, one in overrides.items() if one.at <= at}
    labeller = Labeller(config.vocabulary, {source.id: source for source in config.sources}, config.bodies)
    label = labeller.with_overrides(made_by_then)

    def combine(carriers: Sequence[Carrier]) -> Document:
        return combine_carriers(carriers, label)

    inputs = BoardInputs(
        bodies=config.bodies,
        sources=with_last_readings(store, sources_with_state(config, store), at),
        documents=tuple(documents),
        register=config.register,
        corrected_later=frozenset(overrides.keys() - made_by_then.keys()),
    )
    then = known_at(inputs, at, zone, combine) if as_known else public_at(inputs, at, combine)
    return build_board(then.bodies, then.sources, then.documents, at=at, zone=zone, register=then.register)
