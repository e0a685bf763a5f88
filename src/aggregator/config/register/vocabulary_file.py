"""Reads register/vocabulary.yaml: topics, types, phrases with their weight, traps and places."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator

from aggregator.config.yaml_files.schema import ConfigIssues, Schema, Wrong, read, twice, unknown
from aggregator.model import Phrase, Scale, Strength, Topic, TypeRule, Vocabulary
from aggregator.model.vocabulary import DEFAULT_SCALE
from aggregator.values.field_types import Name, Text, matching

LONGEST: Final = 80
STEM: Final = re.compile(r"(?:[^\W_]|%){3,}\*?|(?:[^\W_]|%)+")
"""A word; with `*` at its end it needs three letters before it."""
PHRASE_FORM: Final = "write plain words, at most 80 characters, or {cy: words} for Welsh"


def _phrase(value: object) -> object:
    """`open data`, or `{cy: data agored}` for Welsh, which mutates."""
    if isinstance(value, Mapping) and set(value) == {"cy"}:
        return Phrase(words=_words(value["cy"]), welsh=True)
    return Phrase(words=_words(value))


def _words(value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    words = re.findall(r"[^\s'’\"“”(){}\[\].,;:!?/&£$€–—-]+", text.removeprefix("^"))
    if not words or len(text) > LONGEST or not all(STEM.fullmatch(word) for word in words):
        raise ValueError(
            f"{value!r} is no phrase; {PHRASE_FORM}; a word with * needs three letters before it"
        )
    return text


PhraseText = Annotated[Phrase, BeforeValidator(_phrase)]
Start = Annotated[
    str,
    AfterValidator(
        matching(
            r"(?!www\.)[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/\S*)?",
            "write a host without https:// and www., perhaps with a path, such as data.gov.uk/library",
        )
    ),
]


class TopicSchema(Schema):
    """A topic and its phrases, by how much they say."""

    id: Name
    name: Text
    sure: tuple[PhraseText, ...] = ()
    likely: tuple[PhraseText, ...] = ()
    hint: tuple[PhraseText, ...] = ()
    by_product: tuple[PhraseText, ...] = ()


class TypeSchema(Schema):
    """An update type: its name in plain words, and what makes a document this type."""

    id: Name
    name: Text
    strong_words: tuple[PhraseText, ...] = ()
    title_words: tuple[PhraseText, ...] = ()
    publisher_types: tuple[Text, ...] = ()
    addresses: tuple[Start, ...] = ()
    general_publisher_types: tuple[Text, ...] = ()
    general_addresses: tuple[Start, ...] = ()


class WholeSchema(Schema):
    """Where everything counts: a host, or a body, and for which topic."""

    host: Start | None = None
    body: Name | None = None
    topic: Name


class VocabularySchema(Schema):
    """The file."""

    scale: Scale = DEFAULT_SCALE
    topics: tuple[TopicSchema, ...]
    whole: tuple[WholeSchema, ...] = ()
    traps: tuple[PhraseText, ...] = ()
    elsewhere: tuple[PhraseText, ...] = ()
    home: tuple[PhraseText, ...] = ()
    types: tuple[TypeSchema, ...]


def load_vocabulary(path: Path, mistakes: ConfigIssues, bodies: Collection[str] = ()) -> Vocabulary:
    """The vocabulary; empty when the file has mistakes, which are noted.

    `bodies` are the ids that `whole` may name.
    """
    form, document = read(path, VocabularySchema, mistakes)
    if form is None:
        return Vocabulary()
    mistakes.check(document, _wrong_types(form), _wrong_topics(form), _wrong_places(form, bodies))
    mistakes.check(document, twice("topics", [topic.id for topic in form.topics]))
    return Vocabulary(
        topics=tuple(map(_topic, form.topics)),
        types=tuple(map(_type, form.types)),
        names={rule.id: rule.name for rule in form.types},
        publisher_types={words.casefold(): rule.id for rule in form.types for words in _said(rule)},
        general=tuple(words for rule in form.types for words in _general(rule)),
        traps=form.traps,
        elsewhere=form.elsewhere,
        home=form.home,
        hosts={whole.host: whole.topic for whole in form.whole if whole.host},
        bodies={whole.body: whole.topic for whole in form.whole if whole.body},
        scale=form.scale,
    )


def _topic(form: TopicSchema) -> Topic:
    phrases = {
        Strength.SURE: form.sure,
        Strength.LIKELY: form.likely,
        Strength.HINT: form.hint,
        Strength.BY_PRODUCT: form.by_product,
    }
    return Topic(id=form.id, name=form.name, phrases=phrases)


def _type(form: TypeSchema) -> TypeRule:
    return TypeRule(
        type=form.id,
        phrases=form.title_words,
        strong=form.strong_words,
        addresses=(*form.addresses, *form.general_addresses),
    )


def _said(form: TypeSchema) -> tuple[str, ...]:
    return (*form.publisher_types, *form.general_publisher_types)


def _general(form: TypeSchema) -> tuple[str, ...]:
    return (*(words.casefold() for words in form.general_publisher_types), *form.general_addresses)


def _wrong_types(form: VocabularySchema) -> Wrong:
    owner: dict[str, str] = {}
    for number, rule in enumerate(form.types):
        for words in (rule.id, *_said(rule)):
            first = owner.setdefault(words.casefold(), rule.id)
            if first != rule.id or (words == rule.id and rule in form.types[:number]):
                yield ("types", number), f"'{words}' already belongs to the type '{first}'"


def _wrong_topics(form: VocabularySchema) -> Wrong:
    for number, topic in enumerate(form.topics):
        phrases = (*topic.sure, *topic.likely, *topic.hint, *topic.by_product)
        counted = Counter(phrase.words.casefold() for phrase in phrases)
        for words in (words for words, times in counted.items() if times > 1):
            yield ("topics", number), f"'{words}' stands twice under '{topic.id}'; keep one"


def _wrong_places(form: VocabularySchema, bodies: Collection[str]) -> Wrong:
    topics = {topic.id for topic in form.topics}
    for number, whole in enumerate(form.whole):
        at = ("whole", number)
        if (whole.host is None) == (whole.body is None):
            yield at, "name either a host or a body here"
        yield from unknown(at, "topic", whole.topic, topics)
        if whole.body and bodies and whole.body not in bodies:
            yield at, f"no body has the id '{whole.body}'; see register/bodies.yaml"
