"""Every field of every model type comes back as it was put in, whatever stands in it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Change, ChangeKind, Digest, Holding, Outage, RobotsCopy, Run, SourceState
from aggregator.model.alerts import OwnRule
from aggregator.store import open_store
from aggregator.store.codec import from_json
from tests.store import values


@given(holding=values.holdings())
def test_a_document_with_its_carrier_and_revisions(holding: Holding) -> None:
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
            tx.apply(changes)
            tx.hold([holding])
            assert tx.carriers([holding.entry.id]) == {holding.entry.id: (carrier,)}

        assert store.holding(holding.entry.id) == holding
        assert store.holdings() == (holding,)


@given(state=values.states)
def test_the_state_of_a_source(state: SourceState) -> None:
    with open_store("sqlite://") as store:
        with store.writing() as tx:
            tx.keep(state)
            assert tx.state(state.source) == state

        assert store.state(state.source) == state
        assert store.states() == {state.source: state}


@given(outage=values.outages)
def test_a_time_in_which_a_source_could_not_be_read(outage: Outage) -> None:
    with open_store("sqlite://") as store:
        with store.writing() as tx:
            tx.keep_outage(outage)
            tx.keep_outage(outage)

        assert store.outages() == {outage.source: (outage,)}


@given(run=values.runs)
def test_a_run(run: Run) -> None:
    with open_store("sqlite://") as store:
        store.note_run(run)

        assert store.runs() == (run,)


@given(digest=values.digests)
def test_an_issued_letter(digest: Digest) -> None:
    with open_store("sqlite://") as store:
        assert store.issue(digest) == digest

        assert store.digest(digest.week) == digest
        assert store.digests() == (digest,)


@given(origin=st.text(), copy=values.copies)
def test_a_copy_of_robots_txt(origin: str, copy: RobotsCopy) -> None:
    with open_store("sqlite://") as store:
        store.robots.put(origin, copy)

        assert store.robots.get(origin) == copy


def test_a_rule_that_once_had_a_webhook_is_read_without_it() -> None:
    text = '{"id":"mine","mail":true,"rhythm":"at once","webhook":"https://a.example.org/","when":"tree"}'

    assert from_json(OwnRule, text) == OwnRule(id="mine", when="tree")
