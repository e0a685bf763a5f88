"""Reads an answer in JSON, whatever was sent, and takes text, objects and lists out of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from aggregator.errors import Cause, SourceError
from aggregator.model import Fetched
from aggregator.parse.decode.detect import OPENING_CHARACTERS, broken_error, page_error, refuse_empty, snippet
from aggregator.parse.decode.encoding import NOT_XML, decode

ACCEPT: Final = "application/json"

# Objects and lists in an answer that is read: a full page of GOV.UK's Search API has 60,000; ten megabytes
# of nothing else took 300 MB.
MAX_CONTAINERS: Final = 500_000

# A JSON object; what its keys hold is not known until `text`, `object_of` or `objects_of` was asked.
JsonObject = Mapping[str, Any]


# By which keys an answer, or the first member of its list, is known; the kind that reads it; what it is.
KNOWN_FORMATS: Final[tuple[tuple[frozenset[str], str, str], ...]] = (
    (frozenset({"version", "items"}), "jsonfeed", "a JSON Feed"),
    (frozenset({"topic_list"}), "discourse", "a list of topics of Discourse"),
    (frozenset({"content_id", "base_path"}), "govuk", "a document of GOV.UK"),
    (frozenset({"results", "total", "start"}), "govuk", "search results of GOV.UK"),
    (
        frozenset({"overview", "startdate", "enddate"}),
        "citizenspace",
        "a list of consultations of Citizen Space",
    ),
)


def first_object(answer: object) -> JsonObject:
    """The object that an answer is, or the first member of its list: what tells its form."""
    return answer if isinstance(answer, dict) else next(iter(objects_in(answer, 1)), {})


def read_json(fetched: Fetched) -> object:
    """The JSON value of an answer. Numbers stay the digits that were written, as strings.

    Raises SourceError: EMPTY, NOT_A_FEED for a page or XML, BROKEN_FEED for JSON that is broken, or longer or
    nested deeper than anybody writes it.
    """
    content = decode(fetched.payload, fetched.headers.get("content-type", "")).strip()
    refuse_empty(content)
    if content[0] == "<":
        raise _markup_error(content[:OPENING_CHARACTERS])
    if content.count("{") + content.count("[") > MAX_CONTAINERS:
        raise broken_error(f"more objects and lists than an answer has ({len(content)} characters)")
    try:
        # Numbers are not computed: one of a million digits takes seconds, and none is needed as a number.
        return json.loads(content, parse_int=str, parse_float=str, parse_constant=str)
    except RecursionError:
        raise broken_error("values nested deeper than anybody writes them") from None
    except ValueError as fault:
        raise broken_error(f"not well-formed JSON ({snippet(str(fault))})") from fault


def text_at(holder: JsonObject, key: str) -> str | None:
    """What `key` holds, if it is text or a number and not empty; without characters that XML forbids."""
    value = holder.get(key)
    return (NOT_XML.sub("", value).strip() or None) if isinstance(value, str) else None


def texts_at(holder: JsonObject, key: str, inner: str = "") -> tuple[str, ...]:
    """The texts in the list that `key` holds, or those under `inner` of the objects in it."""
    value = holder.get(key)
    members = value if isinstance(value, list) else []
    told = (member.get(inner) if isinstance(member, dict) else member for member in members)
    return tuple(NOT_XML.sub("", one) for one in told if isinstance(one, str))


def object_at(holder: JsonObject, key: str) -> JsonObject:
    """The object that `key` holds; an empty one for anything else."""
    value = holder.get(key)
    return value if isinstance(value, dict) else {}


def objects_at(holder: JsonObject, key: str, most: int) -> list[JsonObject]:
    """The objects in the list that `key` holds, `most` at most; none for anything else."""
    return objects_in(holder.get(key), most)


def objects_in(value: object, most: int) -> list[JsonObject]:
    """The objects among the first `most` members of a list; none for anything else."""
    return [member for member in value[:most] if isinstance(member, dict)] if isinstance(value, list) else []


def _markup_error(opening: str) -> SourceError:
    lowered = opening.lower()
    if "<html" in lowered or "<!doctype html" in lowered:
        return page_error(opening, "JSON")
    return SourceError(
        Cause.NOT_A_FEED,
        f"markup came in place of JSON: it begins '{snippet(opening[:60])}'",
        "compare the address with the publisher's description of the interface",
    )
