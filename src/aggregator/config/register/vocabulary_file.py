"""Reads register/vocabulary.yaml: topics and types with their phrases, false positives and places."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator

from aggregator.config.yaml_files.schema import (
    ConfigIssues,
    Problems,
    Schema,
    duplicate_ids,
    read_yaml,
    unknown_id,
)
from aggregator.model import Phrase, Scale, Strength, Topic, TypeRule, Vocabulary
from aggregator.model.vocabulary import DEFAULT_SCALE
from aggregator.values.field_types import Name, Text, matching

MAX_LENGTH: Final = 80
# A word. `*` needs three letters before it, since a short stem would match almost anything.
WORD: Final = re.compile(r"(?:[^\W_]|%){3,}\*?|(?:[^\W_]|%)+")
PHRASE_HELP: Final = "write plain words, at most 80 characters, or {cy: words} for Welsh"


def _parse_phrase(value: object) -> object:
    """`open data`, or `{cy: data agored}` for Welsh, whose initials mutate."""
    if isinstance(value, Mapping) and set(value) == {"cy"}:
        return Phrase(words=_check_words(value["cy"]), welsh=True)
    return Phrase(words=_check_words(value))


def _check_words(value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    words = re.findall(r"[^\s'’\"“”(){}\[\].,;:!?/&£$€–—-]+", text.removeprefix("^"))
    if not words or len(text) > MAX_LENGTH or not all(WORD.fullmatch(word) for word in words):
        raise ValueError(
            f"{value!r} is not a phrase; {PHRASE_HELP}; a word with * needs three letters before it"
        )
    return text


PhraseText = Annotated[Phrase, BeforeValidator(_parse_phrase)]
AddressStart = Annotated[
    str,
    AfterValidator(
        matching(
            r"(?!www\.)[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/\S*)?",
            "write a host without https:// and www., perhaps with a path, such as data.gov.uk/library",
        )
    ),
]


class TopicSchema(Schema):
    """A topic and its phrases by strength."""

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
    unless: tuple[PhraseText, ...] = ()
    wider_publisher_types: tuple[Text, ...] = ()
    publisher_types: tuple[Text, ...] = ()
    addresses: tuple[AddressStart, ...] = ()
    weak_publisher_types: tuple[Text, ...] = ()
    weak_addresses: tuple[AddressStart, ...] = ()


class AlwaysRelevantSchema(Schema):
    """A host or a body whose every document is relevant, and its topic."""

    host: AddressStart | None = None
    body: Name | None = None
    topic: Name


class VocabularySchema(Schema):
    """The file."""

    scale: Scale = DEFAULT_SCALE
    topics: tuple[TopicSchema, ...]
    always_relevant: tuple[AlwaysRelevantSchema, ...] = ()
    false_positives: tuple[PhraseText, ...] = ()
    other_countries: tuple[PhraseText, ...] = ()
    home_countries: tuple[PhraseText, ...] = ()
    types: tuple[TypeSchema, ...]


def load_vocabulary(path: Path, issues: ConfigIssues, bodies: Collection[str] = ()) -> Vocabulary:
    """The vocabulary; empty if the file has mistakes, which are added to `issues`.

    `bodies`: the ids that `always_relevant` may name.
    """
    file, document = read_yaml(path, VocabularySchema, issues)
    if file is None:
        return Vocabulary()
    issues.add_problems(
        document, _type_problems(file), _topic_problems(file), _always_relevant_problems(file, bodies)
    )
    issues.add_problems(document, duplicate_ids("topics", [topic.id for topic in file.topics]))
    return Vocabulary(
        topics=tuple(map(_topic, file.topics)),
        types=tuple(map(_type_rule, file.types)),
        type_names={one.id: one.name for one in file.types},
        publisher_types={
            words.casefold(): one.id for one in file.types for words in _all_publisher_types(one)
        },
        weak_types=tuple(words for one in file.types for words in _weak_types(one)),
        false_positives=file.false_positives,
        other_countries=file.other_countries,
        home_countries=file.home_countries,
        hosts={one.host: one.topic for one in file.always_relevant if one.host},
        bodies={one.body: one.topic for one in file.always_relevant if one.body},
        scale=file.scale,
    )


def _topic(topic: TopicSchema) -> Topic:
    phrases = {
        Strength.SURE: topic.sure,
        Strength.LIKELY: topic.likely,
        Strength.HINT: topic.hint,
        Strength.BY_PRODUCT: topic.by_product,
    }
    return Topic(id=topic.id, name=topic.name, phrases=phrases)


def _type_rule(one: TypeSchema) -> TypeRule:
    return TypeRule(
        type=one.id,
        phrases=one.title_words,
        strong=one.strong_words,
        unless=one.unless,
        wider_publisher_types=tuple(words.casefold() for words in one.wider_publisher_types),
        addresses=(*one.addresses, *one.weak_addresses),
    )


def _all_publisher_types(one: TypeSchema) -> tuple[str, ...]:
    return (*one.publisher_types, *one.weak_publisher_types)


def _weak_types(one: TypeSchema) -> tuple[str, ...]:
    return (*(words.casefold() for words in one.weak_publisher_types), *one.weak_addresses)


def _type_problems(file: VocabularySchema) -> Problems:
    owners: dict[str, str] = {}
    for number, one in enumerate(file.types):
        for words in (one.id, *_all_publisher_types(one)):
            owner = owners.setdefault(words.casefold(), one.id)
            # A publisher may use a type's own id as its name for it.
            if owner != one.id or (words == one.id and one in file.types[:number]):
                yield ("types", number), f"'{words}' already belongs to the type '{owner}'"


def _topic_problems(file: VocabularySchema) -> Problems:
    for number, topic in enumerate(file.topics):
        phrases = (*topic.sure, *topic.likely, *topic.hint, *topic.by_product)
        counts = Counter(phrase.words.casefold() for phrase in phrases)
        for words in (words for words, count in counts.items() if count > 1):
            yield ("topics", number), f"'{words}' is listed twice under '{topic.id}'; keep one"


def _always_relevant_problems(file: VocabularySchema, bodies: Collection[str]) -> Problems:
    topics = {topic.id for topic in file.topics}
    for number, one in enumerate(file.always_relevant):
        here = ("always_relevant", number)
        if (one.host is None) == (one.body is None):
            yield here, "name either a host or a body here"
        yield from unknown_id(here, "topic", one.topic, topics)
        if one.body and bodies and one.body not in bodies:
            yield here, f"no body has the id '{one.body}'; see register/bodies.yaml"
