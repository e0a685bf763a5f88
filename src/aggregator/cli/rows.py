"""Turns what the store and the rooms know into rows that a table or JSON can show."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from aggregator.classify.labels.evaluation import Evaluation, Figure, Judged
from aggregator.model import (
    LONDON,
    Body,
    Carrier,
    Digest,
    Document,
    Entry,
    Labels,
    Moment,
    Precision,
    Reason,
    Removal,
    Run,
    SourceLine,
)
from aggregator.store import Store

Row = dict[str, Any]

COARSE: Final = {Precision.YEAR: 4, Precision.MONTH: 7, Precision.DAY: 10}
"""How much of a date is known: so many characters of it."""


def instant(value: datetime | None) -> str | None:
    """An instant as RFC 3339 in UTC."""
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if value else None


def moment(value: Moment | None) -> str | None:
    """A moment as exactly as it is known: `2024`, `2024-01`, `2024-01-24`, or an instant."""
    if value is None:
        return None
    if value.precision not in COARSE:
        return instant(value.at)
    return value.at.astimezone(LONDON).isoformat()[: COARSE[value.precision]]


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
        "confirmed": line.source.confirmed,
        "gap": instant(state.gap),
        "held": len(state.held),
    }


def condition(line: SourceLine) -> str:
    """How a source is, in a few words."""
    if not line.source.enabled:
        return "switched off"
    if line.state.failure:
        return f"failing: {line.state.failure.cause}"
    return "read" if line.state.answered else "never asked"


def entry(held: Document, bodies: Mapping[str, Body]) -> Row:
    """A document as `entries` shows it."""
    told = held.entry
    return {
        "id": told.id,
        "title": told.title,
        "body": bodies[told.body].name if told.body in bodies else told.body,
        "url": told.url,
        "dated": moment(held.dated),
        "published": moment(told.published),
        "updated": instant(held.updated),
        "first_seen": instant(held.first_seen),
        "backlog": held.backlog,
        **labels(held.labels),
        "language": told.language,
        "carriers": [carrier.source for carrier in held.carriers],
        "revised": [instant(seen) for seen in held.revised],
        "licence": told.licence,
    }


def labels(told: Labels) -> Row:
    """What a document is about, and why, as `entries`, `try` and `classify explain` show it."""
    return {
        "type": told.type,
        "relevance": told.relevance.value,
        "score": told.score,
        "topics": list(told.topics),
        "plans": list(told.plans),
        "commitments": list(told.commitments),
        "subjects": list(told.subjects),
        "marked": told.marked,
        "why": [sentence(reason) for reason in told.why],
        "reasons": [asdict(reason) for reason in told.why],
    }


def sentence(reason: Reason) -> str:
    """A reason in words: what, where, what for, and by how much."""
    points = f", +{reason.points}" if reason.points else ""
    return f"“{reason.words}” ({reason.where.value}): {reason.speaks_for}{points}"


def figures(found: Evaluation) -> Row:
    """How well labels agree with those of people."""
    stated = found.stated_type_accuracy
    return {
        "relevance": {
            "precision": figure(found.precision),
            "recall": figure(found.recall),
            "f1": figure(found.f1),
            "counted": found.counted,
            "borderline": {one.value: count for one, count in found.borderline.items()},
        },
        "type": {
            "accuracy": figure(found.type_accuracy),
            "stated": {"accuracy": figure(stated) if stated else None, "counted": found.stated},
        },
        "topics": {"f1": figure(found.topics_f1)},
    }


def judged(row: Judged) -> Row:
    """A mistake: what a person said, and what the vocabulary did."""
    return {
        "id": row.id,
        "title": row.title,
        "person": {"relevance": row.relevance.value, "type": row.type, "topics": sorted(row.topics)},
        "got": labels(row.got),
    }


def figure(value: Figure) -> float:
    """A share, to three digits."""
    return round(value.value, 3)


def history(held: Document, bodies: Mapping[str, Body]) -> Row:
    """A document with all that its carriers told."""
    return {
        **entry(held, bodies),
        "removed": removal(held.removed),
        "translations": [asdict(one) for one in held.entry.translations],
        "told": [
            {
                "source": carrier.source,
                "number": revision.number,
                "seen": instant(revision.seen_at),
                "last_seen": instant(revision.last_seen or carrier.last_seen),
                "parts": list(revision.parts),
                "note": revision.note,
                "payload_sha256": revision.payload_sha256,
                "title": revision.entry.title,
                "text": revision.entry.text,
                "closes": moment(revision.entry.closes),
                "status": revision.entry.publisher_type,
            }
            for carrier in held.carriers
            for revision in carrier.revisions
        ],
    }


def removal(value: Removal | None) -> Row | None:
    """How a document was taken away."""
    if value is None:
        return None
    return {"kind": value.kind.value, "at": moment(value.moment), "note": value.note, "to": value.to}


def removals(store: Store) -> list[Row]:
    """What was taken away, what is doubted, and what is held, by source."""
    held = {id for state in store.sources.states().values() for id in state.held}
    carriers = (carrier for holding in store.documents.all() for carrier in holding.carriers)
    return [row for carrier in carriers if (row := _removal_row(carrier, held))]


def _removal_row(carrier: Carrier, held: Container[str]) -> Row | None:
    if carrier.removed:
        state, kind, since = "removed", carrier.removed.kind.value, instant(carrier.revisions[-1].seen_at)
    elif carrier.entry.id in held:
        state, kind, since = "held", "missing", instant(carrier.last_seen)
    elif carrier.vanishing:
        state, kind, since = "doubted", carrier.vanishing.removal.kind.value, instant(carrier.vanishing.since)
    else:
        return None
    known = {"source": carrier.source, "id": carrier.entry.id, "title": carrier.entry.title}
    return {"state": state, "kind": kind, "since": since, **known}


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
