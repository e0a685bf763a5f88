"""Measures publishing after one new document in a large store, and says which files that touched.

Run as `python -m tests.publish.output.large 50000 FOLDER`: prints a line for each step, with seconds, the
most memory that the process has held so far, and what was written.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

from aggregator.classify import hold
from aggregator.config import Config, load
from aggregator.config.settings import load_settings
from aggregator.due_work import Services
from aggregator.model import Change, ChangeKind, Entry, Labels, Link
from aggregator.publish import Written
from aggregator.store import Store, open_store
from tests.support.builders import NOON, entry, labels

BODIES = ("cabinet-office", "scot-gov", "welsh-gov", "glasgow", "gmca", "ogp", "irm", "uk-ogn")
TYPES = ("news", "consultation", "meeting-record", "action-plan", "publication")
BATCH = 1_000


def document(config: Config, number: int) -> Entry:
    """A document with a summary, a page of content and an attachment."""
    url = f"https://www.example.org/document/{number}"
    words = f"What document {number} says about open government and its data. " * 12
    return entry(
        url,
        title=f"Document {number} on open data",
        body=BODIES[number % len(BODIES)],
        source=config.sources[number % len(config.sources)].id,
        summary=words[:200],
        content=f"<p>{words}</p>",
        text=words,
        links=(Link(href=f"{url}.pdf", rel="enclosure", type="application/pdf", length=number),),
    )


def label(config: Config, number: int) -> Labels:
    """One document in four is not relevant; topics, types and plans take turns."""
    topics = tuple(config.vocabulary.topic_names)
    plans = tuple(config.vocabulary.plan_names)
    return labels(
        relevant=number % 4 != 0,
        type=TYPES[number % len(TYPES)],
        topics=(topics[number % len(topics)],),
        plans=(plans[number % len(plans)],) if number % 10 == 0 else (),
    )


def fill(config: Config, store: Store, numbers: range, by: str) -> None:
    """Keep documents, 500 at an instant, as polls would."""
    for start in range(numbers.start, numbers.stop, BATCH):
        batch = range(start, min(start + BATCH, numbers.stop))
        with store.writing() as transaction:
            transaction.carriers.apply([_change(config, number) for number in batch])
            told = transaction.carriers.of([document(config, number).id for number in batch])
            by_id = {document(config, number).id: label(config, number) for number in batch}
            held = [hold(carriers, partial(_label, by_id)) for carriers in told.values()]
            transaction.documents.hold(held, by)


def _label(by_id: dict[str, Labels], one: Entry, carriers: object) -> Labels:
    return by_id[one.id]


def _change(config: Config, number: int) -> Change:
    seen = NOON - timedelta(hours=100_000) + timedelta(hours=number // 500)
    return Change(kind=ChangeKind.NEW, entry=document(config, number), seen_at=seen, backlog=False)


def steps(count: int, folder: Path) -> Iterator[tuple[str, float, int, Written]]:
    """The first publishing, another one of the same, and one after one more document."""
    settings = load_settings(Path("settings.yaml"), output=str(folder.resolve() / "output"))
    config = load(settings)
    with open_store(f"sqlite:///{folder / 'store.db'}") as store:
        publisher = Services(config=config, store=store, clock=lambda: NOON).publisher
        fill(config, store, range(count), "large")
        for name, more in (("first", 0), ("again", 0), ("one more", 1)):
            fill(config, store, range(count + 1, count + 1 + more), "large")
            start = time.monotonic()
            written = publisher.publish(NOON)
            taken = time.monotonic() - start
            yield name, taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, written


def main() -> None:
    for name, taken, memory, written in steps(int(sys.argv[1]), Path(sys.argv[2])):
        changed = written.changed if len(written.changed) < 60 else ()
        print(  # noqa: T201 -- what this is for
            f"{name}: {taken:.1f} s, {memory} MB, {len(written.changed)} changed, "
            f"{written.unchanged} unchanged, {len(written.removed)} removed {' '.join(changed)}",
            flush=True,
        )


if __name__ == "__main__":
    main()
