"""An edition with one of everything that a page can show, for tests of whole sites."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from aggregator.deliver import render_digest
from aggregator.errors import Cause
from aggregator.model import (
    Artifact,
    Board,
    BoardLine,
    Body,
    Carrier,
    Claim,
    Deferred,
    Digest,
    DigestItem,
    Document,
    Entry,
    Failed,
    FormerName,
    Holder,
    LabelOverride,
    Labels,
    Link,
    Moment,
    Note,
    Precision,
    Reading,
    Reason,
    Relevance,
    Removal,
    RemovalKind,
    Revision,
    Role,
    Section,
    Snapshot,
    Translation,
    Where,
    Window,
    Zone,
)
from aggregator.publish import artifacts, write
from tests.publish.board.boards import process_line
from tests.support.builders import (
    NOON,
    body,
    carrier,
    edition,
    entry,
    holding,
    instant,
    labels,
    moment,
    source,
    source_line,
)

PLAN = "https://www.gov.uk/plan"
"""The document that was changed, is carried twice, and has everything."""


def bodies() -> dict[str, Body]:
    """Three bodies, one of which had another name."""
    former = FormerName(name="Office of the Cabinet", until=date(2020, 1, 1))
    return {
        "cabinet-office": body(short="CO", former=(former,)),
        "gds": body("gds", name="Government Digital Service", parent="cabinet-office"),
        "wales-gov": body("wales-gov", name="Welsh Government", nation="wales", url="https://www.gov.wales/"),
    }


def plan() -> Entry:
    """A document with attachment, notes and content."""
    return entry(
        PLAN,
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


def _twice_carried() -> Document:
    """Changed once by its first carrier; its second one gives another date."""
    now = plan()
    before = replace(
        now, closes=None, text="What the plan says. Aims The plan has five commitments. It ends in 2028."
    )
    revisions = (
        Revision(entry=before, number=1, seen_at=instant("2026-06-04 10:00")),
        Revision(
            entry=now,
            number=2,
            seen_at=instant("2026-06-05 09:00"),
            parts=("text", "closing date"),
            note="A sixth commitment was added.",
            payload_sha256="ab" * 32,
        ),
    )
    first = Carrier(
        entry=now, first_seen=instant("2026-06-04 10:00"), backlog=False, revisions=revisions, last_seen=NOON
    )
    other = Moment(at=instant("2026-06-03 09:00"), precision=Precision.MINUTE, zone=Zone.ASSUMED)
    told = replace(now, source="list", title="7th action plan", published=other)
    why = (
        Reason(words="national action plan", where=Where.TITLE, speaks_for="topic:process", points=18),
        Reason(words="action plan", where=Where.TITLE, speaks_for="type:action-plan"),
        Reason(words="Seventh National Action Plan", where=Where.TITLE, speaks_for="plan:NAP7"),
    )
    about = Labels(
        type="action-plan",
        relevance=Relevance.YES,
        score=18,
        topics=("process",),
        plans=("NAP7",),
        commitments=("UK0108",),
        subjects=("cabinet-office", "gds"),
        why=why,
    )
    return holding(
        now,
        labels=about,
        carriers=(first, carrier(told)),
        first_seen=instant("2026-06-04 10:00"),
        updated=instant("2026-06-05 09:00"),
    )


def _welsh() -> Document:
    english = Translation(language="en", url="https://www.gov.wales/draft", title="A draft")
    told = entry(
        "https://www.gov.wales/drafft",
        body="wales-gov",
        source="wales",
        title="Drafft o’r cynllun",
        summary="Beth sydd yn y drafft.",
        language="cy",
        translations=(english,),
        updated=moment("2026-05-20 09:00"),
    )
    gone = Removal(
        kind=RemovalKind.WITHDRAWN, moment=moment("2026-06-01 00:00", Precision.DAY), note="Tynnwyd."
    )
    return holding(told, labels=labels(type="news", topics=("process",)), backlog=True, removed=gone)


def _record() -> Document:
    claims = (
        Claim(what="held", moment=moment("2024-01-24 00:00", Precision.DAY), source="https://a.example/t/1"),
        Claim(what="held", moment=moment("2024-01-01 00:00", Precision.MONTH), source=None, note="or so"),
    )
    told = entry("record:a", url=None, title="Forum meeting", licence="own", updated=None, claims=claims)
    return holding(told, labels=labels(type="meeting-record"), backlog=True)


def _marked() -> Document:
    why = Reason(words="It only names the forum.", where=Where.OPERATOR, speaks_for="relevance:borderline")
    about = Labels(type="news", relevance=Relevance.BORDERLINE, why=(why,), marked=True)
    return holding(entry("https://www.gov.uk/named", title="The forum is named"), labels=about)


MARKS = {
    _marked().entry.id: LabelOverride(
        why="It only names the forum.",
        at=instant("2026-06-04 15:30"),
        relevance=Relevance.BORDERLINE,
        type="event",
    )
}


def _closed() -> Document:
    told = entry(
        "https://ogn.example/post",
        source="list",
        title="Make your ideas count",
        summary="Their words.",
        content="<p>Their words.</p>",
        text="Their words.",
        licence="unknown",
        updated=moment("2026-01-01 00:00", Precision.YEAR),
    )
    old = replace(told, text="Their old words.")
    revisions = (
        Revision(entry=old, number=1, seen_at=instant("2026-02-01 10:00")),
        Revision(entry=told, number=2, seen_at=instant("2026-03-01 10:00"), parts=("text",)),
    )
    carried = Carrier(entry=told, first_seen=instant("2026-02-01 10:00"), backlog=False, revisions=revisions)
    return holding(told, carriers=(carried,))


def _irrelevant() -> Document:
    told = entry("https://www.gov.uk/roads", title="Roads", published=moment("2019-05-02 09:00"))
    return holding(told, labels=labels(relevant=False, type="news"), backlog=True)


def rich(*more: Document) -> Snapshot:
    """The edition; `more` documents stand first."""
    held = (*more, _twice_carried(), _welsh(), _marked(), _closed(), _record(), _irrelevant())
    failure = Failed(
        url="https://www.gov.wales/rss", cause=Cause.STATUS, detail="403", hint="ask them", status=403
    )
    lines = (
        source_line(),
        source_line(source("list", kind="listing", licence="unknown", title="The network's list")),
        source_line(
            source("wales", body="wales-gov", title="Welsh newsroom", address="https://www.gov.wales/rss"),
            failure=failure,
            failing_since=instant("2026-06-03 09:00"),
        ),
    )
    known = bodies()
    last = BoardLine(
        body=known["cabinet-office"],
        last=held[0],
        last_on=date(2026, 6, 4),
        days=1,
        reading=Reading.READ,
        since=None,
    )
    silent = BoardLine(
        body=known["wales-gov"],
        last=None,
        last_on=None,
        days=None,
        reading=Reading.FAILING,
        since=instant("2026-06-03 09:00"),
    )
    lead = Role(
        id="nap-lead",
        name="Lead of the plan",
        holders=(Holder(body="cabinet-office", since=date(2019, 1, 1)),),
    )
    return edition(
        *held,
        bodies=known,
        sources=lines,
        board=Board(at=NOON, lines=(last, silent), processes=(process_line("plan"),)),
        digests=(_digest(),),
        types={
            "action-plan": "action plan",
            "news": "news",
            "meeting-record": "record of a meeting",
            "event": "event",
        },
        topics={"process": "the open government process", "open-data": "open data"},
        plans={"NAP7": "UK national action plan from 2026", "a-plan": "Plan published"},
        roles=(lead,),
        marks=MARKS,
    )


def _digest() -> Digest:
    item = DigestItem(
        id="urn:uuid:1",
        title="A plan",
        url=PLAN,
        body="cabinet-office",
        type="news",
        summary="",
        language="en",
        dated=None,
        first_seen=instant("2026-05-27 10:00"),
    )
    window = Window(start=instant("2026-05-25 07:00"), end=instant("2026-06-01 07:00"))
    return Digest(
        week="2026-W22",
        window=window,
        sections=(Section(title="Documents", items=(item,)),),
        unread=(),
        issued=instant("2026-06-01 07:00"),
    )


def site_files(told: Snapshot) -> tuple[Artifact | Deferred, ...]:
    """Every file of the site: those of the formats, and the letters."""
    letters = [one for digest in told.digests for one in render_digest(digest, told.site, told.bodies)]
    return (*artifacts(told), *letters)


def publish(told: Snapshot, folder: Path) -> None:
    """Write the whole site into a folder."""
    write(folder, site_files(told))
