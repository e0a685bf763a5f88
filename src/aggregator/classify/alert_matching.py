"""Matches documents against alert rules, and lists the alert events of a document.

Words are compared whole, without case, accents, hyphens and possessives (`labels/tokeniser.py`): `tŷ`, `TY`
and `ty` are the same.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from aggregator.classify.comparison import last_minute
from aggregator.classify.labels.plan_words import ORDINALS
from aggregator.classify.labels.tokeniser import tokenise
from aggregator.model import Document
from aggregator.model.alert_rules import (
    ANY_VALUE,
    CHANGED_PARTS,
    AlertEvent,
    AlertReason,
    AlertRule,
    AllOf,
    AnyOf,
    Condition,
    Not,
    Term,
    terms,
)
from aggregator.model.days import COARSE

TICK: Final = timedelta(seconds=1)

# Parts that an alert shows: when one of them changes, an alert that was sent is no longer right.
ALERTED_PARTS: Final = frozenset({"title", "status", "opening date", "closing date", "removed", "restored"})

# A publisher's note that calls the change a correction, whatever it changed.
CORRECTION_NOTE: Final = re.compile(r"\b(?:correct(?:ed|s|ion|ions)?|erratum|cywir\w*)\b", re.IGNORECASE)


@dataclass(frozen=True)
class RulePhrase:
    """The words that a rule looks for, in a row; with `is_prefix` the last may be the beginning of a word."""

    words: Sequence[str]
    is_prefix: bool

    @classmethod
    def of(cls, value: str) -> RulePhrase:
        """Return what a value of a rule such as `"open gov*"` looks for."""
        return cls(tokenise(value).folded, value.endswith("*"))

    @property
    def may_be_plan(self) -> bool:
        """Whether it may name one plan: `NAP7`, `third action plan`, but not `action plan` or `2025`."""
        if len(self.words) == 1:
            return self.words[0].isalnum() and not (self.words[0].isalpha() or self.words[0].isdecimal())
        return any(word in ORDINALS or any(map(str.isdecimal, word)) for word in self.words)


class MatchableCondition:
    """The condition of one or several rules, with what matching needs of it worked out once."""

    def __init__(self, condition: Condition) -> None:
        self.text = str(condition)
        found = tuple(terms(condition))
        fields = {term.field for term in found}
        self.names_relevance = "relevance" in fields
        # The time before a closing date that each `closing:` term names.
        self.closing_spans = frozenset(
            timedelta(days=int(term.values[0][1:-1])) for term in found if term.field == "closing"
        )
        self.matches: Matches = _compile(condition)


@dataclass(frozen=True)
class MatchableRule:
    """A rule with its condition, which rules of the same condition share."""

    rule: AlertRule
    condition: MatchableCondition
    alerts_on_changes: bool

    @classmethod
    def of(
        cls, rule: AlertRule, conditions: dict[Condition, MatchableCondition] | None = None
    ) -> MatchableRule:
        """Prepare a rule. `conditions` has those that are prepared already, and gets new ones."""
        prepared = {} if conditions is None else conditions
        condition = prepared.get(rule.when)
        if condition is None:
            condition = prepared[rule.when] = MatchableCondition(rule.when)
        return cls(rule, condition, rule.alerts_on_changes)


class MatchableText:
    """The words of a text: in order, and in the two forms in which looking one up takes no longer in a long
    text."""

    def __init__(self, text: str) -> None:
        self._words = tokenise(text).folded
        self.distinct = frozenset(self._words)

    @cached_property
    def _sorted(self) -> Sequence[str]:
        return sorted(self.distinct)

    def contains(self, phrase: RulePhrase) -> bool:
        """Whether the words of the phrase stand in the text, in a row."""
        *whole, last = phrase.words
        if not (self._has_prefix(last) if phrase.is_prefix else last in self.distinct):
            return False
        return not whole or (self.distinct.issuperset(whole) and self._has_in_a_row(whole, phrase))

    def _has_prefix(self, beginning: str) -> bool:
        at = bisect_left(self._sorted, beginning)
        return at < len(self._sorted) and self._sorted[at].startswith(beginning)

    def _has_in_a_row(self, whole: list[str], phrase: RulePhrase) -> bool:
        words, span, last = self._words, len(whole), phrase.words[-1]
        return any(
            (words[at].startswith(last) if phrase.is_prefix else words[at] == last)
            and list(words[at - span : at]) == whole
            for at in range(span, len(words))
        )


@dataclass(frozen=True)
class MatchableDocument:
    """A document with the values that rules compare, worked out once for all rules."""

    document: Document
    # The nation of each body, by its id.
    nations: Mapping[str, str]
    # The names by which people look for each plan, by its id.
    plan_names: Mapping[str, Sequence[MatchableText]] = field(default_factory=dict, compare=False, repr=False)
    # Whether a condition matches at an instant with these changed parts: once for all rules that have it.
    answers: dict[tuple[MatchableCondition, datetime, frozenset[str]], bool] = field(
        default_factory=dict, compare=False, repr=False
    )

    @cached_property
    def titles(self) -> tuple[MatchableText, ...]:
        """Its title, in each language."""
        others = (translation.title for translation in self.document.entry.translations if translation.title)
        return tuple(MatchableText(title) for title in (self.document.entry.title, *others))

    @cached_property
    def texts(self) -> tuple[MatchableText, ...]:
        """Its titles and its text; separate, since no phrase runs from one into the other."""
        return (*self.titles, MatchableText(self.document.entry.text))

    @cached_property
    def distinct_words(self) -> frozenset[str]:
        """Every word of its titles and its text."""
        return frozenset[str]().union(*(text.distinct for text in self.texts))

    @cached_property
    def named_plans(self) -> tuple[MatchableText, ...]:
        """The names of the plans that it names, perhaps by another name."""
        return tuple(name for plan in self.document.labels.plans for name in self.plan_names.get(plan, ()))

    @cached_property
    def label_values(self) -> Mapping[str, frozenset[str]]:
        """Its labels, by field of the rule language. `body` matches documents by a body and about it."""
        labels = self.document.labels
        bodies = frozenset((self.document.entry.body, *labels.subjects))
        return {
            "body": bodies,
            "nation": frozenset(self.nations[body] for body in bodies if body in self.nations),
            "type": frozenset((labels.type,)),
            "topic": frozenset(labels.topics),
            "plan": frozenset(labels.plans),
            # The rule language uses one word for `relevance:any` and `changed:any`.
            "relevance": frozenset((labels.relevance.value, ANY_VALUE)),
        }

    @cached_property
    def open_until(self) -> datetime | None:
        """The last minute before it closes; None unless the closing date is known to the day."""
        closes = self.document.entry.closes
        has_day = closes and closes.precision not in COARSE and not self.document.removal
        return last_minute(closes) if closes and has_day else None


@dataclass(frozen=True, slots=True)
class DocumentState:
    """A document at an instant, and the parts of it that changed then."""

    matchable: MatchableDocument
    at: datetime
    changed_parts: frozenset[str] = frozenset()

    @property
    def time_left(self) -> timedelta | None:
        """The time until it closes; negative once it has closed, None without a date."""
        deadline = self.matchable.open_until
        return deadline - self.at if deadline else None


# Whether a condition matches a state of a document.
Matches = Callable[[DocumentState], bool]


def rule_matches(rule: MatchableRule, state: DocumentState) -> bool:
    """Whether the rule matches. A rule without a relevance matches relevant documents only."""
    condition, matchable = rule.condition, state.matchable
    key = (condition, state.at, state.changed_parts)
    answer = matchable.answers.get(key)
    if answer is None:
        may_match = condition.names_relevance or matchable.document.labels.relevant
        answer = may_match and condition.matches(state)
        matchable.answers[key] = answer
    return answer


def alert_events(
    rule: MatchableRule,
    matchable: MatchableDocument,
    *,
    first_seen_from: datetime,
    changed_from: datetime,
    until: datetime,
) -> tuple[AlertEvent, ...]:
    """Every event up to `until` on which the rule alerts, oldest first, including those already sent.

    A document first seen from `first_seen_from` on is new, unless it is backlog. Changes and approaching
    closing dates count from `changed_from` on. Backlog and documents older than the rule have only these.
    """
    found = [
        *_new_event(rule, matchable, first_seen_from, until),
        *_closing_events(rule, matchable, max(first_seen_from, changed_from), until),
    ]
    # Changes alert only if the rule says so; closing dates always do.
    if rule.alerts_on_changes:
        found += _change_events(rule, matchable, changed_from, until)
    return tuple(sorted(found))


def longest_closing_span(rules: Iterable[MatchableRule]) -> timedelta | None:
    """The longest time before a closing date that any of the rules names; None if none names one."""
    return max((span for rule in rules for span in rule.condition.closing_spans), default=None)


def find_publishers_correction(
    matchable: MatchableDocument, *, changed_from: datetime, until: datetime
) -> AlertEvent | None:
    """The latest change from `changed_from` on that makes a sent alert wrong; None without one."""
    changes = [
        AlertEvent(at=at, reason=AlertReason.CORRECTION, parts=parts, note=note)
        for at, parts, note in _changes(matchable.document, changed_from, until)
        if ALERTED_PARTS & set(parts) or CORRECTION_NOTE.search(note)
    ]
    return changes[-1] if changes else None


def _new_event(
    rule: MatchableRule, matchable: MatchableDocument, first_seen_from: datetime, until: datetime
) -> Iterator[AlertEvent]:
    first_seen = matchable.document.first_seen
    is_new = not matchable.document.backlog and first_seen_from <= first_seen <= until
    if is_new and rule_matches(rule, DocumentState(matchable, first_seen)):
        yield AlertEvent(at=first_seen, reason=AlertReason.NEW)


def _change_events(
    rule: MatchableRule, matchable: MatchableDocument, changed_from: datetime, until: datetime
) -> Iterator[AlertEvent]:
    for at, parts, note in _changes(matchable.document, changed_from, until):
        if rule_matches(rule, DocumentState(matchable, at, frozenset(parts))):
            reason = AlertReason.REMOVED if "removed" in parts else AlertReason.CHANGED
            yield AlertEvent(at=at, reason=reason, parts=parts, note=note)


def _closing_events(
    rule: MatchableRule, matchable: MatchableDocument, start: datetime, until: datetime
) -> Iterator[AlertEvent]:
    """The instants at which the closing date comes so near that the rule begins to match."""
    if matchable.open_until is None:
        return
    for days in sorted(rule.condition.closing_spans, reverse=True):
        # `closing:<7d` means less than seven days: at exactly seven days the rule does not match yet.
        at = matchable.open_until - days + TICK
        fresh = start <= at <= until and at > matchable.document.first_seen
        if (
            fresh
            and rule_matches(rule, DocumentState(matchable, at))
            and not rule_matches(rule, DocumentState(matchable, at - TICK))
        ):
            yield AlertEvent(at=at, reason=AlertReason.CLOSING)


def _changes(
    document: Document, start: datetime, until: datetime
) -> Iterator[tuple[datetime, tuple[str, ...], str]]:
    """Each instant from `start` to `until` at which a change was seen: its parts and the notes on it."""
    found: dict[datetime, tuple[list[str], list[str]]] = {}
    for revision in (r for c in document.carriers for r in c.revisions if r.number > 1):
        if start <= revision.seen_at <= until:
            parts, notes = found.setdefault(revision.seen_at, ([], []))
            parts += revision.parts
            notes += [revision.note] * bool(revision.note)
    for at in sorted(found):
        parts, notes = found[at]
        yield at, tuple(dict.fromkeys(parts)), "; ".join(dict.fromkeys(notes))


def _compile(condition: Condition) -> Matches:
    """Return a function that tells whether the condition matches a state of a document."""
    match condition:
        case AllOf(parts):
            return _all_of([_compile(part) for part in parts])
        case AnyOf(parts):
            # One look for all single words, however many there are.
            words = {part for part in parts if isinstance(part, Term) and _is_word(part)}
            others = [_compile(part) for part in parts if part not in words]
            return _any_of([_any_word(words), *others] if words else others)
        case Not(part):
            matches = _compile(part)
            return lambda state: not matches(state)
        case Term():
            return _any_of([_compile_term(condition.field, value) for value in condition.values])


def _all_of(parts: Sequence[Matches]) -> Matches:
    def matches(state: DocumentState) -> bool:
        for part in parts:  # noqa: SIM110  # a third of the time of all() with a generator
            if not part(state):
                return False
        return True

    return matches


def _any_of(parts: Sequence[Matches]) -> Matches:
    def matches(state: DocumentState) -> bool:
        for part in parts:  # noqa: SIM110  # a third of the time of any() with a generator
            if part(state):
                return True
        return False

    return parts[0] if len(parts) == 1 else matches


def _is_word(term: Term) -> bool:
    """Whether the term looks for one whole word, wherever it stands."""
    phrases = [RulePhrase.of(value) for value in term.values]
    return not term.field and all(len(one.words) == 1 and not one.is_prefix for one in phrases)


def _any_word(found_by: Iterable[Term]) -> Matches:
    words = frozenset(
        word for term in found_by for value in term.values for word in RulePhrase.of(value).words
    )
    phrases = [RulePhrase([word], is_prefix=False) for word in sorted(words)]
    plans = [_names_plan(phrase) for phrase in phrases if phrase.may_be_plan]
    return _any_of([lambda state: not words.isdisjoint(state.matchable.distinct_words), *plans])


def _names_plan(phrase: RulePhrase) -> Matches:
    return lambda state: any(name.contains(phrase) for name in state.matchable.named_plans)


def _compile_words(phrase: RulePhrase, *, in_titles: bool) -> Matches:
    if in_titles:
        return lambda state: any(title.contains(phrase) for title in state.matchable.titles)
    by_plan = [_names_plan(phrase)] if phrase.may_be_plan else []
    return _any_of([lambda state: any(text.contains(phrase) for text in state.matchable.texts), *by_plan])


def _compile_term(field: str, value: str) -> Matches:
    match field:
        case "" | "title":
            return _compile_words(RulePhrase.of(value), in_titles=bool(field))
        case "changed" if value == ANY_VALUE:
            return lambda state: bool(state.changed_parts)
        case "changed":
            parts = frozenset(CHANGED_PARTS[value])
            return lambda state: not parts.isdisjoint(state.changed_parts)
        case "removed":
            return lambda state: "removed" in state.changed_parts
        case "closing":
            span = timedelta(days=int(value[1:-1]))
            return lambda state: state.time_left is not None and timedelta(0) <= state.time_left < span
        case _:
            return lambda state: value in state.matchable.label_values[field]
