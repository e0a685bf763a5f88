"""The language of alert rules: words, fields, AND, OR, NOT and brackets become a Condition.

either = every ("OR" every)*        every = part ("AND"? part)*
part   = "NOT" part | "(" either ")" | word | "phrase" | field:value|value
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final

from aggregator.model import Relevance, Vocabulary
from aggregator.model.alerts import (
    ANY,
    CHANGED,
    KEYWORDS,
    WORDS,
    All,
    AnyOf,
    Condition,
    Not,
    Term,
)
from aggregator.model.bodies import Body

LONGEST: Final = 500
"""Characters of a rule."""
DEEPEST: Final = 20
"""Brackets and NOTs inside each other."""

TOKEN: Final = re.compile(r'(?P<mark>[()])|(?P<field>[A-Za-z]+:)?(?P<value>"[^"]*"|[^\s()"]+)?')
DAYS: Final = re.compile(r"<([1-9][0-9]{0,2})d")
PART_OF_A_WORD: Final = re.compile(r"[^\W_]")
EMPTY: Final = {"changed": ANY, "removed": "yes"}
"""Fields that say something without a value, and what."""

Known = Mapping[str, Collection[str]]
"""For each field whose values are a closed list, that list."""


class RuleSyntaxError(ValueError):
    """A rule cannot be read: at which column, counted from 1, and what to do."""

    def __init__(self, column: int, what: str) -> None:
        super().__init__(f"column {column}: {what}")
        self.column = column


def known_values(bodies: Mapping[str, Body], vocabulary: Vocabulary) -> Known:
    """What rules may name, by the register of this project."""
    return {
        "body": tuple(bodies),
        "nation": tuple(dict.fromkeys(body.nation for body in bodies.values())),
        "type": tuple(vocabulary.names),
        "topic": tuple(vocabulary.topic_names),
        "plan": tuple(vocabulary.plan_names),
        "relevance": (*(str(one) for one in Relevance), ANY),
        "changed": (*CHANGED, ANY),
        "removed": ("yes",),
    }


def read_rule(text: str, known: Known) -> Condition:
    """The condition that `text` is. Raises RuleMistake, with the column and what would be right."""
    if len(text) > LONGEST:
        raise RuleSyntaxError(LONGEST, f"a rule is {LONGEST} characters long at the most; make two of it")
    reader = _Reader(list(_tokens(text)), known)
    return reader.whole()


@dataclass(frozen=True, slots=True)
class _Token:
    column: int
    mark: str = ""
    """A bracket or a keyword; empty for a term."""
    field: str = ""
    value: str = ""


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        found = TOKEN.match(text, at)
        if found is None or found.end() == at:
            raise RuleSyntaxError(at + 1, 'these quotes are not closed; put a second " after the phrase')
        yield _token(found, at + 1)
        at = found.end()
    yield _Token(len(text) + 1, mark="end")


def _token(found: re.Match[str], column: int) -> _Token:
    value, name = found["value"] or "", (found["field"] or "").removesuffix(":").lower()
    if found["mark"] or (value in KEYWORDS and not name):
        return _Token(column, mark=found["mark"] or value)
    return _Token(column, field=name, value=value)


@dataclass
class _Reader:
    tokens: list[_Token]
    known: Known
    at: int = 0
    depth: int = field(default=0)

    @property
    def next(self) -> _Token:
        return self.tokens[self.at]

    def take(self) -> _Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def whole(self) -> Condition:
        found = self.either()
        if self.next.mark != "end":
            raise RuleSyntaxError(
                self.next.column, "this bracket was not opened; take it out, or open one before"
            )
        return found

    def either(self) -> Condition:
        parts = [self.every()]
        while self.next.mark == "OR":
            self.take()
            parts.append(self.every())
        return AnyOf(tuple(parts)) if len(parts) > 1 else parts[0]

    def every(self) -> Condition:
        parts = [self.part()]
        while self.next.mark in ("", "AND", "NOT", "("):
            if self.next.mark == "AND":
                self.take()
            parts.append(self.part())
        return All(tuple(parts)) if len(parts) > 1 else parts[0]

    def part(self) -> Condition:
        token = self.take()
        if token.mark not in ("", "NOT", "("):
            what = "the rule ends here" if token.mark == "end" else f"'{token.mark}' stands here"
            raise RuleSyntaxError(
                token.column, f"{what}, and a word is missing before it; write one, or 'body:…'"
            )
        if not token.mark:
            return _term(token, self.known)
        self.depth += 1
        if self.depth > DEEPEST:
            raise RuleSyntaxError(
                token.column, f"more than {DEEPEST} brackets and NOTs inside each other; use fewer"
            )
        found = Not(self.part()) if token.mark == "NOT" else self.bracket(token)
        self.depth -= 1
        return found

    def bracket(self, opened: _Token) -> Condition:
        found = self.either()
        if self.take().mark != ")":
            raise RuleSyntaxError(opened.column, "this bracket is not closed; put a ) where it ends")
        return found


def _term(token: _Token, known: Known) -> Term:
    value = " ".join(token.value.strip('"').split())
    if token.field in WORDS:
        return Term(token.field, (_words(token, value),))
    if token.field == "closing":
        if not (days := DAYS.fullmatch(value)):
            raise RuleSyntaxError(token.column, "write 'closing:<7d' for what closes in less than seven days")
        return Term("closing", (days[0],))
    if token.field not in known:
        fields = ", ".join(f"{name}:" for name in ("title", "closing", *known))
        remedy = f"put the words in quotes if they are meant, or use one of {fields}"
        raise RuleSyntaxError(token.column, f"'{token.field}:' is not known; {remedy}")
    values = (value or EMPTY.get(token.field, "")).split("|")
    return Term(token.field, tuple(dict.fromkeys(_value(token, one.strip(), known) for one in values)))


def _words(token: _Token, value: str) -> str:
    if "|" in value:
        raise RuleSyntaxError(token.column, "write OR between words; | stands between the values of a field")
    if not PART_OF_A_WORD.search(value):
        raise RuleSyntaxError(token.column, f"'{value}' holds no word to look for; write one, or take it out")
    stem = re.search(r"(\w*)\*", value)
    if stem and (len(stem[1]) < 3 or not value.endswith("*") or value.count("*") > 1):
        raise RuleSyntaxError(token.column, "a * stands at the end, after three letters or more: 'consult*'")
    return value


def _value(token: _Token, value: str, known: Known) -> str:
    by_fold = {one.casefold(): one for one in known[token.field]}
    if value.casefold() in by_fold:
        return by_fold[value.casefold()]
    near = get_close_matches(value.casefold(), by_fold, n=1)
    listed = by_fold.values() if len(by_fold) < 12 else [*by_fold.values()][:5]
    remedy = f"did you mean '{by_fold[near[0]]}'?" if near else f"write one such as {', '.join(listed)}"
    raise RuleSyntaxError(token.column, f"'{token.field}:{value}' names nothing that is known; {remedy}")
