"""Writes a source as lines of sources.yaml, and proposes the values that nobody gave: id, body, licence."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from aggregator.config.sources_file import SourceSchema
from aggregator.config.yaml_files.list_editor import format_item
from aggregator.model import Body, Source
from aggregator.model.kinds import DEFAULT_KIND
from aggregator.values.web_addresses import authority_of, host_of, split_address

# Hosts of the four governments, which publish under the Open Government Licence unless a page says otherwise
# (their copyright pages, 2026-09). A council's gov.uk address says nothing about its licence.
CROWN_HOSTS: Final = re.compile(
    r"(?:^|\.)(?:blog\.gov\.uk|gov\.scot|gov\.wales|llyw\.cymru)$"
    r"|^(?:gov|northernireland\.gov)\.uk$|-ni\.gov\.uk$"
)

PARLIAMENT_HOSTS: Final = re.compile(r"(?:^|\.)parliament\.uk$")
HOST_ENDINGS: Final = re.compile(r"\.(?:(?:gov|org|co|ac|parliament)\.uk|org|com|net|uk)$")
MEANINGLESS_PATH_PARTS: Final = frozenset(
    {"api", "atom", "c", "categories", "category", "content", "feed", "feeds", "index", "json", "latest"}
    | {"rss", "search", "tag", "xml"}
)
MAX_ID_LENGTH: Final = 40
MAX_TEXT_LENGTH: Final = 200


def format_source(fields: Mapping[str, Any]) -> str:
    """A source as lines, its keys in the order of the schema; keys with an empty value are left out."""
    return format_item({key: fields[key] for key in SourceSchema.model_fields if key in fields})


def propose_source(
    address: str,
    given: Mapping[str, Any],
    existing: Collection[Source],
    bodies: Mapping[str, Body],
    taken: Iterable[str] = (),
) -> dict[str, Any]:
    """The values of a new source: what is `given`, and for the rest what follows from its address.

    `taken`: ids that are used besides those of the `existing` sources. Where no body is known the host's name
    is proposed, which the check of the file then refuses.
    """
    host = authority_of(address)
    proposed = {
        "id": propose_id(address, {*taken, *(source.id for source in existing)}),
        "body": propose_body(address, existing, bodies) or propose_id(address, ()),
        "kind": DEFAULT_KIND,
        "title": host or address,
        "address": address,
        "licence": propose_licence(address),
        "scope": "relevant",
        "verified": False,
    }
    cleaned = {key: _clean(value) for key, value in given.items() if value}
    return proposed | {key: value for key, value in cleaned.items() if value}


def propose_id(address: str, taken: Collection[str]) -> str:
    """An id from the host; if that is taken, with words of the path or a number.

    GOV.UK is shared by all departments: there the id comes from the last part of the path.
    """
    host, words = _slug(HOST_ENDINGS.sub("", authority_of(address))) or "source", _path_words(address)
    if authority_of(address) == "gov.uk":
        wanted = words[-1:] or ["govuk"]
    else:
        wanted = [host, *(f"{host}-{word}" for word in words[:2])]
    numbered = (f"{wanted[-1]}-{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (*wanted, *numbered) if name not in taken)


def propose_licence(address: str) -> str:
    """The licence under which the host's owner publishes everything; `unknown` for all other hosts."""
    host = host_of(address)
    if CROWN_HOSTS.search(host):
        return "OGL-3.0"
    return "OPL-3.0" if PARLIAMENT_HOSTS.search(host) else "unknown"


def propose_body(address: str, existing: Iterable[Source], bodies: Mapping[str, Body]) -> str | None:
    """The body with the longest address around this one, else the only body with sources on the host."""
    place = comparable_address(address)
    owners = [body for body in bodies.values() if _is_below(place, comparable_address(body.url))]
    if owners:
        return max(owners, key=lambda body: len(body.url)).id
    host = authority_of(address)
    # A host that two bodies share says nothing about a third.
    neighbours = {source.body for source in existing if authority_of(source.address) == host}
    return neighbours.pop() if len(neighbours) == 1 else None


def comparable_address(address: str) -> str:
    """The address without scheme, `www.` and a slash at the end, to compare it with others."""
    parts = split_address(address)
    query = f"?{parts.query}" if parts.query else ""
    return f"{authority_of(address)}{parts.path.rstrip('/')}{query}"


def find_source_at(address: str, existing: Iterable[Source]) -> Source | None:
    """The source that already polls this address, as its first address or as a fallback."""
    wanted = comparable_address(address)
    return next(
        (s for s in existing if wanted in map(comparable_address, (s.address, *s.fallbacks))),
        None,
    )


def _is_below(address: str, owner: str) -> bool:
    """`…/cabinet-office.atom` is below `…/cabinet-office`, but example.org.uk is not below example.org."""
    separators = ("/", "?", ".") if "/" in owner else ("/", "?")
    return bool(owner) and (address == owner or address.startswith(tuple(owner + end for end in separators)))


def _clean(value: Any) -> Any:
    return " ".join(value.split())[:MAX_TEXT_LENGTH] if isinstance(value, str) else value


def _path_words(address: str) -> list[str]:
    """The parts of a path that name what is there."""
    parts = (part.partition(".")[0] for part in split_address(address).path.split("/"))
    meaningful = (_slug(part) for part in parts if part.lower() not in MEANINGLESS_PATH_PARTS)
    return [slug for slug in meaningful if slug and not slug.isdigit()]


def _slug(text: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    if len(slug) <= MAX_ID_LENGTH:
        return slug
    return slug[:MAX_ID_LENGTH].rpartition("-")[0] or slug[:MAX_ID_LENGTH]
