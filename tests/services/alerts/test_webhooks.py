"""Webhooks: what is posted, how it is signed, and what becomes of each answer; the server is a real one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from aggregator.deliver.webhook_request import decode_secret, sign
from aggregator.errors import DeliveryError, StoreError
from aggregator.fetch.http.client import HttpFetcher
from aggregator.model.alerts import WebhookDelivery, WebhookStatus, Webhook
from aggregator.services.alerts.webhooks import WEBHOOK_LOCK, WebhookSender
from aggregator.store import open_store
from tests.services.alerts.test_matching import HOUR, Desk, rule
from tests.support.builders import NOON, make_entry
from tests.support.server import ScriptedResponse, ScriptedServer

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105  # the published example
MINUTE = timedelta(minutes=1)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer({"/hook": ScriptedResponse(status=204)}) as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A rule that is told to the server alone, and a document that it has found."""
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    hook = Webhook(url=server.url("/hook"), secret_env="HOOK_SECRET")  # noqa: S106  # a variable's name
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        made = Desk(store, (rule('"open data"', mail=(), webhook=hook),))
        made.look(NOON - HOUR)
        made.tell(NOON)
        made.look(NOON)
        yield made


def post(desk: Desk, at: datetime, hosts: tuple[str, ...] = ("127.0.0.1",)) -> dict[WebhookStatus, int]:
    """Everything that is due at an instant, over the real HTTP client with its guard."""

    async def work() -> dict[WebhookStatus, int]:
        web = HttpFetcher(
            user_agent="tests/1",
            robots_cache=desk.store.robots_txt,
            clock=lambda: at,
            allowed_hosts=frozenset(hosts),
        )
        async with web:
            return dict(await WebhookSender(desk.config, desk.store, lambda: at).send_due(web))

    return asyncio.run(work())


def waiting(desk: Desk) -> list[WebhookDelivery]:
    return list(desk.store.alerts.due_webhook_deliveries(NOON + timedelta(days=9), 9))


def test_the_signature_is_that_of_standard_webhooks() -> None:
    """The project's own test vector (standard-webhooks, libraries/*/tests)."""
    key = decode_secret(SECRET)
    signature = sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')

    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_c2hvcnQ=", "whsec_not base64 at all, but long enough"])
def test_what_is_no_secret_is_refused(text: str) -> None:
    with pytest.raises(DeliveryError, match="whsec_"):
        decode_secret(text)


def test_an_alert_is_posted_once_and_signed(desk: Desk, server: ScriptedServer) -> None:
    assert post(desk, NOON) == {WebhookStatus.ACCEPTED: 1}
    assert post(desk, NOON + HOUR) == {}

    (seen,) = server.requests
    told = json.loads(seen.payload)
    assert (seen.method, seen.headers["content-type"]) == ("POST", "application/json")
    assert (told["type"], told["timestamp"]) == ("alert.new", "2026-06-05T12:00:00+00:00")
    assert told["data"]["title"] == "A plan for open data"
    assert told["data"]["rule"] == {"id": "watch", "name": "Watch watch", "when": '"open data"'}
    assert told["data"]["body"] == {"id": "cabinet-office", "name": "Cabinet Office"}
    assert told["data"]["url"] == "https://www.gov.uk/first"
    id, at = seen.headers["webhook-id"], int(seen.headers["webhook-timestamp"])
    assert id.startswith("msg_")
    assert at == int(NOON.timestamp())
    assert seen.headers["webhook-signature"] == sign(decode_secret(SECRET), id, at, seen.payload)


def test_what_is_not_taken_is_posted_again_with_the_same_id_for_two_days(desk: Desk, server: ScriptedServer) -> None:
    server.script["/hook"] = ScriptedResponse(status=503)
    tried = []
    while due := waiting(desk):
        tried.append(due[0].due - NOON)
        post(desk, due[0].due)

    assert [one / MINUTE for one in tried[:4]] == [0, 2, 6, 14]
    assert timedelta(days=2) <= tried[-1] < timedelta(days=2, hours=4)
    assert len({seen.headers["webhook-id"] for seen in server.requests}) == 1
    assert len(server.requests) == len(tried)
    assert desk.store.alerts.counts_by_rule()["watch"] == {"alerts": 1, "given up": 1}
    assert "503" in desk.store.alerts.last_webhook_reply("watch")


def test_a_receiver_that_asks_for_rest_gets_it(desk: Desk, server: ScriptedServer) -> None:
    server.script["/hook"] = ScriptedResponse(status=429, headers={"Retry-After": "1800"})
    post(desk, NOON)

    assert waiting(desk)[0].due == NOON + timedelta(minutes=30)


def test_a_receiver_that_is_gone_is_not_asked_again(desk: Desk, server: ScriptedServer) -> None:
    server.script["/hook"] = ScriptedResponse(status=410)
    assert post(desk, NOON) == {WebhookStatus.GONE: 1}
    desk.tell(NOON + HOUR, make_entry("https://www.gov.uk/2", title="More open data"))
    desk.look(NOON + HOUR)

    assert post(desk, NOON + HOUR) == {WebhookStatus.GONE: 1}
    assert len(server.requests) == 1


def test_of_two_documents_found_at_once_the_one_that_was_not_taken_is_posted_again(
    desk: Desk, server: ScriptedServer
) -> None:
    desk.tell(NOON + HOUR, make_entry("https://www.gov.uk/2", title="More open data"))
    desk.tell(NOON + HOUR, make_entry("https://www.gov.uk/3", title="Open data again"))
    desk.look(NOON + HOUR)
    assert post(desk, NOON) == {WebhookStatus.ACCEPTED: 1}
    answers = iter([ScriptedResponse(status=204), ScriptedResponse(status=503)])
    server.script["/hook"] = lambda _: next(answers)

    assert post(desk, NOON + HOUR) == {WebhookStatus.ACCEPTED: 1, WebhookStatus.PLANNED: 1}
    server.script["/hook"] = ScriptedResponse(status=204)
    assert post(desk, NOON + 2 * HOUR) == {WebhookStatus.ACCEPTED: 1}

    _, *both, again = (seen.headers["webhook-id"] for seen in server.requests)
    assert len(set(both)) == 2
    assert again in both


def test_a_second_sender_is_kept_out_while_one_is_at_it(desk: Desk, server: ScriptedServer) -> None:
    with desk.store.job_lock(WEBHOOK_LOCK), pytest.raises(StoreError, match="holds this lock"):
        post(desk, NOON)

    assert server.requests == []
    assert post(desk, NOON) == {WebhookStatus.ACCEPTED: 1}


def test_a_redirect_is_not_followed(desk: Desk, server: ScriptedServer) -> None:
    server.script["/hook"] = ScriptedResponse(status=307, headers={"Location": server.url("/other")})

    assert post(desk, NOON) == {WebhookStatus.PLANNED: 1}
    assert [seen.path for seen in server.requests] == ["/hook"]


def test_an_address_inside_our_own_network_is_not_posted_to(desk: Desk, server: ScriptedServer) -> None:
    assert post(desk, NOON, hosts=()) == {WebhookStatus.PLANNED: 1}
    assert server.requests == []
    assert "address inside our own network" in desk.store.alerts.last_webhook_reply("watch")


def test_without_its_secret_nothing_is_posted_and_it_is_said(
    desk: Desk, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOOK_SECRET")

    assert post(desk, NOON) == {WebhookStatus.PLANNED: 1}
    assert server.requests == []
    assert "the variable HOOK_SECRET, which holds the secret, is not set" in desk.store.alerts.last_webhook_reply(
        "watch"
    )


def test_a_rule_that_lost_its_webhook_posts_no_more(desk: Desk, server: ScriptedServer) -> None:
    hook = Webhook(url=server.url("/other"), secret_file="missing")  # noqa: S106  # a file's name
    desk.rules = (rule('"open data"', mail=()), rule("else", "else", webhook=hook))

    assert post(desk, NOON) == {WebhookStatus.GIVEN_UP: 1}
    assert server.requests == []
