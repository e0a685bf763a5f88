"""Up to ten megabytes that are slow or large for one kind, read in a process that prints its time and memory.

The process may use 20 seconds and a gigabyte, so that a bug does not slow down the whole machine.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Mapping
from typing import Final

from aggregator.errors import SourceError
from aggregator.model import Fetched, FetchedPart, MailTrust, Selectors, Source
from aggregator.normalise import normalise
from aggregator.parse import reader_for
from tests.support.builders import NOON, make_source

SIZE: Final = 10_000_000
SENTENCE: Final = "Mae'r cynllun agored yn bwysig i bawb yng Nghymru ac mae angen ymateb. "
LIST: Final = "news.example.org"
MAIL: Final = (
    f"List-Id: <{LIST}>\r\nFrom: a@example.org\r\nSubject: Read-out\r\n"
    "Authentication-Results: mx.example.org; dkim=pass header.d=example.org\r\n"
)
RECORD: Final = "---\nid: one\nbody: a\ntitle: b\nadded: 2026-01-01\n---\n"
ITEM: Final = f"<item><title>a</title><link>https://a.org/</link><description>{SENTENCE}</description></item>"
CARD: Final = "<li class='dss-card'><h2><a href='/a/'>Example</a></h2></li>"
TOPIC: Final = (
    f"<item><link>https://forum.example.org/t/a/1</link><description>{'&lt;p&gt;a' * 290}</description>"
)

MADE: Final[Mapping[str, tuple[str, str, str, str, int]]] = {
    "citizenspace": ("https://c.example.org/finder/", "<ul id='consultations'>", CARD, "", 9_900),
    "discourse": (
        "https://forum.example.org/latest.rss",
        "<rss version='2.0'><channel>",
        f"{TOPIC}<title>a</title></item>",
        "</channel></rss>",
        500,
    ),
    "feed": ("https://a.example.org/feed/", "<rss version='2.0'><channel>", ITEM, "</channel></rss>", 24_000),
    "govuk": (
        "https://www.gov.uk/api/content/a",
        '{"base_path": "/a", "title": "b", "details": {"body": "',
        "<p>word <b>and</b> more ",
        '"}}',
        SIZE,
    ),
    "jsonfeed": (
        "https://a.example.org/feed.json",
        '{"version": "https://jsonfeed.org/version/1", "items": [',
        f'{{"url": "https://a.org/", "title": "a", "content_html": "<p>{SENTENCE * 10}"}},',
        "{}]}",
        SIZE,
    ),
    "listing": (
        "https://a.example.org/news/",
        "<ul>",
        "<li><a href='/a'>Example</a><time>3 May 2026</time>",
        "",
        11_900,
    ),
    "mailbox": (
        "maildir:mail/",
        f"{MAIL}Content-Type: text/html\r\n\r\n",
        "<p>Dear John Smith, a@b.org wrote: ",
        "",
        SIZE,
    ),
    "page": (
        "https://a.example.org/plan",
        "<main><h1>a</h1>",
        "<p class='gloss'>Printed on 3 May 2026 by one two three</p>",
        "",
        29_900,
    ),
    "records": ("records/", RECORD, "> [a](b) *c* `d`\n", "", SIZE),
    "sitemap": (
        "https://a.example.org/sitemap.xml",
        "<urlset>",
        f"<url><loc>http://a.b/{'c' * 240}</loc><lastmod>2026</lastmod></url>",
        "</urlset>",
        SIZE,
    ),
}
"""For each kind: an address, then the start, the repeated part, the end, and how often at most. Where a kind
has a limit, the payload is as large as the limit allows."""


def payload(kind: str) -> bytes:
    """A payload of at most ten megabytes for the kind."""
    _, head, unit, tail, most = MADE[kind]
    times = min((SIZE - len(head) - len(tail)) // len(unit), most)
    return (head + unit * times + tail).encode()


def watched(kind: str, address: str) -> Source:
    """A source of the kind, with all settings that it may need."""
    return make_source(
        kind=kind,
        address=address,
        mail=MailTrust(list_id=LIST, servers=("mx.example.org",)),
        selectors=Selectors(item="li", title="a", date="time", details=True, next="a[rel=next]"),
    )


def fetched(kind: str, address: str, raw: bytes) -> Fetched:
    """A successful fetch. For the kind that reads a folder, the payload is one of its files."""
    inside = kind in {"records", "mailbox"}
    return Fetched(
        url=address,
        final_url=address,
        status=200,
        headers={},
        payload=b"" if inside else raw,
        parts=(FetchedPart(name="one.md", payload=raw),) if inside else (),
    )


def read(kind: str, raw: bytes) -> str:
    """The result: the number of items, or the error."""
    address = MADE[kind][0]
    source = watched(kind, address)
    try:
        page = reader_for(kind).read(source, fetched(kind, address, raw))
    except SourceError as error:
        return str(error)
    normalised = normalise(source, address, page.entries, now=NOON)
    return f"{len(page.entries)} items, {len(normalised.entries)} documents, {len(page.rejects)} rejects"


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
    resource.setrlimit(resource.RLIMIT_DATA, (1 << 30, 1 << 30))
    raw = payload(sys.argv[1])
    start = time.process_time()
    outcome = read(sys.argv[1], raw)
    took = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"seconds": took, "megabytes": peak, "outcome": outcome}))
