"""Every field of every model type comes back as it was put in, whatever stands in it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Change, ChangeKind, Digest, Document, Outage, RobotsCopy, Run, SourceState
from aggregator.store import open_store
from tests.store import values
from tests.support.examples import examples


@examples(100, few=10)
@given(holding=values.holdings())
def test_a_document_with_its_carrier_and_revisions(holding: Document) -> None:
    (carrier,) = holding.carriers
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
        with store.writing() as tx:
            tx.carriers.apply(changes)
            tx.documents.hold([holding])
            assert tx.carriers.of([holding.entry.id]) == {holding.entry.id: (carrier,)}

        assert store.documents.one(holding.entry.id) == holding
        assert store.documents.all() == (holding,)


@examples(100, few=10)
@given(state=values.states)
def test_the_state_of_a_source(state: SourceState) -> None:
    with open_store("sqlite://") as store:
        with store.writing() as tx:
            tx.sources.keep(state)
            assert tx.sources.state(state.source) == state

        assert store.sources.state(state.source) == state
        assert store.sources.states() == {state.source: state}


@examples(100, few=10)
@given(outage=values.outages)
def test_a_time_in_which_a_source_could_not_be_read(outage: Outage) -> None:
    with open_store("sqlite://") as store:
        with store.writing() as tx:
            tx.sources.keep_outage(outage)
            tx.sources.keep_outage(outage)

        assert store.sources.outages() == {outage.source: (outage,)}


@examples(100, few=10)
@given(run=values.runs)
def test_a_run(run: Run) -> None:
    with open_store("sqlite://") as store:
        store.runs.note(run)

        assert store.runs.all() == (run,)


@examples(100, few=10)
@given(digest=values.digests)
def test_an_issued_letter(digest: Digest) -> None:
    with open_store("sqlite://") as store:
        assert store.digests.issue([digest])[0] == digest

        assert store.digests.one(digest.week) == digest
        assert store.digests.all() == (digest,)


@examples(100, few=10)
@given(origin=st.text(), copy=values.copies)
def test_a_copy_of_robots_txt(origin: str, copy: RobotsCopy) -> None:
    with open_store("sqlite://") as store:
        store.robots.put(origin, copy)

        assert store.robots.get(origin) == copy
