"""A publisher's day is that day in every format and time zone, and nothing is dated that has no date."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from aggregator.classify.combine import combine_carriers
from aggregator.deliver import compose, render_digest, week_of
from aggregator.deliver.alert_mail import build_alert, prepare_alert_mail
from aggregator.deliver.webhook_request import build_webhook_request
from aggregator.model import Board, Document, Moment, Precision, Snapshot, SourceWithState
from aggregator.model.alert_rules import AlertEvent, AlertReason, AlertRule, Term, Webhook
from aggregator.model.days import day_in_words
from aggregator.normalise import normalise
from aggregator.normalise.dates import parse_moment
from aggregator.parse import reader_for
from aggregator.publish import export_tables, make_artifacts
from tests.deliver.mail.subscribers import make_context, make_subscriber, parse_message
from tests.parse.answers import answer
from tests.publish.validators import validator_of
from tests.support.builders import (
    NOON,
    instant,
    make_carrier,
    make_entry,
    make_labels,
    make_site,
    make_snapshot,
    make_source,
    make_source_with_state,
)

# In summer and in winter, the days on which the clocks change, and a leap day.
DAYS = [date(2026, 6, 30), date(2026, 1, 15), date(2026, 3, 29), date(2026, 10, 25), date(2024, 2, 29)]
CASES = [(day, "Europe/London") for day in DAYS]
CASES += [(DAYS[0], "America/New_York"), (DAYS[0], "Pacific/Auckland")]
RULE = AlertRule(id="r", name="A rule", when=Term(field="title", values=("plan",)))


def written(day: date) -> Iterator[str]:
    """The ways in which publishers write a day."""
    yield day.isoformat()
    yield f"{day_in_words(day)}"
    yield f"{day}T00:00:00Z"
    yield f"{day:%a, %d %b %Y} 00:00:00 +0100"
    midnight = datetime.combine(day, time(), ZoneInfo("Europe/London"))
    yield midnight.isoformat()
    yield midnight.astimezone(UTC).isoformat().replace("+00:00", "Z")


def dated_document(moment: Moment | None, first_seen: datetime) -> Document:
    entry = make_entry(published=moment, updated=None, opens=moment, closes=moment)
    carriers = (make_carrier(entry, first_seen),)
    return combine_carriers(carriers, lambda entry, sources: make_labels(type="consultation"))


def snapshot_at(at: datetime, zone: str, *documents: Document) -> Snapshot:
    polled: SourceWithState = make_source_with_state(last_polled=at, last_read=at, first_read=at)
    return make_snapshot(
        *documents,
        at=at,
        site=make_site(timezone=ZoneInfo(zone)),
        board=Board(at=at, rows=()),
        sources=(polled,),
        types={"consultation": "Consultation"},
    )


def every_file(snapshot: Snapshot) -> dict[str, str]:
    """All that leaves the program about the documents: files, exports, digest, alert, webhook."""
    (document,), site, at = snapshot.documents, snapshot.site, snapshot.at
    made = [*make_artifacts(snapshot), *export_tables(snapshot)]
    digest = compose(
        week_of(at, site.timezone),
        snapshot.documents,
        zone=site.timezone,
        site=site,
        bodies=snapshot.bodies,
        page=lambda entry: "https://updates.example.org/",
        issued_at=None,
    )
    made += render_digest(digest, site, snapshot.bodies)
    event = AlertEvent(at=at, reason=AlertReason.NEW)
    alert = build_alert(RULE, event, document, found=at, page="https://x.example/", zone=site.timezone)
    mail = prepare_alert_mail(
        "alert-r", "r", RULE, [alert], make_subscriber(), make_context(site), snapshot.bodies
    )
    message = parse_message(mail.personalise(make_subscriber())).get_content()
    hook = build_webhook_request(
        alert, RULE, Webhook(url="https://h.example/"), b"key", at, site, snapshot.bodies
    )
    texts = {one.path: one.payload.decode() for one in made if not one.path.endswith((".db", ".png"))}
    return texts | {"mail": message, "webhook": (hook.body or b"").decode()}


def dates_in(files: Mapping[str, str], document: Document) -> dict[str, str]:
    """The date of publication in each format, with what says how exactly it is known."""
    (item,) = json.loads(files["feed.json"])["items"]
    (row,) = csv.DictReader(io.StringIO(files["entries.csv"]))
    hook = json.loads(files["webhook"])["data"]["dated"]
    page = files[f"entries/{document.entry.id.removeprefix('urn:uuid:')}.html"]
    return {
        "atom": between(files["feed.atom"], "<published>", "<"),
        "atom precision": between(files["feed.atom"], "<ogu:published-precision>", "<"),
        "atom updated": between(files["feed.atom"].partition("<entry")[2], "<updated>", "<"),
        "rss": between(files["feed.rss"], "<pubDate>", "<"),
        "rss precision": between(files["feed.rss"], "<ogu:published-precision>", "<"),
        "json": item["date_published"],
        "json precision": item["_open_government"]["published_precision"],
        "csv": " ".join(row[name] for name in ("published", "opens", "closes", "updated")),
        "calendar": between(files["calendar.ics"], "DTSTART;VALUE=DATE:", "\r"),
        "webhook": f"{hook['at']} {hook['precision']}",
        "page": between(page, '<p class="closes">Closing date: <strong>', "</strong>"),
        "cited": between(page, "</span>”, ", "."),
        "mail": between(files["mail"], "Dated ", "\r"),
    }


def between(text: str, before: str, after: str) -> str:
    return text.partition(before)[2].partition(after)[0]


@pytest.mark.parametrize(("day", "zone"), CASES, ids=map(" ".join, ((str(d), z) for d, z in CASES)))
def test_a_day_is_that_day_in_every_format(day: date, zone: str) -> None:
    moments = {parse_moment(text, now=NOON) for text in written(day)}
    assert [(one.day, one.precision) for one in moments if one] == [(day, Precision.DAY)]

    at = datetime.combine(day + timedelta(days=9), time(12), UTC)
    document = dated_document(moments.pop(), at)
    files = every_file(snapshot_at(at, zone, document))

    noon, words = f"{day}T12:00:00+00:00", day_in_words(day)
    assert dates_in(files, document) == {
        "atom": noon,
        "atom precision": "day",
        "atom updated": noon,
        "rss": f"{day:%a, %d %b %Y} 12:00:00 +0000",
        "rss precision": "day",
        "json": noon,
        "json precision": "day",
        "csv": f"{day} {day} {day} {day}",
        "calendar": f"{day:%Y%m%d}",
        "webhook": f"{noon} day",
        "page": f'<time datetime="{day}">{words}</time>',
        "cited": words,
        "mail": words,
    }
    eve = day - timedelta(days=1)
    wrong = (
        str(eve),
        f"{eve:%Y%m%d}",
        day_in_words(eve),
        f"{eve:%d %b %Y}",
        f"{day}T00:",
        f"{words}, 0",
        f"{words}, 1",
    )
    assert [(path, one) for path, text in files.items() for one in wrong if one in text] == []
    for path in ("feed.atom", "feed.rss", "feed.json", "calendar.ics"):
        validate = validator_of(path)
        assert validate
        assert validate(files[path].encode()) == []


def test_a_month_stays_a_month() -> None:
    moment = parse_moment("June 2026", now=NOON)
    document = dated_document(moment, NOON)

    dates = dates_in(every_file(snapshot_at(NOON, "America/New_York", document)), document)

    assert (dates["atom"], dates["atom precision"]) == ("2026-06-01T12:00:00+00:00", "month")
    assert (dates["json"], dates["json precision"]) == ("2026-06-01T12:00:00+00:00", "month")
    assert (dates["csv"], dates["cited"]) == ("2026-06 2026-06 2026-06 2026-06", "June 2026")
    assert dates["page"] == '<time datetime="2026-06">June 2026</time>'


def test_without_a_date_the_first_sight_is_not_given_as_one() -> None:
    document = dated_document(None, instant("2026-06-04 09:30"))
    files = every_file(snapshot_at(NOON, "Europe/London", document))
    page = files[f"entries/{document.entry.id.removeprefix('urn:uuid:')}.html"]
    said = "no date; first seen 4 June 2026 (it may be older)"

    assert "<pubDate>" not in files["feed.rss"]
    assert "<published>" not in files["feed.atom"]
    assert "datePublished" not in page
    assert between(page, "</span>”, ", ". https") == said
    assert between(page, "data-day=", "</span>").endswith(f">{said}")
    (row,) = csv.DictReader(io.StringIO(files["entries.csv"]))
    assert (row["published"], row["date_note"]) == ("", said)
    assert said in files["types/consultation.html"]


@pytest.mark.parametrize("name", ["feed.atom", "feed.rss", "feed.json"])
@pytest.mark.parametrize("text", ["2026-05-30", "May 2026", "2026"])
def test_another_instance_reads_a_day_as_the_day(name: str, text: str) -> None:
    document = dated_document(parse_moment(text, now=NOON), NOON)
    artifacts = {one.path: one for one in make_artifacts(snapshot_at(NOON, "Europe/London", document))}
    source = make_source(kind="jsonfeed" if name.endswith("json") else "feed")

    page = reader_for(source.kind).read(source, answer(artifacts[name].payload))
    (entry,) = normalise(source, source.address, page.entries, now=NOON).entries

    assert entry.published == document.entry.published
