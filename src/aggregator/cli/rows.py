"""Turns what the store and the rooms know into rows that a table or JSON can show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from aggregator.model import Body, Digest, Entry, Holding, Moment, Precision, Run, SourceLine

Row = dict[str, Any]


def instant(value: datetime | None) -> str | None:
    """An instant as RFC 3339 in UTC."""
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if value else None


def moment(value: Moment | None) -> str | None:
    """A moment as exactly as it is known: `2024`, `2024-01`, `2024-01-24`, or an instant."""
    if value is None:
        return None
    text = instant(value.at) or ""
    return text[: {Precision.YEAR: 4, Precision.MONTH: 7, Precision.DAY: 10}.get(value.precision, 20)]


def source(line: SourceLine, bodies: Mapping[str, Body]) -> Row:
    """A source as `sources list` and `status` show it."""
    state = line.state
    return {
        "id": line.source.id,
        "body": bodies[line.source.body].name,
        "kind": line.source.kind,
        "address": line.source.address,
        "state": condition(line),
        "asked": instant(state.asked),
        "answered": instant(state.answered),
        "due": instant(state.due),
        "items": state.items,
        "rejected": len(state.rejects),
        "rejects": [f"{reject.where}: {reject.why}" for reject in state.rejects],
        "failures": state.failures,
        "failing_since": instant(state.failing_since),
        "cause": str(state.failure) if state.failure else None,
        "hint": state.failure.hint if state.failure else None,
        "moved_to": state.moved_to,
        "fallback": state.address if state.address not in (None, line.source.address) else None,
        "seen": line.source.seen.value,
    }


def condition(line: SourceLine) -> str:
    """How a source is, in a few words."""
    if not line.source.enabled:
        return "switched off"
    if not line.built:
        return "not read yet"
    if line.state.failure:
        return f"failing: {line.state.failure.cause}"
    return "read" if line.state.answered else "never asked"


def entry(held: Holding, bodies: Mapping[str, Body]) -> Row:
    """A document as `entries` shows it."""
    told = held.entry
    return {
        "id": told.id,
        "title": told.title,
        "body": bodies[told.body].name if told.body in bodies else told.body,
        "type": held.labels.type,
        "url": told.url,
        "dated": moment(held.dated),
        "published": moment(told.published),
        "updated": instant(held.updated),
        "first_seen": instant(held.first_seen),
        "backlog": held.backlog,
        "relevant": held.labels.relevant,
        "why": list(held.labels.why),
        "language": told.language,
        "carriers": [carrier.source for carrier in held.carriers],
        "revised": [instant(seen) for seen in held.revised],
        "licence": told.licence,
    }


def told(entry: Entry) -> Row:
    """An entry as `try` shows it: what normalise made of an item."""
    return {
        "id": entry.id,
        "key": entry.key,
        "title": entry.title,
        "url": entry.url,
        "published": moment(entry.published),
        "updated": moment(entry.updated),
        "closes": moment(entry.closes),
        "publisher_type": entry.publisher_type,
        "language": entry.language,
        "summary": entry.summary,
    }


def run(one: Run) -> Row:
    """What a run came to."""
    return {**asdict(one), "at": instant(one.at)}


def digest(letter: Digest) -> Row:
    """A letter's content."""
    return {
        "week": letter.week,
        "start": instant(letter.window.start),
        "end": instant(letter.window.end),
        "issued": instant(letter.issued),
        "count": letter.count,
        "unread": list(letter.unread),
        "sections": [
            {
                "title": section.title,
                "items": [
                    {
                        "id": item.id,
                        "title": item.title,
                        "url": item.url,
                        "body": item.body,
                        "type": item.type,
                        "dated": moment(item.dated),
                        "first_seen": instant(item.first_seen),
                        "closes": moment(item.closes),
                        "changed": list(item.changed),
                    }
                    for item in section.items
                ],
            }
            for section in letter.sections
        ],
    }
