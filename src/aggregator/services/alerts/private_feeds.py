"""Renders the private feed of a subscriber's rule, which anybody who knows its address can read."""

from __future__ import annotations

from typing import Final

from aggregator.config import Config
from aggregator.deliver.mail.tokens import Tokens
from aggregator.model import Board, PrivateFeed, Snapshot
from aggregator.publish.feeds.feed_files import private_feed
from aggregator.services.alerts.matching import WATCHED_STATUSES
from aggregator.store import Store

# The latest alerts that a feed shows.
MAX_ALERTS: Final = 100


def render_private_feed(
    config: Config, store: Store, tokens: Tokens, token: str, address: str
) -> PrivateFeed | None:
    """The feed that a token opens, as served at `address`; None when there is none, or none any more."""
    feed_secret = tokens.read_feed_token(token)
    stored = store.alerts.rule_of_feed(feed_secret) if feed_secret else None
    if not feed_secret or not stored:
        return None
    subscriber_id, rule = stored
    subscriber, key = store.subscribers.get(subscriber_id), f"{subscriber_id}/{rule.id}"
    state = store.alerts.rule_states(key).get(key)
    if subscriber is None or state is None or subscriber.status not in WATCHED_STATUSES:
        return None
    settings, vocabulary = config.settings, config.vocabulary
    snapshot = Snapshot(
        # Fixed, so that the feed changes only when an alert is added.
        at=state.watched_since,
        site=settings.site,
        bodies=config.bodies,
        documents=(),
        board=Board(at=state.watched_since, rows=()),
        sources=(),
        digests=(),
        types=vocabulary.type_names,
        topics=vocabulary.topic_names,
    )
    return private_feed(feed_secret, rule.when, store.alerts.recent(key, MAX_ALERTS), snapshot, address)
