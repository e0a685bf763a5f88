"""A broken rule or document stops no other alert, loses none and repeats none; rules cost the same each."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from aggregator import log
from aggregator.classify import alert_matching
from aggregator.classify.alert_matching import MatchableCondition
from aggregator.classify.labels.tokeniser import TokenisedText, tokenise
from aggregator.config.rule_language import parse_rule
from aggregator.deliver.alert_mail import build_alert
from aggregator.errors import ConfigError
from aggregator.model.alert_rules import Alert, AlertEvent, AlertReason, AlertRule, Condition, SubscriberRule
from aggregator.model.document import Document
from aggregator.model.faults import FaultKind
from aggregator.services.alerts import matching
from aggregator.services.alerts.comparing import compare
from aggregator.services.alerts.matching import AlertMatcher
from aggregator.services.alerts.rules import SubscriberRules
from aggregator.services.inbox.queues import inbox
from aggregator.store import open_store
from tests.deliver.mail.subscribers import make_subscriber
from tests.services.alerts.test_matching import HOUR, AlertBench, make_rule
from tests.support.builders import NOON, make_document, make_entry

TEN = tuple(make_rule("plan", f"rule-{number}") for number in range(10))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[AlertBench]:
    """Ten rules that match every plan, checked an hour before NOON; then two plans appear."""
    log.configure(verbose=False)
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        store.subscribers.add([make_subscriber()])
        prepared = AlertBench(store, TEN)
        prepared.find_alerts(NOON - HOUR)
        save_plans(prepared, NOON, "one", "two")
        yield prepared


def save_plans(bench: AlertBench, at: datetime, *names: str) -> None:
    for name in names:
        bench.save_change(at, make_entry(f"https://www.gov.uk/{name}", title=f"Plan {name}"))


def found(bench: AlertBench, at: datetime) -> list[tuple[str, str]]:
    return sorted((alert.rule_key, alert.title) for alert in bench.matcher.find_alerts(at))


def all_of(*names: str, rules: tuple[AlertRule, ...] = TEN) -> list[tuple[str, str]]:
    return sorted((rule.key, f"Plan {name}") for rule in rules for name in names)


def breaks(is_broken: Callable[[AlertRule, Document], bool]) -> Callable[..., Alert]:
    build = build_alert

    def broken(rule: AlertRule, event: AlertEvent, document: Document, **rest: Any) -> Alert:
        if is_broken(rule, document):
            raise ZeroDivisionError("a bug")
        return build(rule, event, document, **rest)

    return broken


@pytest.mark.parametrize("place", ["building its alerts", "preparing it", "new and preparing it"])
def test_of_ten_rules_the_broken_one_waits_and_finds_all_that_it_missed_once_it_works(
    bench: AlertBench, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    chosen = random.Random(place).choice(TEN)  # noqa: S311  # which one is broken
    others = tuple(rule for rule in TEN if rule != chosen)
    prepare = MatchableCondition.__init__
    if place != "building its alerts":
        bench.rules = (*others, replace(chosen, when=make_rule("plan relevance:yes").when))
        bench.find_alerts(NOON - HOUR / 2)

    def broken_preparation(self: MatchableCondition, condition: Condition) -> None:
        if str(condition) == "plan relevance:yes":
            raise ZeroDivisionError("a bug")
        prepare(self, condition)

    with monkeypatch.context() as patch:
        if place == "building its alerts":
            patch.setattr(matching, "build_alert", breaks(lambda rule, _: rule.key == chosen.key))
        else:
            patch.setattr(MatchableCondition, "__init__", broken_preparation)
        assert found(bench, NOON) == all_of("one", "two", rules=others)
        (fault,) = bench.store.faults.all()
        assert (fault.kind, fault.key) == (FaultKind.ALERT_RULE, chosen.key)
        assert [item.what.partition(":")[0] for item in inbox(bench.config, bench.store, NOON)] == [
            f"alert rule {chosen.key} is not watched"
        ]
        save_plans(bench, fault.next_attempt, "three")
        assert found(bench, fault.next_attempt) == all_of("three", rules=others)
        (again,) = bench.store.faults.all()
        assert again.attempts == 2

    # Not before its pause is over, also after a restart: every call reads the store anew.
    assert found(bench, fault.next_attempt + HOUR / 60) == []
    assert found(bench, again.next_attempt) == all_of("one", "two", "three", rules=(chosen,))
    assert found(bench, again.next_attempt + HOUR) == []
    assert bench.store.faults.all() == ()


def test_a_document_that_breaks_every_rule_waits_itself_and_alerts_once_it_works(
    bench: AlertBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(matching, "build_alert", breaks(lambda _, one: one.entry.title == "Plan two"))
        assert found(bench, NOON) == all_of("one")
        (fault,) = bench.store.faults.all()
        two = make_entry("https://www.gov.uk/two").id
        assert (fault.kind, fault.key) == (FaultKind.ALERT_DOCUMENT, two)
        save_plans(bench, NOON + HOUR / 60, "three")
        assert found(bench, NOON + HOUR / 60) == all_of("three")
        assert found(bench, fault.next_attempt) == []
        (fault,) = bench.store.faults.all()
        assert (fault.key, fault.attempts) == (two, 2)

    assert found(bench, fault.next_attempt) == all_of("two")
    assert found(bench, fault.next_attempt + HOUR) == []
    assert bench.store.faults.all() == ()


@pytest.mark.parametrize(
    ("raising", "rules", "documents"),
    [
        ({("a", "1")}, {"a"}, set()),
        ({("a", "1"), ("a", "2")}, {"a"}, set()),
        ({("a", "1"), ("b", "1"), ("c", "1")}, set(), {"1"}),
        ({("a", "1"), ("b", "1"), ("c", "1"), ("a", "2")}, {"a"}, {"1"}),
    ],
)
def test_the_fewest_rules_and_documents_are_blamed(
    raising: set[tuple[str, str]], rules: set[str], documents: set[str]
) -> None:
    def alerts_of(rule: str, matchable: Any) -> tuple[Alert, ...]:
        if (rule, matchable.document.entry.title) in raising:
            raise ZeroDivisionError
        return ()

    entries = [make_entry(f"https://www.gov.uk/{title}", title=title) for title in ("1", "2")]
    matchables = [alert_matching.MatchableDocument(make_document(entry), {}) for entry in entries]

    result = compare(("a", "b", "c"), matchables, alerts_of)

    blamed = {entry.title for entry in entries if entry.id in result.broken_documents}
    assert (set(result.broken_rules), blamed) == (rules, documents)


def test_a_rule_of_a_subscriber_that_breaks_the_parser_stops_no_other(
    bench: AlertBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.store.alerts.save_subscriber_rule(make_subscriber().id, SubscriberRule(id="mine", when="plan"))
    parse = parse_rule

    def broken(text: str, ids: Any) -> Condition:
        if text == "plan":
            raise RecursionError("a bug")
        return parse(text, ids)

    monkeypatch.setattr(matching, "parse_rule", broken)

    assert found(bench, NOON) == all_of("one", "two")
    (fault,) = bench.store.faults.all()
    assert (fault.kind, fault.key) == (FaultKind.ALERT_RULE, f"{make_subscriber().id}/mine")
    assert "RecursionError: a bug" in bench.matcher.unreadable_rules[fault.key]


def test_a_trial_of_a_rule_that_raises_ends_in_a_sentence(
    bench: AlertBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(matching, "alert_events", broken)

    sentence = "this rule: cannot be tried, because of a bug in this program"
    with pytest.raises(ConfigError, match=sentence):
        bench.matcher.try_rule(TEN[0], NOON)
    rule = SubscriberRule(id="", when="plan")
    with pytest.raises(ValueError, match=sentence):
        SubscriberRules(bench.matcher).try_rule(make_subscriber(), rule, NOON)


def test_the_work_for_each_rule_does_not_grow_with_their_number(
    bench: AlertBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def counted(text: str) -> TokenisedText:
        calls.append(text)
        return tokenise(text)

    monkeypatch.setattr(alert_matching, "tokenise", counted)

    def work(rule_count: int) -> int:
        words = (" OR ".join(f"word{rule}x{word}" for word in range(6)) for rule in range(rule_count))
        rules = tuple(make_rule(when, f"r{number}") for number, when in enumerate(words))
        config = replace(bench.config, alerts=rules)
        AlertMatcher(config, bench.store).find_alerts(NOON)
        calls.clear()
        # As if the rules were watched before the two plans appeared.
        states = bench.store.alerts.rule_states().values()
        early = [replace(state, watched_since=NOON - HOUR, checked_until=NOON - HOUR) for state in states]
        bench.store.alerts.save((), {}, early)
        assert AlertMatcher(config, bench.store).find_alerts(NOON) == ()
        return len(calls)

    hundred, four_hundred = work(100), work(400)

    assert hundred >= 600
    assert four_hundred <= 4 * hundred


def test_the_reason_of_an_alert_is_the_same_for_rules_that_share_a_condition(bench: AlertBench) -> None:
    rules = (make_rule("plan", "once"), make_rule("plan", "changes", changes=True))
    bench.rules = rules
    bench.find_alerts(NOON + HOUR)
    save_plans(bench, NOON + 2 * HOUR, "three")

    assert bench.find_alerts(NOON + 2 * HOUR) == [(AlertReason.NEW, "Plan three")] * 2
