"""The files that people edit follow their own rules: bodies, sources and records."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
RECORDS = sorted(path for path in (ROOT / "records").glob("*.md") if path.name != "README.md")

REQUIRED_SOURCES = {
    "cabinet-office": ("cabinet-office", "feed"),
    "gds": ("gds", "feed"),
    "dsit": ("dsit", "feed"),
    "fcdo": ("fcdo", "feed"),
    "govuk-papers": ("uk-gov", "feed"),
    "govuk-transparency": ("uk-gov", "feed"),
    "nap-collection": ("cabinet-office", "govuk"),
    "scotland-publications": ("scot-gov", "listing"),
    "scotland-open-government-blog": ("scot-gov", "feed"),
    "wales-announcements": ("wales-gov", "feed"),
    "wales-consultations": ("wales-gov", "listing"),
    "ni-finance-news": ("ni-dof", "feed"),
    "ni-executive-news": ("ni-exec", "feed"),
    "ni-ogn": ("ni-ogn", "feed"),
    "glasgow-open-government": ("glasgow", "page"),
    "gmca-news": ("gmca", "listing"),
    "ogp": ("ogp", "feed"),
    "ogp-united-kingdom": ("ogp", "listing"),
    "ogp-scotland": ("ogp", "listing"),
    "ogp-northern-ireland": ("ogp", "listing"),
    "ogp-glasgow": ("ogp", "listing"),
    "ogp-greater-manchester": ("ogp", "listing"),
    "irm-uk-review-2023-2025": ("irm", "page"),
    "uk-ogn": ("uk-ogn", "feed"),
    "uk-ogn-forum": ("uk-ogn", "discourse"),
    "records": ("records", "records"),
}
"""Written by hand: the source, with body and kind, that each body of the field needs."""

COLLECTED_ADDRESSES = {
    "https://www.gov.uk/government/organisations/cabinet-office.atom",
    "https://www.gov.uk/government/organisations/government-digital-service.atom",
    "https://www.gov.uk/government/organisations/department-for-science-innovation-and-technology.atom",
    "https://www.gov.uk/government/organisations/foreign-commonwealth-development-office.atom",
    "https://www.gov.uk/government/organisations/central-digital-and-data-office.atom",
    "https://www.gov.uk/search/policy-papers-and-consultations.atom?keywords=open+government",
    "https://www.gov.uk/search/transparency-and-freedom-of-information-releases.atom?organisations[]=cabinet-office",
    "https://www.gov.uk/api/content/government/collections/uk-national-action-plans-for-open-government",
    "https://gds.blog.gov.uk/feed/",
    "https://cddo.blog.gov.uk/feed/",
    "https://dataingovernment.blog.gov.uk/feed/",
    "https://moderncivilservice.blog.gov.uk/feed/",
    "https://www.gov.scot/publications/?cat=filter&sort=date",
    "https://blogs.gov.scot/open-government-partnership/feed/",
    "https://consult.gov.scot/consultation_finder/?st=open",
    "https://www.gov.wales/announcements/rss",
    "https://www.gov.wales/consultations?field_consultation_status=1",
    "https://www.finance-ni.gov.uk/news/feed/finance",
    "https://www.finance-ni.gov.uk/publications/feed/finance",
    "https://www.finance-ni.gov.uk/consultations/feed/finance",
    "https://www.northernireland.gov.uk/news/feed/nigov",
    "https://www.northernireland.gov.uk/press-releases/rss.xml",
    "https://consultations.nidirect.gov.uk/consultation_finder/?st=open",
    "https://www.opengovernment.org.uk/category/ni/feed/",
    "https://www.glasgow.gov.uk/article/1337/Open-Government-in-Glasgow",
    "https://www.glasgow.gov.uk/news",
    "https://www.greatermanchester-ca.gov.uk/news/",
    "https://greatermanchester-ca.gov.uk/what-we-do/information-strategy/",
    "https://www.gmconsult.org/",
    "https://www.opengovpartnership.org/feed/",
    "https://www.opengovernment.org.uk/feed/",
    "https://www.opengovernment.org.uk/category/uk/feed/",
    "https://discuss.opengovernment.org.uk/latest.rss",
}
"""Every address that was collected for this field by hand."""

UNVERIFIED = {
    *("cddo", "nap-collection", "nap7-participation", "nap7-call-for-evidence"),
    *("gds-blog", "cddo-blog", "data-in-government-blog", "modern-civil-service-blog"),
    *("scotland-open-government-blog", "scotland-consultations", "wales-announcements-cymraeg"),
    *(
        "ni-finance-news",
        "ni-finance-publications",
        "ni-finance-consultations",
        "ni-executive-news",
        "ni-ogn",
    ),
    *("gmca-consultations", "ogp", "uk-ogn", "uk-ogn-uk", "uk-ogn-forum"),
}
"""The sources whose address nobody has seen answer."""

FORUM_LAGS = {
    "uk-msf-2018-06-11": 3,
    "uk-msf-2018-10-22": 7,
    "uk-msf-2020-12-09": 68,
    "uk-msf-2021-04-27": 1,
    "uk-msf-2022-06-22": None,
    "uk-msf-2022-12-14": 22,
    "uk-msf-2023-01-18": 47,
    "uk-msf-2023-04-27": 29,
    "uk-msf-2023-06-22": 27,
    "uk-msf-2023-10-18": 37,
    "uk-msf-2024-01-24": None,
}
"""Days from a meeting of the UK forum to its record, counted by hand; None if unknown."""


@cache
def _load(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def _bodies() -> list[dict[str, Any]]:
    return list(_load("register/bodies.yaml")["bodies"])


def _sources(path: str = "sources.yaml") -> list[dict[str, Any]]:
    return list(_load(path)["sources"])


@cache
def _record(path: Path) -> dict[str, Any]:
    """The front matter of a record, with every value as text."""
    opening, matter, text = path.read_text(encoding="utf-8").split("---\n", 2)
    assert (opening, bool(text.strip())) == ("", True), path.name
    record = dict(yaml.safe_load(matter))
    claims = [{key: str(value) for key, value in claim.items()} for claim in record.pop("claims")]
    return {**{key: str(value) for key, value in record.items()}, "claims": claims}


def _is_absolute(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" and "." in parts.netloc and not re.search(r"\s|…|\.\.\.", address)


def _repeated(names: list[str]) -> set[str]:
    return {name for name in names if names.count(name) > 1}


def test_bodies_have_unique_ids_and_existing_parents() -> None:
    ids = [body["id"] for body in _bodies()]
    assert _repeated(ids) == set()
    assert {body["parent"] for body in _bodies() if "parent" in body} <= set(ids)
    assert [body["id"] for body in _bodies() if not _is_absolute(body["url"])] == ["records"]


def test_bodies_are_in_the_order_of_the_page() -> None:
    main_bodies = [
        "uk-gov",
        "scot-gov",
        "wales-gov",
        "ni-exec",
        "glasgow",
        "gmca",
        "ogp",
        "uk-ogn",
        "records",
    ]
    assert [body["id"] for body in _bodies() if body["id"] in main_bodies] == main_bodies


@pytest.mark.parametrize("path", ["sources.yaml", "demo/sources.yaml"])
def test_every_source_has_a_unique_id_an_existing_body_and_absolute_addresses(path: str) -> None:
    sources = _sources(path)
    assert _repeated([source["id"] for source in sources]) == set()
    assert {source["body"] for source in sources} <= {body["id"] for body in _bodies()}
    for source in sources:
        addresses = [source["address"], *source.get("fallbacks", [])]
        complete = source["kind"] == "records" or all(map(_is_absolute, addresses))
        assert complete, source["id"]
        assert "page" not in source or _is_absolute(source["page"]), source["id"]


def test_every_body_of_the_field_has_a_source() -> None:
    listed = {source["id"]: (source["body"], source["kind"]) for source in _sources()}
    assert {name: listed.get(name) for name in REQUIRED_SOURCES} == REQUIRED_SOURCES


def test_every_collected_address_is_polled() -> None:
    polled = {address for s in _sources() for address in (s["address"], *s.get("fallbacks", []))}
    assert COLLECTED_ADDRESSES - polled == set()


def test_no_address_belongs_to_two_sources() -> None:
    assert _repeated([source["address"] for source in _sources()]) == set()


def test_a_source_is_verified_only_if_its_address_was_seen_to_answer() -> None:
    assert {source["id"] for source in _sources() if not source["verified"]} == UNVERIFIED


def test_updated_means_change_only_for_the_two_families_of_govuk_feeds() -> None:
    ids = {source["id"] for source in _sources() if source.get("updated_means_change")}
    assert ids == {"cabinet-office", "gds", "dsit", "fcdo", "cddo", "govuk-papers", "govuk-transparency"}


def test_feeds_are_polled_at_most_every_half_hour_and_html_every_six_hours() -> None:
    slow = {"listing", "page", "citizenspace", "sitemap"}
    for source in _sources():
        assert source.get("every", "1 hour") in {"30 minutes", "1 hour", "6 hours", "1 day"}, source["id"]
        if source["kind"] in slow:
            assert source.get("every") in {"6 hours", "1 day"}, source["id"]


def test_every_source_has_a_note() -> None:
    assert [source["id"] for source in _sources() if len(source.get("note", "")) < 20] == []


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_a_record_has_its_name_as_id_a_date_and_a_body(path: Path) -> None:
    record = _record(path)
    types = {rule["id"] for rule in _load("register/vocabulary.yaml")["types"]}
    assert record["id"] == path.stem
    assert record["body"] in {body["id"] for body in _bodies()}
    assert record["type"] in types
    assert date.fromisoformat(record["added"]) >= date(2026, 11, 23)
    assert "document" not in record or _is_absolute(record["document"])


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_every_dated_claim_of_a_record_has_a_source_or_says_that_it_has_none(path: Path) -> None:
    for claim in _record(path)["claims"]:
        assert set(claim) <= {"what", "date", "source", "note"}, claim
        assert "date" not in claim or re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", claim["date"]), claim
        unsourced = "not sourced" in claim.get("note", "").lower() or "nothing is sourced" in claim.get(
            "note", ""
        )
        assert _is_absolute(claim.get("source", "")) or unsourced, claim


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_the_publication_day_of_a_record_has_a_sourced_claim(path: Path) -> None:
    record = _record(path)
    sourced = {claim["date"] for claim in record["claims"] if "date" in claim and "source" in claim}
    assert "published" not in record or record["published"] in sourced


@pytest.mark.parametrize("name", FORUM_LAGS)
def test_records_of_the_forum_give_the_days_from_meeting_to_record(name: str) -> None:
    claims = _record(ROOT / "records" / f"{name}.md")["claims"]
    met_on = next(claim["date"] for claim in claims if claim["what"] == "meeting held")
    posted = next(claim for claim in claims if claim["what"] == "record posted").get("date")
    lag = (date.fromisoformat(posted) - date.fromisoformat(met_on)).days if posted else None
    assert (met_on, lag) == (name.removeprefix("uk-msf-"), FORUM_LAGS[name])


def test_no_two_records_are_of_the_same_document() -> None:
    assert _repeated([_record(path)["document"] for path in RECORDS if "document" in _record(path)]) == set()


def test_the_last_day_of_the_sixth_plan_is_shown_as_not_sourced() -> None:
    claims = _record(ROOT / "records" / "uk-nap6.md")["claims"]
    assert [claim["date"] for claim in claims if "date" in claim and "source" not in claim] == ["2025-12-31"]


def test_both_end_dates_of_greater_manchesters_plan_are_recorded() -> None:
    claims = _record(ROOT / "records" / "gmca-plan-2025-2028.md")["claims"]
    assert [claim["date"] for claim in claims if "plan ends" in claim["what"]] == ["2028-03", "2028-05"]


def test_scotlands_meetings_are_newest_first() -> None:
    claims = _record(ROOT / "records" / "scot-ogsg-meetings.md")["claims"]
    days = [claim["date"] for claim in claims if claim["what"] == "meeting held"]
    assert (days[0], len(days)) == ("2025-09-25", 14)
    assert days == sorted(days, reverse=True)
