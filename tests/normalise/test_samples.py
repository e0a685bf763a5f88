"""Recorded responses, where the folder of samples exists: parsed, normalised, and compared with what a person
found in the raw files."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.errors import Cause, SourceError
from aggregator.model import Fetched
from aggregator.normalise import NormalisedPage, normalise
from aggregator.parse import reader_for
from tests.support.builders import NOON, make_source

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"

pytestmark = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="the recorded answers belong to others and are not part of this project"
)

EXPECTED = [
    (
        "models/govuk_org.atom",
        2,
        "EXAMPLE Participation in the seventh National Action Plan",
        "https://www.gov.uk/government/publications/example-nap7-participation",
        "updated 2026-05-25T16:00:00+00:00 second",
    ),
    (
        "models/govuk_org_next_poll.atom",
        2,
        "EXAMPLE Participation in the seventh National Action Plan",
        "https://www.gov.uk/government/publications/example-nap7-participation",
        "updated 2026-06-02T08:15:00+00:00 second",
    ),
    (
        "models/govuk_finder.atom",
        2,
        "EXAMPLE Participation in the seventh National Action Plan",
        "https://www.gov.uk/government/publications/example-nap7-participation",
        "updated 2026-05-25T16:00:00+00:00 second",
    ),
    (
        "models/gov_wales_announcements.rss",
        1,
        "Written Statement: EXAMPLE Open Government",
        "https://www.gov.wales/written-statement-example-open-government",
        "published 2026-09-18T08:30:00+00:00 second",
    ),
    (
        "models/ni_news_feed.rss",
        2,
        "EXAMPLE Minister opens consultation on open government",
        "https://www.finance-ni.gov.uk/news/example-minister-opens-consultation",
        "published 2026-09-14T23:00:00+00:00 day",
    ),
    (
        "models/wordpress.rss",
        1,
        "EXAMPLE Multi-stakeholder Forum – read-out",
        "https://www.opengovernment.org.uk/2026/05/05/example-msf-read-out/",
        "published 2026-05-05T10:11:00+00:00 second",
    ),
    (
        "models/discourse_latest.rss",
        1,
        "EXAMPLE Read out from the UK Multi-Stakeholder Forum",
        "https://discuss.opengovernment.org.uk/t/example-read-out/9999",
        "published 2024-01-24T16:05:00+00:00 second",
    ),
    (
        "models/alaveteli_search.atom",
        1,
        "EXAMPLE request",
        "https://www.whatdotheyknow.com/request/example#outgoing-1",
        "published 2026-05-05T09:11:00+00:00 second",
    ),
    (
        "captures/legislation/legislation.gov.uk_new_data.feed_2015-12-10.xml",
        20,
        "The Social Security (Crediting and Treatment of Contributions, and National Insurance Numbers) "
        "(Amendment) Regulations (Northern Ireland) 2015",
        "http://www.legislation.gov.uk/nisr/2015/404/made",
        "published 2015-12-10T14:16:51+00:00 second",
    ),
    (
        "captures/legislation/legislation.gov.uk_new_data.feed_2015-12-11.xml",
        20,
        "The Social Security (Crediting and Treatment of Contributions, and National Insurance Numbers) "
        "(Amendment) Regulations (Northern Ireland) 2015",
        "http://www.legislation.gov.uk/nisr/2015/404/made",
        "published 2015-12-10T14:16:51+00:00 second",
    ),
    (
        "captures/legislation/legislation.gov.uk_new_data.feed_2015-12-16T0020.xml",
        20,
        "The Police and Crime Commissioner Elections (Designation of Local Authorities) Order 2015",
        "http://www.legislation.gov.uk/uksi/2015/2028/made",
        "published 2015-12-16T00:20:05+00:00 second",
    ),
    (
        "captures/gov_scot/news.gov.scot_feed_rss_2017-06-27_govdelivery.xml",
        2,
        "Scotland's future must be decided by the people who live here",
        "https://news.gov.scot/news/scotlands-future-must-be-decided-by-the-people-who-live-here",
        "published 2017-06-27T14:05:00+00:00 second",
    ),
    (
        "captures/gov_scot/news.gov.scot_feed_rss_2020-09-17_PRgloo.xml",
        10,
        "Lifeline support for Performing Arts Venues",
        "https://news.gov.scot/news/lifeline-support-for-performing-arts-venues",
        "published 2020-07-03T11:54:32+00:00 second",
    ),
    (
        "captures/blogs/data.blog.gov.uk_feed_atom_2016-05-31.xml",
        1,
        "What open government policy can learn from internet culture",
        "https://data.blog.gov.uk/2016/05/23/what-open-government-policy-can-learn-from-internet-culture/",
        "published 2016-05-23T11:55:38+00:00 second",
    ),
]


def normalise_sample(name: str) -> NormalisedPage:
    fetched = Fetched(
        url="https://sample.example/feed",
        final_url="https://sample.example/feed",
        status=200,
        headers={"content-type": "application/xml; charset=utf-8"},
        payload=(SAMPLES / name).read_bytes(),
    )
    page = reader_for("feed").read(make_source(), fetched)
    assert page.rejects == ()
    return normalise(make_source(), fetched.final_url, page.entries, now=NOON)


@pytest.mark.parametrize(
    ("name", "count", "title", "url", "dated"), EXPECTED, ids=[row[0] for row in EXPECTED]
)
def test_a_recorded_feed_gives_what_a_person_found_in_it(
    name: str, count: int, title: str, url: str, dated: str
) -> None:
    page = normalise_sample(name)
    assert (len(page.entries), page.rejects) == (count, ())
    first = page.entries[0]
    assert (first.title, first.url, first.language) == (title, url, "en")
    which = dated.partition(" ")[0]
    moment = first.published if which == "published" else first.updated
    assert moment
    assert f"{which} {moment.at.isoformat()} {moment.precision}" == dated
    assert (first.published is None) == (which == "updated")


def test_both_kinds_of_gov_uk_feeds_give_one_document() -> None:
    by_organisation, by_finder = (
        normalise_sample("models/govuk_org.atom"),
        normalise_sample("models/govuk_finder.atom"),
    )
    one, other = by_organisation.entries[0], by_finder.entries[0]
    assert (one.id, one.title, one.updated) == (other.id, other.title, other.updated)
    assert (one.publisher_type, other.publisher_type) == ("Policy paper", None)


def test_a_closed_consultation_has_the_same_id_and_another_type() -> None:
    before, after = (
        normalise_sample("models/govuk_org.atom"),
        normalise_sample("models/govuk_org_next_poll.atom"),
    )
    one, other = before.entries[1], after.entries[1]
    assert (one.id, one.title, one.updated) == (other.id, other.title, other.updated)
    assert (one.publisher_type, other.publisher_type) == ("Open consultation", "Closed consultation")


def test_the_three_responses_of_legislation_contain_forty_documents() -> None:
    names = [row[0] for row in EXPECTED if "legislation" in row[0]]
    assert len({entry.id for name in names for entry in normalise_sample(name).entries}) == 40


def test_the_day_in_northern_irelands_wrapped_date_is_a_day() -> None:
    second = normalise_sample("models/ni_news_feed.rss").entries[1].published
    assert second
    assert (second.at.isoformat(), second.precision) == ("2026-09-13T23:00:00+00:00", "day")


def test_the_notice_of_a_retired_feed_makes_no_entry() -> None:
    with pytest.raises(SourceError) as caught:
        normalise_sample("models/govuk_feed_ended.atom")
    assert caught.value.cause is Cause.ENDED
