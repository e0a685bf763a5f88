"""Whatever stands in any field: no page runs it, no feed breaks on it, and no line grows without end."""

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
    BoardLine,
    Carrier,
    Claim,
    Document,
    Entry,
    Failed,
    FormerName,
    Head,
    Holder,
    Labels,
    Link,
    Note,
    Reading,
    Reason,
    Removal,
    RemovalKind,
    Revision,
    Role,
    Snapshot,
    Where,
)
from aggregator.publish import artifacts
from tests.publish.board.boards import process_line
from tests.publish.feed_readers import ATOM, HTML, XML, page, words
from tests.support.builders import (
    NOON,
    body,
    edition,
    entry,
    holding,
    labels,
    moment,
    site,
    source,
    source_line,
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


def filled(text: str) -> Snapshot:
    """An edition whose every free text is this one, once for a document and once for a record."""
    claim = Claim(what=text, moment=moment("2024-01-24 00:00"), source=text, note=text)
    attached = (
        Link(href=text, rel=text, type=text, title=text),
        Link(href=f"https://www.gov.uk/{text}", rel="enclosure", type=text, title=text),
    )
    told = entry(
        title=f"T{text}",
        summary=text,
        content=text,
        text=text,
        url=f"https://www.gov.uk/{text}",
        language=text,
        closes=moment("2026-06-10 10:00"),
        links=attached,
        claims=(claim,),
    )
    told = replace(told, notes=(Note(moment=None, text=text),), publisher_type=text, categories=(text,))
    record = replace(told, id="urn:uuid:1", key=f"record:{text}", url=None, licence="own")
    unlinked = replace(told, id="urn:uuid:2", url=text, body=text)
    why = Reason(words=text, where=Where.TITLE, speaks_for=f"topic:{text}", points=1)
    about = labels(
        type=text,
        topics=(text,),
        plans=(text,),
        commitments=(text,),
        subjects=(text,),
        why=(why,),
        marked=True,
    )
    head = Head(id=text, title=text, link=text, updated=text, rights=text, language=text)
    failure = Failed(url=text, cause=Cause.STATUS, detail=text, hint=text)
    place = body(name=text, url=text, nation=text, former=(FormerName(name=text, until=date(2020, 1, 1)),))
    held = tuple(_changed(each, about, text) for each in (told, record, unlinked))
    board = BoardLine(body=place, last=held[0], last_on=None, days=None, reading=Reading.READ, since=None)
    return edition(
        *held,
        bodies={"cabinet-office": place},
        sources=(source_line(source(title=text, page=text), head=head, failure=failure, moved_to=text),),
        board=Board(at=NOON, lines=(board,), processes=(process_line(text),)),
        types={text: text},
        topics={text: text},
        plans={text: text},
        roles=(Role(id=text, name=text, holders=(Holder(body=text, since=date(2020, 1, 1), source=text),)),),
    )


def _changed(told: Entry, about: Labels, text: str) -> Document:
    """Changed once, and taken away."""
    before = replace(told, title=f"Before {text}", text=f"before {text}", links=(), claims=())
    revisions = (
        Revision(entry=before, number=1, seen_at=NOON),
        Revision(entry=told, number=2, seen_at=NOON, parts=(text,), note=text, payload_sha256="0"),
    )
    gone = Removal(kind=RemovalKind.REDIRECTED, note=text, to=text)
    carried = Carrier(entry=told, first_seen=NOON, backlog=False, revisions=revisions, removed=gone)
    return holding(told, labels=about, carriers=(carried,), removed=gone)


LONGEST = pytest.param("x" * 1_000_000, marks=pytest.mark.long)


@pytest.mark.parametrize("text", [*HOSTILE.values(), LONGEST], ids=[*HOSTILE, "longest"])
def test_hostile_text_in_every_field_neither_runs_in_a_page_nor_breaks_a_feed(text: str) -> None:
    made = {artifact.path: artifact.payload for artifact in artifacts(filled(text))}

    for path, payload in made.items():
        if path.endswith(".html"):
            assert_harmless(HTML.fromstring(payload.decode()))
    assert json.loads(made["board.json"])["processes"]
    assert not feedparser.parse(made["silence.atom"]).bozo
    for path in ("feed.atom", "all.atom", "changes.atom", "removed.atom", "corrections.atom"):
        assert not feedparser.parse(made[path]).bozo
    for path in ("feed.atom", "all.atom"):
        assert len(XML.fromstring(made[path]).findall(f"{ATOM}entry")) == 3


def assert_harmless(root: Any) -> None:
    """Nothing that runs, nothing that loads, no address but of the web or our own, and all of our frame."""
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
        outside = urlsplit(href).scheme
        assert outside in {"", "https", "mailto"}, href
        assert outside or re.fullmatch(r"(\.\./)?([a-z_]+/)?[A-Za-z0-9_.-]*(#[A-Za-z0-9%_.-]*)?", href), href
    assert [len(root.findall(f".//{name}")) for name in ("header", "main", "footer")] == [1, 1, 1]
    assert root.find(".//footer").getparent().tag == "body"
    assert not set("\x00\x08\x1b\x7f\u202e\u2066") & set(root.text_content())


def test_a_title_of_a_megabyte_is_one_short_line_on_the_page_and_a_long_one_in_the_feed() -> None:
    told = edition(holding(entry(title="word " * 200_000)))
    made = {artifact.path: artifact.payload for artifact in artifacts(told)}

    assert len(made["index.html"]) < 20_000
    assert len(made["feed.atom"]) < 10_000
    assert b"word\xe2\x80\xa6</title>" in made["feed.atom"]


def test_a_title_of_nothing_but_control_characters_is_shown_as_untitled() -> None:
    line = page(edition(holding(entry(title="\x00\x01")))).get_element_by_id("news").find(".//li")

    assert words(line).startswith("Untitled ")


def test_an_operators_name_is_no_markup_either() -> None:
    told = edition(site=site(title="<b>A & B</b>", operator="<i>C</i>", contact="d@example.org"))

    assert words(page(told).find(".//h1")) == "<b>A & B</b>"
    assert "run by <i>C</i>." in words(page(told).find(".//footer"))


@examples(40, few=10)
@given(st.text(max_size=60))
def test_any_text_at_all_is_harmless(text: str) -> None:
    made = {artifact.path: artifact.payload for artifact in artifacts(filled(text))}

    assert_harmless(HTML.fromstring(made["index.html"].decode()))
    assert len(XML.fromstring(made["feed.atom"]).findall(f"{ATOM}entry")) == 3
