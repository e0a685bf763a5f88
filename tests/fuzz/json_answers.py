"""Makes the JSON that the program reads, gives it values of other types, and damages its text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from tests.fuzz.feeds import MARKUP
from tests.fuzz.writer import ADDRESSES, DATES, TEXTS, Writer, encoded

# In place of a value of any type.
VALUES: Final[Sequence[Any]] = (
    None, True, False, 0, -1, 1.5, 10**40, -(10**400), 1e308, float("nan"), float("inf"), [], {}, [[]],
    [{}], {"": None}, [None, None], "", "x", [[[[[[]]]]]], {"a": {"b": {"c": []}}}, ["a", 1, None, {}],
    {"title": 1, "url": [], "id": {}}, "\ud800", "\x00",
)  # fmt: skip
# In place of a piece of the text.
PIECES: Final = (
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"',
    "null",
    "NaN",
    "-Infinity",
    "1e99999",
    "\\u",
    "\\ud800",
    "[" * 3_000,
    '{"a":' * 2_000,
    "9" * 5_000,
    "/*x*/",
    "'",
    "\x00",
    "True",
    '{"a":1,"a":2}',
)
DATE: Final = ("2026-06-05T12:00:00Z", "2026-06-05T12:00:00.000+01:00", "2026-06-05")


def spoilt_json(writer: Writer, value: Any) -> bytes:
    """Return the value as JSON, some of its parts replaced, and its text damaged."""
    text = json.dumps(_spoilt(writer, value), ensure_ascii=writer.chance(0.5))
    if writer.chance(writer.rate / 2):
        text = writer.hostile(text, PIECES)
    return writer.damaged(encoded(text), PIECES)


def _spoilt(writer: Writer, value: Any) -> Any:
    if writer.chance(writer.rate / 3):
        return writer.pick(
            (
                writer.pick(VALUES),
                [value],
                {"x": value},
                str(value),
                writer.pick(ADDRESSES),
                writer.pick(DATES),
                writer.pick(TEXTS),
            )
        )
    if isinstance(value, dict):
        return {
            _key(writer, key): _spoilt(writer, inner)
            for key, inner in value.items()
            if not writer.chance(writer.rate / 5)
        }
    if isinstance(value, list):
        inner = [_spoilt(writer, one) for one in value]
        return inner * writer.pick((0, 2, 40)) if inner and writer.chance(writer.rate / 4) else inner
    return value


def _key(writer: Writer, key: str) -> str:
    return writer.hostile(key, TEXTS) if writer.chance(writer.rate / 20) else key


def json_feed(writer: Writer) -> bytes:
    """Return a JSON Feed."""
    return spoilt_json(
        writer,
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": writer.text("Feed"),
            "home_page_url": writer.address("https://x.org/"),
            "feed_url": writer.address("https://x.org/feed.json"),
            "next_url": writer.address("https://x.org/feed.json?page=2"),
            "language": writer.text("en"),
            "_ogu": {"instance": "https://x.org"},
            "items": [_feed_item(writer) for _ in range(writer.number(4))],
        },
    )


def _feed_item(writer: Writer) -> dict[str, Any]:
    return {
        "id": writer.address("https://x.org/1", "1"),
        "url": writer.address("https://x.org/1", "/1"),
        "external_url": writer.address("https://y.org/"),
        "title": writer.text("Open data plan"),
        "content_html": writer.text(*MARKUP),
        "content_text": writer.text("a\n\nb"),
        "summary": writer.text("s"),
        "date_published": writer.date(*DATE),
        "date_modified": writer.date(*DATE),
        "tags": [writer.text("a"), writer.text("topic:x")],
        "language": writer.text("cy"),
        "attachments": [
            {
                "url": writer.address("/a.pdf"),
                "mime_type": writer.text("application/pdf"),
                "size_in_bytes": 12,
                "title": writer.text("t"),
            }
        ],
        "_ogu": {
            "body": "x",
            "source": {"id": writer.address("tag:x"), "title": "S"},
            "labels": [{"kind": "topic", "term": "x"}],
        },
        "authors": [{"name": "A"}],
    }


def govuk_search(writer: Writer) -> bytes:
    """Return results of GOV.UK's Search API."""
    results = [
        {
            "link": writer.address("/government/publications/a", "https://www.gov.uk/b"),
            "title": writer.text("A plan"),
            "description": writer.text("d"),
            "public_timestamp": writer.date(*DATE),
            "end_date": writer.date(*DATE),
            "display_type": writer.text("Policy paper"),
            "content_id": writer.text("0-0"),
            "content_store_document_type": writer.text("open_consultation"),
            "latest_change_note": writer.text("First &amp; last"),
            "organisations": [{"title": writer.text("CO")}],
        }
        for _ in range(writer.number(4))
    ]
    return spoilt_json(writer, {"results": results, "total": writer.pick((2, 4000, "7", 10**20)), "start": 0})


def govuk_document(writer: Writer) -> bytes:
    """Return a document of GOV.UK's Content API."""
    path = writer.address("/government/publications/a")
    linked = [
        {
            "title": writer.text("M"),
            "base_path": writer.address("/m", "/m.cy"),
            "locale": writer.text("en", "cy"),
            "public_updated_at": writer.date(*DATE),
        }
        for _ in range(writer.number(3))
    ]
    details = {
        "body": writer.text(*MARKUP),
        "change_history": [{"public_timestamp": writer.date(*DATE), "note": writer.text("First", *MARKUP)}],
        "first_public_at": writer.date(*DATE),
        "opening_date": writer.date(*DATE),
        "closing_date": writer.date(*DATE),
        "documents": [
            "<div class='attachment-details'><h3 class='title'>"
            f"<a href='{writer.address('/a.pdf')}'>x</a></h3></div>"
        ],
        "attachments": [
            {
                "url": writer.address("/a.csv"),
                "title": writer.text("A"),
                "content_type": writer.text("text/csv"),
                "attachment_type": "html",
                "file_size": writer.pick((12, "x", -1)),
            }
        ],
        "collection_groups": [{"title": writer.text("G"), "body": writer.text(*MARKUP)}],
        "final_outcome_detail": writer.text(*MARKUP),
        "explanation": writer.text("x"),
        "alternative_path": writer.address("/z"),
        "latest_change_note": writer.text("n"),
    }
    links = {
        "organisations": [{"title": writer.text("Cabinet Office")}],
        "documents": linked,
        "available_translations": linked,
        "parent": linked,
    }
    return spoilt_json(
        writer,
        {
            "base_path": path,
            "content_id": writer.text("0-0"),
            "title": writer.text("A plan", "Minutes of 1 May 2026"),
            "description": writer.text("d"),
            "locale": writer.text("en", "cy"),
            "document_type": writer.text("policy_paper", "html_publication", "working_group"),
            "schema_name": writer.pick(("publication", "publication", "gone", "redirect")),
            "first_published_at": writer.date(*DATE),
            "public_updated_at": writer.date(*DATE),
            "details": details,
            "links": links,
            "withdrawn_notice": writer.pick(
                ({}, {}, {"explanation": writer.text(*MARKUP), "withdrawn_at": writer.date(*DATE)})
            ),
            "redirects": [{"path": path, "destination": writer.address("/new", "https://y.org/")}],
        },
    )


def discourse_list(writer: Writer) -> bytes:
    """Return a list of topics of Discourse."""
    topics = [_topic(writer) for _ in range(writer.number(4))]
    return spoilt_json(writer, {"users": [], "topic_list": {"topics": topics}})


def discourse_topic(writer: Writer) -> bytes:
    """Return one topic of Discourse."""
    posts = [
        {"post_number": number, "cooked": _post(writer), "name": "A", "username": writer.text("a.b")}
        for number in range(1, 2 + writer.number(2))
    ]
    return spoilt_json(writer, {**_topic(writer), "post_stream": {"posts": posts}})


def _topic(writer: Writer) -> dict[str, Any]:
    return {
        "id": writer.number(99),
        "slug": writer.text("a-topic", "", "%C3%A9"),
        "title": writer.text("A topic"),
        "created_at": writer.date(*DATE),
        "tags": ["x", {"name": writer.text("y")}],
    }


def _post(writer: Writer) -> str:
    pieces = (
        "<p>Hi @a.b, all</p>",
        "<aside class='quote'><div class='title'>A:</div><blockquote>q</blockquote></aside>",
        "<a class='mention' href='/u/a'>@a</a>",
        "<a class='attachment' href='/x.pdf'>x</a>",
        "<p><small>3 posts - 2 participants</small></p>",
        "<p><a href='https://x.org/t/a/1'>Read full topic</a></p>",
        *MARKUP,
    )
    return "".join(writer.text(*pieces) for _ in range(writer.number(5)))


def citizen_space(writer: Writer) -> bytes:
    """Return consultations of Citizen Space's API."""
    found = [
        {
            "url": writer.address("https://consult.gov.scot/a/b/"),
            "title": writer.text("T"),
            "overview": writer.text(*MARKUP),
            "startdate": writer.date("2026/06/05", ""),
            "enddate": writer.date("2026/12/31"),
            "status": writer.text("open", "closed"),
            "department": writer.text("D"),
            "id": "1",
        }
        for _ in range(writer.number(4))
    ]
    return spoilt_json(writer, found)


def wordpress(writer: Writer) -> bytes:
    """Return posts of WordPress's REST API, which no kind reads: each must say so."""
    return spoilt_json(
        writer,
        [
            {
                "date_gmt": writer.date(*DATE),
                "guid": {"rendered": writer.address("https://x.org/?p=1")},
                "title": {"rendered": writer.text("T")},
                "excerpt": {"rendered": writer.text(*MARKUP)},
                "link": writer.address("https://x.org/a"),
            }
        ],
    )
