"""Which letters should exist, of weeks and of days, for whom, and what becomes of those that are too late."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from aggregator.config import load_config
from aggregator.config.settings import load_settings
from aggregator.deliver import digest_window
from aggregator.model import Choices, DeliveryStatus, Digest, Frequency, SubscriberStatus
from aggregator.services.mailing.delivery import TOO_LATE, DeliveryService
from aggregator.store import open_store
from tests.conftest import PROJECT
from tests.deliver.digest.digests import digest, item, under
from tests.deliver.mail.subscribers import reader, stationery
from tests.services.mailing.test_delivery import Postbox
from tests.support.builders import LONDON, instant

DAILY = Choices(frequency=Frequency.DAILY)


@pytest.fixture
def letters(tmp_path: Path) -> Iterator[DeliveryService]:
    """Nothing was issued yet; Wanda reads weekly and Dora daily since New Year."""
    settings = load_settings(PROJECT / "settings.yaml", store=f"sqlite:///{tmp_path}/store.db")
    config = load_config(settings)
    with open_store(config.settings.store_url) as store:
        store.subscribers.add(
            [
                reader(id="wanda", address="wanda@example.org"),
                reader(id="dora", address="dora@example.org", choices=DAILY),
            ]
        )
        yield DeliveryService(config, store, stationery())


def issue(letters: DeliveryService, *names: str, empty: bool = False) -> None:
    """Freeze these letters when their windows have closed."""
    for name in names:
        span = digest_window(name, LONDON)
        sections = () if empty else (under("Documents", item()),)
        letters.store.digests.issue([digest(*sections, week=name, window=span, issued=span.end)])


def sent(letters: DeliveryService, at: str) -> list[str]:
    """Plan and send; who got which letter, by the Message-ID."""
    postbox, now = Postbox(), instant(at)
    letters.plan_digests(now)
    asyncio.run(letters.send_due(postbox, lambda: now, allow_all=True))
    return sorted(f"{one.subscriber_id} {one.run}" for batch in postbox.batches for one in batch)


def test_each_reader_gets_the_letters_of_their_own_rhythm_once(letters: DeliveryService) -> None:
    issue(letters, "2024-W04", "2024-01-28")

    assert sent(letters, "2024-01-29 08:00") == ["dora 2024-01-28", "wanda 2024-W04"]
    assert sent(letters, "2024-01-29 08:01") == []


def test_an_empty_day_sends_nothing_even_to_who_wants_to_hear_of_empty_weeks(letters: DeliveryService) -> None:
    letters.store.subscribers.save_choices("dora", Choices(frequency=Frequency.DAILY, when_empty=True))
    letters.store.subscribers.save_choices("wanda", Choices(when_empty=True))
    issue(letters, "2024-W04", "2024-01-28", empty=True)

    assert sent(letters, "2024-01-29 08:00") == ["wanda 2024-W04"]


@pytest.mark.parametrize(
    ("back", "week", "day"),
    [
        ("2024-01-29 08:00", "2024-W04", "2024-01-28"),
        ("2024-01-30 21:30", "2024-W04", "2024-01-29"),  # the machine was off over Monday morning
        ("2024-02-05 07:59", "2024-W04", "2024-02-03"),  # and all week
        ("2024-04-01 07:00", "2024-W13", "2024-03-31"),  # clocks went forward on Sunday 31 March
        ("2024-04-02 06:59", "2024-W13", "2024-03-30"),
        ("2024-10-28 08:00", "2024-W43", "2024-10-27"),  # and back on Sunday 27 October
        ("2024-10-28 20:00", "2024-W43", "2024-10-26"),
    ],
)
def test_what_closed_while_the_machine_was_off_is_found_when_it_is_back(
    letters: DeliveryService, back: str, week: str, day: str
) -> None:
    issue(letters, week, day)

    assert sent(letters, back) == [f"dora {day}", f"wanda {week}"]
    assert letters.give_up_late_digests(instant(back)) == {}


def test_all_days_of_the_last_week_are_made_good(letters: DeliveryService) -> None:
    days = [f"2024-01-{number}" for number in range(22, 29)]
    issue(letters, "2024-01-21", *days)

    assert sent(letters, "2024-01-29 08:00") == [f"dora {day}" for day in days]


def test_who_turns_to_daily_gets_no_days_of_before(letters: DeliveryService) -> None:
    letters.store.subscribers.save_choices("dora", Choices())
    issue(letters, "2024-01-24", "2024-01-25")
    assert sent(letters, "2024-01-26 08:00") == []
    letters.store.subscribers.save_choices("wanda", DAILY)
    issue(letters, "2024-01-26")

    assert sent(letters, "2024-01-27 08:00") == ["wanda 2024-01-26"]


def test_what_closed_too_long_ago_is_given_up_for_each_who_read_then_and_told_once(letters: DeliveryService) -> None:
    letters.store.subscribers.add(
        [
            reader(id="new", address="new@example.org", since=instant("2024-01-23 00:00")),
            reader(id="paused", address="paused@example.org", standing=SubscriberStatus.PAUSED),
        ]
    )
    issue(letters, "2024-W02", "2024-W03", "2024-W04", "2024-01-10")
    now = instant("2024-01-30 08:00")

    assert letters.give_up_late_digests(now) == {"2024-01-10": 1, "2024-W02": 1, "2024-W03": 1}
    assert letters.give_up_late_digests(now) == {}
    kept = letters.store.deliveries.of_subscriber("wanda")
    assert [(one.run, one.status, one.reply) for one in kept] == [
        ("2024-W02", DeliveryStatus.GIVEN_UP, TOO_LATE),
        ("2024-W03", DeliveryStatus.GIVEN_UP, TOO_LATE),
    ]
    assert sent(letters, "2024-01-30 08:00") == ["new 2024-W04", "wanda 2024-W04"]


def test_nothing_is_late_where_nobody_read_or_nothing_was_for_them(letters: DeliveryService) -> None:
    letters.store.subscribers.save_choices("wanda", Choices(bodies=("wales",)))
    issue(letters, "2024-W03", "2023-W50")

    assert letters.give_up_late_digests(instant("2024-01-30 08:00")) == {}
    assert letters.store.deliveries.unplanned_digests() == ()


def test_a_letter_knows_its_rhythm_by_its_name() -> None:
    def named(name: str) -> Digest:
        return digest(week=name)

    assert [named(one).frequency for one in ("2024-W04", "2024-01-24")] == [Frequency.WEEKLY, Frequency.DAILY]
