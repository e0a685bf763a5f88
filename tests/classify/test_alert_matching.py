"""What alert rules match: words, labels, changes and closing dates."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from aggregator.classify.alert_matching import (
    DocumentState,
    MatchableDocument,
    MatchableRule,
    MatchableText,
    rule_matches,
)
from aggregator.classify.comparison import PARTS
from aggregator.config.rule_language import parse_rule
from aggregator.model import Document, Relevance, Translation
from aggregator.model.alert_rules import CHANGED_PARTS, AlertRule
from tests.support.builders import NOON, make_document, make_entry, make_labels, moment

VALID_VALUES = {
    "body": ("cabinet-office", "glasgow", "scot-gov"),
    "nation": ("uk", "scotland"),
    "type": ("news", "consultation"),
    "topic": ("open-data",),
    "plan": ("NAP6",),
    "relevance": ("yes", "borderline", "no", "any"),
    "changed": (*CHANGED_PARTS, "any"),
    "removed": ("yes",),
}
NATIONS = {"cabinet-office": "uk", "glasgow": "scotland"}


def matches(rule: str, document: Document, changed_parts: tuple[str, ...] = (), hours: int = 0) -> bool:
    parsed_rule = AlertRule(id="r", name="r", when=parse_rule(rule, VALID_VALUES))
    state = DocumentState(
        MatchableDocument(document, NATIONS), NOON + timedelta(hours=hours), frozenset(changed_parts)
    )
    return rule_matches(MatchableRule.of(parsed_rule), state)


def make_plan(title: str = "A plan", text: str = "Its words.", **changes: Any) -> Document:
    return make_document(make_entry(title=title, text=text), **changes)


@pytest.mark.parametrize(
    ("rule", "title", "text", "expected"),
    [
        ("plan", "A PLAN", "", True),
        ("plan", "Planning", "", False),
        ("plan*", "Planning", "", True),
        ("plan", "About", "the council's plan.", True),
        ("council", "The council’s plan", "", True),
        ("ty", "Tŷ Hywel", "", True),
        ("tŷ", "TY HYWEL", "", True),
        ('"co-operative councils"', "Co operative Councils", "", True),
        ('"open data"', "Data, open", "", False),
        ('"open data"', "Be open. Data follow", "", True),
        ('"open data"', "To be open", "data are here", False),
        ('"open gov*"', "On open government", "", True),
        ("title:plan", "News", "a plan", False),
        ("NOT minutes", "Minutes", "", False),
        ("a NOT b", "a", "", True),
        ("a OR b c", "b", "", False),
        ("(a OR b) c", "b c", "", True),
        ("1.5", "In 1.5 years", "", True),
    ],
)
def test_words_match_without_case_accents_and_endings(
    rule: str, title: str, text: str, expected: bool
) -> None:
    assert matches(rule, make_plan(title, text)) is expected


def test_the_title_of_a_translation_counts_as_a_title() -> None:
    welsh = Translation(language="cy", url="https://www.gov.wales/cy", title="Cynllun gweithredu")

    assert matches("title:cynllun", make_document(make_entry(translations=(welsh,))))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("body:cabinet-office", True),
        ("body:glasgow", True),
        ("body:scot-gov", False),
        ("body:scot-gov|glasgow", True),
        ("nation:scotland", True),
        ("type:consultation", True),
        ("type:news", False),
        ("topic:open-data plan:nap6", True),
        ("closing:<7d", False),
    ],
)
def test_a_document_matches_by_its_labels(rule: str, expected: bool) -> None:
    filed_labels = make_labels(
        type="consultation", topics=("open-data",), plans=("NAP6",), subjects=("glasgow",)
    )

    assert matches(rule, make_plan(labels=filed_labels)) is expected


@pytest.mark.parametrize(
    ("rule", "relevance", "expected"),
    [
        ("plan", Relevance.BORDERLINE, False),
        ("plan", Relevance.NO, False),
        ("plan relevance:borderline", Relevance.BORDERLINE, True),
        ("plan relevance:borderline", Relevance.YES, False),
        ("plan relevance:any", Relevance.NO, True),
    ],
)
def test_a_rule_matches_relevant_documents_only_unless_it_names_a_relevance(
    rule: str, relevance: Relevance, expected: bool
) -> None:
    assert matches(rule, make_plan(labels=make_labels(relevance=relevance))) is expected


@pytest.mark.parametrize(
    ("rule", "changed_parts", "expected"),
    [
        ("changed:", ("text",), True),
        ("changed:", (), False),
        ("changed:title", ("text",), False),
        ("changed:title|text", ("text",), True),
        ("changed:dates", ("closing date",), True),
        ("changed:opening", ("closing date",), False),
        ("removed:", ("removed",), True),
        ("removed:", ("text",), False),
        ("plan NOT changed:text", ("text",), False),
    ],
)
def test_a_change_matches_by_its_parts(rule: str, changed_parts: tuple[str, ...], expected: bool) -> None:
    assert matches(rule, make_plan(), changed_parts) is expected


def test_every_compared_part_can_be_named_in_a_rule() -> None:
    assert set(PARTS) <= {part for changed_parts in CHANGED_PARTS.values() for part in changed_parts}


@pytest.mark.parametrize(
    ("closes", "hours", "expected"),
    [
        ("2026-06-12 12:00", 0, False),  # in seven days to the minute
        ("2026-06-12 12:00", 1, True),
        ("2026-06-12 12:00", 7 * 24, True),
        ("2026-06-12 12:00", 7 * 24 + 1, False),
    ],
)
def test_closing_counts_from_the_instant_to_the_last_minute(closes: str, hours: int, expected: bool) -> None:
    assert matches("closing:<7d", make_document(make_entry(closes=moment(closes))), hours=hours) is expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("NAP6", True),
        ('"NAP 6"', True),
        ('"sixth action plan"', True),
        ('"action plan 2024–25"', True),
        ("roads OR NAP6", True),
        ("NAP7", False),
        ('"seventh action plan"', False),
        # Words that do not tell which plan.
        ('"action plan"', False),
        ("2024", False),
        ("title:NAP6", False),
    ],
)
def test_a_plans_name_finds_documents_that_name_the_plan_in_other_words(rule: str, expected: bool) -> None:
    names = [
        MatchableText(name) for name in ("UK sixth action plan", "NAP6", "NAP 6", "UK action plan 2024-25")
    ]
    named = make_plan("A paper", labels=make_labels(plans=("uk-nap6",)))
    for document, found in ((named, expected), (make_plan("A paper"), False)):
        state = DocumentState(MatchableDocument(document, NATIONS, {"uk-nap6": names}), NOON)
        watched = AlertRule(id="r", name="r", when=parse_rule(rule, VALID_VALUES))
        assert rule_matches(MatchableRule.of(watched), state) is found
