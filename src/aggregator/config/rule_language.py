"""Parses the language of alert rules: words, fields, AND, OR, NOT and brackets become a Condition.

any_of = all_of ("OR" all_of)*        all_of = part ("AND"? part)*
part   = "NOT" part | "(" any_of ")" | word | "phrase" | field:value|value
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from aggregator.model import Relevance, Vocabulary
from aggregator.model.alert_rules import (
    ANY_VALUE,
    CHANGED_PARTS,
    KEYWORDS,
    TEXT_FIELDS,
    AllOf,
    AnyOf,
    Condition,
    Not,
    Term,
)
from aggregator.model.bodies import Body

# Characters of a rule.
MAX_LENGTH: Final = 500
# Brackets and NOTs inside each other: the parser is recursive, and subscribers write rules on a web page.
MAX_DEPTH: Final = 20

TOKEN: Final = re.compile(r'(?P<operator>[()])|(?P<field>[A-Za-z]+:)?(?P<value>"[^"]*"|[^\s()"]+)?')
CLOSING_DAYS: Final = re.compile(r"<([1-9][0-9]{0,2})d")
LETTER_OR_DIGIT: Final = re.compile(r"[^\W_]")
# Fields that may stand without a value, and the value that is meant.
DEFAULT_VALUES: Final = {"changed": ANY_VALUE, "removed": "yes"}

# For each field with a closed list of values, that list; or a mapping from other names to the values.
ValidIds = Mapping[str, Collection[str]]


class RuleSyntaxError(ValueError):
    """A rule cannot be parsed. `column` counts from 1; the message says what to do."""

    def __init__(self, column: int, what: str) -> None:
        super().__init__(f"column {column}: {what}")
        self.column = column


def valid_ids(bodies: Mapping[str, Body], vocabulary: Vocabulary) -> ValidIds:
    """The values that rules may use, from the register of this project."""
    return {
        "body": tuple(bodies),
        "nation": tuple(dict.fromkeys(body.nation for body in bodies.values())),
        "type": tuple(vocabulary.type_names),
        "topic": tuple(vocabulary.topic_names),
        "plan": {id: id for id in vocabulary.plan_names}
        | {name: plan.id for plan in vocabulary.plans for name in plan.spellings},
        "relevance": (*(str(one) for one in Relevance), ANY_VALUE),
        "changed": (*CHANGED_PARTS, ANY_VALUE),
        "removed": ("yes",),
    }


def parse_rule(text: str, valid_ids: ValidIds) -> Condition:
    """The condition that `text` describes. Raises RuleSyntaxError."""
    if len(text) > MAX_LENGTH:
        raise RuleSyntaxError(MAX_LENGTH, f"a rule has at most {MAX_LENGTH} characters; split it in two")
    return _Parser(list(_tokens(text)), valid_ids).parse()


@dataclass(frozen=True, slots=True)
class _Token:
    column: int
    # A bracket or a keyword; empty for a term.
    operator: str = ""
    field: str = ""
    value: str = ""


def _tokens(text: str) -> Iterator[_Token]:
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        found = TOKEN.match(text, position)
        if found is None or found.end() == position:
            what = 'these quotes are not closed; put a second " after the phrase'
            raise RuleSyntaxError(position + 1, what)
        yield _token(found, position + 1)
        position = found.end()
    yield _Token(len(text) + 1, operator="end")


def _token(found: re.Match[str], column: int) -> _Token:
    value, name = found["value"] or "", (found["field"] or "").removesuffix(":").lower()
    if found["operator"] or (value in KEYWORDS and not name):
        return _Token(column, operator=found["operator"] or value)
    return _Token(column, field=name, value=value)


@dataclass
class _Parser:
    """A recursive descent parser: one method for each rule of the grammar above."""

    tokens: list[_Token]
    valid_ids: ValidIds
    position: int = 0
    depth: int = 0

    @property
    def next(self) -> _Token:
        return self.tokens[self.position]

    def take(self) -> _Token:
        token = self.tokens[self.position]
        self.position += 1
        return token

    def parse(self) -> Condition:
        condition = self.any_of()
        if self.next.operator != "end":
            raise RuleSyntaxError(
                self.next.column, "this bracket was not opened; remove it, or open one before it"
            )
        return condition

    def any_of(self) -> Condition:
        parts = [self.all_of()]
        while self.next.operator == "OR":
            self.take()
            parts.append(self.all_of())
        return AnyOf(tuple(parts)) if len(parts) > 1 else parts[0]

    def all_of(self) -> Condition:
        parts = [self.part()]
        while self.next.operator in ("", "AND", "NOT", "("):
            if self.next.operator == "AND":
                self.take()
            parts.append(self.part())
        return AllOf(tuple(parts)) if len(parts) > 1 else parts[0]

    def part(self) -> Condition:
        token = self.take()
        if token.operator not in ("", "NOT", "("):
            found = "the rule ends here" if token.operator == "end" else f"'{token.operator}' comes here"
            raise RuleSyntaxError(
                token.column, f"{found}, and a word is missing before it; write one, or 'body:…'"
            )
        if not token.operator:
            return _term(token, self.valid_ids)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise RuleSyntaxError(
                token.column, f"more than {MAX_DEPTH} brackets and NOTs inside each other; use fewer"
            )
        condition = Not(self.part()) if token.operator == "NOT" else self.bracket(token)
        self.depth -= 1
        return condition

    def bracket(self, opening: _Token) -> Condition:
        condition = self.any_of()
        if self.take().operator != ")":
            raise RuleSyntaxError(opening.column, "this bracket is not closed; put a ) where it ends")
        return condition


def _term(token: _Token, valid_ids: ValidIds) -> Term:
    value = " ".join(token.value.strip('"').split())
    if token.field in TEXT_FIELDS:
        return Term(token.field, (_check_words(token, value),))
    if token.field == "closing":
        if not (days := CLOSING_DAYS.fullmatch(value)):
            raise RuleSyntaxError(token.column, "write 'closing:<7d' for what closes in less than seven days")
        return Term("closing", (days[0],))
    if token.field not in valid_ids:
        fields = ", ".join(f"{name}:" for name in ("title", "closing", *valid_ids))
        remedy = f"to search for these words, put them in quotes; the fields are {fields}"
        raise RuleSyntaxError(token.column, f"there is no field '{token.field}:'; {remedy}")
    values = (value or DEFAULT_VALUES.get(token.field, "")).split("|")
    return Term(token.field, tuple(dict.fromkeys(_check_id(token, one.strip(), valid_ids) for one in values)))


def _check_words(token: _Token, value: str) -> str:
    if "|" in value:
        raise RuleSyntaxError(token.column, "write OR between words; | is for the values of a field")
    if not LETTER_OR_DIGIT.search(value):
        raise RuleSyntaxError(token.column, f"'{value}' has no letter or digit to search for; remove it")
    stem = re.search(r"(\w*)\*", value)
    if stem and (len(stem[1]) < 3 or not value.endswith("*") or value.count("*") > 1):
        raise RuleSyntaxError(token.column, "put a * at the end, after three letters or more: 'consult*'")
    return value


def _check_id(token: _Token, value: str, valid_ids: ValidIds) -> str:
    valid = valid_ids[token.field]
    by_folded = {one.casefold(): valid[one] if isinstance(valid, Mapping) else one for one in valid}
    if value.casefold() in by_folded:
        return by_folded[value.casefold()]
    near = get_close_matches(value.casefold(), by_folded, n=1)
    # Bodies and topics are too many for a message.
    ids = list(dict.fromkeys(by_folded.values()))
    listed = ids if len(ids) < 12 else ids[:5]
    remedy = f"did you mean '{by_folded[near[0]]}'?" if near else f"write one such as {', '.join(listed)}"
    raise RuleSyntaxError(token.column, f"'{token.field}:{value}' does not exist; {remedy}")
