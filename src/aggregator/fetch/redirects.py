"""Follows redirects hop by hop, so that each hop is judged like a request of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urldefrag, urljoin

from aggregator.errors import Cause
from aggregator.fetch.addresses import not_an_address
from aggregator.fetch.failures import NoAnswer
from aggregator.fetch.verdict import Answer, judge, unanswered
from aggregator.model import FetchResult, Request

Visit = Callable[[str], Awaitable[Answer]]
"""Asks one address once. Raises `NoAnswer`."""

MOST_HOPS: Final = 5
_REDIRECTS: Final = {301, 302, 303, 307, 308}
_PERMANENT: Final = {301, 308}


async def settle(request: Request, visit: Visit) -> FetchResult:
    """The result of a request: redirects followed, what came last judged, and no answer made a `Failed`."""
    try:
        # What is signed for one address is not handed on to another.
        answer, moved_to = (
            (await visit(request.url), None) if request.body else await follow(request.url, visit)
        )
    except NoAnswer as why:
        return unanswered(request.url, why)
    return judge(request, answer, moved_to=moved_to)


async def follow(url: str, visit: Visit) -> tuple[Answer, str | None]:
    """The first answer that is no redirect, and where permanent redirects alone led to it (else None).

    Raises `NoAnswer` (REDIRECTS) after `MOST_HOPS` hops, or as soon as a hop leads back.
    """
    visited: list[str] = []
    permanent = True
    while url not in visited:
        answer = await visit(url)
        visited.append(url)
        target = _target(answer)
        if target is None:
            return answer, url if permanent and len(visited) > 1 else None
        if len(visited) > MOST_HOPS:
            raise _endless(f"{visited[0]} is redirected more than {MOST_HOPS} times")
        permanent = permanent and answer.status in _PERMANENT
        url = target
    raise _endless(f"{visited[0]} is redirected in a circle, back to {url}")


def _target(answer: Answer) -> str | None:
    location = answer.headers.get("location")
    if answer.status not in _REDIRECTS or location is None:
        return None
    try:
        return urldefrag(urljoin(answer.url, location.strip())).url
    except ValueError as error:
        raise not_an_address(location, str(error)) from error


def _endless(detail: str) -> NoAnswer:
    hint = (
        "open the address in a browser and write down where it leads; tell the publisher if it leads nowhere"
    )
    return NoAnswer(Cause.REDIRECTS, detail, hint)
