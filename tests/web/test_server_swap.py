"""One server that changes from one application to the next."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from aggregator.web import AppSwapper, bind_port

FORM = b"address=reader%40example.org"
HEAD = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {len(FORM)}\r\nConnection: close\r\n\r\n".encode()


def make_application(name: str) -> Starlette:
    """An application that answers with its name, and the body or the client of the request."""

    async def answer(request: Request) -> PlainTextResponse:
        body = await request.body()
        assert request.client
        return PlainTextResponse(f"{name} {body.decode() or request.client.host}")

    return Starlette(routes=[Route("/", answer, methods=["GET", "POST"])])


def test_a_request_is_answered_by_the_application_that_got_it_and_later_ones_by_the_next() -> None:
    async def work() -> None:
        with bind_port(0) as listener:
            port = listener.getsockname()[1]
            swapper = AppSwapper(listener)
            serving = swapper.serve(make_application("one"))
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(HEAD + FORM[:9])
            await asyncio.sleep(0.1)
            assert swapper.serve(make_application("two")) is serving
            async with httpx.AsyncClient() as client:
                assert (await client.get(f"http://127.0.0.1:{port}/")).text == "two 127.0.0.1"
            writer.write(FORM[9:])
            assert (await reader.read()).endswith(b"one " + FORM)
            writer.close()
            await stop(serving)

    asyncio.run(work())


def test_the_clients_address_is_the_last_one_that_the_proxy_added() -> None:
    """What a client writes into `X-Forwarded-For` itself comes before what our web server adds."""

    async def work() -> None:
        with bind_port(0) as listener:
            serving = AppSwapper(listener).serve(make_application("one"))
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}") as client:
                for forwarded_for, expected in (
                    ("192.0.2.1", "192.0.2.1"),
                    ("10.9.8.7, 192.0.2.1", "192.0.2.1"),
                    ("127.0.0.1, 192.0.2.1, 127.0.0.1", "192.0.2.1"),
                ):
                    answer = await client.get("/", headers={"X-Forwarded-For": forwarded_for})
                    assert answer.text == f"one {expected}"
            await stop(serving)

    asyncio.run(work())


async def stop(serving: asyncio.Task[None]) -> None:
    """End the server without a signal."""
    serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving
