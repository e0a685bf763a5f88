"""Labels a document: relevance, type, topics, plans, commitments and subjects, each with its reasons."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Final

from aggregator.classify.labels.hosts import index_prefixes, is_uk_address, matching_prefixes
from aggregator.classify.labels.matches import PROCESS_TOPIC, DocumentMatcher, DocumentMatches
from aggregator.classify.labels.plan_names import NO_PLANS, NamedPlans, PlanFinder, may_name_plan
from aggregator.classify.labels.relevance import decide_relevance
from aggregator.classify.labels.types import TypeFinder
from aggregator.model import (
    Body,
    Entry,
    LabelOverride,
    Labels,
    Reason,
    ReasonSource,
    Relevance,
    Scope,
    Source,
    Strength,
    Vocabulary,
)

# OGP numbers the commitments of the UK `UK0108` and those of its local members `GBGMC0001`, `GBGLA0003`
# (opengovpartnership.org, commitment pages, seen in 2024 and 2026).
COMMITMENT_NUMBER: Final = re.compile(r"(?<![^\W_])(?:UK|GB[A-Z]{3})\d{4}(?![^\W_])")


class Labeller:
    """Labels entries by the vocabulary, the bodies and the sources; built once for a run."""

    def __init__(
        self, vocabulary: Vocabulary, sources: Mapping[str, Source], bodies: Mapping[str, Body] | None = None
    ) -> None:
        self._vocabulary = vocabulary
        self._sources = sources
        self._bodies = bodies or {}
        self._document_matcher = DocumentMatcher(vocabulary, self._bodies)
        self._types = TypeFinder(vocabulary)
        self._plan_finder = PlanFinder(vocabulary)
        self._host_prefixes = index_prefixes(vocabulary.hosts.items())

    @cached_property
    def fingerprint(self) -> str:
        """A hash that changes when the vocabulary, a body or a source's scope does, and so labels might."""
        scopes = {source.id: (source.title, source.scope.value) for source in self._sources.values()}
        # There must be no set in what is hashed: its order differs from process to process.
        read = repr((self._vocabulary, sorted(self._bodies.items()), sorted(scopes.items())))
        return hashlib.sha256(read.encode()).hexdigest()

    def label(self, entry: Entry, carriers: Sequence[str], override: LabelOverride | None = None) -> Labels:
        """Labels for a document that the sources with the ids `carriers` carry, corrected by `override`."""
        matches = self._document_matcher.match(entry)
        always_relevant = self._always_relevant(entry, carriers)
        from_home = bool(always_relevant) or is_uk_address(entry.url)
        reasons = [*always_relevant, *self._relayed_topics(entry)]
        decision = decide_relevance(matches, reasons, from_home=from_home, scale=self._vocabulary.scale)
        may_name_plan_of_ours = may_name_plan(entry) and _is_about_process(matches, always_relevant)
        plans = self._plan_finder.find(entry, matches) if may_name_plan_of_ours else NO_PLANS
        type = self._types.find(entry, matches, plans)
        names = _name_reasons(entry, matches, plans)
        labels = Labels(
            type=type.supports.removeprefix("type:"),
            relevance=decision.relevance,
            score=decision.score,
            topics=decision.topics,
            plans=tuple(dict.fromkeys((*_ids(names, "plan"), *self._plans(entry)))),
            commitments=_ids(names, "commitment"),
            subjects=_ids(names, "body") or (entry.body,),
            reasons=(*decision.reasons, type, *names),
        )
        return apply_override(labels, override) if override else labels

    def with_overrides(
        self, overrides: Mapping[str, LabelOverride]
    ) -> Callable[[Entry, Sequence[str]], Labels]:
        """`label` with the operator's overrides, by document id."""
        return lambda entry, carriers: self.label(entry, carriers, overrides.get(entry.id))

    def _always_relevant(self, entry: Entry, carriers: Sequence[str]) -> list[Reason]:
        """The reason why everything from this source, body or host is relevant; at most one."""
        vocabulary = self._vocabulary
        reasons = [
            _topic_reason(source.title, ReasonSource.SOURCE, PROCESS_TOPIC)
            for source in map(self._sources.get, sorted(carriers))
            if source and source.scope is Scope.ALL
        ]
        if topic := vocabulary.bodies.get(entry.body):
            body = self._bodies.get(entry.body)
            reasons.append(_topic_reason(body.name if body else entry.body, ReasonSource.PUBLISHER, topic))
        reasons += [
            _topic_reason(start, ReasonSource.ADDRESS, topic)
            for start, topic in matching_prefixes(entry.url, self._host_prefixes)
        ]
        # One reason is enough: several would add up their points.
        return [replace(reason, points=vocabulary.scale.always_relevant) for reason in reasons[:1]]

    def _relayed_topics(self, entry: Entry) -> list[Reason]:
        """The topics that another instance of this program gave it; alone they make it borderline."""
        valid = self._vocabulary.topic_names
        topics = (topic for topic in _relayed_ids(entry, "topic:") if topic in valid)
        points = self._vocabulary.scale.borderline
        return [
            replace(_topic_reason(valid[topic], ReasonSource.PUBLISHER, topic), points=points)
            for topic in topics
        ]

    def _plans(self, entry: Entry) -> list[str]:
        valid = self._vocabulary.plan_names
        return [plan for plan in _relayed_ids(entry, "plan:") if plan in valid]


def _relayed_ids(entry: Entry, kind: str) -> list[str]:
    """The ids of one kind that another instance gave the document as categories."""
    # Only a relayed entry: the categories of a publisher may look the same but are not our topics.
    vocabulary = entry.categories if entry.relayed else ()
    return [category.removeprefix(kind) for category in vocabulary if category.startswith(kind)]


def apply_override(labels: Labels, override: LabelOverride) -> Labels:
    """The labels with the operator's corrections; what the override leaves out stays."""
    corrected = replace(
        labels,
        relevance=override.relevance or labels.relevance,
        type=override.type or labels.type,
        topics=labels.topics if override.topics is None else override.topics,
        reasons=(*labels.reasons, *_override_reasons(override)),
        overridden=True,
    )
    return replace(corrected, topics=()) if corrected.relevance is Relevance.NO else corrected


def _override_reasons(override: LabelOverride) -> list[Reason]:
    supports = [f"relevance:{override.relevance.value}"] if override.relevance else []
    supports += [f"type:{override.type}"] if override.type else []
    supports += [f"topic:{topic}" for topic in override.topics or ()]
    return [Reason(text=override.why, found_in=ReasonSource.OPERATOR, supports=what) for what in supports]


def _topic_reason(vocabulary: str, found_in: ReasonSource, topic: str) -> Reason:
    return Reason(text=vocabulary, found_in=found_in, supports=f"topic:{topic}")


def _is_about_process(matches: DocumentMatches, always_relevant: Sequence[Reason]) -> bool:
    """Whether title, summary or source leave no doubt that it is about open government itself."""
    return any(reason.supports == f"topic:{PROCESS_TOPIC}" for reason in always_relevant) or any(
        match.meaning.id == PROCESS_TOPIC
        and (match.meaning.strength is Strength.SURE or (section is matches.title and match.phrase == "NAP"))
        for section in matches.prominent
        for match in section.topics
    )


def _name_reasons(entry: Entry, matches: DocumentMatches, plans: NamedPlans) -> tuple[Reason, ...]:
    """Every body and plan named in the title or summary, and every commitment anywhere; each once."""
    reasons: dict[str, Reason] = {}
    for reason in (*_names_in_phrases(matches), *plans.reasons, *_commitment_numbers(entry)):
        reasons.setdefault(reason.supports, reason)
    return tuple(reasons.values())


def _ids(reasons: tuple[Reason, ...], kind: str) -> tuple[str, ...]:
    """The ids that reasons of one kind (`body`, `plan`, `commitment`) support."""
    split = (reason.supports.partition(":") for reason in reasons)
    return tuple(id for id_kind, _, id in split if id_kind == kind)


def _names_in_phrases(matches: DocumentMatches) -> Iterator[Reason]:
    for section in matches.prominent:
        foreign = any(match.meaning.role == "other-country" for match in section.names)
        for match in section.names:
            # A plan with such a name beside another country is that country's.
            if match.meaning.role == "body" or (match.meaning.role == "plan" and not foreign):
                supports = f"{match.meaning.role}:{match.meaning.id}"
                yield Reason(text=match.phrase, found_in=section.found_in, supports=supports)


def _commitment_numbers(entry: Entry) -> Iterator[Reason]:
    for found_in, text in (
        (ReasonSource.TITLE, entry.title),
        (ReasonSource.ADDRESS, entry.url or ""),
        (ReasonSource.TEXT, entry.text),
    ):
        # Two substring tests are faster than the pattern, and most texts have neither.
        for number in COMMITMENT_NUMBER.findall(text) if "UK" in text or "GB" in text else ():
            yield Reason(text=number, found_in=found_in, supports=f"commitment:{number}")
