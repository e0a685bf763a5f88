"""Finds many phrases at once in a text, word by word; its time is linear in the text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, NamedTuple, TypeVar

from aggregator.classify.words import Words, cut_pattern, mutated, numberless
from aggregator.model import Phrase

MeaningT = TypeVar("MeaningT")

FIGURES: Final = frozenset("0123456789")
REMEMBERED: Final = 50_000
"""How many different words are remembered, at the most: a few megabytes."""
STEM: Final = 3
"""A word with `*` needs so many letters before it, by which it is looked up."""


class Hit(NamedTuple, Generic[MeaningT]):
    """A phrase that was found: which words of the text, from `start` up to `end`, and what it means."""

    start: int
    end: int
    phrase: str
    meaning: MeaningT


@dataclass(slots=True)
class _Leaf(Generic[MeaningT]):
    phrase: str
    meaning: MeaningT
    capitals: tuple[tuple[int, str], ...]
    """Which words of the phrase must stand in capitals."""
    first: bool
    """Whether it counts only at the beginning of a text."""


@dataclass(slots=True)
class _Node(Generic[MeaningT]):
    words: dict[str, _Node[MeaningT]] = field(default_factory=dict)
    stems: dict[str, dict[str, _Node[MeaningT]]] = field(default_factory=dict)
    """Words with `*`, by their first letters."""
    leaves: list[_Leaf[MeaningT]] = field(default_factory=list)

    def after(self, word: str) -> Iterator[_Node[MeaningT]]:
        """The nodes that `word` leads to."""
        if (node := self.words.get(word)) is not None:
            yield node
        if self.stems and (starts := self.stems.get(word[:STEM])):
            yield from (node for stem, node in starts.items() if word.startswith(stem))
        if word[-1] in FIGURES and (node := self.words.get(numberless(word))) is not None:
            yield node

    def leads_on(self, words: Sequence[str], at: int) -> bool:
        """Whether the word at `at`, if there is one, may go on from here."""
        if at == len(words):
            return False
        word = words[at]
        if word in self.words:
            return True
        return (self.stems and word[:STEM] in self.stems) or word[-1] in FIGURES

    def child(self, word: str) -> _Node[MeaningT]:
        """The node for a word of a phrase, made if need be."""
        if word.endswith("*"):
            stem = word[:-1]
            return self.stems.setdefault(stem[:STEM], {}).setdefault(stem, _Node())
        return self.words.setdefault(word, _Node())


class Finder(Generic[MeaningT]):
    """Looks for phrases, each with a meaning. Built once, used for every text."""

    def __init__(self, phrases: Iterable[tuple[Phrase, MeaningT]]) -> None:
        self._root: _Node[MeaningT] = _Node()
        self._starts: dict[str, tuple[_Node[MeaningT], ...]] = {}
        for phrase, meaning in phrases:
            self._add(phrase, meaning)

    def find(self, text: Words) -> list[Hit[MeaningT]]:
        """Every phrase in the text, also those inside longer ones, by where they start."""
        found, known = list[Hit[MeaningT]](), self._starts
        for start, word in enumerate(text.folded):
            nodes = known.get(word)
            if nodes is None:
                nodes = self._begun_by(word)
            for node in nodes:
                if node.leaves or node.leads_on(text.folded, start + 1):
                    self._follow(node, text, start, start + 1, found)
        return found

    def _begun_by(self, word: str) -> tuple[_Node[MeaningT], ...]:
        """Where phrases go on that begin with the word; remembered, since texts use few different words."""
        if len(self._starts) >= REMEMBERED:
            self._starts.clear()
        nodes = self._starts[word] = tuple(self._root.after(word))
        return nodes

    def _follow(
        self, node: _Node[MeaningT], text: Words, start: int, end: int, found: list[Hit[MeaningT]]
    ) -> None:
        for leaf in node.leaves:
            if leaf.first and start:
                continue
            if not leaf.capitals or all(text.written[start + at] == word for at, word in leaf.capitals):
                found.append(Hit(start, end, leaf.phrase, leaf.meaning))
        if node.leads_on(text.folded, end):
            for deeper in node.after(text.folded[end]):
                self._follow(deeper, text, start, end + 1, found)

    def _add(self, phrase: Phrase, meaning: MeaningT) -> None:
        written = cut_pattern(phrase.words)
        capitals = tuple((at, word) for at, word in enumerate(written) if _is_capital(word))
        folded = [word.casefold() for word in written]
        firsts = mutated(folded[0]) if phrase.welsh else (folded[0],)
        for first in firsts:
            node = self._root
            for word in (first, *folded[1:]):
                node = node.child(word)
            node.leaves.append(_Leaf(phrase.words, meaning, capitals, phrase.words.startswith("^")))


def longest(hits: Iterable[Hit[MeaningT]]) -> list[Hit[MeaningT]]:
    """Without the hits that stand inside a longer one: the more telling phrase is the one that counts."""
    kept: list[Hit[MeaningT]] = []
    reach, since = 0, 0
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if hit.end < reach or (hit.end == reach and since < hit.start):
            continue
        if hit.end > reach:
            reach, since = hit.end, hit.start
        kept.append(hit)
    return kept


def _is_capital(word: str) -> bool:
    """Whether a phrase's word is an abbreviation: `OGP`, `UK`; with `%` only the form is compared."""
    return word.isupper() and len(word) > 1 and "%" not in word and "*" not in word
