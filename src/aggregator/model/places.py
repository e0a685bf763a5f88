"""Who publishes, and where: bodies and the sources that are polled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A public body (or network) of this field, named as it names itself."""

    id: str
    name: str
    nation: str
    url: str
    short: str = ""
    parent: str | None = None
    aliases: tuple[str, ...] = ()


class Scope(StrEnum):
    """How much of a source is about open government."""

    ALL = "all"
    RELEVANT = "relevant"


class Seen(StrEnum):
    """Whether a source's address was seen to answer, or only its pattern speaks for it."""

    ANSWERED = "answered"
    LIKELY = "likely"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One place that is polled, as `sources.yaml` names it."""

    id: str
    body: str
    kind: str
    title: str
    address: str
    fallbacks: tuple[str, ...] = ()
    every: timedelta
    pause: timedelta
    licence: str
    scope: Scope
    seen: Seen
    language: str = "en"
    enabled: bool = True
    updated_is_news: bool = False
    """A later `updated` alone is a revision, because this publisher moves it for major updates only."""
    page: str = ""
    """The page for people that this source belongs to; empty when it is not known."""
    note: str = ""
