"""Decides which documents are one in two languages: by the publisher's links, or by minute and likeness."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from aggregator.classify.identity import page_of
from aggregator.model import Entry

# A title's numbers are the same in every language, and so are most names of people.
NUMBER: Final = re.compile(r"\d+")
NAME: Final = re.compile(r"(?<!^)(?<![.:!?] )\b[A-Z][\w'’-]{2,}")
# In texts with so many numbers, so large a share of them must be in both.
MANY_NUMBERS, SHARED_NUMBERS = 3, 0.5

# What several sources have of one document.
Forms = Collection[Entry]


def pairs_by_link(address_of: str, documents: Mapping[str, Forms]) -> Iterator[tuple[str, str]]:
    """Yield the two documents of which one is at this address and the other links to it as its translation.

    If several documents of one language link to it, it is not the page of one of them.
    """
    at = [
        id
        for id, forms in documents.items()
        if any(page_of(e.url or "") == page_of(address_of) for e in forms)
    ]
    linking = [id for id in sorted(documents) if id not in at]
    for id in at:
        fitting = [one for one in linking if _fit(documents[one], documents[id])]
        languages = [form.language for one in fitting for form in list(documents[one])[:1]]
        if len(languages) == len(set(languages)):
            yield from ((id, one) for one in fitting)


def pairs_by_minute(documents: Mapping[str, Forms], *, typed: bool) -> Iterator[tuple[str, str]]:
    """Yield pairs of documents of one body, type and minute that are one in two languages.

    Where there is one of each language, nothing may speak against it; without a type, or among several, only
    numbers, names or files that just these two share tell that they are one.
    """
    ids = sorted(documents)
    pairs = [
        (one, other) for one in ids for other in ids if one < other and _fit(documents[one], documents[other])
    ]
    likeness = {pair: _likeness(documents[pair[0]], documents[pair[1]]) for pair in pairs}
    possible = {pair: points for pair, points in likeness.items() if points is not None}
    if typed and len(pairs) == len(possible) == 1:
        yield pairs[0]
        return
    for pair, points in possible.items():
        rivals = [other for other in possible if other != pair and set(other) & set(pair)]
        if points > 0 and all(possible[rival] < points for rival in rivals):
            yield pair


def _fit(one: Forms, other: Forms) -> bool:
    """Return whether two documents may be one in two languages: no language has two pages."""
    languages, others = ({form.language for form in forms} for forms in (one, other))
    same_body = {form.body for form in one} & {form.body for form in other}
    return (
        bool(same_body)
        and not languages & others
        and _may_translate(one, other)
        and _may_translate(other, one)
    )


def _may_translate(one: Forms, other: Forms) -> bool:
    """Return whether the translations of one document that are in the language of the other are the other."""
    pages = {page_of(form.url) for form in other if form.url}
    languages = {form.language for form in other}
    stated = [translation for form in one for translation in form.translations]
    return all(page_of(each.url) in pages for each in stated if each.language in languages)


def _likeness(one: Forms, other: Forms) -> int | None:
    """Return how much two documents share that needs no translation; None if they contradict each other."""
    points = 0
    for form in one:
        for counterpart in other:
            numbers, others = (sorted(NUMBER.findall(each.title)) for each in (form, counterpart))
            if numbers != others or _other_numbers(form.text, counterpart.text):
                return None
            names = set(NAME.findall(form.title)) & set(NAME.findall(counterpart.title))
            points = max(points, bool(numbers) * 2 + len(names) + 2 * len(_files(form) & _files(counterpart)))
    return points


def _other_numbers(text: str, other: str) -> bool:
    numbers, others = set(NUMBER.findall(text)), set(NUMBER.findall(other))
    least = min(len(numbers), len(others))
    return least >= MANY_NUMBERS and len(numbers & others) < least * SHARED_NUMBERS


def _files(entry: Entry) -> set[str]:
    return {link.href.rpartition("/")[2] for link in entry.links if link.rel == "enclosure"} - {""}
