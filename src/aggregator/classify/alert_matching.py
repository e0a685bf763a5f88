"""Holds documents against alert rules: whether one matches, and the occasions on which it is told.

Words are compared whole, without case, accents, hyphens and possessives (`words.py`): `tŷ`, `TY` and `ty` are
the same.
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
from aggregator.model.alerts import (
    ANY_CHANGE,
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

CORRECTS: Final = frozenset({"title", "status", "opening date", "closing date", "removed", "restored"})
"""The parts of which an alert tells: when one of them changes, what was told is no longer so."""

SAYS_SO: Final = re.compile(r"\b(?:correct(?:ed|s|ion|ions)?|erratum|cywir\w*)\b", re.IGNORECASE)
"""A publisher's note that calls the change a correction, whatever it changed."""


@dataclass(frozen=True)
class MatchableDocument:
    """A document with what rules ask of it, cut and looked up once for all rules."""

    document: Document
    nations: Mapping[str, str]
    """The nation of each body, by its id."""

    @cached_property
    def title_words(self) -> tuple[Sequence[str], ...]:
        """The words of its title, in every language in which one is known."""
        others = (translation.title for translation in self.document.entry.translations if translation.title)
        return tuple(tokenise(title).folded for title in (self.document.entry.title, *others))

    @cached_property
    def text_words(self) -> tuple[Sequence[str], ...]:
        """The words of titles and text; no phrase goes from one into the other."""
        return (*self.title_words, tokenise(self.document.entry.text).folded)

    @cached_property
    def label_values(self) -> Mapping[str, frozenset[str]]:
        """What it is filed under, by field. A body's documents are those by it, and those about it."""
        labels = self.document.labels
        bodies = frozenset((self.document.entry.body, *labels.subjects))
        return {
            "body": bodies,
            "nation": frozenset(self.nations[body] for body in bodies if body in self.nations),
            "type": frozenset((labels.type,)),
            "topic": frozenset(labels.topics),
            "plan": frozenset(labels.plans),
            "relevance": frozenset((labels.relevance.value, ANY_CHANGE)),
        }

    @property
    def open_until(self) -> datetime | None:
        """The last minute in which it is open; None unless that is known to the day."""
        closes = self.document.entry.closes
        known = closes and closes.precision not in COARSE and not self.document.removal
        return last_minute(closes) if closes and known else None


@dataclass(frozen=True, slots=True)
class DocumentState:
    """A document at an instant, and what had changed of it then."""

    matchable: MatchableDocument
    at: datetime
    changed_parts: frozenset[str] = frozenset()


def fits(rule: AlertRule, sight: DocumentState) -> bool:
    """Whether the rule matches; one that is silent on relevance asks for what is about open government."""
    speaks = any(term.field == "relevance" for term in terms(rule.when))
    return (speaks or sight.matchable.document.labels.relevant) and _holds(rule.when, sight)


def alert_events(
    rule: AlertRule,
    matchable: MatchableDocument,
    *,
    first_seen_from: datetime,
    changed_from: datetime,
    until: datetime,
) -> tuple[AlertEvent, ...]:
    """Every reason up to `until` to alert about a document, oldest first, whatever was told already.

    A document that was first seen from `since` on is new unless it is backlog. Changes, and nearing a closing
    date, count from `looked` on; for backlog and for what is older than the rule these alone.
    """
    found = [
        *_new(rule, matchable, first_seen_from, until),
        *_closing(rule, matchable, max(first_seen_from, changed_from), until),
    ]
    if rule.alerts_on_changes:
        found += _changed(rule, matchable, changed_from, until)
    return tuple(sorted(found))


def closing_spans(rule: AlertRule) -> frozenset[timedelta]:
    """How long before closing dates the rule asks for documents, for each `closing:` in it."""
    spans = (term.values[0] for term in terms(rule.when) if term.field == "closing")
    return frozenset(timedelta(days=int(span[1:-1])) for span in spans)


def find_publishers_correction(
    matchable: MatchableDocument, *, changed_from: datetime, until: datetime
) -> AlertEvent | None:
    """The latest change from `looked` on by which something that an alert tells is no longer so."""
    changes = [
        AlertEvent(at=at, reason=AlertReason.CORRECTION, parts=parts, note=note)
        for at, parts, note in _revised(matchable.document, changed_from, until)
        if CORRECTS & set(parts) or SAYS_SO.search(note)
    ]
    return changes[-1] if changes else None


def _new(rule: AlertRule, told: MatchableDocument, since: datetime, until: datetime) -> Iterator[AlertEvent]:
    seen = told.document.first_seen
    if not told.document.backlog and since <= seen <= until and fits(rule, DocumentState(told, seen)):
        yield AlertEvent(at=seen, reason=AlertReason.NEW)


def _changed(
    rule: AlertRule, told: MatchableDocument, looked: datetime, until: datetime
) -> Iterator[AlertEvent]:
    for at, parts, note in _revised(told.document, looked, until):
        if fits(rule, DocumentState(told, at, frozenset(parts))):
            why = AlertReason.REMOVED if "removed" in parts else AlertReason.CHANGED
            yield AlertEvent(at=at, reason=why, parts=parts, note=note)


def _closing(
    rule: AlertRule, told: MatchableDocument, start: datetime, until: datetime
) -> Iterator[AlertEvent]:
    """The instants at which it comes so near its closing date that the rule matches; before, it did not."""
    if told.open_until is None:
        return
    for days in sorted(closing_spans(rule), reverse=True):
        at = told.open_until - days + TICK
        fresh = start <= at <= until and at > told.document.first_seen
        if fresh and fits(rule, DocumentState(told, at)) and not fits(rule, DocumentState(told, at - TICK)):
            yield AlertEvent(at=at, reason=AlertReason.CLOSING)


def _revised(
    holding: Document, start: datetime, until: datetime
) -> Iterator[tuple[datetime, tuple[str, ...], str]]:
    """Each instant of the stretch at which a change was seen: its parts, and the publisher's note."""
    found: dict[datetime, tuple[list[str], list[str]]] = {}
    for revision in (r for c in holding.carriers for r in c.revisions if r.number > 1):
        if start <= revision.seen_at <= until:
            parts, notes = found.setdefault(revision.seen_at, ([], []))
            parts += revision.parts
            notes += [revision.note] * bool(revision.note)
    for at in sorted(found):
        parts, notes = found[at]
        yield at, tuple(dict.fromkeys(parts)), "; ".join(dict.fromkeys(notes))


def _holds(condition: Condition, sight: DocumentState) -> bool:
    match condition:
        case AllOf(parts):
            return all(_holds(part, sight) for part in parts)
        case AnyOf(parts):
            return any(_holds(part, sight) for part in parts)
        case Not(part):
            return not _holds(part, sight)
        case Term():
            return any(_is_so(condition.field, value, sight) for value in condition.values)


def _is_so(field: str, value: str, sight: DocumentState) -> bool:
    match field:
        case "" | "title":
            texts = sight.matchable.title_words if field else sight.matchable.text_words
            return any(_stands(_folded(value), text, value.endswith("*")) for text in texts)
        case "changed":
            return bool(
                sight.changed_parts
                if value == ANY_CHANGE
                else sight.changed_parts & set(CHANGED_PARTS[value])
            )
        case "removed":
            return "removed" in sight.changed_parts
        case "closing":
            deadline = sight.matchable.open_until
            left = deadline - sight.at if deadline else None
            return left is not None and timedelta(0) <= left < timedelta(days=int(value[1:-1]))
        case _:
            return value in sight.matchable.label_values[field]


@lru_cache(maxsize=2000)
def _folded(value: str) -> Sequence[str]:
    return tokenise(value).folded


def _stands(phrase: Sequence[str], text: Sequence[str], open_end: bool) -> bool:
    """Whether the words stand in the text one after another; the last may be only the beginning of one."""
    *whole, last = phrase
    if not whole and not open_end:
        return last in text
    span = len(whole)
    return all(word in text for word in whole) and any(
        (text[at].startswith(last) if open_end else text[at] == last) and list(text[at - span : at]) == whole
        for at in range(span, len(text))
    )
