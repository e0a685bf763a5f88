"""The feeds of readers' own rules, as the web page serves them to whoever knows their address."""

from __future__ import annotations

from typing import Final

from aggregator.config import Config
from aggregator.deliver.mail.tokens import Tokens
from aggregator.model import Board, PrivateFeed, Snapshot
from aggregator.publish.feeds.feed_files import private_feed
from aggregator.services.alerts.matching import HEARS
from aggregator.store import Store

NEWEST: Final = 100
"""How many alerts a feed tells."""


def subscriber_feed(
    config: Config, store: Store, tokens: Tokens, token: str, address: str
) -> PrivateFeed | None:
    """The feed that a token opens, as it stands at `address`; None where there is none (any more)."""
    word = tokens.fed(token)
    found = store.alerts.fed(word) if word else None
    if not word or not found:
        return None
    whose, rule = found
    reader, key = store.readers.one(whose), f"{whose}/{rule.id}"
    watch = store.alerts.watched(key).get(key)
    if reader is None or watch is None or reader.standing not in HEARS:
        return None
    settings, vocabulary = config.settings, config.vocabulary
    ground = Snapshot(
        at=watch.since,
        site=settings.site,
        bodies=config.bodies,
        holdings=(),
        board=Board(at=watch.since, lines=()),
        sources=(),
        digests=(),
        types=vocabulary.names,
        topics=vocabulary.topic_names,
    )
    return private_feed(word, rule.when, store.alerts.recent(key, NEWEST), ground, address)
