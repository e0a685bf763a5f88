"""Finds the action plans that a title or summary names, in whatever order and language it does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from aggregator.classify.labels.hosts import host_and_path
from aggregator.classify.labels.matches import DocumentMatches, PhraseMeaning
from aggregator.classify.labels.phrase_matcher import PhraseMatch, PhraseMatcher, longest_matches
from aggregator.classify.labels.plan_words import (
    BEFORE_A_SUBJECT,
    COMMITMENTS,
    LINKS,
    PLAN,
    PLANS,
    REVIEW,
    Ordinal,
    is_plan_word,
    names_open_government,
    ordinals,
    words_of,
    year_spans,
)
from aggregator.classify.labels.tokeniser import TokenisedText, tokenise
from aggregator.model import Entry, Phrase, PlanName, Reason, ReasonSource, Vocabulary

# A name does not run from one sentence into the next.
SENTENCE_END: Final = re.compile(r"(?<=[.;!?])\s+|\n")
# The word for a plan, in one of its forms: without it nothing has to be split into words.
HAS_PLAN: Final = re.compile(r"plan|nap|commitment|ynllun|mrwymiad", re.IGNORECASE)
# Characters of a sentence that are read: longer ones have no names of plans.
MAX_CHARS: Final = 1_000
# Words beside a name with which a title is still nothing but the name.
BESIDE_A_NAME: Final = words_of(
    "accessible document english final html pdf published uk version web welsh cymraeg saesneg llawn"
)


class PlanMention(NamedTuple):
    """Words that name a plan, or plans; `ids` is empty if the register has no such plan."""

    found_in: ReasonSource
    text: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NamedPlans:
    """The plans that a document names, with what its title is."""

    mentions: tuple[PlanMention, ...] = ()
    # Whether the title consists of the name of a plan.
    is_title: bool = False

    @property
    def in_title(self) -> bool:
        """Whether the title names a plan, be it in the register or not."""
        return any(mention.found_in is ReasonSource.TITLE for mention in self.mentions)

    @property
    def reasons(self) -> Iterator[Reason]:
        """A reason for each plan and place."""
        for mention in self.mentions:
            for id in mention.ids:
                yield Reason(text=mention.text, found_in=mention.found_in, supports=f"plan:{id}")


NO_PLANS: Final = NamedPlans()


@dataclass(frozen=True, slots=True)
class _Context:
    """Whose plan is meant where no place stands beside it."""

    # The series of the places in the title.
    title: frozenset[str]
    # The series of the publisher.
    publisher: str | None
    # The sections that name other countries: a plan in them may be one of theirs.
    foreign: frozenset[ReasonSource]


@dataclass(frozen=True)
class _Run:
    """Successive words of a text that all belong to the name of a plan."""

    text: TokenisedText
    start: int
    end: int
    # The series of the places that are named in the run, with their positions in it.
    places: tuple[tuple[int, str], ...]

    @cached_property
    def words(self) -> Sequence[str]:
        return self.text.folded[self.start : self.end]

    @property
    def written(self) -> str:
        return " ".join(self.text.original[self.start : self.end])

    @cached_property
    def names_open_government(self) -> bool:
        return names_open_government(self.words)

    @cached_property
    def noun(self) -> int | None:
        """The position of the first word for a plan; `commitments` count only with open government."""
        return next((at for at, word in enumerate(self.words) if self._is_noun(word)), None)

    def _is_noun(self, word: str) -> bool:
        if word in COMMITMENTS:
            return self.names_open_government
        return word in PLAN or word in PLANS or word.startswith(("nap", "ogap"))

    @property
    def is_name(self) -> bool:
        """Whether the run names a plan for open government, as far as its own words say."""
        if self.noun is None:
            return False
        return self.names_open_government or (self._begins_a_name and not self._has_other_subject)

    @property
    def _begins_a_name(self) -> bool:
        """Whether no other word tells what plan it is: `third action plan`, but not `digital action plan`."""
        before = self.noun or 0
        placed = any(at < before for at, _ in self.places)
        counted = any(one.at <= before or one.after_abbreviation for one in ordinals(self.words))
        return self.start == 0 or placed or counted

    @property
    def _has_other_subject(self) -> bool:
        return self.end < len(self.text.folded) and self.words[-1] in BEFORE_A_SUBJECT


def may_name_plan(entry: Entry) -> bool:
    """Whether a document can name a plan at all; most do not."""
    return any(map(HAS_PLAN.search, (entry.title, entry.summary, entry.url or "")))


class PlanFinder:
    """Finds the plans that documents name; built once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._plans = _by_series(vocabulary.plans)
        self._series_of_body = {
            body: series.id for series in vocabulary.plan_series for body in series.bodies
        }
        self._within = [plan for plan in vocabulary.plans if plan.within]
        self._places: PhraseMatcher[str] = PhraseMatcher(
            (Phrase(words=place, welsh=True), series.id)
            for series in vocabulary.plan_series
            for place in series.places
        )

    def find(self, entry: Entry, matches: DocumentMatches) -> NamedPlans:
        """The plans that the title and summary of a document about open government name, else its address."""
        foreign = (one.found_in for one in matches.prominent if _names_other_country(one.names))
        title = tokenise(entry.title[:MAX_CHARS])
        context = _Context(
            title=self._series_in(title),
            publisher=self._series_of_body.get(entry.body),
            foreign=frozenset(foreign),
        )
        title_runs = [run for run in self._runs(title) if run.is_name]
        mentions = [self._mention(run, ReasonSource.TITLE, context) for run in title_runs]
        mentions += self._summary_mentions(entry.summary, context)
        if not any(mention.ids for mention in mentions):
            mentions += self._address_mentions(entry.url, context)
        return NamedPlans(tuple(mentions), is_title=bool(title_runs) and _is_all(title, title_runs))

    def _summary_mentions(self, summary: str, context: _Context) -> Iterator[PlanMention]:
        sentences = SENTENCE_END.split(summary) if HAS_PLAN.search(summary) else ()
        for sentence in filter(HAS_PLAN.search, sentences):
            yield from self._mentions(sentence, ReasonSource.SUMMARY, context)

    def _address_mentions(self, url: str | None, context: _Context) -> Iterator[PlanMention]:
        for part in host_and_path(url or "")[1].split("/"):
            if HAS_PLAN.search(part):
                # In capitals, since in an address abbreviations are in small letters.
                words = part.replace("-", " ").upper()
                for mention in self._mentions(words, ReasonSource.ADDRESS, context):
                    yield mention._replace(text=part)

    def _mentions(self, text: str, found_in: ReasonSource, context: _Context) -> Iterator[PlanMention]:
        for run in self._runs(tokenise(text[:MAX_CHARS])):
            if run.is_name:
                yield self._mention(run, found_in, context)

    def _runs(self, text: TokenisedText) -> Iterator[_Run]:
        if HAS_PLAN.search(" ".join(text.folded)) is None:
            return
        places = longest_matches(self._places.find(text))
        in_place = {at for match in places for at in range(match.start, match.end)}
        start: int | None = None
        for at in range(len(text.folded) + 1):
            belongs = at < len(text.folded) and (at in in_place or is_plan_word(text, at))
            if belongs and start is None:
                start = at
            elif not belongs and start is not None:
                yield _Run(text, start, at, tuple(_places_in(places, start, at)))
                start = None

    def _series_in(self, text: TokenisedText) -> frozenset[str]:
        return frozenset(match.meaning for match in self._places.find(text))

    def _mention(self, run: _Run, found_in: ReasonSource, context: _Context) -> PlanMention:
        nearby = self._series_in(run.text) or context.title
        named = frozenset(series for _, series in run.places)
        plans = self._plans_of(named or nearby, run)
        if not (plans or named or found_in in context.foreign or context.publisher is None):
            # Places that are not part of the name may be those of people who met.
            plans = self._plans_of({context.publisher}, run)
        ids = [plan.id for plan in plans]
        ids += [plan.id for plan in self._within if plan.within in ids and plan.series in named | nearby]
        return PlanMention(found_in, run.written, tuple(dict.fromkeys(ids)))

    def _plans_of(self, series: Iterable[str], run: _Run) -> list[PlanName]:
        return [plan for one in sorted(series) for plan in self._plans_of_series(one, run)]

    def _plans_of_series(self, series: str, run: _Run) -> Iterable[PlanName]:
        """The plans of a series that the run names by number and years; a series' only plan needs neither."""
        plans, spans = self._plans.get(series, []), year_spans(run.words)
        counted = list(ordinals(run.words))
        numbers = {one.number for one in counted if _owner(one, run) in {series, None}}
        by_number = [plan for plan in plans if plan.number in numbers]
        by_years = [plan for plan in plans if _has_years(plan, spans, run.words)]
        if not spans and not counted and run.names_open_government and len(plans) == 1:
            return plans
        return [*by_number, *by_years]


def _by_series(plans: Iterable[PlanName]) -> dict[str, list[PlanName]]:
    by_series: dict[str, list[PlanName]] = {}
    for plan in plans:
        by_series.setdefault(plan.series, []).append(plan)
    return by_series


def _places_in(places: Sequence[PhraseMatch[str]], start: int, end: int) -> Iterator[tuple[int, str]]:
    """The places in a run. One right after another says where that is: `Glasgow, United Kingdom`."""
    ends = {match.end for match in places}
    for match in places:
        if start <= match.start < end and match.start not in ends:
            yield match.start - start, match.meaning


def _owner(ordinal: Ordinal, run: _Run) -> str | None:
    """The series that an ordinal counts: of the last place before it, else of the first after it."""
    before = [place for place in run.places if place[0] < ordinal.at]
    if before and not any(word in COMMITMENTS for word in run.words[before[-1][0] : ordinal.at]):
        return before[-1][1]
    return next((series for at, series in run.places if at > ordinal.at), None)


def _has_years(plan: PlanName, spans: frozenset[tuple[int, int]], words: Sequence[str]) -> bool:
    if not spans.isdisjoint(plan.years):
        return True
    # `Plans, 2016 to 2021` names each plan of these years.
    several = any(word in PLANS for word in words)
    return several and any(
        first <= begins and ends <= last for first, last in spans for begins, ends in plan.years
    )


def _names_other_country(names: Iterable[PhraseMatch[PhraseMeaning]]) -> bool:
    return any(match.meaning.role == "other-country" for match in names)


def _is_all(title: TokenisedText, runs: Iterable[_Run]) -> bool:
    """Whether the title has no other words than those of the name."""
    if REVIEW in title.folded:
        return False
    named = {at for run in runs for at in range(run.start, run.end)}
    rest = (word for at, word in enumerate(title.folded) if at not in named)
    return all(word in BESIDE_A_NAME or word in LINKS for word in rest)
