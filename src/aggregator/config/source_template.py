"""Writes a source as lines of sources.yaml, and proposes what nobody said: id, body, licence."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from aggregator.config.sources_file import SourceSchema
from aggregator.config.yaml_files.list_editor import lines_of
from aggregator.model import Body, Source
from aggregator.model.kinds import USUAL
from aggregator.values.web_addresses import authority_of, host_of, split_address

CROWN: Final = re.compile(
    r"(?:^|\.)(?:blog\.gov\.uk|gov\.scot|gov\.wales|llyw\.cymru)$"
    r"|^(?:gov|northernireland\.gov)\.uk$|-ni\.gov\.uk$"
)
"""Hosts of the four governments, which publish under the Open Government Licence unless a page says
otherwise (their copyright pages, 2026-09). A council's gov.uk address says nothing about its licence."""

PARLIAMENT: Final = re.compile(r"(?:^|\.)parliament\.uk$")
ENDINGS: Final = re.compile(r"\.(?:(?:gov|org|co|ac|parliament)\.uk|org|com|net|uk)$")
NOISE: Final = frozenset(
    {"api", "atom", "c", "categories", "category", "content", "feed", "feeds", "index", "json", "latest"}
    | {"rss", "search", "tag", "xml"}
)
LONGEST_ID: Final = 40
LONGEST_TITLE: Final = 200


def write_block(said: Mapping[str, str]) -> str:
    """A source's lines, keys in the order of the form; a key with nothing to say is left out."""
    return lines_of({key: said[key] for key in SourceSchema.model_fields if key in said})


def propose(
    address: str,
    given: Mapping[str, str | None],
    known: Collection[Source],
    bodies: Mapping[str, Body],
    taken: Iterable[str] = (),
) -> dict[str, str]:
    """What a new source says: what is `given`, and for the rest what its address allows to propose.

    `taken` are ids beside those of the sources that are `known`. A body that is not known is proposed by the
    host's name, which the check of the file then refuses.
    """
    host = authority_of(address)
    proposed = {
        "id": propose_id(address, {*taken, *(source.id for source in known)}),
        "body": body_of(address, known, bodies) or propose_id(address, ()),
        "kind": USUAL,
        "title": host or address,
        "address": address,
        "licence": licence_of(address),
        "scope": "relevant",
        "seen": "likely",
    }
    said = {key: " ".join(value.split())[:LONGEST_TITLE] for key, value in given.items() if value}
    return proposed | {key: value for key, value in said.items() if value}


def propose_id(address: str, taken: Collection[str]) -> str:
    """A name by the host; where that is taken, by the host and what the address is about, or numbered.

    On GOV.UK, which all departments share, by the address's last part.
    """
    host, words = _slug(ENDINGS.sub("", authority_of(address))) or "source", _words(address)
    if authority_of(address) == "gov.uk":
        wanted = words[-1:] or ["govuk"]
    else:
        wanted = [host, *(f"{host}-{word}" for word in words[:2])]
    numbered = (f"{wanted[-1]}-{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (*wanted, *numbered) if name not in taken)


def licence_of(address: str) -> str:
    """The licence under which a host's owner publishes everything; `unknown` for all others."""
    host = host_of(address)
    if CROWN.search(host):
        return "OGL-3.0"
    return "OPL-3.0" if PARLIAMENT.search(host) else "unknown"


def body_of(address: str, known: Iterable[Source], bodies: Mapping[str, Body]) -> str | None:
    """Whose place it is: the body under whose own address it lies, else the one with sources on its host."""
    place = place_of(address)
    around = [body for body in bodies.values() if _lies_under(place, place_of(body.url))]
    if around:
        return max(around, key=lambda body: len(body.url)).id
    neighbours = {source.body for source in known if authority_of(source.address) == authority_of(address)}
    return neighbours.pop() if len(neighbours) == 1 else None


def place_of(address: str) -> str:
    """What two ways to write one address have in common: no scheme, no `www.`, no slash at the end."""
    parts = split_address(address)
    query = f"?{parts.query}" if parts.query else ""
    return f"{authority_of(address)}{parts.path.rstrip('/')}{query}"


def standing_at(address: str, known: Iterable[Source]) -> Source | None:
    """The source that already asks this address, first or as a fallback."""
    place = place_of(address)
    return next((s for s in known if place in map(place_of, (s.address, *s.fallbacks))), None)


def _lies_under(place: str, around: str) -> bool:
    """`…/cabinet-office.atom` lies under `…/cabinet-office`, but example.org.uk not under example.org."""
    further = ("/", "?", ".") if "/" in around else ("/", "?")
    return bool(around) and (place == around or place.startswith(tuple(around + mark for mark in further)))


def _words(address: str) -> list[str]:
    """The parts of a path that say what is there."""
    parts = (part.partition(".")[0] for part in split_address(address).path.split("/"))
    return [
        slug for part in parts if part.lower() not in NOISE and (slug := _slug(part)) and not slug.isdigit()
    ]


def _slug(text: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return slug if len(slug) <= LONGEST_ID else slug[:LONGEST_ID].rpartition("-")[0] or slug[:LONGEST_ID]
