"""The order in which sources are polled at one instant never changes the store.

The documents are generated: from feeds, GOV.UK's Search and Content API and records, under addresses that
only a content_id or a WordPress number identifies, in two languages, with different dates, appearing and
disappearing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape

from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import FetchedPart, Moment, Scope
from aggregator.normalise.identity import entry_id
from aggregator.store import Store
from tests.services.conftest import OpenStore
from tests.services.stage import FakeNetwork, FakeResponse, PollingBench
from tests.support.builders import NOON, make_source
from tests.support.examples import examples

HOUR = timedelta(hours=1)
GAPS = st.sampled_from([1, 2, 5])
"""Hours between two instants: a removal is announced when two polls are three hours apart."""

PATHS = ("/a", "/b", "/c", "/a.cy")
PATH = st.sampled_from(PATHS)
CONTENT_IDS = ("", "5e5bd2ef-7631-11e4-a3cb-005056011aef", "5e5bd2ef-7631-11e4-a3cb-005056011aff")
CONTENT_ID = st.sampled_from(CONTENT_IDS)
TITLE = st.sampled_from(["A plan", "A Plan", "Another plan"])
SENTENCES = st.sampled_from(["", "What it says.", "What it…", "What it says. And more.", "Else."])
UPDATED = st.sampled_from(["2026-06-01T08:00:00Z", "2026-06-01T09:00:00+01:00", "2026-06-03T08:00:00Z"])
PUBLISHED = st.sampled_from(["", "2026-05-01T08:00:00Z", "2026-05-02T08:00:00Z"])

SEARCHES = {name: f"https://www.gov.uk/api/search.json?q={name}" for name in ("find", "seek")}
FEEDS = {name: f"https://{name}.example.org/feed.atom" for name in ("one", "two")}
DOCUMENTS = {"doc": "https://www.gov.uk/api/content/b"}
SOURCES = {
    **{n: make_source(n, address=a, updated_means_change=n != "two", licence=n) for n, a in FEEDS.items()},
    **{n: make_source(n, kind="govuk", address=a) for n, a in {**SEARCHES, **DOCUMENTS}.items()},
    "rec": make_source("rec", kind="records", address="records/", licence="own", scope=Scope.ALL),
}
NAMES = tuple(sorted(SOURCES))

ITEM = st.fixed_dictionaries(
    {
        "path": PATH,
        "title": TITLE,
        "summary": SENTENCES,
        "updated": UPDATED,
        "published": PUBLISHED,
        "guid": st.sampled_from(["", *(f"https://www.gov.uk/?p={n}" for n in (1, 1, 2))]),
    }
)
RESULT = st.fixed_dictionaries(
    {
        "link": PATH,
        "title": TITLE,
        "description": SENTENCES,
        "public_timestamp": UPDATED,
        "content_id": CONTENT_ID,
    }
)
DOCUMENT = st.fixed_dictionaries(
    {
        "content_id": CONTENT_ID,
        "title": TITLE,
        "details": st.fixed_dictionaries({"body": SENTENCES}),
        "public_updated_at": UPDATED,
        "first_published_at": PUBLISHED,
        "schema_name": st.sampled_from(["publication", "publication", "publication", "gone", "redirect"]),
        "redirects": st.just([{"path": "/b", "destination": "/c"}]),
    }
)
RECORD = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["r1", "r2", "r3"]),
        "title": st.sampled_from(["A plan", "MSF meeting of 3 June 2026", "Minutes of the MSF, 3 June 2026"]),
        "document": st.sampled_from(["", "https://www.gov.uk/c"]),
        "published": st.sampled_from(["", "2026-05-01", "2026-05"]),
    }
)


def some(item: st.SearchStrategy[dict[str, Any]], key: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(item, max_size=3, unique_by=lambda one: one[key])


INSTANTS = st.fixed_dictionaries(
    {
        **dict.fromkeys(FEEDS, st.none() | some(ITEM, "path")),
        **dict.fromkeys(SEARCHES, st.none() | some(RESULT, "link")),
        "rec": st.none() | some(RECORD, "id"),
        "documents": st.dictionaries(PATH, DOCUMENT, max_size=3),
    }
)
"""The response of every address at one instant; None is a failure."""


def atom(items: Sequence[dict[str, str]]) -> bytes:
    entries = "".join(
        f"<entry><id>{item['guid'] or item['path']}</id><title>{item['title']}</title>"
        f'<link href="https://www.gov.uk{item["path"]}"/><updated>{item["updated"]}</updated>'
        + (f"<published>{item['published']}</published>" if item["published"] else "")
        + (f"<summary>{escape(item['summary'])}</summary>" if item["summary"] else "")
        + "</entry>"
        for item in items
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Example</title>{entries}</feed>'.encode()


def document(path: str, content: Mapping[str, Any]) -> bytes:
    language = {"base_path": path, "locale": "cy" if path.endswith(".cy") else "en"}
    return json.dumps({**content, **language, "document_type": "policy_paper"}).encode()


def records(items: Sequence[Mapping[str, str]]) -> tuple[FetchedPart, ...]:
    def text(facts: Mapping[str, str]) -> str:
        lines = [f"{key}: {value}" for key, value in facts.items() if value]
        return "\n".join(["---", "body: cabinet-office", "added: 2026-06-01", *lines, "---", "Text.", ""])

    return tuple(FetchedPart(name=f"{facts['id']}.md", payload=text(facts).encode()) for facts in items)


def served(items: Mapping[str, Any]) -> dict[str, FakeResponse]:
    answers: dict[str, FakeResponse] = {"records/": 500 if items["rec"] is None else records(items["rec"])}
    for name, address in FEEDS.items():
        answers[address] = 500 if items[name] is None else atom(items[name])
    for name, address in SEARCHES.items():
        found = items[name]
        answers[address] = 500 if found is None else json.dumps({"results": found}).encode()
    for path, facts in items["documents"].items():
        answers[f"https://www.gov.uk/api/content{path}"] = document(path, facts)
    return answers


def poll(store: Store, order: Sequence[str], at: datetime, items: Mapping[str, Any]) -> None:
    """Each source in a poll of its own, as if by interrupted processes; then the end of the run."""
    stage = PollingBench(store, tuple(SOURCES.values()), network=FakeNetwork(served(items)))
    for name in order:
        assert stage.poll_only(at, name)[name].bug is None
    stage.poller.merge_documents(at)


Published = dict[str, tuple[datetime, Moment | None]]


def check(store: Store, published_before: Published) -> None:
    """A document that was published under an id is still found by it, with the same date."""
    documents = {one.entry.id: one for one in store.documents.all()}
    assert not store.names.duplicates(None)
    assert all(one.entry.id == entry_id(one.entry.key) for one in documents.values())
    for id, (first_seen, published) in published_before.items():
        found = store.documents.get(id)
        assert found is not None
        assert found.first_seen <= first_seen
        assert id not in documents or published in {None, found.entry.published}
    published_before |= {id: (one.first_seen, one.entry.published) for id, one in documents.items()}


@examples(40, few=12)
@given(
    instants=st.lists(INSTANTS, min_size=2, max_size=4),
    gaps=st.lists(GAPS, min_size=4, max_size=4),
    orders=st.lists(st.permutations(NAMES), min_size=4, max_size=4),
)
def test_any_order_of_polls_in_one_instant_gives_the_same_store(
    fresh: OpenStore, instants: list[dict[str, Any]], gaps: list[int], orders: list[list[str]]
) -> None:
    dumps = []
    for chosen in (orders, [list(NAMES)] * 4):
        with fresh() as store:
            at, published_before = NOON, Published()
            for items, gap, order in zip(instants, gaps, chosen, strict=False):
                poll(store, order, at, items)
                check(store, published_before)
                at += gap * HOUR
            dumps.append(store.dump())

    assert dumps[0] == dumps[1]
