"""Readers' own webhooks: posted as the operator's are, with less trust; the receiver is a real server."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from aggregator.config import Config
from aggregator.deliver.webhooks import read_secret, sign
from aggregator.fetch.http import HttpFetch
from aggregator.model import Footing
from aggregator.model.alerts import HookState, OwnRule, Places, Webhook
from aggregator.pipeline.alerting import Alerting
from aggregator.pipeline.hooking import FEW, Hooks
from aggregator.pipeline.posting import ERASED_AFTER
from aggregator.pipeline.rulebook import Rulebook
from aggregator.store import open_store
from tests.builders import NOON, entry
from tests.deliver.readers import reader
from tests.pipeline.test_alerting import DAY, HOUR, Desk, rule
from tests.pipeline.test_hooking import SECRET, post
from tests.server import Response, Seen, Server

ID = "00c0ffee00c0ffee"
KEY = f"{ID}/rule-1"
MINUTE = timedelta(minutes=1)


class Own(Desk):
    """A desk whose settings let the test server be posted to."""

    webhooks = 100
    secret = ""

    @property
    def config(self) -> Config:
        made = super().config
        said = {
            "letters_url": "https://updates.example.org/letters/",
            "own_hosts": ("127.0.0.1",),
            "reader_webhooks": self.webhooks,
        }
        return replace(made, settings=made.settings.model_copy(update=said))

    @property
    def rulebook(self) -> Rulebook:
        return Rulebook(Alerting(self.config, self.store), Path("alerts.yaml"))

    def find(self, at: datetime, count: int = 1) -> None:
        """So many documents are found at an instant."""
        for number in range(count):
            self.tell(at, entry(f"https://www.gov.uk/{at:%d%H%M}/{number}", title=f"Open data {number}"))
        self.look(at)

    def posts(self) -> Counter[HookState]:
        return self.store.alerts.posts(KEY)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server({"/hook": Response(status=204)}) as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path, server: Server) -> Iterator[Own]:
    """A reader whose one rule goes to the server alone; nothing was found yet."""
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        made = Own(store)
        store.readers.add([reader()])
        store.alerts.add_own(ID, OwnRule(id="rule-1", when='"open data"'))
        made.secret = made.rulebook.place(reader(), "rule-1", Places(mail=False, webhook=server.url("/hook")))
        made.look(NOON - HOUR)
        yield made


def test_it_is_posted_once_signed_with_its_own_secret_and_names_nobody(desk: Own, server: Server) -> None:
    desk.find(NOON)
    assert post(desk, NOON) == {HookState.TAKEN: 1}
    assert post(desk, NOON + HOUR) == {}

    (seen,) = server.seen
    id, at = seen.headers["webhook-id"], int(seen.headers["webhook-timestamp"])
    assert seen.headers["webhook-signature"] == sign(read_secret(desk.secret), id, at, seen.payload)
    told = json.loads(seen.payload)
    assert told["data"]["rule"] == {"id": "rule-1", "name": '"open data"', "when": '"open data"'}
    assert told["data"]["title"] == "Open data 0"
    for words in (ID, "reader@example.org", desk.secret):
        assert words not in f"{seen.headers}{seen.payload.decode()}"
    assert desk.send(NOON) == []  # no mail


def test_an_address_inside_our_own_network_is_not_posted_to(desk: Own, server: Server) -> None:
    desk.find(NOON)

    assert post(desk, NOON, hosts=()) == {HookState.PLANNED: 1}
    assert server.seen == []
    assert "address inside our own network" in desk.store.alerts.last_reply(KEY)


def test_where_no_post_was_ever_taken_nothing_more_is_posted_after_a_few(desk: Own, server: Server) -> None:
    server.script["/hook"] = Response(status=404)
    desk.find(NOON, 3)
    at, looked = NOON, 0
    while looked < 200 and desk.posts()[HookState.PLANNED]:
        post(desk, at)
        at, looked = at + MINUTE, looked + 1

    assert len(server.seen) == FEW
    assert at - NOON < HOUR
    assert desk.posts() == {HookState.GONE: 3}
    assert "404" in desk.store.alerts.last_reply(KEY)
    assert "took none of its first 6 posts" in desk.store.alerts.last_reply(KEY)
    desk.find(NOON + DAY)
    assert post(desk, NOON + DAY) == {HookState.GONE: 1}
    assert len(server.seen) == FEW


def test_a_webhook_that_is_set_anew_begins_anew(desk: Own, server: Server) -> None:
    server.script["/hook"] = Response(status=410)
    desk.find(NOON)
    assert post(desk, NOON) == {HookState.GONE: 1}
    server.script["/hook"] = Response(status=204)
    desk.rulebook.place(reader(), "rule-1", Places())
    desk.rulebook.place(reader(), "rule-1", Places(webhook=server.url("/hook")))
    desk.find(NOON + HOUR)

    assert post(desk, NOON + HOUR) == {HookState.TAKEN: 1}
    assert desk.posts() == {HookState.TAKEN: 1}


def test_a_receiver_that_once_took_a_post_is_tried_on(desk: Own, server: Server) -> None:
    desk.find(NOON)
    post(desk, NOON)
    server.script["/hook"] = Response(status=503)
    desk.find(NOON + HOUR)
    for _ in range(FEW + 1):
        (due,) = desk.store.alerts.due_hooks(NOON + 9 * DAY, 9, own=True)
        post(desk, due.due)

    assert desk.posts() == {HookState.TAKEN: 1, HookState.PLANNED: 1}


def test_each_receiver_gets_one_post_at_a_time_and_the_rest_waits_while_it_fails(
    desk: Own, server: Server
) -> None:
    server.script["/hook"] = Response(status=503)
    desk.find(NOON, 4)
    assert post(desk, NOON) == {HookState.PLANNED: 1}
    assert post(desk, NOON + MINUTE) == {}
    server.script["/hook"] = Response(status=204)

    assert post(desk, NOON + 2 * MINUTE) == {HookState.TAKEN: 4}
    assert server.most_at_once == 1


def test_who_does_not_answer_keeps_neither_operator_nor_letters_waiting(
    desk: Own, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    monkeypatch.setattr("aggregator.pipeline.hooking.PATIENCE", 0.05)
    hook = Webhook(url=server.url("/operator"), secret_env="HOOK_SECRET")  # noqa: S106  # a variable's name
    desk.rules = (rule('"open data"', mail=(), webhook=hook),)
    server.script |= {"/operator": Response(status=204), "/hook": Response(status=204, wait=0.5)}
    desk.look(NOON - HOUR)
    desk.find(NOON)

    assert post(desk, NOON) == {HookState.TAKEN: 1, HookState.PLANNED: 1}
    assert server.paths()[0] == "/operator"
    assert desk.store.alerts.last_reply(KEY).startswith("no answer in")


def test_readers_posts_end_after_their_turn_and_go_on_in_the_next(desk: Own, server: Server) -> None:
    now = NOON

    def slow(_: Seen) -> Response:
        nonlocal now
        now += timedelta(seconds=9)
        return Response(status=204)

    async def work() -> int:
        web = HttpFetch(
            user_agent="tests/1",
            memory=desk.store.robots,
            clock=lambda: now,
            allowed_hosts=frozenset({"127.0.0.1"}),
        )
        async with web:
            return (await Hooks(desk.config, desk.store, lambda: now).work(web)).total()

    server.script["/hook"] = slow
    desk.find(NOON, 6)

    assert [asyncio.run(work()) for _ in range(3)] == [4, 2, 0]


@pytest.mark.parametrize("standing", [Footing.PAUSED, Footing.LEFT])
def test_who_has_paused_or_left_is_posted_nothing(desk: Own, server: Server, standing: Footing) -> None:
    desk.find(NOON)
    desk.store.readers.stand(ID, standing, NOON)
    desk.find(NOON + HOUR)

    assert post(desk, NOON + HOUR) == {HookState.GIVEN_UP: 1}
    desk.store.readers.stand(ID, Footing.READING, NOON + 2 * HOUR)
    assert post(desk, NOON + 2 * HOUR) == {}
    assert server.seen == []


def test_the_operator_may_switch_readers_webhooks_off(desk: Own, server: Server) -> None:
    desk.find(NOON)
    desk.webhooks = 0
    desk.find(NOON + HOUR)

    assert post(desk, NOON + HOUR) == {HookState.GIVEN_UP: 1}
    assert server.seen == []


@pytest.mark.parametrize("late", [False, True])
def test_who_is_erased_leaves_no_trace_of_webhook_or_feed(desk: Own, server: Server, late: bool) -> None:
    desk.rulebook.place(reader(), "rule-1", Places(feed=True, webhook=server.url("/hook")))
    ((_, kept),) = desk.store.alerts.own()
    desk.find(NOON)
    words = (ID, kept.feed, desk.secret, server.url("/hook"))
    assert all(word in desk.store.dump() for word in words)
    if late:
        desk.store.readers.stand(ID, Footing.LEFT, NOON)
        desk.store.readers.erase(desk.store.readers.gone_since([Footing.LEFT], NOON + ERASED_AFTER + MINUTE))
    else:
        desk.store.readers.erase([ID])

    assert not any(word in desk.store.dump() for word in words)
