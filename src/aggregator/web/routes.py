"""The routes of the server: health check, subscription pages, output folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from aggregator.web.subscription_pages import SubscriptionPages

# Media types that Python does not know, or gives without a charset.
MEDIA_TYPES: Final = {".atom": "application/atom+xml; charset=utf-8", ".html": "text/html; charset=utf-8"}

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "public, max-age=300",
}

Health = Callable[[], Mapping[str, Any]]


class OutputFiles(StaticFiles):
    """The output folder, without the publisher's own files, whose names begin with a dot."""

    async def get_response(self, path: str, scope: Any) -> Response:
        """A file with its media type and headers; 404 for names that begin with a dot."""
        if any(part.startswith(".") and part != "." for part in Path(path).parts):
            return Response(status_code=404)
        response = await super().get_response(path, scope)
        media_type = MEDIA_TYPES.get(Path(path).suffix)
        if media_type and response.status_code == 200:
            response.headers["content-type"] = media_type
        response.headers.update(HEADERS)
        return response


def build_application(
    output: Path, health: Health, subscription_pages: SubscriptionPages | None = None
) -> Starlette:
    """The server's application. `health` returns facts with `ok`; if that is false, `/health` answers 503."""

    async def answer_health(_: Request) -> Response:
        # In a thread: it may have to wait for a disk, and the pages must not wait with it.
        facts = await run_in_threadpool(health)
        return JSONResponse(dict(facts), status_code=200 if facts.get("ok") else 503)

    return Starlette(
        routes=[
            Route("/health", answer_health),
            *(subscription_pages.routes() if subscription_pages else ()),
            # Last, since it matches every path. The folder may not exist before the first run.
            Mount("/", OutputFiles(directory=output, html=True, check_dir=False)),
        ]
    )
