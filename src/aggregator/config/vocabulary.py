"""Reads register/vocabulary.yaml: the words that make an update relevant, and its type."""

from __future__ import annotations

from pathlib import Path

from pydantic import field_validator

from aggregator import yamldoc
from aggregator.config.forms import Form, Mistakes, Name, Text, read
from aggregator.model import Phrase, TypeRule, Vocabulary


class TypeForm(Form):
    """An update type: its name in plain words, and the words in a title that make it."""

    id: Name
    name: Text
    title_words: tuple[Text, ...] = ()
    publisher_types: tuple[Text, ...] = ()

    @field_validator("title_words")
    @classmethod
    def _plain(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return _checked(value)


class VocabularyForm(Form):
    """The file."""

    relevant: tuple[Text, ...]
    relevant_exact: tuple[Text, ...] = ()
    types: tuple[TypeForm, ...]

    @field_validator("relevant", "relevant_exact")
    @classmethod
    def _plain(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return _checked(value)


def _checked(phrases: tuple[str, ...]) -> tuple[str, ...]:
    for phrase in phrases:
        if not any(character.isalnum() for character in phrase) or len(phrase) > 80:
            raise ValueError(f"{phrase!r} is no phrase; write plain words, at most 80 characters")
    return phrases


def load_vocabulary(path: Path, mistakes: Mistakes) -> Vocabulary:
    """The vocabulary; empty when the file has mistakes, which are noted."""
    form, document = read(path, VocabularyForm, mistakes)
    if form is None:
        return Vocabulary(relevant=(), types=(), names={}, publisher_types={})
    _check_types(form, document, mistakes)
    exact = tuple(Phrase(words=words, exact=True) for words in form.relevant_exact)
    return Vocabulary(
        relevant=tuple(Phrase(words=words) for words in form.relevant) + exact,
        types=tuple(
            TypeRule(type=rule.id, phrases=tuple(Phrase(words=words) for words in rule.title_words))
            for rule in form.types
        ),
        names={rule.id: rule.name for rule in form.types},
        publisher_types={words.casefold(): rule.id for rule in form.types for words in rule.publisher_types},
    )


def _check_types(form: VocabularyForm, document: yamldoc.Document, mistakes: Mistakes) -> None:
    owner: dict[str, str] = {}
    for number, rule in enumerate(form.types):
        for words in (rule.id, *rule.publisher_types):
            first = owner.setdefault(words.casefold(), rule.id)
            if first != rule.id or (words == rule.id and rule in form.types[:number]):
                at = ("types", number)
                mistakes.add(document.mistake(at, f"'{words}' already belongs to the type '{first}'"))
