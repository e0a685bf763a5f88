"""The feeds of readers' own rules: whoever knows the address may read, and do nothing else."""

from __future__ import annotations

from email.utils import format_datetime
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.staticfiles import StaticFiles

from aggregator.model import PrivateFeed, Site

HEADERS: Final = {
    "Cache-Control": "private, max-age=300",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
NOT_THERE: Final = {**HEADERS, "Cache-Control": "no-store"}


def feed_address(site: Site, name: str) -> str:
    """Where a feed is read; `name` is its token and, behind a dot, its form."""
    return f"{site.letters_url}feed/{name}"


def feed_answer(request: Request, feed: PrivateFeed | None) -> Response:
    """The feed; nothing but a 304 for whoever has it as it is; 404 where there is none (any more)."""
    if feed is None:
        return PlainTextResponse("There is no feed here (any more).\n", status_code=404, headers=NOT_THERE)
    said = {
        **HEADERS,
        "ETag": f'"{feed.file.fingerprint}"',
        "Last-Modified": format_datetime(feed.updated, usegmt=True),
    }
    if StaticFiles().is_not_modified(Headers(said), request.headers):
        return Response(status_code=304, headers=said)
    return Response(feed.file.payload, media_type=feed.file.media_type, headers=said)
