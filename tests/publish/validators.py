"""Validates published files by the schemas and libraries that docs/outputs.md names; returns the errors."""

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
def _load_relax_ng(name: str) -> Any:
    return XML.RelaxNG(XML.parse(SCHEMAS / f"{name}.rng"))


def _relax_ng_errors(name: str, payload: bytes) -> list[str]:
    try:
        root = XML.fromstring(payload)
    except XML.XMLSyntaxError as error:
        return [str(error)]
    schema = _load_relax_ng(name)
    return [] if schema.validate(root) else [str(error) for error in schema.error_log]


def atom_errors(payload: bytes) -> list[str]:
    """RFC 4287 by its schema, and rules that no schema can check: one alternate, unique ids, an author."""
    errors = _relax_ng_errors("atom", payload)
    if errors:
        return errors
    namespace = {"a": "http://www.w3.org/2005/Atom"}
    root = XML.fromstring(payload)
    for entry in root.iterfind("a:entry", namespace):
        alternates = [
            link
            for link in entry.iterfind("a:link", namespace)
            if link.get("rel", "alternate") == "alternate"
        ]
        if len(alternates) > 1:
            errors.append(f"{entry.findtext('a:id', '', namespace)}: two alternates")
    ids_and_dates = [
        (entry.findtext("a:id", "", namespace), entry.findtext("a:updated", "", namespace))
        for entry in root.iterfind("a:entry", namespace)
    ]
    if len(ids_and_dates) != len(set(ids_and_dates)):
        errors.append("two entries of one id and date (RFC 4287, 4.1.1)")
    if root.find("a:author", namespace) is None:
        errors.append("no author of the feed (RFC 4287, 4.1.1)")
    return [*errors, *_precision_errors(root)]


def _precision_errors(root: Any) -> list[str]:
    """Our own elements: a date that is known to the day, month or year is the noon of its first day."""
    namespace = {"a": "http://www.w3.org/2005/Atom", "own": "urn:uuid:a4847917-e06a-51ab-aa04-9bb1dd89064f#"}
    return [
        f"{name}: {date} as {precision}"
        for entry in root.iterfind("a:entry", namespace)
        for name in ("published", "updated")
        if (precision := entry.findtext(f"own:{name}-precision", "", namespace))
        and (date := entry.findtext(f"a:{name}", "", namespace))
        if precision not in {"day", "month", "year"} or not date.endswith("T12:00:00+00:00")
    ]


def rss_errors(payload: bytes) -> list[str]:
    """RSS 2.0 with the Best Practices Profile of the RSS Advisory Board."""
    return _relax_ng_errors("rss", payload)


def opml_errors(payload: bytes) -> list[str]:
    """OPML 2.0 as a list of subscriptions."""
    return _relax_ng_errors("opml", payload)


def _json_schema_errors(name: str, payload: bytes) -> list[str]:
    try:
        document = json.loads(payload)
    except ValueError as error:
        return [str(error)]
    schema = json.loads((SCHEMAS / f"{name}.json").read_text())
    return [error.message for error in Draft202012Validator(schema).iter_errors(document)]


def json_feed_errors(payload: bytes) -> list[str]:
    """JSON Feed 1.1."""
    return _json_schema_errors("jsonfeed", payload)


def datapackage_errors(payload: bytes) -> list[str]:
    """Frictionless Data Package."""
    return _json_schema_errors("datapackage", payload)


def calendar_errors(payload: bytes) -> list[str]:
    """RFC 5545 by two libraries, and by the rules for lines, ids and stamps that they do not check."""
    errors = []
    if re.search(rb"(?<!\r)\n|\r(?!\n)", payload):
        errors.append("a line that does not end in CRLF (RFC 5545, 3.1)")
    if any(len(line) > 75 for line in payload.split(b"\r\n")):
        errors.append("a line of more than 75 octets (RFC 5545, 3.1)")
    try:
        calendar = Calendar.from_ical(payload)
        vobject.readOne(payload.decode()).validate(raiseException=True)
    except Exception as error:  # each library has its own
        return [*errors, f"{type(error).__name__}: {error}"]
    events = list(calendar.walk("VEVENT"))
    ids = [str(event.get("uid")) for event in events]
    if len(ids) != len(set(ids)):
        errors.append("two events of one id (RFC 5545, 3.8.4.7)")
    errors += [f"{event.get('uid')}: no dtstamp" for event in events if event.get("dtstamp") is None]
    return errors


Validate = Callable[[bytes], list[str]]

VALIDATORS: Mapping[str, Validate] = {
    ".atom": atom_errors,
    ".json": json_feed_errors,
    ".rss": rss_errors,
    ".opml": opml_errors,
    ".ics": calendar_errors,
}


def validator_of(path: str) -> Validate | None:
    """The validator of the file at a path; None for a page, and for data that is not a feed."""
    return None if path == "board.json" else VALIDATORS.get(PurePath(path).suffix)
