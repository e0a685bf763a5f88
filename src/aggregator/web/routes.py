"""What is answered at which address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from aggregator.web.subscription_pages import LetterPages

MEDIA_TYPES: Final = {".atom": "application/atom+xml; charset=utf-8", ".html": "text/html; charset=utf-8"}
"""The types that readers expect and that Python's table of endings does not know."""

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "public, max-age=300",
}

Health = Callable[[], Mapping[str, Any]]


class Output(StaticFiles):
    """The output folder, without the files that are only for its writer."""

    async def get_response(self, path: str, scope: Any) -> Response:
        """A file with its media type; names that begin with a dot are nobody's business."""
        if any(part.startswith(".") and part != "." for part in Path(path).parts):
            return Response(status_code=404)
        response = await super().get_response(path, scope)
        media_type = MEDIA_TYPES.get(Path(path).suffix)
        if media_type and response.status_code == 200:
            response.headers["content-type"] = media_type
        response.headers.update(HEADERS)
        return response


def application(output: Path, health: Health, letters: LetterPages | None = None) -> Starlette:
    """The server's application. `health` gives facts with `ok`; where that is false the answer is 503.

    `letters`: where people may sign up.
    """

    async def tell_health(_: Request) -> Response:
        facts = health()
        return JSONResponse(dict(facts), status_code=200 if facts.get("ok") else 503)

    return Starlette(
        routes=[
            Route("/health", tell_health),
            *(letters.routes() if letters else ()),
            Mount("/", Output(directory=output, html=True, check_dir=False)),
        ]
    )
