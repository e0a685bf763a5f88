"""Says what a document is about: relevance, type, topics and names, each with its reasons."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Final

from aggregator.classify.labels.hosts import index_prefixes, is_home, matching_prefixes
from aggregator.classify.labels.matches import PROCESS, DocumentMatcher, DocumentMatches
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
    Vocabulary,
)

COMMITMENT: Final = re.compile(r"(?<![^\W_])(?:UK|GB[A-Z]{3})\d{4}(?![^\W_])")
"""OGP numbers the commitments of the UK `UK0108` and those of its local members `GBGMC0001`, `GBGLA0003`
(opengovpartnership.org, commitment pages, seen in 2024 and 2026)."""


class Labeller:
    """Labels entries by the vocabulary, the bodies and the sources; built once for a run."""

    def __init__(
        self, vocabulary: Vocabulary, sources: Mapping[str, Source], bodies: Mapping[str, Body] | None = None
    ) -> None:
        self._vocabulary = vocabulary
        self._sources = sources
        self._bodies = bodies or {}
        self._reader = DocumentMatcher(vocabulary, self._bodies)
        self._types = TypeFinder(vocabulary)
        self._places = index_prefixes(vocabulary.hosts.items())

    @cached_property
    def fingerprint(self) -> str:
        """Changes whenever the labels of any document might: when the register or a source's scope does."""
        scopes = {source.id: (source.title, source.scope.value) for source in self._sources.values()}
        # No set may stand in what is read here: its order is another in each process.
        read = repr((self._vocabulary, sorted(self._bodies.items()), sorted(scopes.items())))
        return hashlib.sha256(read.encode()).hexdigest()

    def label(self, entry: Entry, carriers: Sequence[str], override: LabelOverride | None = None) -> Labels:
        """Labels for a document that the sources with the ids `carriers` carry, as corrected by `mark`."""
        found = self._reader.match(entry)
        whole = self._whole(entry, carriers)
        at_home = bool(whole) or is_home(entry.url)
        told = [*whole, *self._passed_on(entry)]
        judged = decide_relevance(found, told, at_home=at_home, scale=self._vocabulary.scale)
        type = self._types.find(entry, found)
        names = _named(entry, found)
        labels = Labels(
            type=type.supports.removeprefix("type:"),
            relevance=judged.relevance,
            score=judged.score,
            topics=judged.topics,
            plans=tuple(dict.fromkeys((*_ids(names, "plan"), *self._plans(entry)))),
            commitments=_ids(names, "commitment"),
            subjects=_ids(names, "body") or (entry.body,),
            reasons=(*judged.why, type, *names),
        )
        return apply_override(labels, override) if override else labels

    def with_overrides(
        self, overrides: Mapping[str, LabelOverride]
    ) -> Callable[[Entry, Sequence[str]], Labels]:
        """`label` with the operator's corrections, by the documents' ids."""
        return lambda entry, carriers: self.label(entry, carriers, overrides.get(entry.id))

    def _whole(self, entry: Entry, carriers: Sequence[str]) -> list[Reason]:
        """Why everything that comes from where this document does counts, if it does."""
        words = self._vocabulary
        reasons = [
            _counts(source.title, ReasonSource.SOURCE, PROCESS)
            for source in map(self._sources.get, sorted(carriers))
            if source and source.scope is Scope.ALL
        ]
        if topic := words.bodies.get(entry.body):
            body = self._bodies.get(entry.body)
            reasons.append(_counts(body.name if body else entry.body, ReasonSource.PUBLISHER, topic))
        reasons += [
            _counts(start, ReasonSource.ADDRESS, topic)
            for start, topic in matching_prefixes(entry.url, self._places)
        ]
        return [replace(reason, points=words.scale.always_relevant) for reason in reasons[:1]]

    def _passed_on(self, entry: Entry) -> list[Reason]:
        """The topics that another instance of this program found; by themselves they make borderline."""
        known = self._vocabulary.topic_names
        topics = (topic for topic in _told(entry, "topic:") if topic in known)
        points = self._vocabulary.scale.borderline
        return [
            replace(_counts(known[topic], ReasonSource.PUBLISHER, topic), points=points) for topic in topics
        ]

    def _plans(self, entry: Entry) -> list[str]:
        known = self._vocabulary.plan_names
        return [plan for plan in _told(entry, "plan:") if plan in known]


def _told(entry: Entry, kind: str) -> list[str]:
    """What another instance files the document under; a publisher's own words are no topics of ours."""
    words = entry.categories if entry.relayed else ()
    return [word.removeprefix(kind) for word in words if word.startswith(kind)]


def apply_override(labels: Labels, override: LabelOverride) -> Labels:
    """The labels as the operator wants them; what the mark says nothing of stays."""
    corrected = replace(
        labels,
        relevance=override.relevance or labels.relevance,
        type=override.type or labels.type,
        topics=labels.topics if override.topics is None else override.topics,
        reasons=(*labels.reasons, *_said(override)),
        overridden=True,
    )
    return replace(corrected, topics=()) if corrected.relevance is Relevance.NO else corrected


def _said(mark: LabelOverride) -> list[Reason]:
    said = [f"relevance:{mark.relevance.value}"] if mark.relevance else []
    said += [f"type:{mark.type}"] if mark.type else []
    said += [f"topic:{topic}" for topic in mark.topics or ()]
    return [Reason(text=mark.why, found_in=ReasonSource.OPERATOR, supports=what) for what in said]


def _counts(words: str, where: ReasonSource, topic: str) -> Reason:
    return Reason(text=words, found_in=where, supports=f"topic:{topic}")


def _named(entry: Entry, found: DocumentMatches) -> tuple[Reason, ...]:
    """Every body and plan named in title or summary, and every commitment named anywhere; each once."""
    reasons: dict[str, Reason] = {}
    for reason in (*_phrased(found), *_numbered(entry)):
        reasons.setdefault(reason.supports, reason)
    return tuple(reasons.values())


def _ids(reasons: tuple[Reason, ...], kind: str) -> tuple[str, ...]:
    """What the reasons of one kind (`body`, `plan`, `commitment`) speak for."""
    split = (reason.supports.partition(":") for reason in reasons)
    return tuple(id for its_kind, _, id in split if its_kind == kind)


def _phrased(found: DocumentMatches) -> Iterator[Reason]:
    for place in found.near:
        for hit in place.names:
            if hit.meaning.role in {"body", "plan"}:
                speaks_for = f"{hit.meaning.role}:{hit.meaning.of}"
                yield Reason(text=hit.phrase, found_in=place.where, supports=speaks_for)


def _numbered(entry: Entry) -> Iterator[Reason]:
    for where, text in (
        (ReasonSource.TITLE, entry.title),
        (ReasonSource.ADDRESS, entry.url or ""),
        (ReasonSource.TEXT, entry.text),
    ):
        # Two looks for letters are quicker than one for the pattern, and most texts have neither.
        for number in COMMITMENT.findall(text) if "UK" in text or "GB" in text else ():
            yield Reason(text=number, found_in=where, supports=f"commitment:{number}")
