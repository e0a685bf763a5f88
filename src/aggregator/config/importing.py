"""Decides which feeds of somebody's list become sources, and which are left out, with the reason."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from pydantic import TypeAdapter

from aggregator.config.blocks import place_of, propose, standing_at
from aggregator.config.forms import Address
from aggregator.config.opml import Outline
from aggregator.model import Body, Source

ADDRESS: Final[TypeAdapter[str]] = TypeAdapter(Address)
LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?=-|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an import comes to."""

    added: tuple[Mapping[str, str], ...]
    """What each new source says, by key."""
    left: tuple[tuple[Outline, str], ...]
    """The feeds that are left out, and why."""


def plan_import(
    outlines: Iterable[Outline], body: str, known: Collection[Source], bodies: Mapping[str, Body]
) -> Plan:
    """Each feed once: an address that a source asks already, or an earlier feed of the list, is left out."""
    added: dict[str, Mapping[str, str]] = {}
    left: list[tuple[Outline, str]] = []
    for outline in outlines:
        why = _reason_against(outline, known, added)
        if why:
            left.append((outline, why))
            continue
        taken = [said["id"] for said in added.values()]
        added[place_of(outline.address)] = propose(
            outline.address, {"body": body, **_said(outline)}, known, bodies, taken
        )
    return Plan(added=tuple(added.values()), left=tuple(left))


def _reason_against(outline: Outline, known: Collection[Source], added: Collection[str]) -> str:
    if not _is_address(outline.address):
        return "this is no web address"
    there = standing_at(outline.address, known)
    if there:
        return f"the source {there.id} is there already"
    return "it stands twice in this list" if place_of(outline.address) in added else ""


def _said(outline: Outline) -> dict[str, str]:
    language = LANGUAGE.match(outline.language)
    json = urlsplit(outline.address).path.endswith(".json")
    return {
        "kind": "jsonfeed" if json else "feed",
        "title": outline.title,
        "page": outline.page if _is_address(outline.page) else "",
        "language": language[0].lower() if language else "",
    }


def _is_address(text: str) -> bool:
    try:
        return "://" in ADDRESS.validate_python(text) and bool(urlsplit(text).hostname)
    except ValueError:  # pydantic's ValidationError is one
        return False
