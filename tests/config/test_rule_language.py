"""The language of alert rules: what is read as what, and what is refused with its column and remedy."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.config.rule_language import RuleSyntaxError, read_rule
from aggregator.model.alerts import CHANGED, KEYWORDS, All, AnyOf, Condition, Not, Term
from tests.support.examples import examples

KNOWN = {
    "body": ("scotland", "wales"),
    "type": ("consultation", "news"),
    "plan": ("NAP6",),
    "changed": (*CHANGED, "any"),
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
        ("open data", All((word("open"), word("data")))),
        ("open AND data", All((word("open"), word("data")))),
        ("a b OR c", AnyOf((All((word("a"), word("b"))), word("c")))),
        ("a (b OR c)", All((word("a"), AnyOf((word("b"), word("c")))))),
        ("NOT a b", All((Not(word("a")), word("b")))),
        ("NOT (a b)", Not(All((word("a"), word("b"))))),
        ("NOTE and or", All((word("NOTE"), word("and"), word("or")))),
        ('"NOT"', word("NOT")),
        ("title:plan", Term("title", ("plan",))),
        ('title:"action plan"', Term("title", ("action plan",))),
        ("body:scotland|wales", Term("body", ("scotland", "wales"))),
        ("Body:Scotland", Term("body", ("scotland",))),
        ("plan:nap6", Term("plan", ("NAP6",))),
        ("changed:", Term("changed", ("any",))),
        ("changed:title|dates x", All((Term("changed", ("title", "dates")), word("x")))),
        ("removed: OR removed:yes", AnyOf((Term("removed", ("yes",)), Term("removed", ("yes",))))),
        ("closing:<7d", Term("closing", ("<7d",))),
        ("consult*", word("consult*")),
        ("10:30", word("10:30")),
    ],
)
def test_a_rule_is_read(text: str, condition: Condition) -> None:
    assert read_rule(text, KNOWN) == condition


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "column 1: the rule ends here, and a word is missing before it"),
        ("a OR", "column 5: the rule ends here"),
        ("a OR OR b", "column 6: 'OR' stands here, and a word is missing before it"),
        ("AND a", "column 1: 'AND' stands here"),
        ("a (b", "column 3: this bracket is not closed; put a )"),
        ("a) b", "column 2: this bracket was not opened"),
        ("()", "column 2: ')' stands here"),
        ('a "open data', 'column 3: these quotes are not closed; put a second "'),
        ("a body:scotlnd", "column 3: 'body:scotlnd' names nothing that is known; did you mean 'scotland'?"),
        ("body:", "column 1: 'body:' names nothing that is known; write one such as scotland, wales"),
        ("bodies:wales", "column 1: 'bodies:' is not known; put the words in quotes if they are meant"),
        ("closing:7d", "column 1: write 'closing:<7d' for what closes in less than seven days"),
        ("closing:<0d", "column 1: write 'closing:<7d'"),
        ("a|b", "column 1: write OR between words"),
        ("a ?!", "column 3: '?!' holds no word to look for"),
        ("co*", "column 1: a * stands at the end, after three letters or more"),
        ("con*t", "column 1: a * stands at the end"),
        ("a " * 251, "column 500: a rule is 500 characters long at the most"),
        ("NOT " * 21 + "a", "column 81: more than 20 brackets and NOTs inside each other"),
        ("(" * 400 + "a", "column 21: more than 20 brackets"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_column_and_remedy(text: str, said: str) -> None:
    with pytest.raises(RuleSyntaxError) as refused:
        read_rule(text, KNOWN)

    assert str(refused.value).startswith(said)


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
    return st.one_of(st.builds(Not, inner), st.builds(All, several), st.builds(AnyOf, several))


conditions: st.SearchStrategy[Condition] = st.recursive(plain, joined, max_leaves=6)


@examples(60)
@given(conditions)
def test_a_rule_that_is_written_down_is_read_as_the_same(condition: Condition) -> None:
    assert read_rule(str(condition), KNOWN) == condition
    assert str(read_rule(str(condition), KNOWN)) == str(condition)


@examples(60)
@given(st.text('ab:()"| ANDORT<7d*', max_size=20))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    try:
        read_rule(text, KNOWN)
    except RuleSyntaxError as refused:
        assert 1 <= refused.column <= len(text) + 1  # noqa: PT017  # a rule may be read, too
