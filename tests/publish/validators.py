"""Judges what is published by the schemas and readers that docs/outputs.md names; each says what is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path, PurePath
from typing import Any

import vobject
from icalendar import Calendar
from jsonschema import Draft202012Validator

from tests.publish.feed_readers import XML

SCHEMAS = Path(__file__).with_name("schemas")


@cache
def _relax_ng(name: str) -> Any:
    return XML.RelaxNG(XML.parse(SCHEMAS / f"{name}.rng"))


def _by_schema(name: str, payload: bytes) -> list[str]:
    try:
        root = XML.fromstring(payload)
    except XML.XMLSyntaxError as error:
        return [str(error)]
    schema = _relax_ng(name)
    return [] if schema.validate(root) else [str(error) for error in schema.error_log]


def atom(payload: bytes) -> list[str]:
    """RFC 4287 by its own schema, and what that cannot tell: one alternate, unique ids, an author."""
    wrong = _by_schema("atom", payload)
    if wrong:
        return wrong
    namespace = {"a": "http://www.w3.org/2005/Atom"}
    root = XML.fromstring(payload)
    for entry in root.iterfind("a:entry", namespace):
        plain = [
            link
            for link in entry.iterfind("a:link", namespace)
            if link.get("rel", "alternate") == "alternate"
        ]
        if len(plain) > 1:
            wrong.append(f"{entry.findtext('a:id', '', namespace)}: two alternates")
    kept = [
        (entry.findtext("a:id", "", namespace), entry.findtext("a:updated", "", namespace))
        for entry in root.iterfind("a:entry", namespace)
    ]
    if len(kept) != len(set(kept)):
        wrong.append("two entries of one id and date (RFC 4287, 4.1.1)")
    if root.find("a:author", namespace) is None:
        wrong.append("no author of the feed (RFC 4287, 4.1.1)")
    return wrong


def rss(payload: bytes) -> list[str]:
    """RSS 2.0 with the Best Practices Profile of the RSS Advisory Board."""
    return _by_schema("rss", payload)


def opml(payload: bytes) -> list[str]:
    """OPML 2.0 as a list of subscriptions."""
    return _by_schema("opml", payload)


def _by_json_schema(name: str, payload: bytes) -> list[str]:
    try:
        read = json.loads(payload)
    except ValueError as error:
        return [str(error)]
    schema = json.loads((SCHEMAS / f"{name}.json").read_text())
    return [error.message for error in Draft202012Validator(schema).iter_errors(read)]


def json_feed(payload: bytes) -> list[str]:
    """JSON Feed 1.1."""
    return _by_json_schema("jsonfeed", payload)


def datapackage(payload: bytes) -> list[str]:
    """Frictionless Data Package."""
    return _by_json_schema("datapackage", payload)


def calendar(payload: bytes) -> list[str]:
    """RFC 5545 by two libraries, and by the rules for lines, ids and stamps that they let pass."""
    wrong = []
    if re.search(rb"(?<!\r)\n|\r(?!\n)", payload):
        wrong.append("a line that does not end in CRLF (RFC 5545, 3.1)")
    if any(len(line) > 75 for line in payload.split(b"\r\n")):
        wrong.append("a line of more than 75 octets (RFC 5545, 3.1)")
    try:
        read = Calendar.from_ical(payload)
        vobject.readOne(payload.decode()).validate(raiseException=True)
    except Exception as error:  # each library has its own
        return [*wrong, f"{type(error).__name__}: {error}"]
    events = list(read.walk("VEVENT"))
    ids = [str(event.get("uid")) for event in events]
    if len(ids) != len(set(ids)):
        wrong.append("two events of one id (RFC 5545, 3.8.4.7)")
    wrong += [f"{event.get('uid')}: no dtstamp" for event in events if event.get("dtstamp") is None]
    return wrong


Validate = Callable[[bytes], list[str]]

VALIDATORS: Mapping[str, Validate] = {
    ".atom": atom,
    ".json": json_feed,
    ".rss": rss,
    ".opml": opml,
    ".ics": calendar,
}


def validator(path: str) -> Validate | None:
    """Who judges the file at a path; None for a page, and for data that is no feed."""
    return None if path == "board.json" else VALIDATORS.get(PurePath(path).suffix)
