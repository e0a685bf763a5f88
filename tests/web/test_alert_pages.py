"""The page of a reader's own alerts: a rule is tried, kept and taken out; nothing else opens it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from aggregator.model import ChangeKind
from aggregator.model.alerts import OwnRule
from aggregator.model.subscriptions import Frequency
from tests.store.values import change, keep
from tests.support.builders import entry, instant
from tests.web.site_with_subscribers import Bench, bench
from tests.web.test_subscription_pages import ask, sign_up


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Bench]:
    """A desk with one document of the month before."""
    with bench(tmp_path) as made:
        told = entry("https://www.gov.uk/1", title="Open <data> for buses")
        keep(made.store, change(told, ChangeKind.NEW, instant("2023-12-24 10:00")))
        yield made


def test_a_rule_is_tried_before_it_is_kept_and_goes_with_one_button(desk: Bench) -> None:
    page = sign_up(desk).replace("/choices/", "/alerts/")
    assert "You watch for nothing yet" in ask(desk, "GET", page).text

    tried = ask(desk, "POST", page, action="try", when=' "open data" ', rhythm="daily", changes="yes")
    assert "In the past year it would have sent 1 letter." in tried.text
    assert "Open &lt;data&gt; for buses" in tried.text
    assert 'value="&#34;open data&#34;"' in tried.text
    assert desk.store.alerts.own() == ()

    kept = ask(desk, "POST", page, action="watch", when='"open data"', rhythm="daily", changes="yes")
    assert kept.status_code == 303
    again = ask(desk, "POST", page, action="watch", when='"open data"', rhythm="at once", changes="yes")
    assert again.status_code == 303
    ((_, rule),) = desk.store.alerts.own(desk.reader().id)
    assert rule == OwnRule(id="rule-1", when='"open data"', changes=True, rhythm=Frequency.AT_ONCE)
    assert desk.store.alerts.watched()[f"{desk.reader().id}/rule-1"].since == desk.now
    shown = ask(desk, "GET", f"{page}?told=watch").text
    assert "Your rule is kept." in shown
    assert "<code>&#34;open data&#34;</code>, at once, changes too" in shown
    data = ask(desk, "GET", page.replace("/alerts/", "/data/")).json()
    goes = {"mail": True, "feed": False}
    assert data["alerts"] == [
        {"when": '"open data"', "changes": True, "rhythm": "at once", **goes, "found": []}
    ]

    assert ask(desk, "POST", page, action="unwatch", id="rule-1").status_code == 303
    assert desk.store.alerts.own() == ()


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (
            {"action": "try", "when": "body:nowhere"},
            "column 1: &#39;body:nowhere&#39; names nothing that is known",
        ),
        ({"action": "watch", "when": "("}, "column 2: the rule ends here"),
        ({"action": "dance", "when": "a"}, "This form was not filled in here."),
    ],
)
def test_what_cannot_be_kept_is_said_beside_the_form(desk: Bench, form: dict[str, str], said: str) -> None:
    page = sign_up(desk).replace("/choices/", "/alerts/")
    answer = ask(desk, "POST", page, **form)

    assert answer.status_code == 400
    assert said in answer.text
    assert desk.store.alerts.own() == ()


def test_a_reader_has_twenty_rules_at_the_most(desk: Bench) -> None:
    page = sign_up(desk).replace("/choices/", "/alerts/")
    for number in range(20):
        desk.own_rules.watch(desk.reader(), OwnRule(id="", when=f"word{number}"), desk.now)
    answer = ask(desk, "POST", page, action="watch", when="more")

    assert answer.status_code == 400
    assert "20 rules are the most; remove one first" in answer.text


def test_looking_changes_nothing_and_a_strange_word_opens_nothing(desk: Bench) -> None:
    page = sign_up(desk).replace("/choices/", "/alerts/")
    ask(desk, "GET", f"{page}?action=watch&when=open")
    assert desk.store.alerts.own() == ()
    assert ask(desk, "GET", f"{page}x").status_code == 404
    assert ask(desk, "POST", f"{page}x", action="watch", when="open").status_code == 404


def test_who_wants_alerts_alone_says_so_among_their_choices(desk: Bench) -> None:
    choices = sign_up(desk)
    assert "/alerts/" in ask(desk, "GET", choices).text
    ask(desk, "POST", choices, action="save", only_alerts="yes")

    assert desk.reader().choices.only_alerts
    assert 'name="only_alerts" value="yes" checked' in ask(desk, "GET", choices).text


def test_a_rule_has_to_go_somewhere_and_to_be_there(desk: Bench) -> None:
    page = sign_up(desk).replace("/choices/", "/alerts/")
    ask(desk, "POST", page, action="watch", when='"open data"')

    assert "would tell nobody" in ask(desk, "POST", page, action="place", id="rule-1").text
    assert "not there any more" in ask(desk, "POST", page, action="place", id="rule-9", mail="yes").text
    ((_, rule),) = desk.store.alerts.own()
    assert rule == OwnRule(id="rule-1", when='"open data"')


def test_the_same_words_kept_again_go_where_they_went(desk: Bench) -> None:
    page = sign_up(desk).replace("/choices/", "/alerts/")
    ask(desk, "POST", page, action="watch", when='"open data" AND plan')
    ask(desk, "POST", page, action="place", id="rule-1", feed="yes")
    ((_, before),) = desk.store.alerts.own()
    ask(desk, "POST", page, action="watch", when='"open data" plan', rhythm="daily")

    ((_, after),) = desk.store.alerts.own()
    assert (after.feed, after.mail, after.rhythm) == (before.feed, False, Frequency.DAILY)
