"""A snapshot with one of everything that a page can show, for tests of the whole site."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from aggregator.deliver import render_digest
from aggregator.errors import Cause
from aggregator.model import (
    Artifact,
    Board,
    BoardRow,
    Body,
    Carrier,
    Claim,
    DeferredArtifact,
    Digest,
    DigestItem,
    Document,
    Entry,
    Failed,
    FormerName,
    LabelOverride,
    Labels,
    Link,
    Moment,
    Note,
    Precision,
    ReadStatus,
    Reason,
    ReasonSource,
    Relevance,
    Removal,
    RemovalKind,
    Revision,
    Role,
    RoleHolder,
    Section,
    Snapshot,
    Translation,
    Window,
    ZoneBasis,
)
from aggregator.publish import make_artifacts, write_output
from tests.publish.board.boards import make_process_report
from tests.support.builders import (
    NOON,
    instant,
    make_body,
    make_carrier,
    make_document,
    make_entry,
    make_labels,
    make_snapshot,
    make_source,
    make_source_with_state,
    moment,
)

PLAN_URL = "https://www.gov.uk/plan"
"""The document that was changed, has two carriers, and fills every field."""


def make_bodies() -> dict[str, Body]:
    """Three bodies, one with a former name."""
    former = FormerName(name="Office of the Cabinet", until=date(2020, 1, 1))
    return {
        "cabinet-office": make_body(short="CO", former=(former,)),
        "gds": make_body("gds", name="Government Digital Service", parent="cabinet-office"),
        "wales-gov": make_body(
            "wales-gov", name="Welsh Government", nation="wales", url="https://www.gov.wales/"
        ),
    }


def make_plan() -> Entry:
    """A document with attachment, notes and content."""
    return make_entry(
        PLAN_URL,
        title="Seventh National Action Plan",
        summary="What the plan says.",
        content="<h2>Aims</h2><p>The plan has six commitments. It ends in 2028.</p>",
        text="What the plan says. Aims The plan has six commitments. It ends in 2028.",
        published=moment("2026-06-04 09:30", Precision.MINUTE),
        closes=moment("2026-06-25 23:00", Precision.DAY),
        links=(
            Link(
                href="https://www.gov.uk/plan.pdf",
                rel="enclosure",
                type="application/pdf",
                title="The plan",
                length=52_000,
            ),
        ),
        notes=(Note(moment=moment("2026-06-05 08:00"), text="A sixth commitment was added."),),
    )


def _document_of_two_carriers() -> Document:
    """A document that its first carrier changed once, and that its second carrier dates otherwise."""
    plan = make_plan()
    before = replace(
        plan, closes=None, text="What the plan says. Aims The plan has five commitments. It ends in 2028."
    )
    revisions = (
        Revision(entry=before, number=1, seen_at=instant("2026-06-04 10:00")),
        Revision(
            entry=plan,
            number=2,
            seen_at=instant("2026-06-05 09:00"),
            parts=("text", "closing date"),
            note="A sixth commitment was added.",
            payload_sha256="ab" * 32,
        ),
    )
    first_carrier = Carrier(
        entry=plan, first_seen=instant("2026-06-04 10:00"), backlog=False, revisions=revisions, last_seen=NOON
    )
    other_date = Moment(at=instant("2026-06-03 09:00"), precision=Precision.MINUTE, zone=ZoneBasis.ASSUMED)
    listed_entry = replace(plan, source="list", title="7th action plan", published=other_date)
    reasons = (
        Reason(text="national action plan", found_in=ReasonSource.TITLE, supports="topic:process", points=18),
        Reason(text="action plan", found_in=ReasonSource.TITLE, supports="type:action-plan"),
        Reason(text="Seventh National Action Plan", found_in=ReasonSource.TITLE, supports="plan:NAP7"),
    )
    labels = Labels(
        type="action-plan",
        relevance=Relevance.YES,
        score=18,
        topics=("process",),
        plans=("NAP7",),
        commitments=("UK0108",),
        subjects=("cabinet-office", "gds"),
        reasons=reasons,
    )
    return make_document(
        plan,
        labels=labels,
        carriers=(first_carrier, make_carrier(listed_entry)),
        first_seen=instant("2026-06-04 10:00"),
        updated=instant("2026-06-05 09:00"),
    )


def _withdrawn_welsh_document() -> Document:
    english = Translation(language="en", url="https://www.gov.wales/draft", title="A draft")
    entry = make_entry(
        "https://www.gov.wales/drafft",
        body="wales-gov",
        source="wales",
        title="Drafft o’r cynllun",
        summary="Beth sydd yn y drafft.",
        language="cy",
        translations=(english,),
        updated=moment("2026-05-20 09:00"),
    )
    removal = Removal(
        kind=RemovalKind.WITHDRAWN, moment=moment("2026-06-01 00:00", Precision.DAY), note="Tynnwyd."
    )
    return make_document(
        entry, labels=make_labels(type="news", topics=("process",)), backlog=True, removal=removal
    )


def _record_document() -> Document:
    claims = (
        Claim(what="held", moment=moment("2024-01-24 00:00", Precision.DAY), source="https://a.example/t/1"),
        Claim(what="held", moment=moment("2024-01-01 00:00", Precision.MONTH), source=None, note="or so"),
    )
    entry = make_entry(
        "record:a", url=None, title="Forum meeting", licence="own", updated=None, claims=claims
    )
    return make_document(entry, labels=make_labels(type="meeting-record"), backlog=True)


def _overridden_document() -> Document:
    reason = Reason(
        text="It only names the forum.", found_in=ReasonSource.OPERATOR, supports="relevance:borderline"
    )
    labels = Labels(type="news", relevance=Relevance.BORDERLINE, reasons=(reason,), overridden=True)
    return make_document(make_entry("https://www.gov.uk/named", title="The forum is named"), labels=labels)


LABEL_OVERRIDES = {
    _overridden_document().entry.id: LabelOverride(
        why="It only names the forum.",
        at=instant("2026-06-04 15:30"),
        relevance=Relevance.BORDERLINE,
        type="event",
    )
}


def _document_without_licence() -> Document:
    entry = make_entry(
        "https://ogn.example/post",
        source="list",
        title="Make your ideas count",
        summary="Their words.",
        content="<p>Their words.</p>",
        text="Their words.",
        licence="unknown",
        updated=moment("2026-01-01 00:00", Precision.YEAR),
    )
    earlier = replace(entry, text="Their old words.")
    revisions = (
        Revision(entry=earlier, number=1, seen_at=instant("2026-02-01 10:00")),
        Revision(entry=entry, number=2, seen_at=instant("2026-03-01 10:00"), parts=("text",)),
    )
    carrier = Carrier(entry=entry, first_seen=instant("2026-02-01 10:00"), backlog=False, revisions=revisions)
    return make_document(entry, carriers=(carrier,))


def _irrelevant_document() -> Document:
    entry = make_entry("https://www.gov.uk/roads", title="Roads", published=moment("2019-05-02 09:00"))
    return make_document(entry, labels=make_labels(relevant=False, type="news"), backlog=True)


def make_full_snapshot(*more: Document) -> Snapshot:
    """The snapshot; `more` documents come first."""
    documents = (
        *more,
        _document_of_two_carriers(),
        _withdrawn_welsh_document(),
        _overridden_document(),
        _document_without_licence(),
        _record_document(),
        _irrelevant_document(),
    )
    failure = Failed(
        url="https://www.gov.wales/rss", cause=Cause.STATUS, detail="403", hint="ask them", status=403
    )
    sources = (
        make_source_with_state(),
        make_source_with_state(
            make_source("list", kind="listing", licence="unknown", title="The network's list")
        ),
        make_source_with_state(
            make_source(
                "wales", body="wales-gov", title="Welsh newsroom", address="https://www.gov.wales/rss"
            ),
            failure=failure,
            failing_since=instant("2026-06-03 09:00"),
        ),
    )
    bodies = make_bodies()
    read_body = BoardRow(
        body=bodies["cabinet-office"],
        last=documents[0],
        last_on=date(2026, 6, 4),
        days=1,
        read_status=ReadStatus.READ,
        since=None,
    )
    unread_body = BoardRow(
        body=bodies["wales-gov"],
        last=None,
        last_on=None,
        days=None,
        read_status=ReadStatus.FAILING,
        since=instant("2026-06-03 09:00"),
    )
    lead = Role(
        id="nap-lead",
        name="Lead of the plan",
        holders=(RoleHolder(body="cabinet-office", since=date(2019, 1, 1)),),
    )
    return make_snapshot(
        *documents,
        bodies=bodies,
        sources=sources,
        board=Board(at=NOON, rows=(read_body, unread_body), processes=(make_process_report("plan"),)),
        digests=(_issued_digest(),),
        types={
            "action-plan": "action plan",
            "news": "news",
            "meeting-record": "record of a meeting",
            "event": "event",
        },
        topics={"process": "the open government process", "open-data": "open data"},
        plans={"NAP7": "UK national action plan from 2026", "a-plan": "Plan published"},
        plan_spellings={"NAP7": ("UK seventh action plan", "NAP 7"), "a-plan": ("UK sixth action plan",)},
        roles=(lead,),
        label_overrides=LABEL_OVERRIDES,
    )


def _issued_digest() -> Digest:
    item = DigestItem(
        id="urn:uuid:1",
        title="A plan",
        url=PLAN_URL,
        body="cabinet-office",
        type="news",
        summary="",
        language="en",
        dated=None,
        first_seen=instant("2026-05-27 10:00"),
    )
    window = Window(start=instant("2026-05-25 07:00"), end=instant("2026-06-01 07:00"))
    return Digest(
        period="2026-W22",
        window=window,
        sections=(Section(title="Documents", items=(item,)),),
        unread_sources=(),
        issued_at=instant("2026-06-01 07:00"),
    )


def site_files(snapshot: Snapshot) -> tuple[Artifact | DeferredArtifact, ...]:
    """Every file of the site: those of the formats, and the digests."""
    digest_files = [
        file for digest in snapshot.digests for file in render_digest(digest, snapshot.site, snapshot.bodies)
    ]
    return (*make_artifacts(snapshot), *digest_files)


def publish_site(snapshot: Snapshot, folder: Path) -> None:
    """Write the whole site to a folder."""
    write_output(folder, site_files(snapshot))
