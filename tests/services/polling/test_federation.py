"""Instances that read each other: sources and ids stay, both are credited, and nothing echoes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest

from aggregator.config import Config
from aggregator.config.settings import load_settings
from aggregator.due_work import Services
from aggregator.model import SCHEME, Document, FetchedPart, Scope, Source
from aggregator.publish import make_artifacts
from aggregator.services.publishing.snapshot import gather_snapshot
from aggregator.store import Store, open_store
from tests.services.stage import EMPTY_VOCABULARY, FakeNetwork
from tests.support.builders import NOON, make_body, make_source
from tests.support.projects import make_atom_feed

PLAN = "https://www.example.org/plan"
RECORD = """---
id: msf
body: glasgow
title: Meeting of 3 June 2026
type: meeting-record
claims:
  - {{what: meeting held, date: 2026-06-03, source: "https://www.example.org/msf"}}
added: 2026-06-04
---
{sentence}
"""
HOUR = timedelta(hours=1)


@dataclass
class Instance:
    """An aggregator with its own store and sources, in a network that it shares with other instances."""

    name: str
    sources: tuple[Source, ...]
    store: Store
    net: FakeNetwork
    settings: Path

    @property
    def config(self) -> Config:
        settings = load_settings(self.settings, base_url=self.base, instance=self.name)
        bodies = {id: make_body(id, name=id.title()) for id in ("cabinet-office", "glasgow")}
        return Config(settings=settings, bodies=bodies, sources=self.sources, vocabulary=EMPTY_VOCABULARY)

    @property
    def base(self) -> str:
        return f"https://{self.name}.example/"

    def poll_and_publish(self, at: datetime) -> None:
        """Poll all sources and publish into the network."""
        services = Services(config=self.config, store=self.store, clock=lambda: at)
        asyncio.run(services.poller.poll(services.poller.enabled_sources(), self.net, at))
        for artifact in make_artifacts(gather_snapshot(self.config, self.store, at)):
            if artifact.path in {"feed.atom", "changes.atom"}:
                self.net.responses[self.base + artifact.path] = artifact.payload

    def documents(self) -> tuple[Document, ...]:
        return self.store.documents.all()

    def feed(self, path: str = "feed.atom") -> Any:
        served = self.net.responses[self.base + path]
        return feedparser.parse(served)


def follows(name: str) -> Source:
    """The feed of another instance as a source."""
    return make_source(
        name, title=f"Instance {name}", address=f"https://{name}.example/feed.atom", scope=Scope.ALL, page=""
    )


def records() -> Source:
    return make_source("records", kind="records", address="records/", licence="own", scope=Scope.ALL)


@pytest.fixture
def net() -> FakeNetwork:
    return FakeNetwork()


@pytest.fixture
def stores() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def instance(name: str, net: FakeNetwork, stores: ExitStack, folder: Path, *sources: Source) -> Instance:
    settings = folder / "settings.yaml"
    settings.write_text("title: Updates\n")
    store = stores.enter_context(open_store(f"sqlite:///{folder / name}.db"))
    return Instance(name=name, sources=sources, store=store, net=net, settings=settings)


def written(sentence: str) -> tuple[FetchedPart, ...]:
    return (FetchedPart(name="msf.md", payload=RECORD.format(sentence=sentence).encode()),)


def test_what_an_instance_passes_on_keeps_source_id_and_labels_and_credits_it(
    net: FakeNetwork, stores: ExitStack, tmp_path: Path
) -> None:
    gov = make_source("gov", body="glasgow", address="https://www.example.org/feed.atom", scope=Scope.ALL)
    first = instance("a", net, stores, tmp_path, gov)
    second = instance("b", net, stores, tmp_path, follows("a"))
    net.responses["https://www.example.org/feed.atom"] = make_atom_feed({"/plan": "A plan"})

    first.poll_and_publish(NOON)
    second.poll_and_publish(NOON + HOUR)

    (document,), (entry,) = first.documents(), second.feed().entries
    assert (entry.id, entry.link, entry.title) == (document.entry.id, PLAN, "A plan")
    assert (entry.source.id, entry.source.title) == ("https://www.example.org/", "Example")
    assert {(tag.scheme.removeprefix(SCHEME), tag.term) for tag in entry.tags} >= {("body", "glasgow")}
    assert entry.summary == "About A plan."
    credits = [(link.href, link.title) for link in entry.links if link.rel == "related"]
    assert credits == [("https://a.example/", "Also carried by Updates")]
    assert "Open Government Licence" in entry.rights


def test_a_document_through_two_instances_is_one_entry_that_credits_both(
    net: FakeNetwork, stores: ExitStack, tmp_path: Path
) -> None:
    gov = make_source("gov", address="https://www.example.org/feed.atom", scope=Scope.ALL)
    first, second = (instance(name, net, stores, tmp_path, gov) for name in ("a", "b"))
    third = instance("c", net, stores, tmp_path, follows("a"), follows("b"))
    net.responses["https://www.example.org/feed.atom"] = make_atom_feed({"/plan": "A plan"})

    for number, each in enumerate((first, second, third)):
        each.poll_and_publish(NOON + number * HOUR)

    (entry,) = third.feed().entries
    assert entry.id == first.documents()[0].entry.id == second.documents()[0].entry.id
    assert {link.href for link in entry.links if link.rel == "related"} == {
        "https://a.example/",
        "https://b.example/",
    }
    assert entry.source.id == "https://www.example.org/"


def test_a_first_hand_source_leads_whatever_an_instance_published_before(
    net: FakeNetwork, stores: ExitStack, tmp_path: Path
) -> None:
    gov = make_source("gov", address="https://www.example.org/feed.atom", scope=Scope.ALL)
    other = instance("a", net, stores, tmp_path, gov)
    net.responses["https://www.example.org/feed.atom"] = make_atom_feed(
        {"/plan": "A plan, as it was once called"}
    )
    other.poll_and_publish(NOON)
    net.responses["https://www.example.org/feed.atom"] = make_atom_feed({"/plan": "A plan"})
    both = instance("b", net, stores, tmp_path, follows("a"), gov)

    both.poll_and_publish(NOON + HOUR)

    (document,) = both.documents()
    assert document.entry.title == "A plan"
    assert [carrier.source for carrier in document.carriers] == ["a", "gov"]
    assert not document.entry.relayed


def test_three_instances_in_a_ring_never_echo(net: FakeNetwork, stores: ExitStack, tmp_path: Path) -> None:
    ring = [
        instance("a", net, stores, tmp_path, records(), follows("c")),
        instance("b", net, stores, tmp_path, follows("a")),
        instance("c", net, stores, tmp_path, follows("b")),
    ]
    at = NOON

    def rounds(count: int) -> None:
        nonlocal at
        for _ in range(count):
            for each in ring:
                each.poll_and_publish(at)
                at += HOUR

    net.responses["records/"] = written("The forum met and spoke at length about many things.")
    rounds(4)
    documents = [each.documents() for each in ring]
    assert [len(each) for each in documents] == [1, 1, 1]
    assert len({each[0].entry.id for each in documents}) == 1
    assert [len(each[0].revision_times) for each in documents] == [0, 0, 0]

    # Shorter than before: an older text must not win because it is longer.
    net.responses["records/"] = written("It met.")
    rounds(4)
    settled = [each.net.responses[each.base + "feed.atom"] for each in ring]
    for each in ring:
        (document,) = each.documents()
        assert document.entry.text == "It met."
        assert len(document.revision_times) == 1
        assert len(each.feed("changes.atom").entries) == 1
        assert each.feed().entries[0].updated == ring[0].feed().entries[0].updated

    rounds(3)
    assert [each.net.responses[each.base + "feed.atom"] for each in ring] == settled
    assert [link.title for link in ring[0].feed().entries[0].links if link.rel == "related"] == [
        "Also carried by Updates"
    ]


def test_the_body_of_an_instance_that_we_do_not_know_is_that_of_the_source(
    net: FakeNetwork, stores: ExitStack, tmp_path: Path
) -> None:
    gov = make_source("gov", body="glasgow", address="https://www.example.org/feed.atom", scope=Scope.ALL)
    first = instance("a", net, stores, tmp_path, gov)
    net.responses["https://www.example.org/feed.atom"] = make_atom_feed({"/plan": "A plan"})
    first.poll_and_publish(NOON)
    feed = net.responses["https://a.example/feed.atom"]
    assert isinstance(feed, bytes)
    net.responses["https://a.example/feed.atom"] = feed.replace(b'term="glasgow"', b'term="atlantis"')
    second = instance("b", net, stores, tmp_path, replace(follows("a"), body="cabinet-office"))

    second.poll_and_publish(NOON + HOUR)

    assert [document.entry.body for document in second.documents()] == ["cabinet-office"]
