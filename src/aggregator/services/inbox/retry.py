"""Tries at once, at the operator's command, what was set aside."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from aggregator.model.faults import FaultKind
from aggregator.store import Store

# In place of a key: every fault.
ALL: Final = "all"


def retry(store: Store, key: str, now: datetime) -> int:
    """Forget the faults under a key, so that the next run tries these parts anew; return how many.

    The key of an alert rule also plans its posts to a webhook anew that were given up.
    """
    chosen = [fault for fault in store.faults.all() if key in {fault.key, ALL}]
    for fault in chosen:
        # What has a due time of its own would wait for it.
        if fault.kind is FaultKind.SOURCE and fault.key in store.sources.states():
            store.sources.save_state(replace(store.sources.state(fault.key), due=now))
        if fault.kind in {FaultKind.DELIVERY, FaultKind.DIGEST}:
            store.deliveries.try_set_aside(fault.key, now)
        if fault.kind is FaultKind.WEBHOOK:
            store.alerts.try_set_aside(fault.key, now)
        store.faults.clear(fault.kind, fault.key)
    return len(chosen) + store.alerts.post_again(key, now)
