"""Compares two runs: all that they stored, published and sent, but for what a delay may change.

An instant counts as the period in which it is: a poll that was late saw the same content.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from itertools import zip_longest
from typing import Any, Final

from aggregator.model.days import MONTHS
from tests.crash.mail_server import RunningMailServer
from tests.soak.project import OPERATOR
from tests.support.builders import LONDON
from tests.support.projects import SmallProject

PeriodOf = Callable[[datetime], int]

# How instants are written: in the store and in JSON, in `time` elements, in RSS, in the ids of changes (where
# a hash of the same instant follows), on pages, and in the addresses of an archive.
WRITTEN: Final[tuple[tuple[str, Callable[[str], datetime]], ...]] = (
    (r"20\d\d-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)", datetime.fromisoformat),
    (r"\w{3}, \d\d \w{3} 20\d\d \d\d:\d\d:\d\d \+0000", parsedate_to_datetime),
    (r"20\d{6}T\d{6}Z(?:-[0-9a-f]{12})?", lambda text: datetime.fromisoformat(text[:16])),
    (
        rf"\d{{1,2}} (?:{'|'.join(MONTHS)}) 20\d\d, \d\d:\d\d",
        lambda text: datetime.strptime(text, "%d %B %Y, %H:%M").replace(tzinfo=LONDON),
    ),
    (r"\b20\d{12}\b", lambda text: datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)),
)
# A run of alerts is named by its instant.
ALERT_RUN: Final = re.compile(r"\balert-([0-9a-f]{8})\.([0-9a-f]{8})\b")

# The files whose ids are made from the instants of changes, and the pages of feeds' archives, which such an
# instant ends and names.
IDS_OF_INSTANTS: Final = re.compile(r"(alerts/|changes\.)")
UUID: Final = re.compile(r"urn:uuid:[0-9a-f-]{36}")
ARCHIVE_PAGE: Final = re.compile(r"20\d{6}T\d{6}Z-[0-9a-f]{12}")

# What a fault may change, by table.
# When and how often something was done: a delayed poll or delivery is counted another time.
MAY_DIFFER: Final[Mapping[str, tuple[str, ...]]] = {
    "carriers": ("last_seen",),
    "revisions": ("last_seen",),
    "source_states": ("due", "last_polled", "last_read", "read_whole_at", "failures"),
    "deliveries": ("attempts", "unknown_outcomes", "reply"),
    "webhook_deliveries": ("attempts", "reply"),
    "alert_rule_states": ("checked_until",),
    "month_boards": ("made_at",),
}
# Records of the runs, of each reading, and of the faults themselves.
NOT_COMPARED: Final = frozenset({"poll_runs", "readings", "robots_txt", "breakdowns"})


def simplify(text: str, period_of: PeriodOf) -> str:
    """Return `text` with each instant of the soak replaced by its period."""

    def period(read: Callable[[str], datetime], found: re.Match[str]) -> str:
        at = read(found[0])
        return f"<period {period_of(at)}>" if period_of(at) >= 0 else found[0]

    def run(found: re.Match[str]) -> str:
        return f"alert-{found[1]}.<period {period_of(datetime.fromtimestamp(int(found[2], 16), UTC))}>"

    for pattern, read in WRITTEN:
        text = re.sub(pattern, partial(period, read), text)
    return ALERT_RUN.sub(run, text)


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
    """Return the published files, but the manifest, which has their hashes, and the pages of archives."""
    return {
        path: _file(path, payload.decode("utf-8", "replace"), period_of)
        for path, payload in project.output().items()
        if path != ".published" and not ARCHIVE_PAGE.search(path)
    }


def _file(path: str, text: str, period_of: PeriodOf) -> str:
    # Without commas, since the link to an archive page may have been the last line of an object.
    lines = [line.rstrip(",") for line in text.splitlines() if not ARCHIVE_PAGE.search(line)]
    simple = simplify("\n".join(lines), period_of)
    return UUID.sub("<id>", simple) if IDS_OF_INSTANTS.match(path) else simple


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
    both = undisturbed.keys() & disturbed.keys()
    return [
        *(f"only undisturbed: {key}" for key in sorted(undisturbed.keys() - both)),
        *(f"only disturbed: {key}" for key in sorted(disturbed.keys() - both)),
        *(
            f"{key}: {_first_difference(str(undisturbed[key]), str(disturbed[key]))}"
            for key in sorted(both)
            if undisturbed[key] != disturbed[key]
        ),
    ]


def _first_difference(one: str, other: str) -> str:
    pairs = zip_longest(re.split(r"\n|(?<=>)(?=<)", one), re.split(r"\n|(?<=>)(?=<)", other))
    return next((f"{first!r} / {second!r}" for first, second in pairs if first != second), "")
