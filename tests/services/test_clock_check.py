"""A clock that ran ahead silences nothing: what it left is set right; a clock that is behind does nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.config.rule_language import parse_rule
from aggregator.due_work import DueWork, Services, send_due
from aggregator.errors import StoreError
from aggregator.model import MonthBoard, Run
from aggregator.model.alert_rules import AlertRule
from aggregator.model.faults import CLOCK_BEHIND, CLOCK_SET_RIGHT, Breakdown, FaultKind
from aggregator.services.alerts.webhooks import WebhookSender
from aggregator.services.clock_check import TOLERANCE, accept_clock, check_clock, is_behind, is_settled
from aggregator.services.inbox.health import JobOutcomes
from aggregator.services.inbox.queues import inbox
from aggregator.services.mailing.mailer import Mailer, outbox_folder
from aggregator.store import Store, open_store
from aggregator.store.clock import DUE, RECORDED, REPEATED
from aggregator.store.database.tables import metadata
from tests.deliver.mail.subscribers import make_subscriber
from tests.store.contents import fill
from tests.support.projects import SMALL_REGISTER, small_project
from tests.test_due_work import FRIDAY, Harness, open_harness

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
YEAR = timedelta(days=365)
# 08:00 in London.
MONDAY = datetime(2026, 6, 8, 7, tzinfo=UTC)


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    """A program with one source, one rule and one subscriber, that has run hourly for a day until FRIDAY."""
    for one in open_harness(small_project(tmp_path / "project", register=SMALL_REGISTER)):
        ids = one.config.valid_ids
        rule = AlertRule(id="plans", name="Plans", when=parse_rule("plan relevance:any", ids), feed=True)
        one.config = replace(one.config, alerts=(replace(rule, mail=("reader@example.org",)),))
        one.store.subscribers.add([make_subscriber(status_since=FRIDAY - 9 * DAY)])
        save_runs(one, FRIDAY - DAY, 24)
        one.run_after_restart()
        yield one


def save_runs(harness: Harness, start: datetime, count: int) -> None:
    """Save a run for each hour from `start` on, as if it had found nothing."""
    for hour in range(count):
        harness.store.runs.save(Run(at=start + hour * HOUR, polled=1, failed=0, new=0, revised=0))


def run(harness: Harness, at: datetime, *, is_clock_real: bool = True) -> list[str]:
    """Do all that is due, and send; return the subjects in the outbox since the run before."""
    harness.clock.now = at
    services = Services(
        config=harness.config, store=harness.store, clock=harness.clock, is_clock_real=is_clock_real
    )
    asyncio.run(DueWork(services, harness.network).run())
    mailer = Mailer(harness.config, harness.store, harness.clock)
    if is_clock_real:
        sender = WebhookSender(harness.config, harness.store, harness.clock)
        asyncio.run(send_due(mailer, sender, harness.network, JobOutcomes(started=at)))
    else:
        asyncio.run(mailer.send_due())
    outbox = outbox_folder(harness.config.settings, None)
    files = sorted(outbox.rglob("*.eml"))
    subjects = [line for file in files for line in file.read_text().splitlines() if "Subject:" in line]
    for file in files:
        file.unlink()
    return sorted(subject.removeprefix("Subject: ") for subject in subjects)


def publish_item(harness: Harness, path: str, title: str) -> None:
    harness.network.items = {**harness.network.items, path: title}


def test_after_a_run_a_year_ahead_the_program_polls_alerts_and_sends_as_if_it_had_not_been(
    harness: Harness,
) -> None:
    publish_item(harness, "/b", "A plan of Friday")
    ahead = run(harness, FRIDAY + YEAR, is_clock_real=False)
    assert any("A plan of Friday" in subject for subject in ahead)
    polled = len(harness.network.requested)

    publish_item(harness, "/c", "Another plan")
    found = run(harness, FRIDAY + 10 * MINUTE)

    assert len(harness.network.requested) == polled + 1
    assert found == ["Plans: New: Another plan"]
    (fault,) = harness.store.faults.all()
    assert (fault.kind, fault.key) == (FaultKind.JOB, CLOCK_SET_RIGHT)
    assert "(up to 2027-06-05 12:00 UTC) lay in the future" in fault.error
    services = Services(config=harness.config, store=harness.store, clock=harness.clock)
    health = DueWork(services, harness.network).report()
    assert health.problems == (fault.error,)
    assert [item.command for item in health.inbox] == ['aggregator inbox --retry "the clock ran ahead"']

    # In the digest is all that was found, also in the future, and it is sent once.
    before, weekend = len(harness.network.requested), (FRIDAY + 2 * HOUR, FRIDAY + DAY, MONDAY - MINUTE)
    assert [run(harness, at) for at in weekend] == [[], [], []]
    assert len(harness.network.requested) == before + len(weekend)
    at = MONDAY + DAY + HOUR
    mails = run(harness, MONDAY) + run(harness, at)
    (digest,) = [one for one in harness.store.digests.all() if one.window.end == MONDAY]
    assert len(mails) == 1
    titles = {item.title for section in digest.sections for item in section.items}
    assert {"A plan of Friday", "Another plan"} <= titles
    assert all(one.window.end <= at for one in harness.store.digests.all())
    assert not harness.store.instants.has_future(at)
    assert DueWork(services, harness.network).report().problems == ()
    assert [fault.key for fault in harness.store.faults.all()] == [CLOCK_SET_RIGHT]


@pytest.mark.parametrize("back", [3 * DAY, 40 * YEAR], ids=["three days", "1986"])
def test_a_clock_that_is_behind_polls_publishes_and_sends_nothing_until_it_is_right(
    harness: Harness, back: timedelta
) -> None:
    save_runs(harness, FRIDAY + HOUR, 5 * 24)
    before, requested = harness.store.dump(), len(harness.network.requested)

    assert run(harness, FRIDAY + 5 * DAY - back) == []

    faults = [fault for fault in harness.store.faults.all() if fault.key == CLOCK_BEHIND]
    assert "the clock seems to be behind: it says" in faults[0].error
    lines = harness.store.dump().splitlines(keepends=True)
    assert "".join(line for line in lines if not line.startswith("faults")) == before
    assert len(harness.network.requested) == requested
    (item,) = inbox(harness.config, harness.store, harness.clock.now)
    assert item.command == "aggregator inbox --accept-clock"

    run(harness, FRIDAY + 5 * DAY)
    assert harness.store.faults.all() == ()
    assert len(harness.network.requested) == requested + 1


def test_the_operator_can_say_that_a_clock_that_seems_behind_is_right(harness: Harness) -> None:
    at = FRIDAY - 2 * HOUR
    with pytest.raises(StoreError, match="behind"):
        check_clock(harness.store, at)

    assert accept_clock(harness.store, at)
    assert check_clock(harness.store, at) is None


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([-HOUR, timedelta(0)], [], False),
        ([-HOUR, timedelta(0)], [YEAR], False),
        ([-HOUR, timedelta(0)], [YEAR, YEAR + DAY], False),
        ([-HOUR, timedelta(0)], [HOUR, 2 * HOUR], True),
        ([-HOUR, timedelta(0)], [3 * DAY], False),
        # Run by hand once a week.
        ([-14 * DAY, -7 * DAY], [3 * DAY, 10 * DAY], True),
        ([], [YEAR], False),
        ([], [YEAR, YEAR + 20 * HOUR], False),
        # The clock went back to a time before the store was made.
        ([], [8 * DAY + one * HOUR for one in range(4)], True),
        ([], [2 * HOUR, 3 * HOUR], True),
    ],
)
def test_a_gap_tells_a_clock_that_ran_ahead_from_one_that_is_behind(
    before: list[timedelta], after: list[timedelta], expected: bool
) -> None:
    assert is_behind([FRIDAY + one for one in (*before, *after)], FRIDAY) is expected


@pytest.mark.parametrize(("ago", "expected"), [(HOUR, False), (2 * DAY, True), (40 * DAY, False)])
def test_nothing_is_deleted_for_its_age_before_the_clock_was_right_for_a_day(
    ago: timedelta, expected: bool
) -> None:
    assert is_settled([FRIDAY - 300 * DAY, FRIDAY - ago], FRIDAY) is expected


def test_whatever_is_stored_nothing_of_ours_lies_in_the_future_afterwards() -> None:
    with open_store("sqlite://") as store:
        fill(store)
        store.breakdowns.replace(None, Breakdown(began_at=FRIDAY, problems="a full disk"))
        store.alerts.save((), {}, (), {"urn:uuid:1": FRIDAY})
        for month in ("2024-11", "2026-05"):
            store.month_boards.add(make_month_board(month))
        now, counts = datetime(2025, 1, 1, tzinfo=UTC), row_counts(store)

        mended = store.instants.mend(now, TOLERANCE)

        # What the future issued is taken back; everything else is there, and nothing is found a second time.
        taken_back = {"digests", "delivery_runs", "deliveries", "bounces", "month_boards"}
        after = row_counts(store)
        assert {name for name in counts if counts[name] != after[name]} <= taken_back
        assert set(mended.rows) >= {table.name for table in RECORDED} - taken_back - {"faults"} | {
            "month_boards"
        }
        again = store.instants.mend(now, TOLERANCE)
        assert (again.latest, again.rows, again.digests) == (None, {}, ())
        assert not store.instants.has_future(now)
        # The board of a month that is not over is written down again when it is.
        assert store.month_boards.months() == {"2024-11"}
        seen = [one.seen_at for document in store.documents.all() for one in document.carriers[0].revisions]
        assert seen
        assert max(seen) < now


def make_month_board(month: str) -> MonthBoard:
    """A month's board that was written down on FRIDAY."""
    last = date.fromisoformat(f"{month}-28")
    return MonthBoard(month=month, day=last, made_at=FRIDAY, record_criteria="", processes=())


def row_counts(store: Store) -> Counter[str]:
    return Counter(line.partition("\t")[0] for line in store.dump().splitlines())


def test_every_column_of_instants_is_looked_after() -> None:
    instant = type(metadata.tables["documents"].c.first_seen.type)
    written = metadata.tables["documents"].c.first_seen.type
    assert isinstance(written, instant)
    for table in metadata.tables.values():
        known = {*RECORDED.get(table, ()), *REPEATED.get(table, ())}
        known |= {DUE[table][0]} if table in DUE else set()
        missing = {column.name for column in table.c if column.type is written} - known
        assert not missing, f"{table.name}: say in store/clock.py what a future {missing} means"
