"""Finds documents that match alert rules, and tries a rule against the past year.

Every call may run twice: each alert event has a key, and is stored once. A rule that raises is set aside, and
how far it was checked stays: once it works it finds what it missed. So does a document that breaks the rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from aggregator import log
from aggregator.classify.alert_matching import (
    MatchableCondition,
    MatchableDocument,
    MatchableRule,
    MatchableText,
    alert_events,
    longest_closing_span,
)
from aggregator.config import Config
from aggregator.config.rule_language import RuleSyntaxError, parse_rule
from aggregator.deliver.alert_mail import alert_due_at, build_alert, retraction_alert
from aggregator.errors import AggregatorError, ConfigError, ConfigIssue
from aggregator.model import Document, LabelOverride, SubscriberStatus, Window
from aggregator.model.alert_rules import (
    Alert,
    AlertEvent,
    AlertRule,
    AlertRuleState,
    Condition,
    SubscriberRule,
)
from aggregator.model.faults import FaultKind
from aggregator.publish.presentation.paths import document_page_path
from aggregator.services.alerts.comparing import Comparison, compare
from aggregator.services.alerts.new_events import MatchContext, new_events
from aggregator.services.isolation import Isolation, describe, place_of
from aggregator.store import Store

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
        return {rule.key: rule for rule in (*self.config.alerts, *self._subscriber_rules.valid)}

    @property
    def unreadable_rules(self) -> Mapping[str, str]:
        """Subscribers' rules that cannot be parsed any more, by key, with the reason. They find nothing."""
        read = self._subscriber_rules
        return {**read.invalid, **{key: describe(error) for key, error in read.broken.items()}}

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
        """Store the alerts that are new at `now`, and give them. A new rule starts to match from now on.

        A rule that raises is set aside and tried again later, and so is a document that breaks the rules.
        """
        isolation = Isolation(self.store, now)
        states = self._states_to_check(now, isolation)
        broken = {**self._subscriber_rules.broken, **self._prepared.broken}
        found: tuple[Alert, ...] = ()
        if states:
            check = _Check(self, states, now, isolation.waiting(FaultKind.ALERT_DOCUMENT))
            found = check.save()
            self._settle_documents(check, isolation)
            broken |= check.comparison.broken_rules
        self._settle_rules(broken, states, isolation)
        return found

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
        """What the rule would have sent in the `period` before `now`, going by the documents stored today.

        Raises ConfigError if that cannot be found out because of a bug that the rule brings out.
        """
        try:
            return self._try_rule(rule, now, period)
        except AggregatorError:
            raise
        except Exception as error:  # a person waits for an answer
            log.set_aside(FaultKind.ALERT_RULE, str(rule.id), error)
            what = (
                f"cannot be tried, because of a bug in this program: {describe(error)} ({place_of(error)}). "
                "Word it in another way, and please report this"
            )
            raise ConfigError((ConfigIssue("this rule", 0, what),)) from error

    def _try_rule(self, rule: AlertRule, now: datetime, period: timedelta) -> Trial:
        since, zone = now - period, self.config.settings.timezone
        sent: dict[datetime, list[tuple[AlertEvent, Document]]] = {}
        window, prepared = Window(start=since, end=now + SECOND), MatchableRule.of(rule)
        documents = (*self.store.documents.with_updates(window), *self.closing([prepared], window))
        for document in {one.entry.id: one for one in documents}.values():
            matchable = MatchableDocument(document, self.nations, self.plan_names)
            events = alert_events(prepared, matchable, first_seen_from=since, changed_from=since, until=now)
            for event in events if rule.alerts_on_changes else events[:1]:
                sent.setdefault(alert_due_at(rule.frequency, event.at, zone), []).append((event, document))
        return Trial(mails=tuple((at, tuple(sent[at])) for at in sorted(sent)), since=since)

    def closing(self, rules: Iterable[MatchableRule], window: Window) -> tuple[Document, ...]:
        """Documents that any of the rules may call closing soon at some time in the window."""
        longest = longest_closing_span(rules)
        if longest is None:
            return ()
        # A day on either side, because a closing date without a time lasts until the end of its day.
        return self.store.documents.closing_in(
            Window(start=window.start - DAY, end=window.end + longest + DAY)
        )

    @property
    def prepared(self) -> Mapping[str, MatchableRule]:
        """Every rule by key, ready to be compared with documents."""
        return self._prepared.rules

    @cached_property
    def nations(self) -> Mapping[str, str]:
        """The nation of each body, by its id."""
        return {id: body.nation for id, body in self.config.bodies.items()}

    @cached_property
    def plan_names(self) -> Mapping[str, Sequence[MatchableText]]:
        """The names by which people look for each plan, by its id."""
        spellings = self.config.vocabulary.plan_spellings
        return {id: [MatchableText(name) for name in names] for id, names in spellings.items()}

    @cached_property
    def _subscriber_rules(self) -> _ReadRules:
        """The rules of active and paused subscribers."""
        stored = self.store.alerts.subscriber_rules()
        subscribers = self.store.subscribers.all() if stored else ()
        statuses = {one.id: one.status for one in subscribers if one.status in WATCHED_STATUSES}
        read = _ReadRules()
        for subscriber_id, rule in stored:
            if subscriber_id in statuses:
                paused = statuses[subscriber_id] is SubscriberStatus.PAUSED
                self._read_rule(subscriber_id, rule, read, paused=paused)
        return read

    def _read_rule(self, subscriber_id: str, rule: SubscriberRule, read: _ReadRules, *, paused: bool) -> None:
        key = f"{subscriber_id}/{rule.id}"
        try:
            read.valid.append(self.to_alert_rule(subscriber_id, rule, paused=paused))
        # An id in the rule may be gone from the vocabulary since: that must not stop the other rules.
        except RuleSyntaxError as error:
            read.invalid[key] = str(error)
        except Exception as error:  # nor may a bug
            read.broken[key] = error

    @cached_property
    def _prepared(self) -> _PreparedRules:
        prepared, conditions = _PreparedRules(), dict[Condition, MatchableCondition]()
        for key, rule in self.rules.items():
            try:
                prepared.rules[key] = MatchableRule.of(rule, conditions)
            except Exception as error:  # a bug that this rule brings out
                prepared.broken[key] = error
        return prepared

    def _states_to_check(self, now: datetime, isolation: Isolation) -> dict[str, AlertRuleState]:
        """How far each rule was checked that is to be checked now.

        A rule that is new, or whose condition was edited, starts now.
        """
        stored, states = self.store.alerts.rule_states() if self.rules else {}, dict[str, AlertRuleState]()
        waiting = isolation.waiting(FaultKind.ALERT_RULE)
        for key, rule in self.prepared.items():
            when, state = rule.condition.text, stored.get(key)
            # An edited condition starts anew, or it would alert for everything that it matches in the past.
            if state is None or state.when != when:
                states[key] = AlertRuleState(rule_key=key, when=when, watched_since=now, checked_until=now)
            elif state.checked_until <= now and key not in waiting:
                states[key] = state
        return states

    def _settle_documents(self, check: _Check, isolation: Isolation) -> None:
        """Set the documents aside that broke the rules; forget the faults of those that work now."""
        broken = check.comparison.broken_documents
        for id, error in broken.items():
            isolation.set_aside(FaultKind.ALERT_DOCUMENT, id, error)
        for fault in self.store.faults.all():
            if fault.kind is FaultKind.ALERT_DOCUMENT and fault.key not in check.retries:
                isolation.clear(FaultKind.ALERT_DOCUMENT, fault.key)

    def _settle_rules(
        self, broken: Mapping[str, Exception], checked: Iterable[str], isolation: Isolation
    ) -> None:
        """Set the broken rules aside; forget the faults of those that work now, and of those removed."""
        for key, error in broken.items():
            if key not in isolation.waiting(FaultKind.ALERT_RULE):
                isolation.set_aside(FaultKind.ALERT_RULE, key, error)
        gone = {one.key for one in self.store.faults.all() if one.kind is FaultKind.ALERT_RULE} - {
            *self.rules
        }
        for key in {*checked, *gone} - broken.keys():
            isolation.clear(FaultKind.ALERT_RULE, key)


@dataclass(frozen=True, slots=True)
class _ReadRules:
    """Subscribers' rules: those that are valid, and why the others are not, by key."""

    valid: list[AlertRule] = field(default_factory=list)
    invalid: dict[str, str] = field(default_factory=dict)
    broken: dict[str, Exception] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _PreparedRules:
    """The rules that can be compared with documents, and what those raised that cannot, by key."""

    rules: dict[str, MatchableRule] = field(default_factory=dict)
    broken: dict[str, Exception] = field(default_factory=dict)


@dataclass(frozen=True)
class _Check:
    """One check of the rules with these states at `now`; documents that are set aside wait."""

    matcher: AlertMatcher
    states: Mapping[str, AlertRuleState]
    now: datetime
    waiting: frozenset[str]

    @cached_property
    def start(self) -> datetime:
        """Since when documents may have changed without being compared with a rule."""
        # Rules were not all checked at the same time: the candidates go back to the oldest.
        return min(one.checked_until for one in self.states.values())

    @cached_property
    def comparison(self) -> Comparison:
        """Compare the rules with the candidates and with what was retracted."""
        documents = (
            MatchableDocument(document, self.matcher.nations, self.matcher.plan_names)
            for id, document in self._candidates.items()
            if id not in self.waiting
        )
        found = compare(self.states.keys(), documents, self._alerts_of)
        broken_rules = dict(found.broken_rules)
        alerts = [*found.alerts, *self._retraction_alerts(broken_rules)]
        return replace(
            found,
            alerts=tuple(one for one in alerts if one.rule_key not in broken_rules),
            broken_rules=broken_rules,
        )

    @cached_property
    def retries(self) -> Mapping[str, datetime]:
        """The documents that are to be compared again, and until when they had been compared."""
        left_out = self.comparison.broken_documents.keys() | (self.waiting & self._candidates.keys())
        return {id: min(self._earlier.get(id, self.start), self.start) for id in left_out} | {
            id: since for id, since in self._earlier.items() if id in self.waiting
        }

    def save(self) -> tuple[Alert, ...]:
        """Store alerts, how far each rule was checked, and what is left; return the alerts that are new."""
        broken = self.comparison.broken_rules
        checked = (
            state if key in broken else replace(state, checked_until=self.now)
            for key, state in self.states.items()
        )
        # In one transaction with how far each rule was checked: a crash loses no alert and repeats none.
        return self.matcher.store.alerts.save(
            self.comparison.alerts, self.matcher.rules, checked, self.retries
        )

    @cached_property
    def _earlier(self) -> Mapping[str, datetime]:
        return self.matcher.store.alerts.retries()

    @cached_property
    def _overrides(self) -> Mapping[str, LabelOverride]:
        return self.matcher.store.labels.overrides()

    @cached_property
    def _candidates(self) -> Mapping[str, Document]:
        """Documents that may cause an alert: changed, closing soon, relabelled, or left out before."""
        store, start, now = self.matcher.store, self.start, self.now
        documents = list(store.documents.with_carrier_changes(Window(start=start, end=now + SECOND)))
        documents += self.matcher.closing(self.matcher.prepared.values(), Window(start=now, end=now))
        ids = [id for id, override in self._overrides.items() if override.at >= start]
        others = (store.documents.get(id) for id in (*ids, *(self._earlier.keys() - self.waiting)))
        return {one.entry.id: one for one in (*documents, *others) if one}

    @cached_property
    def _already_sent(self) -> Mapping[tuple[str, str], Sequence[Alert]]:
        """By rule key and document id, oldest first."""
        return self.matcher.store.alerts.by_rule_and_document([*self._candidates])

    def _alerts_of(self, key: str, matchable: MatchableDocument) -> Iterator[Alert]:
        document, state = matchable.document, self.states[key]
        since = self._earlier.get(document.entry.id)
        if since is not None and since < state.checked_until:
            state = replace(state, checked_until=max(since, state.watched_since))
        context = MatchContext(
            self.now,
            self._already_sent.get((key, document.entry.id), ()),
            self._overrides.get(document.entry.id),
        )
        rule, settings = self.matcher.prepared[key], self.matcher.config.settings
        for event in new_events(rule, state, matchable, context):
            page = settings.site.base_url + document_page_path(document.entry)
            yield build_alert(rule.rule, event, document, found=self.now, page=page, zone=settings.timezone)

    def _retraction_alerts(self, broken_rules: dict[str, Exception]) -> Iterator[Alert]:
        """Alerts to those who got an alert about a document that was retracted since."""
        store, zone = self.matcher.store, self.matcher.config.settings.timezone
        retracted = {one.id: one for one in store.documents.retractions() if self.start <= one.at <= self.now}
        for (key, id), sent in store.alerts.by_rule_and_document(retracted).items() if retracted else ():
            if key in self.states:
                rule = self.matcher.rules[key]
                try:
                    yield retraction_alert(sent[-1], rule, retracted[id], found=self.now, zone=zone)
                except Exception as error:  # a bug that this rule brings out
                    broken_rules[key] = error
