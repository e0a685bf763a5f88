"""Polls sources and saves what changed: fetch → parse → normalise → classify → store."""

from aggregator.services.polling.poller import Outcome, Poller, Progress, Tried

__all__ = ["Outcome", "Poller", "Progress", "Tried"]
