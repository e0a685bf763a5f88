"""The feeds of subscribers' own alert rules. Who knows a feed's address can read it and do nothing else."""

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
NOT_FOUND_HEADERS: Final = {**HEADERS, "Cache-Control": "no-store"}


def feed_address(site: Site, name: str) -> str:
    """The address of a feed; `name` is its token and, after a dot, its format."""
    return f"{site.subscriptions_url}feed/{name}"


def feed_response(request: Request, feed: PrivateFeed | None) -> Response:
    """The feed; 304 if the client has this version; 404 if there is no such feed (any more)."""
    if feed is None:
        return PlainTextResponse(
            "There is no feed here (any more).\n", status_code=404, headers=NOT_FOUND_HEADERS
        )
    headers = {
        **HEADERS,
        "ETag": f'"{feed.file.fingerprint}"',
        "Last-Modified": format_datetime(feed.updated, usegmt=True),
    }
    # Checked before the payload is made, which costs more than the answer 304.
    if StaticFiles().is_not_modified(Headers(headers), request.headers):
        return Response(status_code=304, headers=headers)
    return Response(feed.file.payload, media_type=feed.file.media_type, headers=headers)
