"""Polls sources and saves changes: fetch → parse → normalise → classify → store."""

from aggregator.services.polling.poller import DryRun, Poller, PollOutcome, Progress

__all__ = ["DryRun", "PollOutcome", "Poller", "Progress"]
