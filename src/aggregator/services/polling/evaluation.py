"""Compares labels by people with the labels that the vocabulary gives the same titles."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from aggregator.classify import Labeller
from aggregator.classify.labels.evaluation import EvaluationRow
from aggregator.config.labels_file import LabelledTitle
from aggregator.model import Body, Document, Entry
from aggregator.normalise.identity import entry_id

# Fields that can be hidden from the vocabulary, to measure how well it works without them.
HIDEABLE_FIELDS: Final = ("body", "url", "summary", "publisher_type")


def evaluate_labels(
    labels: Iterable[LabelledTitle],
    labeller: Labeller,
    bodies: Mapping[str, Body],
    hide: Collection[str] = (),
) -> tuple[EvaluationRow, ...]:
    """Each label of a person beside the vocabulary's, which does not see the fields in `hide`."""
    names = {name.casefold(): body.id for body in bodies.values() for name in _names(body)}
    return tuple(
        _evaluate_label(number, label, labeller, names, hide) for number, label in enumerate(labels, 1)
    )


def unpublished_entry(
    title: str, *, summary: str = "", body: str = "", url: str = "", publisher_type: str = ""
) -> Entry:
    """An entry without a source, for labelling a title that was never published."""
    key = url or f"label:{title}"
    return Entry(
        id=entry_id(key),
        key=key,
        url=url or None,
        source="",
        native_id=None,
        body=body,
        title=title,
        summary=summary,
        content="",
        text=summary,
        language="en",
        published=None,
        updated=None,
        publisher_type=publisher_type or None,
    )


def label_of(document: Document, bodies: Mapping[str, Body]) -> LabelledTitle:
    """A document with its current labels as a row of a labels file."""
    entry, labels = document.entry, document.labels
    return LabelledTitle(
        id=entry.id,
        title=entry.title,
        summary=entry.summary,
        body=bodies[entry.body].name if entry.body in bodies else entry.body,
        url=entry.url or "",
        relevance=labels.relevance,
        type=labels.type,
        topics=labels.topics,
        publisher_type=entry.publisher_type or "",
    )


def _evaluate_label(
    number: int,
    label: LabelledTitle,
    labeller: Labeller,
    names: Mapping[str, str],
    hide: Collection[str],
) -> EvaluationRow:
    visible = {field: "" if field in hide else str(getattr(label, field)) for field in HIDEABLE_FIELDS}
    entry = unpublished_entry(
        label.title,
        summary=visible["summary"],
        body=names.get(visible["body"].casefold(), visible["body"]),
        url=visible["url"],
        publisher_type=visible["publisher_type"],
    )
    return EvaluationRow(
        id=label.id or f"row {number}",
        title=label.title,
        relevance=label.relevance,
        type=label.type,
        topics=frozenset(label.topics),
        predicted=labeller.label(entry, ()),
    )


def _names(body: Body) -> tuple[str, ...]:
    former = (old.name for old in body.former)
    return tuple(name for name in (body.id, body.name, body.short, *body.aliases, *former) if name)
