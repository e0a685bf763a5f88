"""The files of one small snapshot, byte for byte, so that no change of published bytes goes unnoticed.

If you mean the change, run `make golden` and read the difference before you commit it.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from aggregator.model import (
    Board,
    BoardRow,
    Claim,
    FeedMetadata,
    Link,
    Precision,
    ReadStatus,
    Snapshot,
)
from aggregator.publish import make_artifacts
from tests.support.builders import (
    NOON,
    instant,
    make_body,
    make_document,
    make_entry,
    make_labels,
    make_site,
    make_snapshot,
    make_source,
    make_source_with_state,
    moment,
)

GOLDEN = Path(__file__).with_name("golden")


def make_small_snapshot() -> Snapshot:
    """A document in Welsh with an attachment, one without a known licence, and a record."""
    plan = make_entry(
        "https://www.gov.wales/cynllun",
        source="wales",
        body="wales-gov",
        title="Cynllun gweithredu: <ymgynghoriad> & mwy",
        summary="Beth sydd yn y cynllun.",
        content="<p>Mae’r <em>cynllun</em> yn agored.</p>",
        language="cy",
        published=moment("2026-06-04 23:00", Precision.DAY),
        closes=moment("2026-06-25 23:00", Precision.DAY),
        links=(
            Link(
                href="https://www.gov.wales/cynllun.pdf",
                rel="enclosure",
                type="application/pdf",
                title="Cynllun",
                length=52_000,
            ),
        ),
    )
    post = make_entry(
        "https://www.opengovernment.org.uk/p",
        source="ogn",
        body="ogn",
        title="Make your ideas count",
        licence="unknown",
    )
    record = make_entry(
        "record:uk-msf-2024-01-24",
        url=None,
        source="records",
        title="Forum meeting of 24 January 2024",
        licence="own",
        updated=None,
        claims=(
            Claim(
                what="meeting held",
                moment=moment("2024-01-24 00:00", Precision.DAY),
                source="https://discuss.example/t/1",
            ),
            Claim(
                what="record posted",
                moment=moment("2024-02-01 00:00", Precision.MONTH),
                source=None,
                note="n",
            ),
        ),
    )
    documents = (
        make_document(
            plan,
            labels=make_labels(type="consultation", topics=("open-data",)),
            updated=instant("2026-06-05 07:00"),
        ),
        make_document(post, updated=instant("2026-06-01 10:00")),
        make_document(
            record,
            labels=make_labels(type="meeting-record"),
            backlog=True,
            updated=instant("2026-05-01 10:00"),
        ),
    )
    wales = make_body("wales-gov", name="Welsh Government", nation="wales", url="https://www.gov.wales/")
    ogn = make_body("ogn", name="UK Open Government Network", url="https://www.opengovernment.org.uk/")
    row = BoardRow(
        body=wales,
        last=documents[0],
        last_on=date(2026, 6, 5),
        days=0,
        read_status=ReadStatus.READ,
        since=None,
    )
    metadata = FeedMetadata(title="Cyhoeddiadau", updated="2026-06-05T08:00:00+01:00", language="cy")
    return replace(
        make_snapshot(*documents, site=make_site()),
        bodies={"wales-gov": wales, "ogn": ogn, "cabinet-office": make_body()},
        board=Board(at=NOON, rows=(row,)),
        sources=(
            make_source_with_state(
                make_source("wales", body="wales-gov", address="https://www.gov.wales/rss"),
                feed_metadata=metadata,
            ),
            make_source_with_state(
                make_source(
                    "ogn", body="ogn", licence="unknown", verified=False, address="https://ogn.example/feed"
                ),
                last_read=None,
                last_polled=None,
            ),
        ),
        types={"consultation": "Consultation", "meeting-record": "Meeting record"},
    )


NAMES = (
    "feed.atom",
    "index.html",
    "uk-msf-2024-01-24.html",
    "wales-gov.html",
    "2026-06.html",
    "sources.html",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_small_snapshot_is_published_byte_for_byte_as_before(name: str) -> None:
    artifact = next(
        artifact for artifact in make_artifacts(make_small_snapshot()) if artifact.path.endswith(name)
    )
    golden = GOLDEN / name
    if os.environ.get("GOLDEN") == "write":
        golden.parent.mkdir(exist_ok=True)
        golden.write_bytes(artifact.payload)

    assert artifact.payload == golden.read_bytes()
