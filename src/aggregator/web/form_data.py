"""Forms as browsers send them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qs

from starlette.requests import Request

FormData = Mapping[str, list[str]]

LARGEST: Final = 20_000
"""Bytes of a form; every box ticked is far below."""


async def read_form(request: Request) -> dict[str, list[str]]:
    """The fields of a form as browsers send it; empty for anything larger, or of more fields, than ours."""
    received = b""
    async for chunk in request.stream():
        received += chunk
        if len(received) > LARGEST:
            return {}
    try:
        return parse_qs(received.decode("utf-8", "replace"), max_num_fields=500)
    except ValueError:
        return {}


def one(form: FormData, name: str) -> str:
    """The first value of a field; empty where there is none."""
    return form.get(name, [""])[0]


def is_ticked(form: FormData, name: str) -> bool:
    """Whether a box of our forms is ticked."""
    return one(form, name) == "yes"
