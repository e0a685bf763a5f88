"""Properties for anything that publishers may send, in any order. Hypothesis generates it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import SourceError
from aggregator.model import (
    Entry,
    Fetched,
    FetchedPart,
    MailTrust,
    Moment,
    ParsedPage,
    Precision,
    RawEntry,
    RawLink,
    Scope,
    Selectors,
    Source,
    ZoneBasis,
)
from aggregator.model.kinds import KINDS
from aggregator.normalise import normalise
from aggregator.parse import reader_for
from aggregator.store import Store
from tests.services.conftest import OpenStore
from tests.services.stage import PollingBench
from tests.support.builders import NOON, make_source
from tests.support.examples import examples

HOUR = timedelta(hours=1)


# ---------------------------------------------------------------- normalising twice is once

FRAGMENTS = st.sampled_from(
    [
        *(
            "open",
            "government",
            "Plan’s",
            "2026–27",
            "café",
            "cafe\u0301",
            "Llŷr",
            "…",
            "...",
            "[…]",
            "1 < 2",
        ),
        *(
            "&amp;",
            "&lt;b&gt;",
            "&amp;lt;",
            "&#8211;",
            "&nbsp;",
            "\u00a0",
            "\u200b",
            "\x00",
            "\u2028",
            "AT&T",
        ),
        *("<b>", "</b>", "<p>", "</p>", "<br>", "<mark>", "</mark>", "<script>x</script>", "<img alt='map'>"),
        *(
            "<a href='/x?utm_source=a'>",
            "</a>",
            "<a href='javascript:1'>",
            "<table><tr><td>",
            "<![CDATA[",
            "]]>",
        ),
        *("<li>", "</ul>", "<!-- -->", "\n", "<", ">", "&", "'", '"', "<svg>", "<p lang=cy>", "Ymgynghoriad"),
    ]
)
TEXTS = st.lists(FRAGMENTS, max_size=12).map(" ".join) | st.lists(FRAGMENTS, max_size=6).map("".join)
DATES = st.sampled_from(
    [
        *(
            "2026-05-25T16:00:00Z",
            "2026-05-25T17:00:00+01:00",
            "25 May 2026",
            "Mon, 25 May 2026 10:11:00 +0100",
        ),
        *(
            "2026-10-25 01:30",
            "2026-03-29 01:30",
            "25/05/2026",
            "May 2026",
            "2026",
            "25 Mai 2026 5pm",
            "never",
        ),
        *("<time datetime='2026-08-20T12:00:00Z'>20 August 2026</time>", "", "2026-05-25T10:11", "noon"),
    ]
)
LINKS = st.sampled_from(
    [
        *(
            "/a",
            "/a?b=1&utm_medium=x",
            "https://www.gov.uk/a#2026-05-25T16:00:00Z",
            "http://gov.wales/a b/",
            "a",
        ),
        *(
            "https://www.gov.uk/a.cy",
            "//llyw.cymru/a",
            "https://user:x@b.org:443/%7Ea/../b?x=%2f&y=é",
            "\n/a\t",
        ),
        *("https://www.gov.ukhttps://www.gov.uk/a", "https://b.org/#!/a", "https://b.org/a?q=a+b"),
    ]
)
RAWS = st.builds(
    RawEntry,
    item_name=st.just("item 1"),
    id=st.sampled_from([None, "x", "tag:a,2005:/b", "https://a.org/?p=1", "https://www.gov.wales/node/12"]),
    link=LINKS,
    title=TEXTS.filter(bool),
    title_is_html=st.booleans(),
    summary=TEXTS,
    summary_is_html=st.booleans(),
    content=st.none() | TEXTS,
    published=DATES,
    updated=DATES,
    opens=DATES,
    closes=DATES,
    type=st.none() | TEXTS,
    categories=st.lists(TEXTS, max_size=3).map(tuple),
    language=st.sampled_from([None, "en-GB", "cy", "gd", "??"]),
    links=st.lists(
        st.builds(
            RawLink,
            href=LINKS,
            rel=st.sampled_from(["enclosure", "related", "alternate", "self"]),
            type=st.sampled_from([None, "application/pdf"]),
            title=st.none() | TEXTS,
            length=st.sampled_from([None, "12", "0", "-1", "many"]),
        ),
        max_size=3,
    ).map(tuple),
)
FORMS = {
    Precision.YEAR: "%Y",
    Precision.MONTH: "%Y-%m",
    Precision.DAY: "%Y-%m-%d",
    Precision.MINUTE: "%Y-%m-%dT%H:%M",
    Precision.SECOND: "%Y-%m-%dT%H:%M:%S",
}


def written(moment: Moment | None) -> str | None:
    """A moment as a publisher would write it: in London time if it had no zone."""
    if moment is None:
        return None
    stated = moment.zone is ZoneBasis.STATED
    at = moment.at if stated else moment.at.astimezone(ZoneInfo("Europe/London"))
    return at.strftime(FORMS[moment.precision]) + ("Z" if stated else "")


def as_raw_entry(entry: Entry) -> RawEntry:
    """The normalised entry as a raw item, as if its publisher had written it."""
    return RawEntry(
        item_name="item 1",
        id=entry.native_id,
        link=entry.url,
        title=entry.title,
        summary=entry.summary,
        summary_is_html=False,
        content=entry.content or None,
        published=written(entry.published),
        updated=written(entry.updated),
        opens=written(entry.opens),
        closes=written(entry.closes),
        type=entry.publisher_type,
        categories=entry.categories,
        language=entry.language,
        links=tuple(
            RawLink(
                href=link.href,
                rel=link.rel,
                type=link.type,
                title=link.title,
                length=None if link.length is None else str(link.length),
            )
            for link in entry.links
        ),
    )


@examples(300)
@given(RAWS)
def test_normalising_twice_is_once(raw: RawEntry) -> None:
    for entry in normalise(make_source(), "https://www.gov.uk/feed", (raw,), now=NOON).entries:
        again = normalise(make_source(), "https://www.gov.uk/feed", (as_raw_entry(entry),), now=NOON)

        assert again.entries == (entry,)


# ---------------------------------------------------------------- identity

PAIRS = ["b=1", "a=2", "c", "d=%7Ex", "e=x+y"]
TRACKERS = ["utm_source=rss", "UTM_Medium=feed", "fbclid=1", "mc_cid=2", "_ga=3", "gclid=x"]


@st.composite
def addresses(draw: st.DrawFn) -> str:
    """One address of one document, as anybody might write it."""
    scheme, port = draw(
        st.sampled_from([("https", ""), ("https", ":443"), ("http", ""), ("http", ":80"), ("HTTPS", "")])
    )
    host = draw(st.sampled_from(["www.example.org", "example.org", "WWW.Example.ORG", "example.org."]))
    path = draw(st.sampled_from(["/plans/open", "/plans/open/", "/plans/./open", "/x/../plans/op%65n/"]))
    trackers = draw(st.lists(st.sampled_from(TRACKERS), unique=True, max_size=3))
    query = "&".join(draw(st.permutations([*PAIRS, *trackers])))
    fragment = draw(st.sampled_from(["", "#2026-05-25T16:00:00Z", "#2026-05-25T17:00:00+01:00", "#top"]))
    before, after = draw(st.sampled_from([("", ""), (" ", "\n"), ("\t", " \r\n")]))
    return f"{before}{scheme}://{host}{port}{path}?{query}{fragment}{after}"


def id_of(address: str) -> str:
    raw = RawEntry(item_name="item 1", link=address, title="A plan")
    (entry,) = normalise(make_source(), "https://feeds.example.net/", (raw,), now=NOON).entries
    return entry.id


@examples(300)
@given(addresses())
def test_an_id_ignores_order_spaces_trackers_slash_www_port_and_revision(address: str) -> None:
    assert id_of(address) == id_of("https://example.org/plans/open?a=2&b=1&c&d=~x&e=x%20y")


@given(st.sampled_from(["https://example.org/plans/other", "https://sub.example.org/plans/open", "/plans"]))
def test_another_page_is_another_document(address: str) -> None:
    assert id_of(f"{address}?a=2") != id_of("https://example.org/plans/open?a=2")


# ---------------------------------------------------------------- removals

KEPT = make_source("records", kind="records", address="records/", licence="own", scope=Scope.ALL)
RECORD_IDS = tuple(f"record-{number}" for number in range(6))
LISTINGS = st.sets(st.sampled_from(RECORD_IDS), max_size=2)
"""What a listing leaves out. Two of six at once are more than a fifth, so they wait for the operator."""
GAPS = st.sampled_from([20, 60, 90, 179, 180, 181, 240, 600])
"""Minutes between two polls."""
LISTINGS_OVER_TIME = st.lists(st.tuples(GAPS, LISTINGS), min_size=2, max_size=6)


def folder(without: set[str]) -> tuple[FetchedPart, ...]:
    head = "---\nid: {0}\nbody: cabinet-office\ntitle: {0}\nadded: 2026-06-01\n---\nText.\n"
    return tuple(
        FetchedPart(name=f"{name}.md", payload=head.format(name).encode())
        for name in RECORD_IDS
        if name not in without
    )


def removals(store: Store, listings: Sequence[tuple[datetime, set[str] | None]]) -> dict[str, list[datetime]]:
    """When each document was announced as removed. A poll that is None fails."""
    stage = PollingBench(store, (KEPT,))
    stage.poll(NOON, {"records/": folder(set())})
    for at, without in listings:
        outcome = stage.poll(at, {"records/": 500 if without is None else folder(without)})["records"]
        assert outcome.bug is None
    return {
        title: [r.seen_at for c in document.carriers for r in c.revisions if r.parts == ("removed",)]
        for title, document in stage.documents_by_title().items()
    }


def timed(listings: Sequence[tuple[int, set[str]]]) -> list[tuple[datetime, set[str] | None]]:
    at = NOON
    made: list[tuple[datetime, set[str] | None]] = []
    for minutes, without in listings:
        at += timedelta(minutes=minutes)
        made.append((at, without))
    return made


@examples(40, few=15)
@given(listings=LISTINGS_OVER_TIME)
def test_a_removal_is_never_announced_without_two_polls_three_hours_apart(
    fresh: OpenStore, listings: list[tuple[int, set[str]]]
) -> None:
    """From the first of the two polls on, the document was never there."""
    polls = timed(listings)
    with fresh() as store:
        announced = removals(store, polls)

    for name, instants in announced.items():
        for announced_at in instants:
            absent_since = announced_at
            for at, without in reversed([poll for poll in polls if poll[0] <= announced_at]):
                if without is None or name not in without:
                    break
                absent_since = at
            assert announced_at - absent_since >= 3 * HOUR


@examples(25, few=10)
@given(listings=LISTINGS_OVER_TIME, data=st.data())
def test_a_failed_poll_anywhere_never_produces_a_removal(
    fresh: OpenStore, listings: list[tuple[int, set[str]]], data: st.DataObject
) -> None:
    polls = timed(listings)
    place = data.draw(st.integers(0, len(polls)))
    before = polls[place - 1][0] if place else NOON
    failed = [*polls[:place], (before + timedelta(minutes=10), None), *polls[place:]]

    with fresh() as store:
        without_it = removals(store, polls)
    with fresh() as store:
        with_it = removals(store, failed)

    assert with_it == without_it


# ---------------------------------------------------------------- any bytes

TRUST = MailTrust(list_id="news.example.org", servers=("mx.example.org",))
SELECTORS = Selectors(item="li", title="a", date="time", main="main", details=True, next="a[rel=next]")
ADDRESSES = [
    ("citizenspace", "https://consult.example.org/api/2.4/json_search_results"),
    ("citizenspace", "https://consult.example.org/consultation_finder/?st=open"),
    ("citizenspace", "https://consult.example.org/a/b/"),
    ("discourse", "https://forum.example.org/latest.rss"),
    ("discourse", "https://forum.example.org/latest.json"),
    ("feed", "https://www.example.org/feed/"),
    ("govuk", "https://www.gov.uk/api/search.json?q=a"),
    ("govuk", "https://www.gov.uk/api/content/a"),
    ("jsonfeed", "https://www.example.org/feed.json"),
    ("listing", "https://www.example.org/news/"),
    ("listing", "https://www.example.org/news/one"),
    ("mailbox", "maildir:mail/"),
    ("page", "https://www.example.org/plan"),
    ("records", "records/"),
    ("sitemap", "https://www.example.org/sitemap.xml"),
]


def watched(kind: str, address: str) -> Source:
    own = "https://www.example.org/news/" if kind == "listing" else address
    return make_source(
        "any", kind=kind, address=address if kind != "listing" else own, mail=TRUST, selectors=SELECTORS
    )


def fetched(kind: str, address: str, payload: bytes) -> Fetched:
    inside = kind in {"records", "mailbox"}
    parts = (
        (FetchedPart(name="one.md", payload=payload), FetchedPart(name="two", payload=payload))
        if inside
        else ()
    )
    return Fetched(
        url=address,
        final_url=address,
        status=200,
        headers={},
        payload=b"" if inside else payload,
        parts=parts,
    )


OPENINGS = st.sampled_from(
    [
        *(
            b"",
            b"<rss><channel><item><title>",
            b"<feed><entry>",
            b"<!doctype html><main><li><a href='/a'>",
            b"[",
        ),
        *(
            b'{"results": [{"link": "/a", ',
            b'{"base_path": "/a", "details": {',
            b"---\nid: one\nbody: a\n---\n",
        ),
        *(
            b'{"version": "https://jsonfeed.org/version/1", "items": [{',
            b"<urlset><url><loc>http://a.b/",
            b"\x1f\x8b",
        ),
        b"List-Id: <news.example.org>\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n",
    ]
)


def test_every_kind_is_covered() -> None:
    assert {kind for kind, _ in ADDRESSES} == set(KINDS)


@pytest.mark.parametrize(("kind", "address"), ADDRESSES)
@examples(40, few=10)
@given(opening=OPENINGS, rest=st.binary(max_size=300))
def test_any_bytes_give_a_page_or_a_source_error(
    kind: str, address: str, opening: bytes, rest: bytes
) -> None:
    source = watched(kind, address)
    try:
        page = reader_for(kind).read(source, fetched(kind, address, opening + rest))
    except SourceError:
        return
    assert isinstance(page, ParsedPage)
    normalise(source, address, page.entries, now=NOON)
