"""Every response of the recorded samples is read correctly. The expected values are written by hand.

This file has the rows that other tests leave out, and checks that none is left out altogether. The samples
belong to others and are not part of the project; without them these tests are skipped.
"""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from aggregator.errors import Cause, SourceError
from aggregator.fetch.http.responses import HttpResponse
from aggregator.fetch.http.robots import RobotsChecker
from aggregator.fetch.local.replay import ReplayFetcher
from aggregator.model import Entry, Fetched, RawEntry, RobotsTxt, Source
from aggregator.normalise import normalise
from aggregator.parse import merge_items, reader_for
from aggregator.store import open_store
from tests.fetch.requests import AGENT, MemoryRobotsCache
from tests.normalise.test_samples import EXPECTED as FEEDS
from tests.parse.govuk.test_govuk_captures import MODEL, SEARCH, TABLE
from tests.parse.html.sources import SHIPPED
from tests.parse.html.test_date_labels import RECORDED as LABELLED
from tests.services.stage import PollingBench
from tests.support.builders import NOON, make_source

SAMPLES: Final = Path(__file__).parents[3] / "shared" / "samples"
RECORDED = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="the recorded responses belong to others and are not part of this project"
)
HOUR = timedelta(hours=1)

CONTENT = "captures/govuk_content_api"
ENDED = "models/govuk_feed_ended.atom"
ROBOTS = "captures/ni/nicsdru_dept_robots_custom.txt"
FORUM = "models/discourse_latest.rss"
WALES_CONSULTATION = "captures/gov_wales/consultation_detail_cut_2026-08-22.html"
WALES_EVIDENCE = "captures/gov_wales/call_for_evidence_detail_cut_2026-09-21.html"
CITIZEN_SPACE = "captures/citizen_space/consult.gov.scot_detail_dates_cut_2026-08-22.html"


@RECORDED
def test_every_row_of_the_recording_is_in_a_table() -> None:
    """`tests/normalise/test_samples.py` has the feeds, `tests/parse/govuk/test_govuk_captures.py` GOV.UK's
    APIs, `tests/parse/html/test_date_labels.py` the labels of the cut pages; the rest is here."""
    tables = {
        *(row[0] for row in FEEDS),
        *(f"{CONTENT}/{name}.json" for name in TABLE),
        *(str(path.relative_to(SAMPLES)) for path in (SEARCH, MODEL)),
        *(f"captures/{name}" for name in LABELLED),
        *(ENDED, ROBOTS),
    }

    with (SAMPLES / "replay.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))

    assert len(rows) == 57
    assert {row["file"] for row in rows} == tables
    assert {row["status"] for row in rows} == {"200"}


# ---------------------------------------------------------------- normalised, by the kind of their source


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a person reads in a response: dates as instants in UTC, with their precision."""

    count: int
    title: str
    link: str
    type: str | None
    published: str | None = None
    updated: str | None = None
    opens: str | None = None
    closes: str | None = None
    language: str = "en"
    text: str | None = None


def summarise(count: int, entry: Entry, text: str | None) -> Expected:
    dates = {
        name: f"{moment.at:%Y-%m-%d %H:%M:%S} {moment.precision}"
        for name in ("published", "updated", "opens", "closes")
        if (moment := getattr(entry, name))
    }
    return Expected(
        count=count,
        title=entry.title,
        link=entry.url or "",
        type=entry.publisher_type,
        language=entry.language,
        text=entry.text if text is not None else None,
        **dates,
    )


def addresses(poll: int = 1) -> Mapping[str, str]:
    """The address of each file of a poll."""
    with (SAMPLES / "replay.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["file"]: row["url"] for row in rows if int(row["poll"]) == poll}


def normalised_sample(source: Source, name: str, *listed: RawEntry) -> tuple[Entry, ...]:
    """The entries of a sample, read by the source's kind and merged with `listed` items."""
    address = addresses()[name]
    payload = (SAMPLES / name).read_bytes()
    fetched = Fetched(url=address, final_url=address, status=200, headers={}, payload=payload)
    page = reader_for(source.kind).read(source, fetched)
    result = normalise(source, address, merge_items((*listed, *page.entries)), now=NOON)
    assert (page.rejects, result.rejects) == ((), ())
    return result.entries


def list_item(name: str) -> RawEntry:
    """A list item that links to the cut page of a sample, which has no title itself."""
    return RawEntry(item_name="item 1", link=addresses()[name], title="Example", partial=True)


WALES_SOURCE = SHIPPED["wales-consultations"]
WALES = replace(WALES_SOURCE, selectors=replace(WALES_SOURCE.selectors, main=""))
"""The pages are cut to the rows of dates, so they have no text."""

EXPECTED_ENTRIES = {
    "models/govuk_search.json": (
        make_source(kind="govuk"),
        Expected(
            count=1,
            title="EXAMPLE consultation",
            link="https://www.gov.uk/government/consultations/example-consultation",
            type="Open consultation",
            updated="2026-03-25 09:30:00 second",
            closes="2026-05-25 16:00:00 second",
            text="EXAMPLE we want your views.",
        ),
    ),
    "captures/govuk_search_api/api_search.json_q-tax_vehicle-tax_doc-example.json": (
        make_source(kind="govuk"),
        Expected(
            count=1,
            title="Tax your vehicle",
            link="https://www.gov.uk/vehicle-tax",
            type=None,
            updated="2017-12-07 12:54:39 second",
        ),
    ),
    FORUM: (
        SHIPPED["uk-ogn-forum"],
        Expected(
            count=1,
            title="EXAMPLE Read out from the UK Multi-Stakeholder Forum",
            link="https://discuss.opengovernment.org.uk/t/example-read-out/9999",
            type=None,
            published="2024-01-24 16:05:00 second",
            text="EXAMPLE first post, whole.",
        ),
    ),
    WALES_CONSULTATION: (
        WALES,
        Expected(
            count=1,
            title="Example",
            link="https://sample.invalid/gov_wales/consultation_detail_cut_2026-08-22.html",
            type=None,
            opens="2026-08-19 23:00:00 day",
            closes="2026-10-15 23:00:00 day",
        ),
    ),
    WALES_EVIDENCE: (
        WALES,
        Expected(
            count=1,
            title="Example",
            link="https://sample.invalid/gov_wales/call_for_evidence_detail_cut_2026-09-21.html",
            type=None,
            opens="2026-07-30 23:00:00 day",
            closes="2026-10-31 00:00:00 day",
        ),
    ),
    CITIZEN_SPACE: (
        SHIPPED["scotland-consultations"],
        Expected(
            count=1,
            title="Example",
            link="https://sample.invalid/citizen_space/consult.gov.scot_detail_dates_cut_2026-08-22.html",
            type=None,
            opens="2026-08-05 23:00:00 day",
            closes="2026-10-29 00:00:00 day",
        ),
    ),
}
"""The samples of kinds other than `feed`, with the source that reads each."""


@RECORDED
@pytest.mark.parametrize("name", EXPECTED_ENTRIES)
def test_a_sample_is_normalised_to_what_a_person_reads_in_it(name: str) -> None:
    source, expected = EXPECTED_ENTRIES[name]
    listed = (list_item(name),) if name.endswith(".html") else ()

    entries = normalised_sample(source, name, *listed)

    assert summarise(len(entries), entries[0], expected.text) == expected


# ---------------------------------------------------------------- GOV.UK's documents, normalised

OPEN_AND_CLOSED = {
    "call_for_evidence__call_for_evidence_outcome": ("2016-04-20 15:00:00", "2016-07-13 21:45:00"),
    "call_for_evidence__closed_call_for_evidence": ("2022-09-29 13:00:00", "2022-10-27 16:00:00"),
    "call_for_evidence__unopened_call_for_evidence": ("2201-10-05 13:00:00", "2211-10-31 16:00:00"),
    "consultation__consultation_outcome": ("2016-04-20 15:00:00", "2016-07-13 21:45:00"),
    "consultation__consultation_outcome_with_feedback": ("2016-04-22 11:00:00", "2016-06-17 22:45:00"),
    "consultation__open_consultation": ("2016-11-04 09:00:00", "2216-12-16 15:00:00"),
    "consultation__unopened_consultation": ("2200-10-05 13:00:00", "2210-10-31 16:00:00"),
}
"""Opening and closing moment in UTC. The files write them with `+01:00`, in winter too."""

REMOVALS = {
    "detailed_guide__withdrawn_detailed_guide": (
        "withdrawn",
        "2015-01-28 13:05:30",
        "This information has been archived as it is now out of date. For current information please go to "
        "http://www.hse.gov.uk/reach/",
    ),
    "gone__gone": ("gone", "2016-09-26 09:50:56", "Incorrect title"),
    "html_publication__withdrawn": (
        "withdrawn",
        "2019-11-19 10:20:03",
        "This content has been withdrawn as it is out of date.",
    ),
    "news_article__news_article_withdrawn": (
        "withdrawn",
        "2019-08-22 09:29:02",
        "We’ve withdrawn this news article",
    ),
}
"""State, moment in UTC, and the publisher's explanation as plain text."""

WELSH = {"corporate_information_page__corporate_information_page_translated_custom_logo"}


@RECORDED
@pytest.mark.parametrize("name", TABLE)
def test_a_document_of_gov_uk_has_its_dates_state_and_language(name: str) -> None:
    file = f"{CONTENT}/{name}.json"
    address = addresses()[file]
    fetched = Fetched(
        url=address, final_url=address, status=200, headers={}, payload=(SAMPLES / file).read_bytes()
    )
    source = make_source(kind="govuk", address=address)
    page = reader_for("govuk").read(source, fetched)
    result = normalise(source, address, page.entries, now=NOON)

    assert result.rejects == ()
    assert [(e.title, e.language) for e in result.entries] == (
        [(TABLE[name].title, "cy" if name in WELSH else "en")] if TABLE[name].title else []
    )
    spans = [(e.opens.at, e.closes.at) for e in result.entries if e.opens and e.closes]
    assert [tuple(f"{at:%Y-%m-%d %H:%M:%S}" for at in span) for span in spans] == [
        span for known, span in OPEN_AND_CLOSED.items() if known == name
    ]
    removals = [
        (r.kind, f"{r.moment.at:%Y-%m-%d %H:%M:%S}", r.note) for r in result.removals.values() if r.moment
    ]
    assert removals == [removal for known, removal in REMOVALS.items() if known == name]


# ---------------------------------------------------------------- several polls, through the polling service


@RECORDED
def test_three_polls_of_legislation_give_forty_documents_no_revision_and_one_gap(tmp_path: Path) -> None:
    legislation = make_source("legislation", address="https://www.legislation.gov.uk/new/data.feed")
    gaps = []
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        stage = PollingBench(store, (legislation,))
        for poll in (1, 2, 3):
            now = NOON + poll * HOUR
            [outcome] = asyncio.run(stage.poller.poll((legislation,), ReplayFetcher(SAMPLES, poll), now))
            assert (outcome.bug, outcome.failure, outcome.rejected, outcome.removed) == (None, None, 0, 0)
            gaps.append(stage.state("legislation").items_missed_at)
        revisions = [carrier.revisions for document in store.documents.all() for carrier in document.carriers]

    assert len(revisions) == 40
    assert {len(each) for each in revisions} == {1}
    assert gaps == [None, None, NOON + 3 * HOUR]


@RECORDED
def test_the_models_have_two_revisions_a_closed_consultation_and_a_major_update(
    tmp_path: Path,
) -> None:
    cabinet_office, papers = SHIPPED["cabinet-office"], SHIPPED["govuk-papers"]
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        stage = PollingBench(store, (cabinet_office, papers))
        for poll in (1, 2):
            now = NOON + poll * HOUR
            asyncio.run(stage.poller.poll(stage.sources, ReplayFetcher(SAMPLES, poll), now))
        parts = {
            document.entry.title: [r.parts for c in document.carriers for r in c.revisions[1:]]
            for document in store.documents.all()
        }
        failure = stage.state("govuk-papers").failure

    assert parts == {
        "EXAMPLE Participation in the seventh National Action Plan": [("updated",)],
        "EXAMPLE consultation": [("status",)],
        "EXAMPLE Winter consultation": [],
    }
    assert failure is not None
    assert failure.cause is Cause.ENDED


# ---------------------------------------------------------------- robots.txt

NI = "https://www.finance-ni.gov.uk"
ALLOWED = {
    f"{NI}/news/feed/finance": False,
    f"{NI}/news/feed": True,
    f"{NI}/publications/feed/finance": True,
    f"{NI}/consultations/feed/finance": True,
    f"{NI}/press-releases/rss.xml": True,
    f"{NI}/topics/transparency-and-open-government": True,
    f"{NI}/publications?page=2": True,
    f"{NI}/publications?f%5B0%5D=topic": False,
    f"{NI}/publications/type/report": False,
    f"{NI}/sites/default/files/example.pdf": False,
    f"{NI}/search/": False,
    f"{NI}/node/12345": True,
}
"""By the file's rules: `Disallow: /news/feed/` ends with a slash, and of publications only `?` is allowed."""


@RECORDED
@pytest.mark.parametrize("address", ALLOWED)
def test_the_robots_txt_of_northern_ireland_is_obeyed(address: str) -> None:
    memory = MemoryRobotsCache()
    text = (SAMPLES / ROBOTS).read_text(encoding="utf-8")
    memory.put(NI, RobotsTxt(fetched_at=NOON, status=200, text=text))

    async def fetch_robots(url: str, pause: timedelta) -> HttpResponse:
        raise AssertionError(f"the stored copy is enough, so {url} must not be requested")

    robots = RobotsChecker(
        fetch_robots=fetch_robots, cache=memory, product=AGENT.partition("/")[0], clock=lambda: NOON
    )

    try:
        asyncio.run(robots.admit(address, timedelta(seconds=5)))
        cause = None
    except SourceError as refused:
        cause = refused.cause

    assert cause == (None if ALLOWED[address] else Cause.ROBOTS)
