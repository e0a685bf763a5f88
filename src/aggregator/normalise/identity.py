"""Gives each document its key and its permanent id, the same on every machine."""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID, uuid5

NAMESPACE: Final = UUID("9576dcd2-941f-5529-b3a0-1c924e2609b2")
"""UUID version 5 of `urn:x-uk-open-government-updates:document` under RFC 9562's namespace for URLs.

It never changes: every id that was published is made from it. It names the project, not an instance, so two
instances give one document one id; and it holds nothing of `base_url`, so moving an instance changes no id.
"""

OUR_ID: Final = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
"""An id as any instance makes them."""


def key(page: str | None, own: str | None, prefix: str) -> str | None:
    """What identifies a document: its page's canonical address, else its own id (`record:ID`, `mail:ID`).

    `prefix` is how such an id begins; empty where only pages count. None when it has neither. A record that
    names its document's page is that document.
    """
    if page:
        return page
    return own if prefix and own and own.startswith(prefix) and own != prefix else None


def entry_id(key: str) -> str:
    """The permanent id of the document with this key (RFC 4287, 4.2.6: never changes, never reused)."""
    return f"urn:uuid:{uuid5(NAMESPACE, key)}"
