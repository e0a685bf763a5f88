"""Compares two runs: all that they stored, published and sent, but for what a delay may change.

An instant counts as the period in which it is: a poll that was late saw the same content.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from tests.crash.mail_server import RunningMailServer
from tests.soak.project import OPERATOR
from tests.support.projects import SmallProject

PeriodOf = Callable[[datetime], int]

INSTANT: Final = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|\+00:00)")
# A run of alerts is named by its instant.
ALERT_RUN: Final = re.compile(r"\balert-([0-9a-f]{8})\.([0-9a-f]{8})\b")

# What a fault may change, by table; True is the whole table.
# When and how often something was done: a delayed poll or delivery is counted another time.
MAY_DIFFER: Final[Mapping[str, tuple[str, ...]]] = {
    "carriers": ("last_seen",),
    "revisions": ("last_seen",),
    "source_states": ("due", "last_polled", "last_read", "failures"),
    "deliveries": ("attempts", "unknown_outcomes", "reply"),
    "webhook_deliveries": ("attempts", "reply"),
    "alert_rule_states": ("checked_until",),
}
# Records of the runs and of the faults themselves.
NOT_COMPARED: Final = frozenset({"poll_runs", "robots_txt", "breakdowns"})


def simplify(text: str, period_of: PeriodOf) -> str:
    """Return `text` with each instant of the soak replaced by its period."""

    def instant(found: re.Match[str]) -> str:
        at = datetime.fromisoformat(found[0].replace("Z", "+00:00"))
        return f"<period {period_of(at)}>" if period_of(at) >= 0 else found[0]

    def run(found: re.Match[str]) -> str:
        return f"alert-{found[1]}.<period {period_of(datetime.fromtimestamp(int(found[2], 16), UTC))}>"

    return ALERT_RUN.sub(run, INSTANT.sub(instant, text))


def stored(dump: str, period_of: PeriodOf) -> Counter[str]:
    """Return the lines of a store's dump without what may differ."""
    lines = list[str]()
    for line in dump.splitlines():
        table, _, text = line.partition("\t")
        if table not in NOT_COMPARED:
            row = _without(json.loads(text), MAY_DIFFER.get(table, ()))
            lines.append(simplify(f"{table}\t{json.dumps(row, sort_keys=True)}", period_of))
    return Counter(lines)


def _without(row: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    for key, value in row.items():
        if isinstance(value, str) and value.startswith("{"):
            row[key] = _without(json.loads(value), names)
    return {key: value for key, value in row.items() if key not in names}


def published(project: SmallProject, period_of: PeriodOf) -> dict[str, str]:
    """Return the published files; the manifest, which has their hashes, only has to list the same ones."""
    return {
        path: simplify(payload.decode("utf-8", "replace"), period_of)
        for path, payload in project.output().items()
        if path != ".published"
    }


def sent(server: RunningMailServer, period_of: PeriodOf) -> Counter[str]:
    """Return recipient and Message-ID of each mail to subscribers, with the number of its copies."""
    return Counter(
        simplify(f"{mail['to']} {mail['id']}", period_of)
        for mail in server.accepted_mails()
        if mail["to"] != OPERATOR
    )


def posted(posts: list[tuple[str, str]], name: str, period_of: PeriodOf) -> Counter[str]:
    """Return what one run posted to the webhook, with the number of copies."""
    return Counter(simplify(payload, period_of) for to, payload in posts if to == name)


def differences(undisturbed: Mapping[str, Any], disturbed: Mapping[str, Any]) -> list[str]:
    """Return what only one of two runs has, or has otherwise."""
    keys = sorted({*undisturbed, *disturbed})
    return [
        f"{'both differ' if key in undisturbed and key in disturbed else 'only undisturbed' if key in undisturbed else 'only disturbed'}: {key}"
        for key in keys
        if undisturbed.get(key) != disturbed.get(key)
    ]
