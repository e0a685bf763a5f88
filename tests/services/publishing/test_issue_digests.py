"""A digest that cannot be built is issued later; the others are issued now."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog

from aggregator import log
from aggregator.model.faults import FaultKind
from aggregator.services.publishing import isolated_digests
from aggregator.services.publishing.issue_digests import issue_digests
from aggregator.store import open_store
from tests.deliver.digest.digests import make_digest
from tests.support.builders import instant, make_source_with_state
from tests.web.site_with_subscribers import config

MONDAY = instant("2024-01-29 08:00")


def test_a_digest_that_cannot_be_built_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = {"2024-01-25"}

    def build(_config: object, _store: object, _sources: object, period: str, **rest: Any) -> Any:
        if period in broken:
            raise ZeroDivisionError("a bug")
        return make_digest(period=period, issued_at=None)

    monkeypatch.setattr(isolated_digests, "build_digest", build)
    log.configure(verbose=False)
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        first_read = replace(make_source_with_state().state, first_read=instant("2024-01-22 09:00"))
        monkeypatch.setattr(type(store.sources), "states", lambda _: {"news": first_read})
        issued = {one.period for one in issue_digests(config(), store, MONDAY)}
        assert {"2024-W04", "2024-01-24", "2024-01-26"} < issued
        assert [(one.kind, one.key) for one in store.faults.all()] == [(FaultKind.DIGEST, "2024-01-25")]
        # It is not tried at each call.
        broken.clear()
        assert issue_digests(config(), store, MONDAY + timedelta(minutes=1)) == ()

        (late,) = issue_digests(config(), store, MONDAY + timedelta(minutes=11))
        assert (late.period, store.faults.all()) == ("2024-01-25", ())
    structlog.reset_defaults()
