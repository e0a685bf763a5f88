"""A reader sets a webhook on the page of alerts: the secret is shown once, and what cannot be is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from aggregator.deliver.webhooks import read_secret
from aggregator.model.alerts import HookState, OwnRule
from aggregator.pipeline.alerting import Alerting
from tests.builders import entry
from tests.store.values import change, keep
from tests.web.desk import Bench, bench
from tests.web.test_letters import ask, sign_up

SECRET = re.compile(r'<code class="whole">(whsec_[^<]+)</code>')
HOOK = "https://hooks.example.org/alerts?for=me"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Bench]:
    """A desk whose operator has a host of their own."""
    with bench(tmp_path) as made:
        made.settings = {"own_hosts": ("127.0.0.1", "intranet")}
        yield made


def signed_up(desk: Bench) -> str:
    """The page of a reader with one rule."""
    page = sign_up(desk).replace("/choices/", "/alerts/")
    ask(desk, "POST", page, action="watch", when='"open data"')
    return page


def kept(desk: Bench) -> OwnRule:
    ((_, rule),) = desk.store.alerts.own(desk.reader().id)
    return rule


def stored(desk: Bench) -> str:
    return desk.store.alerts.secret(f"{desk.reader().id}/rule-1")


def test_the_secret_is_made_here_and_shown_once(desk: Bench) -> None:
    page = signed_up(desk)
    answer = ask(desk, "POST", page, action="place", id="rule-1", webhook=f" {HOOK} ")
    (secret,) = SECRET.findall(answer.text)

    assert answer.headers["cache-control"] == "no-store"
    assert len(read_secret(secret)) == 32
    assert (kept(desk).webhook, kept(desk).mail, stored(desk)) == (HOOK, False, secret)
    data = ask(desk, "GET", page.replace("/alerts/", "/data/"))
    assert data.json()["alerts"][0]["webhook"] == HOOK
    again = ask(desk, "POST", page, action="place", id="rule-1", mail="yes", webhook=HOOK)
    assert again.status_code == 303
    for text in (data.text, again.text, ask(desk, "GET", page).text, repr(kept(desk))):
        assert "whsec_" not in text
    assert stored(desk) == secret


def test_a_new_secret_and_another_address_each_have_their_own(desk: Bench) -> None:
    page = signed_up(desk)
    first = SECRET.findall(ask(desk, "POST", page, action="place", id="rule-1", webhook=HOOK).text)
    second = SECRET.findall(ask(desk, "POST", page, action="renew", id="rule-1").text)
    third = SECRET.findall(ask(desk, "POST", page, action="place", id="rule-1", webhook=f"{HOOK}2").text)

    assert len({*first, *second, *third}) == 3
    assert [stored(desk)] == third
    ask(desk, "POST", page, action="place", id="rule-1", mail="yes")
    assert stored(desk) == ""
    assert "this rule has no webhook" in ask(desk, "POST", page, action="renew", id="rule-1").text


def test_the_same_words_kept_again_go_where_they_went(desk: Bench) -> None:
    page = signed_up(desk)
    ask(desk, "POST", page, action="place", id="rule-1", feed="yes", webhook=HOOK)
    before, secret = kept(desk), stored(desk)
    ask(desk, "POST", page, action="watch", when='"open data"', rhythm="daily")

    assert (kept(desk).feed, kept(desk).webhook, kept(desk).mail) == (before.feed, HOOK, False)
    assert stored(desk) == secret


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://hooks.example.org/", "with https:// before it"),
        ("ftp://hooks.example.org/", "is no address that can be posted to"),
        ("hooks.example.org", "is no address that can be posted to"),
        ("https://", "is no address that can be posted to"),
        ("https://[::1", "is no address that can be posted to"),
        ("https://me:pass@hooks.example.org/", "is no address that can be posted to"),
        ("https://hooks.example.org/#part", "is no address that can be posted to"),
        ("https://hooks.example.org/a b", "is no address that can be posted to"),
        ("https://hôte.example.org/", "is no address that can be posted to"),
        (f"https://hooks.example.org/{'x' * 500}", "is no address that can be posted to"),
        ("https://hooks.example.org:8443/", "without a port"),
        ("https://hooks.example.org:22/", "without a port"),
        ("https://localhost/", "write a host&#39;s name"),
        ("https://192.168.0.1/", "write a host&#39;s name"),
        ("https://93.184.216.34/", "write a host&#39;s name"),
        ("https://[2606:2800:220:1::1]/", "write a host&#39;s name"),
        ("https://2130706433/", "is no address that can be posted to"),
        ("https://www.gov.uk/search", "this site reads that host"),
        ("https://gov.uk./", "this site reads that host"),
        ("https://WWW.GOV.UK:443/", "this site reads that host"),
    ],
)
def test_an_address_that_cannot_be_right_is_said_and_stays_in_its_field(
    desk: Bench, address: str, said: str
) -> None:
    page = signed_up(desk)
    answer = ask(desk, "POST", page, action="place", id="rule-1", mail="yes", webhook=address)

    assert answer.status_code == 400
    assert said in answer.text
    assert "<details open>" in answer.text
    assert f'value="{address}"' in answer.text
    assert (kept(desk).webhook, stored(desk)) == ("", "")


@pytest.mark.parametrize("address", ["http://intranet/hook", "http://127.0.0.1:8080/", "https://intranet:1/"])
def test_the_operators_own_hosts_may_be_posted_to_as_they_may_be_asked(desk: Bench, address: str) -> None:
    page = signed_up(desk)

    assert ask(desk, "POST", page, action="place", id="rule-1", webhook=address).status_code == 200
    assert kept(desk).webhook == address


def test_a_rule_has_to_go_somewhere_and_to_be_there(desk: Bench) -> None:
    page = signed_up(desk)

    assert "would tell nobody" in ask(desk, "POST", page, action="place", id="rule-1").text
    assert "not there any more" in ask(desk, "POST", page, action="place", id="rule-9", mail="yes").text
    assert kept(desk) == OwnRule(id="rule-1", when='"open data"')


def test_there_is_room_for_so_many_webhooks_of_one_reader_and_of_all(desk: Bench) -> None:
    page = signed_up(desk)
    for number in range(1, 7):
        ask(desk, "POST", page, action="watch", when=f"word{number}")
    answers = [
        ask(desk, "POST", page, action="place", id=f"rule-{number}", webhook=HOOK) for number in range(1, 7)
    ]
    assert [one.status_code for one in answers] == [200] * 5 + [400]
    assert "5 webhooks are the most; take one out first" in answers[-1].text

    desk.settings["reader_webhooks"] = 5
    ask(desk, "POST", desk.url, address="other@example.org")
    other = ask(desk, "POST", desk.link()).headers["location"].partition("?")[0].replace("choices", "alerts")
    other = f"https://updates.example.org{other}"
    ask(desk, "POST", other, action="watch", when="buses")
    full = ask(desk, "POST", other, action="place", id="rule-1", webhook=HOOK)
    assert "no more webhooks can be set here at present" in full.text
    moved = ask(desk, "POST", page, action="place", id="rule-1", webhook=f"{HOOK}2")
    assert moved.status_code == 200


def test_the_page_counts_posts_and_never_shows_what_a_receiver_answered(desk: Bench) -> None:
    """It would tell a stranger which hosts and ports of ours answer, and where names lead."""
    page = signed_up(desk)
    ask(desk, "POST", page, action="place", id="rule-1", webhook=HOOK)
    assert "Nothing was posted yet." in ask(desk, "GET", page).text
    for number in (1, 2):
        told = entry(f"https://www.gov.uk/{number}", title="Open data")
        keep(desk.store, change(told, seen_at=desk.now))
    Alerting(desk.config, desk.store).look(desk.now)
    assert "Posts: 2 waiting." in ask(desk, "GET", page).text

    (first,) = desk.store.alerts.due_hooks(desk.now, 9, own=True)
    desk.store.alerts.settle(replace(first, state=HookState.TAKEN), desk.now)
    (second,) = desk.store.alerts.due_hooks(desk.now, 9, own=True)
    gone = replace(second, state=HookState.GONE, reply="hooks.example.org leads to 10.0.0.5 (private)")
    desk.store.alerts.settle(gone, desk.now)
    shown = ask(desk, "GET", page).text
    assert "Posts: 1 taken, 1 not posted any more." in shown
    assert "Nothing is posted to this webhook any more" in shown
    assert "10.0.0.5" not in shown
