"""Compares what a source says of a document in its other languages, so that their edits are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from aggregator.classify.same_edit import SAME_EDIT
from aggregator.classify.shortened_texts import EXCERPT_SHARE
from aggregator.classify.wording.texts import Wording
from aggregator.classify.wording.typography import ELLIPSIS, comparable_text
from aggregator.model import Carrier, Entry, Translation

# The parts that a translation has, too.
WORDS: Final = frozenset({"title", "text"})


def keep_translations(entry: Entry, before: Entry) -> Entry:
    """Return the entry with the translations and their words that it had: what is not listed has not gone."""
    had = {translation.language: translation for translation in before.translations}
    stated = [_filled(one, had.get(one.language)) for one in entry.translations]
    languages = {entry.language, *(one.language for one in stated)}
    kept = [one for language, one in had.items() if language not in languages]
    return replace(entry, translations=tuple(sorted((*stated, *kept), key=lambda one: one.language)))


def _filled(stated: Translation, before: Translation | None) -> Translation:
    """A translation with the words that it had, where only its address is given now."""
    if before is None:
        return stated
    text = before.text if _is_excerpt(stated.text, before.text) else stated.text
    return replace(stated, title=stated.title or before.title, text=text)


def _is_excerpt(text: str, before: str) -> bool:
    new, old = (comparable_text(each).removesuffix(ELLIPSIS).rstrip() for each in (text, before))
    return old.startswith(new) and len(new) < len(old) * EXCERPT_SHARE


def changed_words(known: Wording, wording: Wording) -> tuple[str, ...]:
    """Return the parts, `title` and `text`, that are others in a language that both entries have."""
    had = {translation.language: translation for translation in known.entry.translations}
    pairs = [(had[one.language], one) for one in wording.entry.translations if one.language in had]
    parts: list[str] = []
    for before, after in pairs:
        old, new = comparable_text(before.title), comparable_text(after.title)
        parts += ["title"] if old and new and old != new else []
        # Not its HTML, which is not kept.
        texts = (
            replace(one, entry=replace(one.entry, text=each.text, summary="", content=""))
            for one, each in ((known, before), (wording, after))
        )
        first, second = texts
        parts += ["text"] if first and second and not second.says_the_same_as(first) else []
    return tuple(dict.fromkeys(parts))


def reported_once(
    own_words: Sequence[str], translated: Sequence[str], after: Entry, carrier: Carrier, now: datetime
) -> tuple[str, ...]:
    """Return the parts to tell of an edit of a document that its source shows in several languages.

    There are none if the edit was told when it reached the other language.
    """
    if own_words and translated:
        return tuple(dict.fromkeys((*own_words, *translated)))
    parts = tuple(own_words or translated)
    return () if _is_reported(parts, after, carrier, now, of_translation=bool(translated)) else parts


def _is_reported(
    parts: Sequence[str], after: Entry, carrier: Carrier, now: datetime, *, of_translation: bool
) -> bool:
    if len(carrier.revisions) < 2 or not after.translations or not set(parts) <= WORDS:
        return False
    before, last = carrier.revisions[-2:]
    was_own = _words(before.entry) != _words(last.entry)
    first, then, current = map(Wording, (before.entry, last.entry, carrier.entry))
    if of_translation:
        # A second edit in this language is another one.
        is_first = was_own and not changed_words(first, then) and not changed_words(then, current)
    else:
        is_first = not was_own and _words(last.entry) == _words(carrier.entry)
    return is_first and now - last.seen_at <= SAME_EDIT and bool(set(parts) & set(last.parts))


def _words(entry: Entry) -> tuple[str, str]:
    return entry.title, entry.text
