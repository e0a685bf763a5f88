"""What subscribers do for themselves: conflicts between two of them, and old tokens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from aggregator.deliver.mail.email_addresses import address_fingerprint
from aggregator.deliver.mail.tokens import CHOICES, CONFIRM
from aggregator.model import Choices, SubscriberStatus
from tests.deliver.mail.subscribers import TOKENS, make_subscriber
from tests.web.site_with_subscribers import SubscriberSite, open_subscriber_site

ME, NEW = "reader@example.org", "new@example.org"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[SubscriberSite]:
    with open_subscriber_site(tmp_path) as made:
        made.store.subscribers.add([make_subscriber(choices=Choices(bodies=("wales-gov",)))])
        yield made


def mailed_token(bench: SubscriberSite) -> str:
    """The token to confirm that was mailed."""
    return bench.mailed_link().rpartition("/")[2]


def test_a_token_to_confirm_is_valid_once_also_after_unsubscribing_and_subscribing_again(
    bench: SubscriberSite,
) -> None:
    bench.service.request_subscription(NEW, bench.now)
    old_token = mailed_token(bench)
    assert bench.service.confirm(old_token, bench.now)
    bench.advance(hours=1)
    bench.service.unsubscribe(bench.subscriber(NEW).id, bench.now)
    bench.service.request_subscription(NEW, bench.now)
    new_token = mailed_token(bench)

    assert bench.service.confirm(old_token, bench.now) is None
    assert bench.subscriber(NEW).status is SubscriberStatus.UNCONFIRMED
    assert bench.service.confirm(new_token, bench.now)
    assert bench.subscriber(NEW).status is SubscriberStatus.ACTIVE


def test_of_two_mailed_tokens_only_the_first_one_used_confirms(bench: SubscriberSite) -> None:
    bench.service.request_subscription(NEW, bench.now)
    first_token = mailed_token(bench)
    bench.advance(hours=1)
    bench.service.request_subscription(NEW, bench.now)
    second_token = mailed_token(bench)

    assert first_token != second_token
    assert bench.service.confirm(first_token, bench.now)
    assert bench.service.confirm(second_token, bench.now) is None


def test_subscribing_does_not_confirm_another_subscribers_change_to_this_address(
    bench: SubscriberSite,
) -> None:
    bench.service.request_address_change(bench.subscriber(), NEW, bench.now)
    change_token = mailed_token(bench)
    bench.advance(hours=1)
    bench.service.request_subscription(NEW, bench.now)
    bench.service.confirm(mailed_token(bench), bench.now)

    assert bench.subscriber(NEW).id != make_subscriber().id
    assert bench.subscriber(NEW).choices == Choices()
    assert bench.subscriber().status is SubscriberStatus.ACTIVE
    assert bench.service.confirm(change_token, bench.now) is None


def test_an_address_that_is_suppressed_or_taken_cannot_be_changed_to(bench: SubscriberSite) -> None:
    bench.store.subscribers.suppress(
        address_fingerprint("suppressed@example.org", TOKENS.key), "it bounced", bench.now
    )
    bench.service.request_subscription(NEW, bench.now)
    bench.send_mails()
    bench.advance(hours=1)

    for address in ("suppressed@example.org", NEW, ME):
        bench.service.request_address_change(bench.subscriber(), address, bench.now)

    assert bench.send_mails() == []
    assert bench.subscriber(NEW).replaces_id == ""


def test_an_old_page_cannot_reactivate_who_was_suppressed_or_unsubscribed(bench: SubscriberSite) -> None:
    before = bench.subscriber()
    for status in (SubscriberStatus.SUPPRESSED, SubscriberStatus.UNSUBSCRIBED, SubscriberStatus.UNCONFIRMED):
        bench.store.subscribers.set_status(before.id, status, bench.now)
        bench.service.set_paused(before, bench.now, paused=True)
        bench.service.set_paused(before, bench.now, paused=False)
        assert bench.subscriber().status is status
    bench.store.subscribers.set_status(before.id, SubscriberStatus.SUPPRESSED, bench.now)
    bench.service.unsubscribe(before.id, bench.now)
    assert bench.subscriber().status is SubscriberStatus.SUPPRESSED


def test_a_token_of_one_purpose_is_invalid_for_any_other(bench: SubscriberSite) -> None:
    id, now = make_subscriber().id, bench.now
    tokens = {
        "leave": TOKENS.unsubscribe_token(id),
        **{name: TOKENS.timed_token(name, id, now) for name in (CONFIRM, CHOICES)},
    }

    opens_choices = {name for name, one in tokens.items() if bench.service.find_by_choices_token(one, now)}
    unsubscribes = {name for name, one in tokens.items() if TOKENS.read_unsubscribe_token(one)}
    bench.store.subscribers.set_status(id, SubscriberStatus.UNCONFIRMED, now)
    confirms = {name for name, one in tokens.items() if bench.service.find_unconfirmed(one, now)}

    assert (opens_choices, unsubscribes, confirms) == ({CHOICES}, {"leave"}, {CONFIRM})


def test_a_changed_address_leaves_the_old_one_nowhere_in_the_stores_files(bench: SubscriberSite) -> None:
    bench.service.request_address_change(bench.subscriber(), NEW, bench.now)
    bench.service.confirm(mailed_token(bench), bench.now)

    files = [file for file in bench.folder.iterdir() if file.name.startswith("store.db")]
    assert files
    assert not any(ME.encode() in file.read_bytes() for file in files)
