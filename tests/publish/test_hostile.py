"""Hostile text in any field: no page runs it, no feed breaks on it, and no line grows without limit."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import Cause
from aggregator.model import (
    Board,
    BoardRow,
    Carrier,
    Claim,
    Document,
    Entry,
    Failed,
    FeedMetadata,
    FormerName,
    Labels,
    Link,
    Note,
    ReadStatus,
    Reason,
    ReasonSource,
    Removal,
    RemovalKind,
    Revision,
    Role,
    RoleHolder,
    Snapshot,
)
from aggregator.publish import make_artifacts
from tests.publish.board.boards import make_process_report
from tests.publish.feed_readers import ATOM, HTML, XML, read_page, visible_text
from tests.support.builders import (
    NOON,
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
from tests.support.examples import examples

HOSTILE = {
    "script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "attribute": '" onmouseover="alert(1)" x=\'',
    "closing": "</title></a></td></table></main>--> ]]> <!--",
    "entities": "&lt;script&gt; &amp;amp; &#x3c;script&#x3e; &bogus; %3Cscript%3E {{ 7*7 }} {% raw %}",
    "control characters": "a\x00b\x08c\x0bd\x1be\x7ff\x85g\ufffeh\uffffi\ud800j\r\nk\tl",
    "direction": "\u202eevil\u2066\u2069\u202d",
    "address": "javascript:alert(1)",
    "long": "x" * 100_000,
}


def make_hostile_snapshot(text: str) -> Snapshot:
    """A snapshot with this text in every free-text field of two documents and a record."""
    claim = Claim(what=text, moment=moment("2024-01-24 00:00"), source=text, note=text)
    links = (
        Link(href=text, rel=text, type=text, title=text),
        Link(href=f"https://www.gov.uk/{text}", rel="enclosure", type=text, title=text),
    )
    entry = make_entry(
        title=f"T{text}",
        summary=text,
        content=text,
        text=text,
        url=f"https://www.gov.uk/{text}",
        language=text,
        closes=moment("2026-06-10 10:00"),
        links=links,
        claims=(claim,),
    )
    entry = replace(entry, notes=(Note(moment=None, text=text),), publisher_type=text, categories=(text,))
    record = replace(entry, id="urn:uuid:1", key=f"record:{text}", url=None, licence="own")
    unlinked = replace(entry, id="urn:uuid:2", url=text, body=text)
    reason = Reason(text=text, found_in=ReasonSource.TITLE, supports=f"topic:{text}", points=1)
    labels = make_labels(
        type=text,
        topics=(text,),
        plans=(text,),
        commitments=(text,),
        subjects=(text,),
        reasons=(reason,),
        overridden=True,
    )
    metadata = FeedMetadata(id=text, title=text, link=text, updated=text, rights=text, language=text)
    failure = Failed(url=text, cause=Cause.STATUS, detail=text, hint=text)
    body = make_body(
        name=text, url=text, nation=text, former=(FormerName(name=text, until=date(2020, 1, 1)),)
    )
    documents = tuple(_removed_document(one, labels, text) for one in (entry, record, unlinked))
    row = BoardRow(
        body=body, last=documents[0], last_on=None, days=None, read_status=ReadStatus.READ, since=None
    )
    return make_snapshot(
        *documents,
        bodies={"cabinet-office": body},
        sources=(
            make_source_with_state(
                make_source(title=text, page=text), feed_metadata=metadata, failure=failure, moved_to=text
            ),
        ),
        board=Board(at=NOON, rows=(row,), processes=(make_process_report(text),)),
        types={text: text},
        topics={text: text},
        plans={text: text},
        roles=(
            Role(id=text, name=text, holders=(RoleHolder(body=text, since=date(2020, 1, 1), source=text),)),
        ),
    )


def _removed_document(entry: Entry, labels: Labels, text: str) -> Document:
    """A document that was changed once, and removed."""
    before = replace(entry, title=f"Before {text}", text=f"before {text}", links=(), claims=())
    revisions = (
        Revision(entry=before, number=1, seen_at=NOON),
        Revision(entry=entry, number=2, seen_at=NOON, parts=(text,), note=text, payload_sha256="0"),
    )
    removal = Removal(kind=RemovalKind.REDIRECTED, note=text, to=text)
    carrier = Carrier(entry=entry, first_seen=NOON, backlog=False, revisions=revisions, removal=removal)
    return make_document(entry, labels=labels, carriers=(carrier,), removal=removal)


LONGEST = pytest.param("x" * 1_000_000, marks=pytest.mark.long)


@pytest.mark.parametrize("text", [*HOSTILE.values(), LONGEST], ids=[*HOSTILE, "longest"])
def test_hostile_text_in_every_field_neither_runs_in_a_page_nor_breaks_a_feed(text: str) -> None:
    files = {artifact.path: artifact.payload for artifact in make_artifacts(make_hostile_snapshot(text))}

    for path, payload in files.items():
        if path.endswith(".html"):
            assert_harmless(HTML.fromstring(payload.decode()))
    assert json.loads(files["board.json"])["processes"]
    assert not feedparser.parse(files["silence.atom"]).bozo
    for path in ("feed.atom", "all.atom", "changes.atom", "removed.atom", "corrections.atom"):
        assert not feedparser.parse(files[path]).bozo
    for path in ("feed.atom", "all.atom"):
        assert len(XML.fromstring(files[path]).findall(f"{ATOM}entry")) == 3


def assert_harmless(root: Any) -> None:
    """Check that nothing runs or loads, that links lead to the web or us, and the frame is whole."""
    assert root.xpath("//img | //iframe | //object | //style | //embed") == []
    assert set(root.xpath("//script/@type")) <= {"application/ld+json", "module"}
    assert [json.loads(data.text)["@context"] for data in root.xpath("//script[not(@src)]")] in (
        [],
        ["https://schema.org"],
    )
    assert root.xpath("//@*[starts-with(name(), 'on')] | //@style") == []
    assert set(root.xpath("//@src")) <= {"search.js"}
    assert set(root.xpath("//form/@action")) <= {"search.html"}
    for href in root.xpath("//@href"):
        scheme = urlsplit(href).scheme
        assert scheme in {"", "https", "mailto"}, href
        assert scheme or re.fullmatch(r"(\.\./)?([a-z_]+/)?[A-Za-z0-9_.-]*(#[A-Za-z0-9%_.-]*)?", href), href
    assert [len(root.findall(f".//{name}")) for name in ("header", "main", "footer")] == [1, 1, 1]
    assert root.find(".//footer").getparent().tag == "body"
    assert not set("\x00\x08\x1b\x7f\u202e\u2066") & set(root.text_content())


def test_a_title_of_a_megabyte_is_cut_short_on_the_page_and_less_so_in_the_feed() -> None:
    snapshot = make_snapshot(make_document(make_entry(title="word " * 200_000)))
    files = {artifact.path: artifact.payload for artifact in make_artifacts(snapshot)}

    assert len(files["index.html"]) < 20_000
    assert len(files["feed.atom"]) < 10_000
    assert b"word\xe2\x80\xa6</title>" in files["feed.atom"]


def test_a_title_of_control_characters_only_is_shown_as_untitled() -> None:
    item = (
        read_page(make_snapshot(make_document(make_entry(title="\x00\x01"))))
        .get_element_by_id("news")
        .find(".//li")
    )

    assert visible_text(item).startswith("Untitled ")


def test_the_name_of_the_operator_is_escaped_too() -> None:
    snapshot = make_snapshot(
        site=make_site(title="<b>A & B</b>", operator="<i>C</i>", contact="d@example.org")
    )

    assert visible_text(read_page(snapshot).find(".//h1")) == "<b>A & B</b>"
    assert "run by <i>C</i>." in visible_text(read_page(snapshot).find(".//footer"))


@examples(40, few=10)
@given(st.text(max_size=60))
def test_any_text_is_harmless(text: str) -> None:
    files = {artifact.path: artifact.payload for artifact in make_artifacts(make_hostile_snapshot(text))}

    assert_harmless(HTML.fromstring(files["index.html"].decode()))
    assert len(XML.fromstring(files["feed.atom"]).findall(f"{ATOM}entry")) == 3
