"""Every field of every model type is read as it was stored, whatever its value."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Change, ChangeKind, Digest, Document, Outage, RobotsTxt, Run, SourceState
from aggregator.store import open_store
from tests.store import values
from tests.support.examples import examples


@examples(100, few=10)
@given(document=values.documents())
def test_a_document_with_its_carrier_and_revisions(document: Document) -> None:
    (carrier,) = document.carriers
    kinds = (ChangeKind.NEW, ChangeKind.REVISED)
    changes = [
        Change(
            kind=kind,
            entry=r.entry,
            seen_at=r.seen_at,
            backlog=carrier.backlog,
            parts=r.parts,
            note=r.note,
            payload_sha256=r.payload_sha256,
        )
        for kind, r in zip(kinds, carrier.revisions, strict=True)
    ]
    with open_store("sqlite://") as store:
        with store.transaction() as tx:
            tx.carriers.apply(changes)
            tx.documents.save([document])
            assert tx.carriers.of_documents([document.entry.id]) == {document.entry.id: (carrier,)}

        assert store.documents.get(document.entry.id) == document
        assert store.documents.all() == (document,)


@examples(100, few=10)
@given(state=values.states)
def test_the_state_of_a_source(state: SourceState) -> None:
    with open_store("sqlite://") as store:
        with store.transaction() as tx:
            tx.sources.save_state(state)
            assert tx.sources.state(state.source) == state

        assert store.sources.state(state.source) == state
        assert store.sources.states() == {state.source: state}


@examples(100, few=10)
@given(outage=values.outages)
def test_a_time_in_which_a_source_could_not_be_read(outage: Outage) -> None:
    with open_store("sqlite://") as store:
        with store.transaction() as tx:
            tx.sources.save_outage(outage)
            tx.sources.save_outage(outage)

        assert store.sources.outages() == {outage.source: (outage,)}


@examples(100, few=10)
@given(run=values.runs)
def test_a_run(run: Run) -> None:
    with open_store("sqlite://") as store:
        store.runs.save(run)

        assert store.runs.all() == (run,)


@examples(100, few=10)
@given(digest=values.digests)
def test_an_issued_digest(digest: Digest) -> None:
    with open_store("sqlite://") as store:
        assert store.digests.issue([digest])[0] == digest

        assert store.digests.get(digest.period) == digest
        assert store.digests.all() == (digest,)


@examples(100, few=10)
@given(origin=st.text(), copy=values.robots_txts)
def test_a_robots_txt(origin: str, copy: RobotsTxt) -> None:
    with open_store("sqlite://") as store:
        store.robots_txt.put(origin, copy)

        assert store.robots_txt.get(origin) == copy
