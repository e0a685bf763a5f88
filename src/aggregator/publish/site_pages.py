"""The pages about the site itself: letters, corrections, sources, search, about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from aggregator.model import Artifact, Edition, Holding, Where
from aggregator.publish.advice import advice
from aggregator.publish.front import letters
from aggregator.publish.lines import Line, tell
from aggregator.publish.pages import page
from aggregator.publish.reasons import verdict
from aggregator.publish.status import licences_used, source_rows
from aggregator.publish.words import line


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A document that a person put right, and why."""

    line: Line
    verdict: str
    why: tuple[str, ...]


def publish_site(edition: Edition) -> Iterator[Artifact]:
    """`letters.html`, `corrections.html`, `sources.html`, `search.html` and `about.html`."""
    licences, sources = licences_used(edition), source_rows(edition, advice(edition))
    told = letters(edition, len(edition.digests))
    by_year = tuple((year, tuple(group)) for year, group in groupby(told, key=lambda one: one.week[:4]))
    yield page("letters.html.j2", edition, "letters.html", years=by_year)
    yield page("corrections.html.j2", edition, "corrections.html", corrections=tuple(_corrections(edition)))
    yield page("sources.html.j2", edition, "sources.html", sources=sources, licences=licences)
    yield page("search.html.j2", edition, "search.html")
    about = {"sources": len(sources), "bodies": len(edition.bodies), "licences": licences}
    yield page("about.html.j2", edition, "about.html", **about)


def _corrections(edition: Edition) -> Iterator[Correction]:
    for holding in edition.holdings:
        if holding.labels.marked:
            told = tell(holding, edition)
            yield Correction(line=told, verdict=verdict(holding.labels), why=tuple(_words(holding)))


def _words(holding: Holding) -> Iterator[str]:
    """The operator's own words, each once."""
    said = (line(why.words) for why in holding.labels.why if why.where is Where.OPERATOR)
    yield from dict.fromkeys(words for words in said if words)
