"""Gathers a snapshot of all that is published: documents, board, digests and alerts. Changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from aggregator.config import Config
from aggregator.deliver import compose, digest_window, week_of
from aggregator.deliver.digest.compose import CLOSING_SOON_DAYS
from aggregator.model import (
    Digest,
    Document,
    Frequency,
    Snapshot,
    SourceState,
    SourceWithState,
    Window,
    own_page_path,
)
from aggregator.model.alert_rules import AlertFeed
from aggregator.normalise.identity import entry_id
from aggregator.observe import build_board
from aggregator.publish.board.wording import silence_sentences
from aggregator.publish.presentation.paths import document_page_path, page_path_of_id
from aggregator.services.publishing.left_out import NOTHING_LEFT_OUT, LeftOut
from aggregator.services.publishing.reading_gaps import find_reading_gaps
from aggregator.store import Store

DAY: Final = timedelta(days=1)


def sources_with_state(config: Config, store: Store) -> tuple[SourceWithState, ...]:
    """Return every source with its state and outages, in the order of sources.yaml."""
    states, outages = store.sources.states(), store.sources.outages()
    return tuple(
        SourceWithState(
            source=source,
            state=states.get(source.id, SourceState(source=source.id)),
            outages=outages.get(source.id, ()),
        )
        for source in config.sources
    )


def with_last_readings(
    store: Store, sources: Iterable[SourceWithState], at: datetime
) -> tuple[SourceWithState, ...]:
    """Return the sources with their last readings up to `at`, which a board of an earlier instant needs."""
    readings = store.sources.last_readings(at)
    return tuple(replace(one, last_reading=readings.get(one.source.id)) for one in sources)


def gather_snapshot(
    config: Config,
    store: Store,
    now: datetime,
    *,
    left_out: LeftOut = NOTHING_LEFT_OUT,
    stored: Sequence[Document] | None = None,
    with_draft: bool = True,
) -> Snapshot:
    """Gather everything that publishing needs, as of `now`.

    `stored` are all documents, if the caller has read them already. The draft is the digest of the open week.
    """
    sources = sources_with_state(config, store)
    stored = store.documents.all() if stored is None else stored
    documents, counted = left_out.published(stored), left_out.counted(stored)
    zone = config.settings.timezone
    draft = (
        (
            build_digest(
                config,
                store,
                sources,
                week_of(now, zone),
                now=now,
                load_documents=lambda: counted,
                left_out=left_out,
            ),
        )
        if with_draft
        else ()
    )
    return Snapshot(
        at=now,
        site=config.settings.site,
        bodies=config.bodies,
        documents=documents,
        board=build_board(config.bodies, sources, counted, at=now, zone=zone, register=config.register),
        sources=sources,
        digests=(*(left_out.digest(digest) for digest in store.digests.all()), *draft),
        types=config.vocabulary.type_names,
        topics=config.vocabulary.topic_names,
        plans=config.vocabulary.plan_names,
        plan_spellings=config.vocabulary.plan_spellings,
        roles=config.roles,
        label_overrides=store.labels.overrides(),
        retractions=store.documents.retractions(),
        former_pages=former_pages(store),
        alerts=tuple(
            AlertFeed(rule=rule, alerts=left_out.alerts(store.alerts.recent(rule.key)))
            for rule in config.alerts
            if rule.feed
        ),
        month_boards=store.month_boards.all(),
    )


def former_pages(store: Store) -> Mapping[str, str]:
    """Return the paths at which documents may once have had their page, with the ids of these documents.

    These are the paths of records without an address, and of documents that were merged into others.
    """
    own = {own_page_path(name, entry_id(name)): id for name, id in store.names.own_ids().items()}
    merged = {page_path_of_id(duplicate): id for duplicate, id in store.names.merged_ids().items()}
    return dict(sorted((own | merged).items()))


def build_digest(
    config: Config,
    store: Store,
    sources: Sequence[SourceWithState],
    period: str,
    *,
    now: datetime,
    load_documents: Callable[[], Sequence[Document]],
    left_out: LeftOut = NOTHING_LEFT_OUT,
) -> Digest:
    """Build the draft of a week (`2024-W04`) or day (`2024-01-24`) from what is stored at `now`.

    `load_documents` returns all documents that count, see `left_out`. It is called for a weekly digest only,
    since they are many.
    """
    settings = config.settings
    window = digest_window(period, settings.timezone)
    gaps = find_reading_gaps(store, sources, window, now, settings.timezone)
    closing = Window(start=window.end - DAY, end=window.end + (CLOSING_SOON_DAYS + 1) * DAY)
    digest = compose(
        period,
        left_out.counted((*store.documents.with_updates(window), *store.documents.closing_in(closing))),
        zone=settings.timezone,
        site=settings.site,
        bodies=config.bodies,
        page=document_page_path,
        issued_at=None,
    )
    # Silence is counted in months: in each daily digest it would be noise.
    is_weekly = digest.frequency is Frequency.WEEKLY
    at = min(window.end, now)
    read = with_last_readings(store, sources, at) if is_weekly else ()
    silences = _silences(config, read, load_documents(), at) if is_weekly else ()
    return replace(
        digest,
        unread_periods=gaps.unread_periods,
        unread_sources=gaps.unread_sources,
        unasked_sources=gaps.unasked_sources,
        silences=silences,
    )


def _silences(
    config: Config, sources: Sequence[SourceWithState], documents: Sequence[Document], at: datetime
) -> tuple[str, ...]:
    """Return who was silent at the digest's instant; of sources that were not read the board says nothing."""
    zone = config.settings.timezone
    board = build_board(config.bodies, sources, documents, at=at, zone=zone, register=config.register)
    return silence_sentences(board, zone)
