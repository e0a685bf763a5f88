"""Weekly and daily digests: which are planned and for whom, and what happens to those that are too late."""

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
from tests.deliver.digest.digests import make_digest, make_item, make_section
from tests.deliver.mail.subscribers import make_context, make_subscriber
from tests.services.mailing.test_delivery import FakeTransport
from tests.support.builders import LONDON, instant

DAILY = Choices(frequency=Frequency.DAILY)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[DeliveryService]:
    """Nothing is issued yet. Since New Year Wanda gets weekly digests, and Dora daily ones."""
    settings = load_settings(PROJECT / "settings.yaml", store=f"sqlite:///{tmp_path}/store.db")
    config = load_config(settings)
    with open_store(config.settings.store_url) as store:
        store.subscribers.add(
            [
                make_subscriber(id="wanda", address="wanda@example.org"),
                make_subscriber(id="dora", address="dora@example.org", choices=DAILY),
            ]
        )
        yield DeliveryService(config, store, make_context())


def issue_digests(service: DeliveryService, *names: str, empty: bool = False) -> None:
    """Issue these digests at the end of their windows."""
    for name in names:
        window = digest_window(name, LONDON)
        sections = () if empty else (make_section("Documents", make_item()),)
        service.store.digests.issue(
            [make_digest(*sections, period=name, window=window, issued_at=window.end)]
        )


def plan_and_send(service: DeliveryService, at: str) -> list[str]:
    """Plan and send; gives who got which digest."""
    transport, now = FakeTransport(), instant(at)
    service.plan_digests(now)
    asyncio.run(service.send_due(transport, lambda: now, allow_all=True))
    return sorted(f"{one.subscriber_id} {one.run}" for batch in transport.batches for one in batch)


def test_subscribers_get_the_digests_of_their_own_frequency_once(service: DeliveryService) -> None:
    issue_digests(service, "2024-W04", "2024-01-28")

    assert plan_and_send(service, "2024-01-29 08:00") == ["dora 2024-01-28", "wanda 2024-W04"]
    assert plan_and_send(service, "2024-01-29 08:01") == []


def test_an_empty_day_sends_nothing_even_to_those_who_want_empty_weeks(service: DeliveryService) -> None:
    service.store.subscribers.save_choices("dora", Choices(frequency=Frequency.DAILY, when_empty=True))
    service.store.subscribers.save_choices("wanda", Choices(when_empty=True))
    issue_digests(service, "2024-W04", "2024-01-28", empty=True)

    assert plan_and_send(service, "2024-01-29 08:00") == ["wanda 2024-W04"]


@pytest.mark.parametrize(
    ("back_at", "week", "day"),
    [
        ("2024-01-29 08:00", "2024-W04", "2024-01-28"),
        ("2024-01-30 21:30", "2024-W04", "2024-01-29"),  # the machine was off on Monday morning
        ("2024-02-05 07:59", "2024-W04", "2024-02-03"),  # and all week
        ("2024-04-01 07:00", "2024-W13", "2024-03-31"),  # clocks went forward on Sunday 31 March
        ("2024-04-02 06:59", "2024-W13", "2024-03-30"),
        ("2024-10-28 08:00", "2024-W43", "2024-10-27"),  # and back on Sunday 27 October
        ("2024-10-28 20:00", "2024-W43", "2024-10-26"),
    ],
)
def test_digests_that_closed_while_the_machine_was_off_are_sent_when_it_is_back(
    service: DeliveryService, back_at: str, week: str, day: str
) -> None:
    issue_digests(service, week, day)

    assert plan_and_send(service, back_at) == [f"dora {day}", f"wanda {week}"]
    assert service.give_up_late_digests(instant(back_at)) == {}


def test_all_days_of_the_last_week_are_still_sent(service: DeliveryService) -> None:
    days = [f"2024-01-{number}" for number in range(22, 29)]
    issue_digests(service, "2024-01-21", *days)

    assert plan_and_send(service, "2024-01-29 08:00") == [f"dora {day}" for day in days]


def test_who_changes_to_daily_gets_no_earlier_days(service: DeliveryService) -> None:
    service.store.subscribers.save_choices("dora", Choices())
    issue_digests(service, "2024-01-24", "2024-01-25")
    assert plan_and_send(service, "2024-01-26 08:00") == []
    service.store.subscribers.save_choices("wanda", DAILY)
    issue_digests(service, "2024-01-26")

    assert plan_and_send(service, "2024-01-27 08:00") == ["wanda 2024-01-26"]


def test_digests_that_closed_too_long_ago_are_given_up_once_for_each_who_was_subscribed(
    service: DeliveryService,
) -> None:
    service.store.subscribers.add(
        [
            make_subscriber(id="new", address="new@example.org", status_since=instant("2024-01-23 00:00")),
            make_subscriber(id="paused", address="paused@example.org", status=SubscriberStatus.PAUSED),
        ]
    )
    issue_digests(service, "2024-W02", "2024-W03", "2024-W04", "2024-01-10")
    now = instant("2024-01-30 08:00")

    assert service.give_up_late_digests(now) == {"2024-01-10": 1, "2024-W02": 1, "2024-W03": 1}
    assert service.give_up_late_digests(now) == {}
    deliveries = service.store.deliveries.of_subscriber("wanda")
    assert [(one.run, one.status, one.reply) for one in deliveries] == [
        ("2024-W02", DeliveryStatus.GIVEN_UP, TOO_LATE),
        ("2024-W03", DeliveryStatus.GIVEN_UP, TOO_LATE),
    ]
    assert plan_and_send(service, "2024-01-30 08:00") == ["new 2024-W04", "wanda 2024-W04"]


def test_nothing_is_given_up_where_nobody_was_subscribed_or_nothing_was_for_them(
    service: DeliveryService,
) -> None:
    service.store.subscribers.save_choices("wanda", Choices(bodies=("wales",)))
    issue_digests(service, "2024-W03", "2023-W50")

    assert service.give_up_late_digests(instant("2024-01-30 08:00")) == {}
    assert service.store.deliveries.unplanned_digests() == ()


def test_the_name_of_a_digest_shows_its_frequency() -> None:
    def named(name: str) -> Digest:
        return make_digest(period=name)

    assert [named(one).frequency for one in ("2024-W04", "2024-01-24")] == [Frequency.WEEKLY, Frequency.DAILY]
