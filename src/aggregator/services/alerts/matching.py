"""Looks whether what was stored is what somebody watches for, and tries a rule against the past.

Every call may be made twice: an occasion has a key of its own, and is kept once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from aggregator.classify.alert_matching import Told, closing_spans, occasions, publishers_correction
from aggregator.config import Config
from aggregator.config.rule_language import RuleSyntaxError, read_rule
from aggregator.deliver.alert_mail import alert_of, due_at, our_correction, retraction
from aggregator.model import Document, LabelOverride, SubscriberStatus, Window
from aggregator.model.alerts import Alert, AlertEvent, AlertRule, OwnRule, WatchedRule, Why
from aggregator.publish.presentation.paths import entry_page
from aggregator.store import Store

TICK: Final = timedelta(seconds=1)
DAY: Final = timedelta(days=1)
YEAR: Final = timedelta(days=365)
HEARS: Final = frozenset({SubscriberStatus.READING, SubscriberStatus.PAUSED})
"""Whose own rules are watched for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a rule would have done in a stretch of time: its letters, oldest first, with what each told."""

    letters: tuple[tuple[datetime, tuple[tuple[AlertEvent, Document], ...]], ...]
    since: datetime


@dataclass(frozen=True)
class Alerting:
    """The alerts of one store. `now` is the instant that a call stands for."""

    config: Config
    store: Store

    @cached_property
    def rules(self) -> Mapping[str, AlertRule]:
        """Every rule that is watched for, by key: the operator's, and those of readers that can be read."""
        return {rule.key: rule for rule in (*self.config.alerts, *self._read[0])}

    @property
    def unreadable(self) -> Mapping[str, str]:
        """Readers' own rules that name something which is no longer known, by key: they find nothing. Why."""
        return self._read[1]

    def own(self, reader: str, rule: OwnRule, *, paused: bool = False) -> AlertRule:
        """A reader's own rule as it is watched for. Raises RuleMistake, with the column, for its words."""
        return AlertRule(
            id=rule.id,
            name=rule.when,
            when=read_rule(rule.when, self.config.rule_words),
            changes=rule.changes,
            rhythm=rule.rhythm,
            mail=(reader,) if rule.mail else (),
            feed=bool(rule.feed),
            reader=reader,
            paused=paused,
        )

    def look(self, now: datetime) -> tuple[Alert, ...]:
        """Keep every alert that is new up to `now`; gives those. A rule that is new begins its watch now."""
        watched = {key: one for key, one in self._watches(now).items() if one.looked <= now}
        if not watched:
            return ()
        start = min(one.looked for one in watched.values())
        marks = self.store.labels.marks()
        told = [Told(holding, self._nations) for holding in self._moved(start, now, marks)]
        before = self.store.alerts.told([one.holding.entry.id for one in told])
        view = _View(now, told, before, marks)
        found = [alert for key, watch in watched.items() for alert in self._found(key, watch, view)]
        found += self._retracted(watched, start, now)
        looked = (replace(watch, looked=now) for watch in watched.values())
        return self.store.alerts.keep(found, self.rules, looked)

    def begin(self, rule: AlertRule, now: datetime) -> None:
        """Watch for a rule from now on: what was there before is no news."""
        watch = WatchedRule(key=rule.key, when=str(rule.when), since=now, looked=now)
        self.store.alerts.keep((), {}, [watch])

    def hearers(self, rule: AlertRule) -> tuple[str, ...]:
        """The ids of the readers who get a rule's letters, as they stand now."""
        readers = self.store.readers
        known = (readers.one(who) or readers.at(who.strip().lower()) for who in rule.mail)
        return tuple(
            dict.fromkeys(one.id for one in known if one and one.standing is SubscriberStatus.READING)
        )

    def try_rule(self, rule: AlertRule, now: datetime, span: timedelta = YEAR) -> Trial:
        """What the rule would have sent in the `span` before `now`, by what is held today."""
        since, zone = now - span, self.config.settings.zone
        sent: dict[datetime, list[tuple[AlertEvent, Document]]] = {}
        window = Window(start=since, end=now + TICK)
        held = (*self.store.documents.news(window), *self._closing([rule], window))
        for holding in {one.entry.id: one for one in held}.values():
            found = occasions(rule, Told(holding, self._nations), since=since, looked=since, until=now)
            for occasion in found if rule.follows else found[:1]:
                sent.setdefault(due_at(rule.rhythm, occasion.at, zone), []).append((occasion, holding))
        return Trial(letters=tuple((at, tuple(sent[at])) for at in sorted(sent)), since=since)

    @cached_property
    def _nations(self) -> Mapping[str, str]:
        return {id: body.nation for id, body in self.config.bodies.items()}

    @cached_property
    def _read(self) -> tuple[tuple[AlertRule, ...], Mapping[str, str]]:
        """The own rules of those who read or have paused, and what is wrong with the others of theirs."""
        own, rules, wrong = self.store.alerts.own(), list[AlertRule](), dict[str, str]()
        everybody = self.store.readers.all() if own else ()
        hear = {one.id: one.standing for one in everybody if one.standing in HEARS}
        for reader, rule in own:
            if reader in hear:
                try:
                    rules.append(self.own(reader, rule, paused=hear[reader] is SubscriberStatus.PAUSED))
                except RuleSyntaxError as error:
                    wrong[f"{reader}/{rule.id}"] = str(error)
        return tuple(rules), wrong

    def _watches(self, now: datetime) -> dict[str, WatchedRule]:
        """The watch of each rule; it begins anew when the rule's words have changed."""
        known = self.store.alerts.watched() if self.rules else {}
        fresh = {
            key: WatchedRule(key=key, when=str(rule.when), since=now, looked=now)
            for key, rule in self.rules.items()
            if key not in known or known[key].when != str(rule.when)
        }
        return {key: fresh.get(key) or known[key] for key in self.rules}

    def _moved(
        self, start: datetime, now: datetime, marks: Mapping[str, LabelOverride]
    ) -> Iterable[Document]:
        """What may give rise to an alert: whatever moved, came near its closing date, or was marked."""
        held = list(self.store.documents.stirred(Window(start=start, end=now + TICK)))
        held += self._closing(self.rules.values(), Window(start=now, end=now))
        marked = (self.store.documents.one(id) for id, mark in marks.items() if mark.at >= start)
        return {one.entry.id: one for one in (*held, *marked) if one}.values()

    def _closing(self, rules: Iterable[AlertRule], window: Window) -> tuple[Document, ...]:
        """What may come near its closing date in the window, by the reckoning of any of the rules."""
        spans = [span for rule in rules for span in closing_spans(rule)]
        if not spans:
            return ()
        return self.store.documents.closing(
            Window(start=window.start - DAY, end=window.end + max(spans) + DAY)
        )

    def _found(self, key: str, watch: WatchedRule, view: _View) -> Iterator[Alert]:
        rule, settings = self.rules[key], self.config.settings
        for told in view.told:
            page = settings.site.base_url + entry_page(told.holding.entry)
            for occasion in _occasions(rule, watch, told, view):
                yield alert_of(rule, occasion, told.holding, found=view.now, page=page, zone=settings.zone)

    def _retracted(
        self, watched: Mapping[str, WatchedRule], start: datetime, now: datetime
    ) -> Iterator[Alert]:
        """Word to those who were told of what was retracted."""
        gone = {one.id: one for one in self.store.documents.retractions() if start <= one.at <= now}
        for (key, id), known in self.store.alerts.told(gone).items() if gone else ():
            if key in watched:
                zone = self.config.settings.zone
                yield retraction(known[-1], self.rules[key], gone[id], found=now, zone=zone)


@dataclass(frozen=True, slots=True)
class _View:
    """What a look at `now` sees: documents that moved, what was told of them before, the operator's marks."""

    now: datetime
    told: Sequence[Told]
    before: Mapping[tuple[str, str], Sequence[Alert]]
    marks: Mapping[str, LabelOverride]


def _occasions(rule: AlertRule, watch: WatchedRule, told: Told, view: _View) -> Iterator[AlertEvent]:
    """What is to be told of a document now: once only, unless it changed and the rule says so."""
    known = view.before.get((rule.key, told.holding.entry.id), ())
    found = occasions(rule, told, since=watch.since, looked=watch.looked, until=view.now)
    fresh = [one for one in found if one.why is not Why.CLOSING or (told.deadline or view.now) >= view.now]
    if rule.follows:
        said = {alert.occasion.key for alert in known}
        yield from (one for one in fresh if one.key not in said)
    elif not known:
        yield from fresh[:1]
    if known and not any(one.why in (Why.CHANGED, Why.REMOVED) for one in fresh):
        yield from _corrections(watch, told, known[-1], view)


def _corrections(watch: WatchedRule, told: Told, last: Alert, view: _View) -> Iterator[AlertEvent]:
    """What was said last and is no longer so, by the publisher's word or by the operator's."""
    theirs = publishers_correction(told, looked=watch.looked, until=view.now)
    if theirs and theirs.at > last.found:
        yield theirs
    mark = view.marks.get(told.holding.entry.id)
    if mark and watch.looked <= mark.at <= view.now and (ours := our_correction(last, told.holding, mark)):
        yield ours
