"""The language of alert rules: what is parsed as what, and what is refused with its column and remedy."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.config.rule_language import RuleSyntaxError, parse_rule
from aggregator.model.alert_rules import CHANGED_PARTS, KEYWORDS, AllOf, AnyOf, Condition, Not, Term
from tests.support.examples import examples

VALID_IDS = {
    "body": ("scotland", "wales"),
    "type": ("consultation", "news"),
    "plan": {"NAP6": "NAP6", "Sixth plan": "NAP6"},
    "changed": (*CHANGED_PARTS, "any"),
    "removed": ("yes",),
}


def word(text: str) -> Term:
    return Term("", (text,))


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("plan", word("plan")),
        ('"open data"', word("open data")),
        ('"  open   data "', word("open data")),
        ("open data", AllOf((word("open"), word("data")))),
        ("open AND data", AllOf((word("open"), word("data")))),
        ("a b OR c", AnyOf((AllOf((word("a"), word("b"))), word("c")))),
        ("a (b OR c)", AllOf((word("a"), AnyOf((word("b"), word("c")))))),
        ("NOT a b", AllOf((Not(word("a")), word("b")))),
        ("NOT (a b)", Not(AllOf((word("a"), word("b"))))),
        ("NOTE and or", AllOf((word("NOTE"), word("and"), word("or")))),
        ('"NOT"', word("NOT")),
        ("title:plan", Term("title", ("plan",))),
        ('title:"action plan"', Term("title", ("action plan",))),
        ("body:scotland|wales", Term("body", ("scotland", "wales"))),
        ("Body:Scotland", Term("body", ("scotland",))),
        ("plan:nap6", Term("plan", ("NAP6",))),
        ('plan:"sixth plan|NAP6"', Term("plan", ("NAP6",))),
        ("changed:", Term("changed", ("any",))),
        ("changed:title|dates x", AllOf((Term("changed", ("title", "dates")), word("x")))),
        ("removed: OR removed:yes", AnyOf((Term("removed", ("yes",)), Term("removed", ("yes",))))),
        ("closing:<7d", Term("closing", ("<7d",))),
        ("consult*", word("consult*")),
        ("10:30", word("10:30")),
    ],
)
def test_a_rule_is_parsed(text: str, condition: Condition) -> None:
    assert parse_rule(text, VALID_IDS) == condition


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "column 1: the rule ends here, and a word is missing before it"),
        ("a OR", "column 5: the rule ends here"),
        ("a OR OR b", "column 6: 'OR' comes here, and a word is missing before it"),
        ("AND a", "column 1: 'AND' comes here"),
        ("a (b", "column 3: this bracket is not closed; put a )"),
        ("a) b", "column 2: this bracket was not opened"),
        ("()", "column 2: ')' comes here"),
        ('a "open data', 'column 3: these quotes are not closed; put a second "'),
        ("a body:scotlnd", "column 3: 'body:scotlnd' does not exist; did you mean 'scotland'?"),
        ("body:", "column 1: 'body:' does not exist; write one such as scotland, wales"),
        (
            "bodies:wales",
            "column 1: there is no field 'bodies:'; to search for these words, put them in quotes",
        ),
        ("closing:7d", "column 1: write 'closing:<7d' for what closes in less than seven days"),
        ("closing:<0d", "column 1: write 'closing:<7d'"),
        ("a|b", "column 1: write OR between words"),
        ("a ?!", "column 3: '?!' has no letter or digit to search for"),
        ("co*", "column 1: put a * at the end, after three letters or more"),
        ("con*t", "column 1: put a * at the end"),
        ("a " * 251, "column 500: a rule has at most 500 characters"),
        ("NOT " * 21 + "a", "column 81: more than 20 brackets and NOTs inside each other"),
        ("(" * 400 + "a", "column 21: more than 20 brackets"),
    ],
)
def test_a_syntax_error_names_its_column_and_a_remedy(text: str, message: str) -> None:
    with pytest.raises(RuleSyntaxError) as refused:
        parse_rule(text, VALID_IDS)

    assert str(refused.value).startswith(message)


words = st.text("abcŵé'-:10 |*", min_size=1, max_size=8).filter(
    lambda text: any(c.isalnum() for c in text) and "|" not in text and "*" not in text
)
plain = st.one_of(
    st.builds(
        lambda w: Term("", (" ".join(w.split()),)), st.one_of(words, st.sampled_from(sorted(KEYWORDS)))
    ),
    st.builds(lambda w: Term("title", (" ".join(w.split()),)), words),
    st.sampled_from(
        [
            Term("body", ("scotland", "wales")),
            Term("closing", ("<7d",)),
            Term("changed", ("any",)),
            Term("removed", ("yes",)),
        ]
    ),
)


def joined(inner: Any) -> Any:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(Not, inner), st.builds(AllOf, several), st.builds(AnyOf, several))


conditions: st.SearchStrategy[Condition] = st.recursive(plain, joined, max_leaves=6)


@examples(60)
@given(conditions)
def test_the_text_of_a_condition_parses_back_to_it(condition: Condition) -> None:
    assert parse_rule(str(condition), VALID_IDS) == condition
    assert str(parse_rule(str(condition), VALID_IDS)) == str(condition)


@examples(60)
@given(st.text('ab:()"| ANDORT<7d*', max_size=20))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        parse_rule(text, VALID_IDS)
    except RuleSyntaxError as refused:
        assert 1 <= refused.column <= len(text) + 1  # noqa: PT017  # a rule may be read, too
