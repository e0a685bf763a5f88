"""Parses JSON payloads safely, and reads text, objects and lists out of them whatever their real types
are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from aggregator.errors import Cause, SourceError
from aggregator.model import Fetched
from aggregator.parse.decode.detect import OPENING_CHARACTERS, broken_error, page_error, refuse_empty, snippet
from aggregator.parse.decode.encoding import NOT_XML, decode

ACCEPT: Final = "application/json"

# Objects and lists in one payload. A full page of GOV.UK's Search API has 60,000. Ten megabytes of nothing
# but brackets took 300 MB of memory.
MAX_CONTAINERS: Final = 500_000

# A JSON object from a publisher. Read it with `text_at`, `object_at` and `objects_at`: its values may have
# any type.
JsonObject = Mapping[str, Any]


# Keys by which a payload (or the first object of its list) is recognised, the kind that reads it, and its
# name.
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
    """The payload's object, or the first object of its list. Its keys tell the format."""
    return answer if isinstance(answer, dict) else next(iter(objects_in(answer, 1)), {})


def read_json(fetched: Fetched) -> object:
    """The JSON value of a payload. Numbers are strings of the digits that were written.

    Raises SourceError: EMPTY; NOT_A_FEED for a page or XML; BROKEN_FEED for JSON that is invalid, too large
    or nested too deeply.
    """
    content = decode(fetched.payload, fetched.headers.get("content-type", "")).strip()
    refuse_empty(content)
    if content[0] == "<":
        raise _markup_error(content[:OPENING_CHARACTERS])
    if content.count("{") + content.count("[") > MAX_CONTAINERS:
        raise broken_error(f"more objects and lists than an answer has; at most {MAX_CONTAINERS:,} are read")
    try:
        # Numbers are not converted: one with a million digits takes seconds, and no kind needs numbers.
        return json.loads(content, parse_int=str, parse_float=str, parse_constant=str)
    except RecursionError:
        raise broken_error("values nested deeper than anybody writes them") from None
    except ValueError as error:
        raise broken_error(f"not well-formed JSON ({snippet(str(error))})") from error


def text_at(container: JsonObject, key: str) -> str | None:
    """The value of `key` if it is a non-empty text or number, without the characters that XML forbids."""
    value = container.get(key)
    return (NOT_XML.sub("", value).strip() or None) if isinstance(value, str) else None


def texts_at(container: JsonObject, key: str, inner: str = "") -> tuple[str, ...]:
    """The texts in the list at `key`. Of an object in the list, the text at `inner` counts."""
    value = container.get(key)
    members = value if isinstance(value, list) else []
    texts = (member.get(inner) if isinstance(member, dict) else member for member in members)
    return tuple(NOT_XML.sub("", one) for one in texts if isinstance(one, str))


def object_at(container: JsonObject, key: str) -> JsonObject:
    """The object at `key`; an empty one for any other value."""
    value = container.get(key)
    return value if isinstance(value, dict) else {}


def objects_at(container: JsonObject, key: str, most: int) -> list[JsonObject]:
    """The objects among the first `most` members of the list at `key`; none for any other value."""
    return objects_in(container.get(key), most)


def objects_in(value: object, most: int) -> list[JsonObject]:
    """The objects among the first `most` members of a list; none for any other value."""
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
