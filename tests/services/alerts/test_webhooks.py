"""Webhooks: what is posted, how it is signed, and what follows from each response of a real server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog

from aggregator import log
from aggregator.deliver.webhook_request import build_webhook_request, decode_secret, sign
from aggregator.errors import DeliveryError, StoreError
from aggregator.fetch.http.client import HttpFetcher
from aggregator.model import Request
from aggregator.model.alert_rules import Alert, Webhook, WebhookDelivery, WebhookStatus
from aggregator.model.faults import FaultKind
from aggregator.services.alerts import webhooks
from aggregator.services.alerts.webhooks import WEBHOOK_LOCK, WebhookSender
from aggregator.services.inbox.queues import inbox
from aggregator.services.inbox.retry import retry
from aggregator.store import open_store
from tests.services.alerts.test_matching import HOUR, AlertBench, make_rule
from tests.support.builders import NOON, make_entry
from tests.support.server import ScriptedResponse, ScriptedServer

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105  # the published example
MINUTE = timedelta(minutes=1)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer({"/hook": ScriptedResponse(status=204)}) as running:
        yield running


@pytest.fixture
def bench(tmp_path: Path, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[AlertBench]:
    """A rule with a webhook on the server, and an alert that it has found."""
    monkeypatch.setenv("WEBHOOK_SECRET", SECRET)
    webhook = Webhook(url=server.url("/hook"), secret_env="WEBHOOK_SECRET")  # noqa: S106  # a variable's name
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        prepared = AlertBench(store, (make_rule('"open data"', mail=(), webhook=webhook),))
        prepared.find_alerts(NOON - HOUR)
        prepared.save_change(NOON)
        prepared.find_alerts(NOON)
        yield prepared


def send_due(
    bench: AlertBench, at: datetime, hosts: tuple[str, ...] = ("127.0.0.1",)
) -> dict[WebhookStatus, int]:
    """Post everything that is due at `at`, with the real HTTP client and its address guard."""

    async def work() -> dict[WebhookStatus, int]:
        web = HttpFetcher(
            user_agent="tests/1",
            robots_cache=bench.store.robots_txt,
            clock=lambda: at,
            allowed_hosts=frozenset(hosts),
        )
        async with web:
            return dict(await WebhookSender(bench.config, bench.store, lambda: at).send_due(web))

    return asyncio.run(work())


def due_deliveries(bench: AlertBench) -> list[WebhookDelivery]:
    return list(bench.store.alerts.due_webhook_deliveries(NOON + timedelta(days=9), 9))


def test_the_signature_follows_standard_webhooks() -> None:
    """The test vector of the Standard Webhooks project (libraries/*/tests)."""
    key = decode_secret(SECRET)
    signature = sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')

    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_c2hvcnQ=", "whsec_not base64 at all, but long enough"])
def test_an_invalid_secret_is_refused(text: str) -> None:
    with pytest.raises(DeliveryError, match="whsec_"):
        decode_secret(text)


def test_an_alert_is_posted_once_and_signed(bench: AlertBench, server: ScriptedServer) -> None:
    assert send_due(bench, NOON) == {WebhookStatus.ACCEPTED: 1}
    assert send_due(bench, NOON + HOUR) == {}

    (request,) = server.requests
    payload = json.loads(request.payload)
    assert (request.method, request.headers["content-type"]) == ("POST", "application/json")
    assert (payload["type"], payload["timestamp"]) == ("alert.new", "2026-06-05T12:00:00+00:00")
    assert payload["data"]["title"] == "A plan for open data"
    assert payload["data"]["rule"] == {"id": "watch", "name": "Watch watch", "when": '"open data"'}
    assert payload["data"]["body"] == {"id": "cabinet-office", "name": "Cabinet Office"}
    assert payload["data"]["url"] == "https://www.gov.uk/first"
    id, at = request.headers["webhook-id"], int(request.headers["webhook-timestamp"])
    assert id.startswith("msg_")
    assert at == int(NOON.timestamp())
    assert request.headers["webhook-signature"] == sign(decode_secret(SECRET), id, at, request.payload)


def test_a_post_that_is_not_accepted_is_retried_with_the_same_id_for_two_days(
    bench: AlertBench, server: ScriptedServer
) -> None:
    server.script["/hook"] = ScriptedResponse(status=503)
    delays = []
    while due := due_deliveries(bench):
        delays.append(due[0].due - NOON)
        send_due(bench, due[0].due)

    assert [one / MINUTE for one in delays[:4]] == [0, 2, 6, 14]
    assert timedelta(days=2) <= delays[-1] < timedelta(days=2, hours=4)
    assert len({request.headers["webhook-id"] for request in server.requests}) == 1
    assert len(server.requests) == len(delays)
    assert bench.store.alerts.counts_by_rule()["watch"] == {"alerts": 1, "given up": 1}
    assert "503" in bench.store.alerts.last_webhook_reply("watch")


def test_retry_after_is_respected(bench: AlertBench, server: ScriptedServer) -> None:
    server.script["/hook"] = ScriptedResponse(status=429, headers={"Retry-After": "1800"})
    send_due(bench, NOON)

    assert due_deliveries(bench)[0].due == NOON + timedelta(minutes=30)


def test_a_receiver_that_is_gone_gets_no_more_posts(bench: AlertBench, server: ScriptedServer) -> None:
    server.script["/hook"] = ScriptedResponse(status=410)
    assert send_due(bench, NOON) == {WebhookStatus.GONE: 1}
    bench.save_change(NOON + HOUR, make_entry("https://www.gov.uk/2", title="More open data"))
    bench.find_alerts(NOON + HOUR)

    assert send_due(bench, NOON + HOUR) == {WebhookStatus.GONE: 1}
    assert len(server.requests) == 1


def test_of_two_alerts_posted_at_once_only_the_one_that_was_not_accepted_is_retried(
    bench: AlertBench, server: ScriptedServer
) -> None:
    bench.save_change(NOON + HOUR, make_entry("https://www.gov.uk/2", title="More open data"))
    bench.save_change(NOON + HOUR, make_entry("https://www.gov.uk/3", title="Open data again"))
    bench.find_alerts(NOON + HOUR)
    assert send_due(bench, NOON) == {WebhookStatus.ACCEPTED: 1}
    answers = iter([ScriptedResponse(status=204), ScriptedResponse(status=503)])
    server.script["/hook"] = lambda _: next(answers)

    assert send_due(bench, NOON + HOUR) == {WebhookStatus.ACCEPTED: 1, WebhookStatus.PLANNED: 1}
    server.script["/hook"] = ScriptedResponse(status=204)
    assert send_due(bench, NOON + 2 * HOUR) == {WebhookStatus.ACCEPTED: 1}

    _, *both, again = (request.headers["webhook-id"] for request in server.requests)
    assert len(set(both)) == 2
    assert again in both


def test_a_second_sender_is_refused_while_one_is_posting(bench: AlertBench, server: ScriptedServer) -> None:
    with bench.store.job_lock(WEBHOOK_LOCK), pytest.raises(StoreError, match="holds this lock"):
        send_due(bench, NOON)

    assert server.requests == []
    assert send_due(bench, NOON) == {WebhookStatus.ACCEPTED: 1}


def test_a_redirect_is_not_followed(bench: AlertBench, server: ScriptedServer) -> None:
    server.script["/hook"] = ScriptedResponse(status=307, headers={"Location": server.url("/other")})

    assert send_due(bench, NOON) == {WebhookStatus.PLANNED: 1}
    assert [request.path for request in server.requests] == ["/hook"]


def test_an_address_inside_our_own_network_is_not_posted_to(
    bench: AlertBench, server: ScriptedServer
) -> None:
    assert send_due(bench, NOON, hosts=()) == {WebhookStatus.PLANNED: 1}
    assert server.requests == []
    assert "address inside our own network" in bench.store.alerts.last_webhook_reply("watch")


def test_without_its_secret_nothing_is_posted_and_the_status_says_why(
    bench: AlertBench, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WEBHOOK_SECRET")

    assert send_due(bench, NOON) == {WebhookStatus.PLANNED: 1}
    assert server.requests == []
    assert (
        "the variable WEBHOOK_SECRET, with the secret, is not set"
        in bench.store.alerts.last_webhook_reply("watch")
    )


def test_a_rule_whose_webhook_was_removed_posts_no_more(bench: AlertBench, server: ScriptedServer) -> None:
    webhook = Webhook(url=server.url("/other"), secret_file="missing")  # noqa: S106  # a file's name
    bench.rules = (make_rule('"open data"', mail=()), make_rule("else", "else", webhook=webhook))

    assert send_due(bench, NOON) == {WebhookStatus.GIVEN_UP: 1}
    assert server.requests == []


def test_a_post_that_cannot_be_built_is_set_aside_alone_and_posted_once_the_fault_is_gone(
    bench: AlertBench, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2, 11):
        entry = make_entry(f"https://www.gov.uk/{number}", title=f"Open data, part {number}")
        bench.save_change(NOON + MINUTE, entry)
    bench.find_alerts(NOON + MINUTE)
    build = build_webhook_request

    def broken(alert: Alert, *rest: Any) -> Request:
        if alert.title == "Open data, part 7":
            raise ZeroDivisionError("a bug")
        return build(alert, *rest)

    log.configure(verbose=False)
    with monkeypatch.context() as patch:
        patch.setattr(webhooks, "build_webhook_request", broken)
        assert send_due(bench, NOON + MINUTE) == {WebhookStatus.ACCEPTED: 9, WebhookStatus.PLANNED: 1}
        assert send_due(bench, NOON + 2 * MINUTE) == {}
    structlog.reset_defaults()
    (fault,) = bench.store.faults.all()
    assert (fault.kind, fault.key.partition("/")[0]) == (FaultKind.WEBHOOK, "watch")

    assert send_due(bench, fault.next_attempt) == {WebhookStatus.ACCEPTED: 1}
    assert len(server.requests) == 10
    assert bench.store.faults.all() == ()


def test_a_post_that_raises_for_two_days_is_given_up_and_posted_again_at_the_operators_command(
    bench: AlertBench, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Request:
        raise ZeroDivisionError("a bug")

    log.configure(verbose=False)
    at, outcomes = NOON, dict[WebhookStatus, int]()
    with monkeypatch.context() as patch:
        patch.setattr(webhooks, "build_webhook_request", broken)
        while not outcomes.get(WebhookStatus.GIVEN_UP):
            outcomes = send_due(bench, at)
            at = max((fault.next_attempt for fault in bench.store.faults.all()), default=at)
    structlog.reset_defaults()

    assert timedelta(days=2) <= at - NOON <= timedelta(days=3)
    assert send_due(bench, at + timedelta(days=1)) == {}
    (item,) = inbox(bench.config, bench.store, at)
    assert item.what == "watch: 1 given up: ZeroDivisionError: a bug"
    assert item.command == "aggregator inbox --retry watch"
    assert retry(bench.store, "watch", at) == 1
    assert send_due(bench, at) == {WebhookStatus.ACCEPTED: 1}
    assert len(server.requests) == 1
