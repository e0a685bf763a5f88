"""Reads the form data that browsers send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qs

from starlette.requests import Request

FormData = Mapping[str, list[str]]

# Our largest form with every box ticked is far smaller.
MAX_FORM_BYTES: Final = 20_000


async def read_form(request: Request) -> dict[str, list[str]]:
    """The fields of a form; empty for a form that is larger, or has more fields, than any of ours."""
    received = b""
    async for chunk in request.stream():
        received += chunk
        if len(received) > MAX_FORM_BYTES:
            return {}
    try:
        return parse_qs(received.decode("utf-8", "replace"), max_num_fields=500)
    except ValueError:
        return {}


def first_value(form: FormData, name: str) -> str:
    """The first value of a field; empty if there is none."""
    return form.get(name, [""])[0]


def is_ticked(form: FormData, name: str) -> bool:
    """Whether a checkbox of our forms is ticked."""
    return first_value(form, name) == "yes"
