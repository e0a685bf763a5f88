"""Matches documents against alert rules, and lists the alert events of a document.

Words are compared whole, without case, accents, hyphens and possessives (`labels/tokeniser.py`): `tŷ`, `TY`
and `ty` are the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Final

from aggregator.classify.comparison import last_minute
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
class MatchableDocument:
    """A document with the values that rules compare, worked out once for all rules."""

    document: Document
    # The nation of each body, by its id.
    nations: Mapping[str, str]

    @cached_property
    def title_words(self) -> tuple[Sequence[str], ...]:
        """The words of its title, one sequence for each language."""
        others = (translation.title for translation in self.document.entry.translations if translation.title)
        return tuple(tokenise(title).folded for title in (self.document.entry.title, *others))

    @cached_property
    def text_words(self) -> tuple[Sequence[str], ...]:
        """The words of its titles and its text; separate, since no phrase runs from one into the other."""
        return (*self.title_words, tokenise(self.document.entry.text).folded)

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

    @property
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


def rule_matches(rule: AlertRule, state: DocumentState) -> bool:
    """Whether the rule matches. A rule without a relevance matches relevant documents only."""
    names_relevance = any(term.field == "relevance" for term in terms(rule.when))
    return (names_relevance or state.matchable.document.labels.relevant) and _condition_matches(
        rule.when, state
    )


def alert_events(
    rule: AlertRule,
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


def closing_spans(rule: AlertRule) -> frozenset[timedelta]:
    """The time before a closing date that each `closing:` term of the rule names."""
    spans = (term.values[0] for term in terms(rule.when) if term.field == "closing")
    return frozenset(timedelta(days=int(span[1:-1])) for span in spans)


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
    rule: AlertRule, matchable: MatchableDocument, first_seen_from: datetime, until: datetime
) -> Iterator[AlertEvent]:
    first_seen = matchable.document.first_seen
    is_new = not matchable.document.backlog and first_seen_from <= first_seen <= until
    if is_new and rule_matches(rule, DocumentState(matchable, first_seen)):
        yield AlertEvent(at=first_seen, reason=AlertReason.NEW)


def _change_events(
    rule: AlertRule, matchable: MatchableDocument, changed_from: datetime, until: datetime
) -> Iterator[AlertEvent]:
    for at, parts, note in _changes(matchable.document, changed_from, until):
        if rule_matches(rule, DocumentState(matchable, at, frozenset(parts))):
            reason = AlertReason.REMOVED if "removed" in parts else AlertReason.CHANGED
            yield AlertEvent(at=at, reason=reason, parts=parts, note=note)


def _closing_events(
    rule: AlertRule, matchable: MatchableDocument, start: datetime, until: datetime
) -> Iterator[AlertEvent]:
    """The instants at which the closing date comes so near that the rule begins to match."""
    if matchable.open_until is None:
        return
    for days in sorted(closing_spans(rule), reverse=True):
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


def _condition_matches(condition: Condition, state: DocumentState) -> bool:
    match condition:
        case AllOf(parts):
            return all(_condition_matches(part, state) for part in parts)
        case AnyOf(parts):
            return any(_condition_matches(part, state) for part in parts)
        case Not(part):
            return not _condition_matches(part, state)
        case Term():
            return any(_term_matches(condition.field, value, state) for value in condition.values)


def _term_matches(field: str, value: str, state: DocumentState) -> bool:
    match field:
        case "" | "title":
            texts = state.matchable.title_words if field else state.matchable.text_words
            return any(_contains_phrase(_folded_words(value), text, value.endswith("*")) for text in texts)
        case "changed":
            return bool(
                state.changed_parts if value == ANY_VALUE else state.changed_parts & set(CHANGED_PARTS[value])
            )
        case "removed":
            return "removed" in state.changed_parts
        case "closing":
            deadline = state.matchable.open_until
            left = deadline - state.at if deadline else None
            return left is not None and timedelta(0) <= left < timedelta(days=int(value[1:-1]))
        case _:
            return value in state.matchable.label_values[field]


@lru_cache(maxsize=2000)
def _folded_words(value: str) -> Sequence[str]:
    return tokenise(value).folded


def _contains_phrase(phrase: Sequence[str], text: Sequence[str], prefix_ok: bool) -> bool:
    """Whether the text has these words in a row; with `prefix_ok` the last may be the beginning of a word."""
    *whole, last = phrase
    if not whole and not prefix_ok:
        return last in text
    span = len(whole)
    return all(word in text for word in whole) and any(
        (text[at].startswith(last) if prefix_ok else text[at] == last) and list(text[at - span : at]) == whole
        for at in range(span, len(text))
    )
