"""Every answer of the recorded samples is read right: the rows that other tables leave out, and a list that
proves that no row is left out altogether. All tables are written by hand, from the raw files.

The samples belong to others and are kept beside the project; where they are not, these tests are skipped.
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
from aggregator.fetch.http.responses import Answer
from aggregator.fetch.http.robots import Robots
from aggregator.fetch.local.replay import Replay
from aggregator.model import Entry, Fetched, RawEntry, RobotsCopy, Source
from aggregator.normalise import normalise
from aggregator.parse import join, reader
from aggregator.store import open_store
from tests.fetch.requests import AGENT, Memory
from tests.normalise.test_samples import EXPECTED as FEEDS
from tests.parse.govuk.test_govuk_captures import MODEL, SEARCH, TABLE
from tests.parse.html.sources import SHIPPED
from tests.parse.html.test_date_labels import RECORDED as LABELLED
from tests.services.stage import Stage
from tests.support.builders import NOON, source

SAMPLES: Final = Path(__file__).parents[3] / "shared" / "samples"
RECORDED = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="the recorded answers belong to others and are not part of this project"
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
def test_every_row_of_the_recording_stands_in_a_table() -> None:
    """`tests/normalise/test_samples.py` has the feeds, `tests/parse/govuk/test_govuk_captures.py` GOV.UK's
    APIs, `tests/parse/html/test_date_labels.py` the labels of the cut pages; the rest stands here."""
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


# ---------------------------------------------------------------- in our words, by the kind of their source


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a person reads in an answer: dates as instants in UTC, with their precision."""

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


def told(count: int, entry: Entry, text: str | None) -> Told:
    dates = {
        name: f"{moment.at:%Y-%m-%d %H:%M:%S} {moment.precision}"
        for name in ("published", "updated", "opens", "closes")
        if (moment := getattr(entry, name))
    }
    return Told(
        count=count,
        title=entry.title,
        link=entry.url or "",
        type=entry.publisher_type,
        language=entry.language,
        text=entry.text if text is not None else None,
        **dates,
    )


def answers(poll: int = 1) -> Mapping[str, str]:
    """The address of each file of a poll."""
    with (SAMPLES / "replay.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["file"]: row["url"] for row in rows if int(row["poll"]) == poll}


def polled(kind: Source, name: str, *listed: RawEntry) -> tuple[Entry, ...]:
    """What the kind reads in a sample, joined with the lines of a list, in our words."""
    address = answers()[name]
    payload = (SAMPLES / name).read_bytes()
    fetched = Fetched(url=address, final_url=address, status=200, headers={}, payload=payload)
    page = reader(kind.kind).read(kind, fetched)
    made = normalise(kind, address, join((*listed, *page.entries)), now=NOON)
    assert (page.rejects, made.rejects) == ((), ())
    return made.entries


def line(name: str) -> RawEntry:
    """An item of a list that leads to the cut page of a sample, which itself has no title."""
    return RawEntry(where="item 1", link=answers()[name], title="Example", partial=True)


WALES_SOURCE = SHIPPED["wales-consultations"]
WALES = replace(WALES_SOURCE, selectors=replace(WALES_SOURCE.selectors, main=""))
"""The pages are cut to the rows of dates, so their text is not there to be read."""

IN_OUR_WORDS = {
    "models/govuk_search.json": (
        source(kind="govuk"),
        Told(
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
        source(kind="govuk"),
        Told(
            count=1,
            title="Tax your vehicle",
            link="https://www.gov.uk/vehicle-tax",
            type=None,
            updated="2017-12-07 12:54:39 second",
        ),
    ),
    FORUM: (
        SHIPPED["uk-ogn-forum"],
        Told(
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
        Told(
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
        Told(
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
        Told(
            count=1,
            title="Example",
            link="https://sample.invalid/citizen_space/consult.gov.scot_detail_dates_cut_2026-08-22.html",
            type=None,
            opens="2026-08-05 23:00:00 day",
            closes="2026-10-29 00:00:00 day",
        ),
    ),
}
"""The samples of kinds other than `feed`, as the source that publishes so is read."""


@RECORDED
@pytest.mark.parametrize("name", IN_OUR_WORDS)
def test_a_sample_says_in_our_words_what_a_person_reads_in_it(name: str) -> None:
    kind, expected = IN_OUR_WORDS[name]
    listed = (line(name),) if name.endswith(".html") else ()

    entries = polled(kind, name, *listed)

    assert told(len(entries), entries[0], expected.text) == expected


# ---------------------------------------------------------------- GOV.UK's documents, in our words

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

TAKEN = {
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
def test_a_document_of_gov_uk_keeps_its_dates_state_and_language_in_our_words(name: str) -> None:
    file = f"{CONTENT}/{name}.json"
    address = answers()[file]
    fetched = Fetched(
        url=address, final_url=address, status=200, headers={}, payload=(SAMPLES / file).read_bytes()
    )
    watched = source(kind="govuk", address=address)
    page = reader("govuk").read(watched, fetched)
    made = normalise(watched, address, page.entries, now=NOON)

    assert made.rejects == ()
    assert [(e.title, e.language) for e in made.entries] == (
        [(TABLE[name].title, "cy" if name in WELSH else "en")] if TABLE[name].title else []
    )
    spans = [(e.opens.at, e.closes.at) for e in made.entries if e.opens and e.closes]
    assert [tuple(f"{at:%Y-%m-%d %H:%M:%S}" for at in span) for span in spans] == [
        span for known, span in OPEN_AND_CLOSED.items() if known == name
    ]
    removals = [(r.kind, f"{r.moment.at:%Y-%m-%d %H:%M:%S}", r.note) for r in made.taken.values() if r.moment]
    assert removals == [taken for known, taken in TAKEN.items() if known == name]


# ---------------------------------------------------------------- several polls, through the polling service


@RECORDED
def test_the_three_answers_of_legislation_are_forty_documents_no_revision_and_one_gap(tmp_path: Path) -> None:
    legislation = source("legislation", address="https://www.legislation.gov.uk/new/data.feed")
    gaps = []
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        stage = Stage(store, (legislation,))
        for poll in (1, 2, 3):
            now = NOON + poll * HOUR
            [outcome] = asyncio.run(stage.poller.poll((legislation,), Replay(SAMPLES, poll), now))
            assert (outcome.bug, outcome.failure, outcome.rejected, outcome.removed) == (None, None, 0, 0)
            gaps.append(stage.state("legislation").gap)
        revisions = [carrier.revisions for held in store.documents.all() for carrier in held.carriers]

    assert len(revisions) == 40
    assert {len(each) for each in revisions} == {1}
    assert gaps == [None, None, NOON + 3 * HOUR]


@RECORDED
def test_a_consultation_that_closes_and_a_major_update_are_the_two_revisions_of_the_models(
    tmp_path: Path,
) -> None:
    cabinet_office, papers = SHIPPED["cabinet-office"], SHIPPED["govuk-papers"]
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        stage = Stage(store, (cabinet_office, papers))
        for poll in (1, 2):
            now = NOON + poll * HOUR
            asyncio.run(stage.poller.poll(stage.sources, Replay(SAMPLES, poll), now))
        parts = {
            held.entry.title: [r.parts for c in held.carriers for r in c.revisions[1:]]
            for held in store.documents.all()
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
"""By the file's rules: `Disallow: /news/feed/` has a slash at its end, and of publications only `?` goes."""


@RECORDED
@pytest.mark.parametrize("address", ALLOWED)
def test_the_robots_txt_of_northern_ireland_is_obeyed(address: str) -> None:
    memory = Memory()
    text = (SAMPLES / ROBOTS).read_text(encoding="utf-8")
    memory.put(NI, RobotsCopy(fetched_at=NOON, status=200, text=text))

    async def ask(url: str, pause: timedelta) -> Answer:
        raise AssertionError(f"the copy that is kept is enough, and {url} is not asked")

    robots = Robots(ask=ask, memory=memory, product=AGENT.partition("/")[0], clock=lambda: NOON)

    try:
        asyncio.run(robots.admit(address, timedelta(seconds=5)))
        cause = None
    except SourceError as refused:
        cause = refused.cause

    assert cause == (None if ALLOWED[address] else Cause.ROBOTS)
