"""Gathers what is published: the store, held against the board, and the letters. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from aggregator.config import Config
from aggregator.deliver import compose, week_of, window
from aggregator.deliver.digest.compose import SOON
from aggregator.model import Digest, Document, Frequency, Snapshot, SourceLine, SourceState, Window, page_of
from aggregator.model.alerts import AlertFeed
from aggregator.normalise.identity import entry_id
from aggregator.observe import board
from aggregator.publish.board.wording import silence_lines
from aggregator.publish.presentation.paths import entry_page, id_page
from aggregator.store import Store

DAY: Final = timedelta(days=1)


def source_lines(config: Config, store: Store) -> tuple[SourceLine, ...]:
    """Every source with what is known of it, in the order of sources.yaml."""
    states, outages = store.sources.states(), store.sources.outages()
    return tuple(
        SourceLine(
            source=source,
            state=states.get(source.id, SourceState(source=source.id)),
            outages=outages.get(source.id, ()),
        )
        for source in config.sources
    )


def gather(config: Config, store: Store, now: datetime) -> Snapshot:
    """Everything that publishing needs, as it stands at `now`."""
    lines = source_lines(config, store)
    holdings = store.documents.all()
    zone = config.settings.zone
    return Snapshot(
        at=now,
        site=config.settings.site,
        bodies=config.bodies,
        holdings=holdings,
        board=board(config.bodies, lines, holdings, at=now, zone=zone, register=config.register),
        sources=lines,
        digests=(
            *store.digests.all(),
            letter_of(config, store, lines, week_of(now, zone), holdings=lambda: holdings),
        ),
        types=config.vocabulary.names,
        topics=config.vocabulary.topic_names,
        plans=config.vocabulary.plan_names,
        roles=config.roles,
        marks=store.labels.marks(),
        retractions=store.documents.retractions(),
        former_pages=former_pages(store),
        alerts=tuple(
            AlertFeed(rule=rule, told=store.alerts.recent(rule.key)) for rule in config.alerts if rule.feed
        ),
    )


def former_pages(store: Store) -> Mapping[str, str]:
    """The paths at which a document may once have stood, and the ids of what they lead to by now: those of
    records without a page, and of documents that turned out to be another one."""
    own = {page_of(name, entry_id(name)): id for name, id in store.names.own().items()}
    joined = {id_page(gone): id for gone, id in store.names.joined_ids().items()}
    return dict(sorted((own | joined).items()))


def letter_of(
    config: Config,
    store: Store,
    lines: Sequence[SourceLine],
    week: str,
    *,
    holdings: Callable[[], Sequence[Document]],
    issued: datetime | None = None,
) -> Digest:
    """The content of a week's or a day's letter, by its name, from what the store holds now.

    `holdings` gives all documents, and is asked where silence is told: they are many, and a caller may have
    them already.
    """
    settings = config.settings
    span = window(week, settings.zone)
    unread = tuple(
        line.source.title
        for line in lines
        if line.state.failing_since and line.state.failing_since < span.end
    )
    soon = Window(start=span.end - DAY, end=span.end + (SOON + 1) * DAY)
    letter = compose(
        week,
        (*store.documents.news(span), *store.documents.closing(soon)),
        zone=settings.zone,
        site=settings.site,
        bodies=config.bodies,
        page=entry_page,
        issued=issued,
    )
    # Silence is counted in months: to tell it every day would be noise.
    weekly = letter.rhythm is Frequency.WEEKLY
    silence = _silence(config, lines, holdings(), span.end) if weekly else ()
    return replace(letter, unread=unread, silence=silence)


def _silence(
    config: Config, lines: Sequence[SourceLine], holdings: Sequence[Document], end: datetime
) -> tuple[str, ...]:
    """Who has been silent, as it stood when we last looked before the week ended."""
    zone = config.settings.zone
    at = min(end, max((line.state.asked for line in lines if line.state.asked), default=end))
    found = board(config.bodies, lines, holdings, at=at, zone=zone, register=config.register)
    return silence_lines(found, zone)
