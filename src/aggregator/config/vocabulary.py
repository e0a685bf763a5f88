"""Reads register/vocabulary.yaml: topics, types, phrases with their weight, traps and places."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Final

from pydantic import BeforeValidator

from aggregator import yamldoc
from aggregator.config.forms import Form, Mistakes, read
from aggregator.model import Phrase, Scale, Strength, Topic, TypeRule, Vocabulary
from aggregator.model.vocabulary import DEFAULT_SCALE
from aggregator.model.written import Name, Text

LONGEST: Final = 80
STEM: Final = re.compile(r"(?:[^\W_]|%){3,}\*?|(?:[^\W_]|%)+")
"""A word; with `*` at its end it needs three letters before it."""
HOST: Final = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/\S*)?")
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


def _start(value: object) -> object:
    if isinstance(value, str) and HOST.fullmatch(value) and not value.startswith("www."):
        return value
    raise ValueError(
        "write a host without https:// and www., perhaps with a path, such as data.gov.uk/library"
    )


PhraseText = Annotated[Phrase, BeforeValidator(_phrase)]
Start = Annotated[str, BeforeValidator(_start)]


class TopicForm(Form):
    """A topic and its phrases, by how much they say."""

    id: Name
    name: Text
    sure: tuple[PhraseText, ...] = ()
    likely: tuple[PhraseText, ...] = ()
    hint: tuple[PhraseText, ...] = ()
    by_product: tuple[PhraseText, ...] = ()


class TypeForm(Form):
    """An update type: its name in plain words, and what makes a document this type."""

    id: Name
    name: Text
    strong_words: tuple[PhraseText, ...] = ()
    title_words: tuple[PhraseText, ...] = ()
    publisher_types: tuple[Text, ...] = ()
    addresses: tuple[Start, ...] = ()
    general_publisher_types: tuple[Text, ...] = ()
    general_addresses: tuple[Start, ...] = ()


class WholeForm(Form):
    """Where everything counts: a host, or a body, and for which topic."""

    host: Start | None = None
    body: Name | None = None
    topic: Name


class VocabularyForm(Form):
    """The file."""

    scale: Scale = DEFAULT_SCALE
    topics: tuple[TopicForm, ...]
    whole: tuple[WholeForm, ...] = ()
    traps: tuple[PhraseText, ...] = ()
    elsewhere: tuple[PhraseText, ...] = ()
    home: tuple[PhraseText, ...] = ()
    types: tuple[TypeForm, ...]


def load_vocabulary(path: Path, mistakes: Mistakes, bodies: Collection[str] = ()) -> Vocabulary:
    """The vocabulary; empty when the file has mistakes, which are noted.

    `bodies` are the ids that `whole` may name.
    """
    form, document = read(path, VocabularyForm, mistakes)
    if form is None:
        return Vocabulary()
    _check_types(form, document, mistakes)
    _check_ids(form, document, mistakes)
    _check_whole(form, document, mistakes, bodies)
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


def _topic(form: TopicForm) -> Topic:
    phrases = {
        Strength.SURE: form.sure,
        Strength.LIKELY: form.likely,
        Strength.HINT: form.hint,
        Strength.BY_PRODUCT: form.by_product,
    }
    return Topic(id=form.id, name=form.name, phrases=phrases)


def _type(form: TypeForm) -> TypeRule:
    return TypeRule(
        type=form.id,
        phrases=form.title_words,
        strong=form.strong_words,
        addresses=(*form.addresses, *form.general_addresses),
    )


def _said(form: TypeForm) -> tuple[str, ...]:
    return (*form.publisher_types, *form.general_publisher_types)


def _general(form: TypeForm) -> tuple[str, ...]:
    return (*(words.casefold() for words in form.general_publisher_types), *form.general_addresses)


def _check_types(form: VocabularyForm, document: yamldoc.Document, mistakes: Mistakes) -> None:
    owner: dict[str, str] = {}
    for number, rule in enumerate(form.types):
        for words in (rule.id, *_said(rule)):
            first = owner.setdefault(words.casefold(), rule.id)
            if first != rule.id or (words == rule.id and rule in form.types[:number]):
                at = ("types", number)
                mistakes.add(document.mistake(at, f"'{words}' already belongs to the type '{first}'"))


def _check_ids(form: VocabularyForm, document: yamldoc.Document, mistakes: Mistakes) -> None:
    ids = [topic.id for topic in form.topics]
    for number in _repeated(ids):
        mistakes.add(document.mistake(("topics", number), f"the id '{ids[number]}' stands twice; keep one"))
    for number, topic in enumerate(form.topics):
        told = [
            phrase.words.casefold() for phrase in (*topic.sure, *topic.likely, *topic.hint, *topic.by_product)
        ]
        for which in _repeated(told):
            at = ("topics", number)
            mistakes.add(document.mistake(at, f"'{told[which]}' stands twice under '{topic.id}'; keep one"))


def _repeated(words: list[str]) -> Iterable[int]:
    return (number for number, word in enumerate(words) if word in words[:number])


def _check_whole(
    form: VocabularyForm, document: yamldoc.Document, mistakes: Mistakes, bodies: Collection[str]
) -> None:
    topics = {topic.id for topic in form.topics}
    for number, whole in enumerate(form.whole):
        at = ("whole", number)
        if (whole.host is None) == (whole.body is None):
            mistakes.add(document.mistake(at, "name either a host or a body here"))
        if whole.topic not in topics:
            mistakes.add(document.mistake(at, f"no topic has the id '{whole.topic}'; add it or correct this"))
        if whole.body and bodies and whole.body not in bodies:
            mistakes.add(document.mistake(at, f"no body has the id '{whole.body}'; see register/bodies.yaml"))
