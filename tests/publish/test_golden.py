"""One small edition byte for byte, so that a change of what is published never goes unseen.

When a change is meant, run `make golden` and read the difference before you commit it.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from aggregator.model import (
    Board,
    BoardLine,
    Claim,
    Head,
    Link,
    Precision,
    Reading,
    Seen,
    Snapshot,
)
from aggregator.publish import artifacts
from tests.support.builders import (
    NOON,
    body,
    edition,
    entry,
    holding,
    instant,
    labels,
    moment,
    site,
    source,
    source_line,
)

GOLDEN = Path(__file__).with_name("golden")


def small() -> Snapshot:
    """A document in Welsh with an attachment, one whose licence is not known, and a record."""
    plan = entry(
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
    post = entry(
        "https://www.opengovernment.org.uk/p",
        source="ogn",
        body="ogn",
        title="Make your ideas count",
        licence="unknown",
    )
    record = entry(
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
    held = (
        holding(
            plan,
            labels=labels(type="consultation", topics=("open-data",)),
            updated=instant("2026-06-05 07:00"),
        ),
        holding(post, updated=instant("2026-06-01 10:00")),
        holding(
            record, labels=labels(type="meeting-record"), backlog=True, updated=instant("2026-05-01 10:00")
        ),
    )
    wales = body("wales-gov", name="Welsh Government", nation="wales", url="https://www.gov.wales/")
    ogn = body("ogn", name="UK Open Government Network", url="https://www.opengovernment.org.uk/")
    line = BoardLine(
        body=wales, last=held[0], last_on=date(2026, 6, 5), days=0, reading=Reading.READ, since=None
    )
    head = Head(title="Cyhoeddiadau", updated="2026-06-05T08:00:00+01:00", language="cy")
    return replace(
        edition(*held, site=site()),
        bodies={"wales-gov": wales, "ogn": ogn, "cabinet-office": body()},
        board=Board(at=NOON, lines=(line,)),
        sources=(
            source_line(source("wales", body="wales-gov", address="https://www.gov.wales/rss"), head=head),
            source_line(
                source(
                    "ogn", body="ogn", licence="unknown", seen=Seen.LIKELY, address="https://ogn.example/feed"
                ),
                answered=None,
                asked=None,
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
def test_a_small_edition_is_published_byte_for_byte_as_it_was(name: str) -> None:
    made = next(artifact for artifact in artifacts(small()) if artifact.path.endswith(name))
    kept = GOLDEN / name
    if os.environ.get("GOLDEN") == "write":
        kept.parent.mkdir(exist_ok=True)
        kept.write_bytes(made.payload)

    assert made.payload == kept.read_bytes()
