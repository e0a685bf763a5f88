"""Finds documents that match alert rules, and tries a rule against the past year.

Every call may run twice: each alert event has a key, and is stored once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from aggregator.classify.alert_matching import (
    MatchableDocument,
    alert_events,
    closing_spans,
    find_publishers_correction,
)
from aggregator.config import Config
from aggregator.config.rule_language import RuleSyntaxError, parse_rule
from aggregator.deliver.alert_mail import alert_due_at, build_alert, operator_correction, retraction_alert
from aggregator.model import Document, LabelOverride, SubscriberStatus, Window
from aggregator.model.alert_rules import (
    Alert,
    AlertEvent,
    AlertReason,
    AlertRule,
    AlertRuleState,
    SubscriberRule,
)
from aggregator.publish.presentation.paths import document_page_path
from aggregator.store import Store
from aggregator.tasks import stop_if_cancelled

# Added to `now` for windows that must include it: the end of a window is not part of it.
SECOND: Final = timedelta(seconds=1)
DAY: Final = timedelta(days=1)
YEAR: Final = timedelta(days=365)
# Whose rules are matched. A paused subscriber's private feeds go on.
WATCHED_STATUSES: Final = frozenset({SubscriberStatus.ACTIVE, SubscriberStatus.PAUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a rule would have sent since an instant."""

    # Each mail: when, and the events and documents in it. Oldest first.
    mails: tuple[tuple[datetime, tuple[tuple[AlertEvent, Document], ...]], ...]
    since: datetime


@dataclass(frozen=True)
class AlertMatcher:
    """Matches the documents of one store against all alert rules. `now` is the instant of the call."""

    config: Config
    store: Store

    @cached_property
    def rules(self) -> Mapping[str, AlertRule]:
        """Every valid rule by key, the operator's and those of subscribers."""
        return {rule.key: rule for rule in (*self.config.alerts, *self._subscriber_rules[0])}

    @property
    def unreadable_rules(self) -> Mapping[str, str]:
        """Subscribers' rules that cannot be parsed any more, by key, with the reason. They find nothing."""
        return self._subscriber_rules[1]

    def to_alert_rule(self, subscriber_id: str, rule: SubscriberRule, *, paused: bool = False) -> AlertRule:
        """A subscriber's rule, parsed. Raises RuleSyntaxError, with the column."""
        return AlertRule(
            id=rule.id,
            name=rule.when,
            when=parse_rule(rule.when, self.config.valid_ids),
            changes=rule.changes,
            frequency=rule.frequency,
            mail=(subscriber_id,) if rule.mail else (),
            feed=bool(rule.feed_secret),
            subscriber=subscriber_id,
            paused=paused,
        )

    def find_alerts(self, now: datetime) -> tuple[Alert, ...]:
        """Store the alerts that are new at `now`, and give them. A new rule starts to match from now on."""
        states = {key: one for key, one in self._rule_states(now).items() if one.checked_until <= now}
        if not states:
            return ()
        # Rules were not all checked at the same time: the candidates go back to the oldest.
        start = min(one.checked_until for one in states.values())
        overrides = self.store.labels.overrides()
        candidates = self._candidates(start, now, overrides)
        documents = [MatchableDocument(document, self._nations) for document in candidates]
        already_sent = self.store.alerts.by_rule_and_document([one.document.entry.id for one in documents])
        context = _MatchContext(now, documents, already_sent, overrides)
        alerts = [
            alert for key, state in states.items() for alert in self._alerts_of_rule(key, state, context)
        ]
        alerts += self._retraction_alerts(states, start, now)
        checked = (replace(state, checked_until=now) for state in states.values())
        # In one transaction with how far each rule was checked: a crash loses no alert and repeats none.
        return self.store.alerts.save(alerts, self.rules, checked)

    def start_watching(self, rule: AlertRule, now: datetime) -> None:
        """Match a rule from now on: documents that are older do not alert."""
        state = AlertRuleState(rule_key=rule.key, when=str(rule.when), watched_since=now, checked_until=now)
        self.store.alerts.save((), {}, [state])

    def recipients(self, rule: AlertRule) -> tuple[str, ...]:
        """The ids of the active subscribers who get a rule's mail."""
        subscribers = self.store.subscribers
        found = (subscribers.get(who) or subscribers.with_address(who.strip().lower()) for who in rule.mail)
        return tuple(dict.fromkeys(one.id for one in found if one and one.status is SubscriberStatus.ACTIVE))

    def try_rule(self, rule: AlertRule, now: datetime, period: timedelta = YEAR) -> Trial:
        """What the rule would have sent in the `period` before `now`, going by the documents stored today."""
        since, zone = now - period, self.config.settings.timezone
        sent: dict[datetime, list[tuple[AlertEvent, Document]]] = {}
        window = Window(start=since, end=now + SECOND)
        documents = (*self.store.documents.with_updates(window), *self._closing([rule], window))
        for document in {one.entry.id: one for one in documents}.values():
            matchable = MatchableDocument(document, self._nations)
            events = alert_events(rule, matchable, first_seen_from=since, changed_from=since, until=now)
            for event in events if rule.alerts_on_changes else events[:1]:
                sent.setdefault(alert_due_at(rule.frequency, event.at, zone), []).append((event, document))
        return Trial(mails=tuple((at, tuple(sent[at])) for at in sorted(sent)), since=since)

    @cached_property
    def _nations(self) -> Mapping[str, str]:
        return {id: body.nation for id, body in self.config.bodies.items()}

    @cached_property
    def _subscriber_rules(self) -> tuple[tuple[AlertRule, ...], Mapping[str, str]]:
        """The valid rules of active and paused subscribers, and why the others of theirs are invalid."""
        stored = self.store.alerts.subscriber_rules()
        subscribers = self.store.subscribers.all() if stored else ()
        statuses = {one.id: one.status for one in subscribers if one.status in WATCHED_STATUSES}
        valid, invalid = list[AlertRule](), dict[str, str]()
        # An id in the rule may be gone from the vocabulary since: that must not stop the other rules.
        for subscriber_id, rule in stored:
            if subscriber_id in statuses:
                paused = statuses[subscriber_id] is SubscriberStatus.PAUSED
                try:
                    valid.append(self.to_alert_rule(subscriber_id, rule, paused=paused))
                except RuleSyntaxError as error:
                    invalid[f"{subscriber_id}/{rule.id}"] = str(error)
        return tuple(valid), invalid

    def _rule_states(self, now: datetime) -> dict[str, AlertRuleState]:
        """How far each rule was checked; a rule that is new, or whose condition was edited, starts now."""
        stored = self.store.alerts.rule_states() if self.rules else {}
        # An edited condition starts anew, or it would alert for everything that it matches in the past.
        new = {
            key: AlertRuleState(rule_key=key, when=str(rule.when), watched_since=now, checked_until=now)
            for key, rule in self.rules.items()
            if key not in stored or stored[key].when != str(rule.when)
        }
        return {key: new.get(key) or stored[key] for key in self.rules}

    def _candidates(
        self, start: datetime, now: datetime, overrides: Mapping[str, LabelOverride]
    ) -> Iterable[Document]:
        """Documents that may cause an alert: changed, closing soon, or with a new label override."""
        documents = list(self.store.documents.with_carrier_changes(Window(start=start, end=now + SECOND)))
        documents += self._closing(self.rules.values(), Window(start=now, end=now))
        relabelled = (
            self.store.documents.get(id) for id, override in overrides.items() if override.at >= start
        )
        return {one.entry.id: one for one in (*documents, *relabelled) if one}.values()

    def _closing(self, rules: Iterable[AlertRule], window: Window) -> tuple[Document, ...]:
        """Documents that any of the rules may call closing soon at some time in the window."""
        spans = [span for rule in rules for span in closing_spans(rule)]
        if not spans:
            return ()
        # A day on either side, because a closing date without a time lasts until the end of its day.
        return self.store.documents.closing_in(
            Window(start=window.start - DAY, end=window.end + max(spans) + DAY)
        )

    def _alerts_of_rule(self, key: str, state: AlertRuleState, context: _MatchContext) -> Iterator[Alert]:
        stop_if_cancelled()
        rule, settings = self.rules[key], self.config.settings
        for matchable in context.documents:
            page = settings.site.base_url + document_page_path(matchable.document.entry)
            for event in _new_events(rule, state, matchable, context):
                yield build_alert(
                    rule, event, matchable.document, found=context.now, page=page, zone=settings.timezone
                )

    def _retraction_alerts(
        self, states: Mapping[str, AlertRuleState], start: datetime, now: datetime
    ) -> Iterator[Alert]:
        """Alerts to those who got an alert about a document that was retracted since."""
        retracted = {one.id: one for one in self.store.documents.retractions() if start <= one.at <= now}
        for (key, id), sent in self.store.alerts.by_rule_and_document(retracted).items() if retracted else ():
            if key in states:
                zone = self.config.settings.timezone
                yield retraction_alert(sent[-1], self.rules[key], retracted[id], found=now, zone=zone)


@dataclass(frozen=True, slots=True)
class _MatchContext:
    """What all rules are matched against at `now`."""

    now: datetime
    documents: Sequence[MatchableDocument]
    # By rule key and document id, oldest first.
    already_sent: Mapping[tuple[str, str], Sequence[Alert]]
    # By document id.
    overrides: Mapping[str, LabelOverride]


def _new_events(
    rule: AlertRule, state: AlertRuleState, matchable: MatchableDocument, context: _MatchContext
) -> Iterator[AlertEvent]:
    """The events on a document that alert now: one per document, or one per change if the rule says so."""
    sent = context.already_sent.get((rule.key, matchable.document.entry.id), ())
    events = alert_events(
        rule,
        matchable,
        first_seen_from=state.watched_since,
        changed_from=state.checked_until,
        until=context.now,
    )
    # If the machine was off on the day, a closing alert comes late, but not after the document has closed.
    is_open = (matchable.open_until or context.now) >= context.now
    new = [one for one in events if one.reason is not AlertReason.CLOSING or is_open]
    if rule.alerts_on_changes:
        sent_keys = {alert.event.key for alert in sent}
        yield from (one for one in new if one.key not in sent_keys)
    elif not sent:
        yield from new[:1]
    # A change alert already shows the document as it is now, so it needs no correction as well.
    if sent and not any(one.reason in (AlertReason.CHANGED, AlertReason.REMOVED) for one in new):
        yield from _corrections(state, matchable, sent[-1], context)


def _corrections(
    state: AlertRuleState, matchable: MatchableDocument, last: Alert, context: _MatchContext
) -> Iterator[AlertEvent]:
    """Corrections of the last alert about a document, by the publisher and by the operator."""
    by_publisher = find_publishers_correction(matchable, changed_from=state.checked_until, until=context.now)
    if by_publisher and by_publisher.at > last.found_at:
        yield by_publisher
    override = context.overrides.get(matchable.document.entry.id)
    if override and state.checked_until <= override.at <= context.now:
        by_operator = operator_correction(last, matchable.document, override)
        if by_operator:
            yield by_operator
