"""Turns values into rows: dictionaries that a table or JSON can show."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from aggregator.classify.labels.evaluation import Estimate, Evaluation, EvaluationRow
from aggregator.model import (
    Body,
    Carrier,
    Digest,
    Document,
    Entry,
    Labels,
    Moment,
    Reason,
    Removal,
    Run,
    SourceWithState,
)
from aggregator.model.days import iso_text
from aggregator.store import Store

Row = dict[str, Any]


def instant(value: datetime | None) -> str | None:
    """An instant as RFC 3339 in UTC."""
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if value else None


def moment(value: Moment | None) -> str | None:
    """A moment with its own precision: `2024`, `2024-01`, `2024-01-24` (London), or an instant in UTC."""
    return iso_text(value) if value else None


def source(one: SourceWithState, bodies: Mapping[str, Body]) -> Row:
    """A source as `sources list` and `status` show it."""
    state = one.state
    return {
        "id": one.source.id,
        "body": bodies[one.source.body].name,
        "kind": one.source.kind,
        "address": one.source.address,
        "state": source_state(one),
        "last_polled": instant(state.last_polled),
        "last_read": instant(state.last_read),
        "due": instant(state.due),
        "items": state.items,
        "rejected": len(state.rejects),
        "rejects": [f"{reject.item_name}: {reject.why}" for reject in state.rejects],
        "failures": state.failures,
        "failing_since": instant(state.failing_since),
        "cause": str(state.failure) if state.failure else None,
        "hint": state.failure.hint if state.failure else None,
        "moved_to": state.moved_to,
        "fallback": state.address if state.address not in (None, one.source.address) else None,
        "verified": one.source.verified,
        "confirmed": one.source.confirmed,
        "items_missed_at": instant(state.items_missed_at),
        "removals_to_confirm": len(state.removals_to_confirm),
        "questions": len(state.questions),
    }


def source_state(one: SourceWithState) -> str:
    """The state of a source in a few words."""
    if not one.source.enabled:
        return "switched off"
    if one.state.failure:
        return f"failing: {one.state.failure.cause}"
    return "read" if one.state.last_read else "never polled"


def document(one: Document, bodies: Mapping[str, Body]) -> Row:
    """A document as `documents list` shows it."""
    entry = one.entry
    return {
        "id": entry.id,
        "title": entry.title,
        "body": bodies[entry.body].name if entry.body in bodies else entry.body,
        "url": entry.url,
        "dated": moment(one.dated),
        "published": moment(entry.published),
        "updated": instant(one.updated),
        "first_seen": instant(one.first_seen),
        "backlog": one.backlog,
        **labels(one.labels),
        "language": entry.language,
        "carriers": [carrier.source for carrier in one.carriers],
        "revised": [instant(revised_at) for revised_at in one.revision_times],
        "licence": entry.licence,
    }


def labels(value: Labels) -> Row:
    """The labels of a document, and the reasons for them."""
    return {
        "type": value.type,
        "relevance": value.relevance.value,
        "score": value.score,
        "topics": list(value.topics),
        "plans": list(value.plans),
        "commitments": list(value.commitments),
        "subjects": list(value.subjects),
        "overridden": value.overridden,
        "why": [reason_text(reason) for reason in value.reasons],
        "reasons": [asdict(reason) for reason in value.reasons],
    }


def reason_text(reason: Reason) -> str:
    """A reason in words: which words, where, for which label, and how many points."""
    points = f", +{reason.points}" if reason.points else ""
    return f"“{reason.text}” ({reason.found_in.value}): {reason.supports}{points}"


def evaluation(value: Evaluation) -> Row:
    """How well the vocabulary's labels agree with those of people."""
    stated = value.stated_type_accuracy
    return {
        "relevance": {
            "precision": share(value.precision),
            "recall": share(value.recall),
            "f1": share(value.f1),
            "counted": value.decided,
            "borderline": {one.value: count for one, count in value.borderline.items()},
        },
        "type": {
            "accuracy": share(value.type_accuracy),
            "stated": {"accuracy": share(stated) if stated else None, "counted": value.stated},
        },
        "topics": {"f1": share(value.topics_f1)},
    }


def evaluation_row(row: EvaluationRow) -> Row:
    """A labelled title: the labels of a person, and those of the vocabulary."""
    return {
        "id": row.id,
        "title": row.title,
        "person": {"relevance": row.relevance.value, "type": row.type, "topics": sorted(row.topics)},
        "vocabulary": labels(row.predicted),
    }


def share(value: Estimate) -> float:
    """A share between 0 and 1, to three digits."""
    return round(value.value, 3)


def history(one: Document, bodies: Mapping[str, Body]) -> Row:
    """A document with the revisions of each of its carriers."""
    return {
        **document(one, bodies),
        "removed": removal(one.removal),
        "translations": [
            {"language": each.language, "url": each.url, "title": each.title}
            for each in one.entry.translations
        ],
        "revisions": [
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
            for carrier in one.carriers
            for revision in carrier.revisions
        ],
    }


def removal(value: Removal | None) -> Row | None:
    """How a document was removed."""
    if value is None:
        return None
    return {"kind": value.kind.value, "at": moment(value.moment), "note": value.note, "to": value.to}


def removals(store: Store) -> list[Row]:
    """Removed documents, those missing at one look, and those that wait for the operator, by source."""
    waiting = {id for state in store.sources.states().values() for id in state.removals_to_confirm}
    carriers = (carrier for document in store.documents.all() for carrier in document.carriers)
    return [row for carrier in carriers if (row := _removal_row(carrier, waiting))]


def questions(store: Store) -> list[Row]:
    """What the operator is asked about the identity of documents: a row for each item that waits."""
    found: list[Row] = []
    for state in store.sources.states().values():
        for one in state.questions:
            head = {
                "question": one.name(state.source),
                "kind": one.kind.value,
                "since": instant(one.since),
                "refused": one.refused,
                "subject": one.subject,
            }
            pairs: list[tuple[str, str | None]] = [*one.moved, *((key, None) for key in one.unknown)]
            for key, id in pairs or [("", None)]:
                document = store.documents.get(id) if id else None
                was = document.entry.url or document.entry.key if document else None
                what = document.entry.title if document else one.subject
                found.append({**head, "what": what, "seen": key, "was": was, "id": id})
    return found


def _removal_row(carrier: Carrier, waiting: Container[str]) -> Row | None:
    if carrier.removal:
        state, kind = "removed", carrier.removal.kind.value
        since = instant(carrier.revisions[-1].seen_at)
    elif carrier.entry.id in waiting:
        state, kind, since = "waiting for you", "missing", instant(carrier.last_seen)
    elif carrier.pending_removal:
        state, kind = "pending", carrier.pending_removal.removal.kind.value
        since = instant(carrier.pending_removal.since)
    else:
        return None
    found = {"source": carrier.source, "id": carrier.entry.id, "title": carrier.entry.title}
    return {"state": state, "kind": kind, "since": since, **found}


def entry(value: Entry) -> Row:
    """An entry as `sources dry-run` shows it: what normalise made of an item."""
    return {
        "id": value.id,
        "key": value.key,
        "title": value.title,
        "url": value.url,
        "published": moment(value.published),
        "updated": moment(value.updated),
        "closes": moment(value.closes),
        "publisher_type": value.publisher_type,
        "language": value.language,
        "summary": value.summary,
    }


def run(one: Run) -> Row:
    """A run with its counts."""
    return {**asdict(one), "at": instant(one.at)}


def digest(value: Digest) -> Row:
    """The content of a digest."""
    return {
        "period": value.period,
        "start": instant(value.window.start),
        "end": instant(value.window.end),
        "issued": instant(value.issued_at),
        "count": value.item_count,
        "unread_sources": list(value.unread_sources),
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
            for section in value.sections
        ],
    }
