"""Finds the type of a document: by the publisher's own type where it says something, else by the title."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from aggregator.classify.labels.hosts import index_prefixes, is_blog_address, matching_prefixes
from aggregator.classify.labels.matches import DocumentMatches, SectionMatches
from aggregator.classify.labels.plan_names import NO_PLANS, NamedPlans
from aggregator.model import Entry, Reason, ReasonSource, Vocabulary

FALLBACK_TYPE: Final = "news"
BLOG_TYPE: Final = "blog-post"
PLAN_TYPE: Final = "action-plan"


# Words of a summary that are looked at: "Minutes of the meeting …" comes first, if at all.
SUMMARY_START: Final = 10


class TypeFinder:
    """Finds the type of documents; built once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._weak_types = frozenset(vocabulary.weak_types)
        self._rank = {rule.type: number for number, rule in enumerate(vocabulary.types)}
        self._wider_than_plan = frozenset(
            name for rule in vocabulary.types for name in rule.wider_publisher_types
        )
        self._address_prefixes = index_prefixes(
            (prefix, rule.type) for rule in vocabulary.types for prefix in rule.addresses
        )

    def find(self, entry: Entry, matches: DocumentMatches, plans: NamedPlans = NO_PLANS) -> Reason:
        """The first reason for a type: publisher, title, the summary's first words, else the fallback.

        `plans`: those that the document names.
        """
        return next(self._reasons(entry, matches, plans))

    def _reasons(self, entry: Entry, matches: DocumentMatches, plans: NamedPlans) -> Iterator[Reason]:
        by_publisher, by_address = list(self._types_by_publisher(entry)), list(self._types_by_address(entry))
        stated = by_publisher + by_address
        if plans.in_title and (entry.publisher_type or "").casefold() in self._wider_than_plan:
            yield from self._plan_of_wider_type(matches, plans)
        # A weak type of the publisher's ("News story") says less than the title; it counts only if nothing
        # else does.
        yield from (reason for reason in stated if not self._is_weak(reason))
        yield from self._types_by_phrase(matches.title, strong=True)
        yield from self._types_by_phrase(matches.summary, strong=True)
        yield from _plan_as_title(plans)
        # A post whose title names a plan is about it, unless the title is nothing but the name.
        about_plan = is_blog_address(entry.url) and plans.in_title and not plans.is_title
        yield from self._types_by_phrase(matches.title, without=PLAN_TYPE if about_plan else "")
        if is_blog_address(entry.url):
            yield Reason(text=BLOG_TYPE, found_in=ReasonSource.ADDRESS, supports=f"type:{BLOG_TYPE}")
        yield from map(_as_typical, by_publisher)
        yield from self._types_by_phrase(matches.summary)
        yield from map(_as_typical, by_address)
        yield Reason(text="nothing else fits", found_in=ReasonSource.TITLE, supports=f"type:{FALLBACK_TYPE}")

    def _is_weak(self, reason: Reason) -> bool:
        text = reason.text.casefold() if reason.found_in is ReasonSource.PUBLISHER else reason.text
        return text in self._weak_types

    def _types_by_publisher(self, entry: Entry) -> Iterator[Reason]:
        """The type that the publisher states."""
        publisher_type = entry.publisher_type or ""
        name = publisher_type.casefold()
        type = name if name in self._vocabulary.type_names else self._vocabulary.publisher_types.get(name)
        if type:
            yield Reason(text=publisher_type, found_in=ReasonSource.PUBLISHER, supports=f"type:{type}")

    def _types_by_address(self, entry: Entry) -> Iterator[Reason]:
        """The types of documents at such an address, the longest prefix first."""
        for prefix, type in matching_prefixes(entry.url, self._address_prefixes):
            yield Reason(text=prefix, found_in=ReasonSource.ADDRESS, supports=f"type:{type}")

    def _plan_of_wider_type(self, matches: DocumentMatches, plans: NamedPlans) -> Iterator[Reason]:
        """The type by the title, if the publisher's is a wider one: the plan is a policy paper too."""
        by_title = [
            *self._types_by_phrase(matches.title, strong=True),
            *_plan_as_title(plans),
            *self._types_by_phrase(matches.title),
        ]
        if by_title and by_title[0].supports == f"type:{PLAN_TYPE}":
            yield by_title[0]

    def _types_by_phrase(
        self, section: SectionMatches, *, strong: bool = False, without: str = ""
    ) -> Iterator[Reason]:
        """The type by the phrases of a section; with `strong` only by phrases that go before all others."""
        in_title = section.found_in is ReasonSource.TITLE
        excluded = {match.meaning.id for match in section.types if match.meaning.role == "not-type"}
        # A summary tells what is in a document, and may name more than one thing.
        excluded = {*excluded, without} if in_title else set()
        matches = [
            match
            for match in section.types
            if match.meaning.role == "type"
            and (in_title or (match.start < SUMMARY_START and match.phrase[0] != "^"))
            and (match.meaning.strength or not (strong or match.meaning.id in excluded))
        ]
        if matches:
            first = min(matches, key=lambda match: (self._rank[match.meaning.id], match.start))
            yield Reason(text=first.phrase, found_in=section.found_in, supports=f"type:{first.meaning.id}")


def _plan_as_title(plans: NamedPlans) -> Iterator[Reason]:
    """The type of a plan, if the title is nothing but the name of one."""
    if plans.is_title:
        yield Reason(text=plans.mentions[0].text, found_in=ReasonSource.TITLE, supports=f"type:{PLAN_TYPE}")


def _as_typical(reason: Reason) -> Reason:
    """The same reason as a weak one: what documents with this type or address mostly are."""
    return replace(reason, found_in=ReasonSource.TYPICAL)
