"""Makes status and headers of HTTP responses, and robots.txt files, and damages them."""

from __future__ import annotations

import re

from aggregator.fetch.http.responses import HttpResponse
from tests.fuzz.writer import Writer, encoded


def make_response(writer: Writer, url: str) -> HttpResponse:
    """Return the response of an address: a redirect, a refusal or an answer."""
    status = writer.pick((200, 200, 301, 302, 307, 308, 404, 410, 429, 503, 304, 206, 204, 600, 0))
    fields = {
        "location": writer.address("/b", "https://x.org/c"),
        "retry-after": writer.date("120", "Fri, 05 Jun 2026 13:00:00 GMT"),
        "date": writer.date("Fri, 05 Jun 2026 12:00:00 GMT"),
        "etag": writer.text('"a"', 'W/"b"'),
    }
    kept = {name: _sent(value) for name, value in fields.items() if not writer.chance(writer.rate / 2)}
    return HttpResponse(url=url, status=status, headers=kept, payload=encoded(writer.text("x")))


def _sent(value: str) -> str:
    """The field as our HTTP client hands it over: UTF-8, else Latin-1; no line ends."""
    raw = encoded(re.sub("[\r\n\x00]", "", value)).strip()
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def make_robots(writer: Writer) -> bytes:
    """Return a robots.txt."""
    lines = (
        "User-agent: *",
        "Disallow: /private/",
        "Allow: /*.atom$",
        "Crawl-delay: 10",
        "Sitemap: https://x.org/s.xml",
        "# words",
        "Request-rate: 1/10s 0900-1200",
        "Visit-time: 0600-0845",
        "User-agent: updates",
        "Crawl-delay: 1e999",
        "Host: x",
        "Disallow: /*a*b*c*$",
        "Crawl-delay: -5",
        "Crawl-delay: nan",
        "Request-rate: 1/0",
        "Visit-time: 9999-0",
        "Clean-param: a /b",
        "Disallow: %zz",
    )
    return writer.damaged(encoded("\n".join(writer.text(*lines) for _ in range(writer.number(12)))))
