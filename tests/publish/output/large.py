"""Measures publishing after one new document in a large store, and which files it changes.

Run as `python -m tests.publish.output.large 50000 FOLDER`: prints a line for each step, with seconds, the
highest memory use of the process so far, and what was written.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

from aggregator.classify import combine_carriers
from aggregator.config import Config, load_config
from aggregator.config.settings import load_settings
from aggregator.due_work import Services
from aggregator.model import Change, ChangeKind, Entry, Labels, Link
from aggregator.publish import WriteResult
from aggregator.store import Store, open_store
from tests.support.builders import NOON, make_entry, make_labels

BODIES = ("cabinet-office", "scot-gov", "welsh-gov", "glasgow", "gmca", "ogp", "irm", "uk-ogn")
TYPES = ("news", "consultation", "meeting-record", "action-plan", "publication")
BATCH = 1_000


def make_large_entry(config: Config, number: int) -> Entry:
    """A document with a summary, a page of content and an attachment."""
    url = f"https://www.example.org/document/{number}"
    text = f"What document {number} says about open government and its data. " * 12
    return make_entry(
        url,
        title=f"Document {number} on open data",
        body=BODIES[number % len(BODIES)],
        source=config.sources[number % len(config.sources)].id,
        summary=text[:200],
        content=f"<p>{text}</p>",
        text=text,
        links=(Link(href=f"{url}.pdf", rel="enclosure", type="application/pdf", length=number),),
    )


def labels_of(config: Config, number: int) -> Labels:
    """Labels with topics, types and plans in rotation; one document in four is not relevant."""
    topics = tuple(config.vocabulary.topic_names)
    plans = tuple(config.vocabulary.plan_names)
    return make_labels(
        relevant=number % 4 != 0,
        type=TYPES[number % len(TYPES)],
        topics=(topics[number % len(topics)],),
        plans=(plans[number % len(plans)],) if number % 10 == 0 else (),
    )


def save_documents(config: Config, store: Store, numbers: range, vocabulary_fingerprint: str) -> None:
    """Save documents, 500 for each instant, as polls would."""
    for start in range(numbers.start, numbers.stop, BATCH):
        batch = range(start, min(start + BATCH, numbers.stop))
        with store.transaction() as transaction:
            transaction.carriers.apply([_change(config, number) for number in batch])
            carriers_by_document = transaction.carriers.of_documents(
                [make_large_entry(config, number).id for number in batch]
            )
            by_id = {make_large_entry(config, number).id: labels_of(config, number) for number in batch}
            documents = [
                combine_carriers(carriers, partial(_labels_from, by_id))
                for carriers in carriers_by_document.values()
            ]
            transaction.documents.save(documents, vocabulary_fingerprint)


def _labels_from(by_id: dict[str, Labels], entry: Entry, carriers: object) -> Labels:
    return by_id[entry.id]


def _change(config: Config, number: int) -> Change:
    seen_at = NOON - timedelta(hours=100_000) + timedelta(hours=number // 500)
    return Change(kind=ChangeKind.NEW, entry=make_large_entry(config, number), seen_at=seen_at, backlog=False)


def measure(count: int, folder: Path) -> Iterator[tuple[str, float, int, WriteResult]]:
    """Publish for the first time, again without changes, and again after one more document."""
    settings = load_settings(Path("settings.yaml"), output=str(folder.resolve() / "output"))
    config = load_config(settings)
    with open_store(f"sqlite:///{folder / 'store.db'}") as store:
        publisher = Services(config=config, store=store, clock=lambda: NOON).publisher
        save_documents(config, store, range(count), "large")
        for name, extra in (("first", 0), ("again", 0), ("one more", 1)):
            save_documents(config, store, range(count + 1, count + 1 + extra), "large")
            start = time.monotonic()
            result = publisher.publish(NOON)
            seconds = time.monotonic() - start
            yield name, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, result


def main() -> None:
    for name, seconds, memory, result in measure(int(sys.argv[1]), Path(sys.argv[2])):
        changed = result.changed if len(result.changed) < 60 else ()
        print(  # noqa: T201 -- what this is for
            f"{name}: {seconds:.1f} s, {memory} MB, {len(result.changed)} changed, "
            f"{result.unchanged} unchanged, {len(result.removed)} removed {' '.join(changed)}",
            flush=True,
        )


if __name__ == "__main__":
    main()
