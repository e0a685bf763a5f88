"""Messages of a mailing list, and what the kind `mailbox` reads from them."""

from __future__ import annotations

from typing import Any, Final

from aggregator.model import Fetched, FetchedPart, MailTrust, ParsedPage, RawEntry
from aggregator.parse import reader_for
from tests.parse.answers import CASES
from tests.support.builders import make_source

MAILBOX: Final = "maildir:mail/forum"
TRUST: Final = MailTrust(list_id="msf.lists.example.org", servers=("mx.example.net",))
PASSED: Final = "mx.example.net; dkim=pass header.d=lists.example.org"
MESSAGES: Final = CASES / "mailbox"


def message(body: str | bytes = "Words.\n", **fields: str | None) -> bytes:
    """A message that the list signed. `fields` by name, with `_` for a hyphen, and None to leave one out."""
    default: dict[str, str | None] = {
        "Authentication_Results": PASSED,
        "List_Id": "Forum <msf.lists.example.org>",
        "Subject": "Example: A plan",
        "Message_ID": "<1@lists.example.org>",
    }
    stated = [
        f"{name.replace('_', '-')}: {value}\n"
        for name, value in (default | fields).items()
        if value is not None
    ]
    return "".join(stated).encode() + b"\n" + (body.encode() if isinstance(body, str) else body)


def read(
    *messages: bytes, left_out: bytes = b"", trust: MailTrust | None = TRUST, **changes: Any
) -> ParsedPage:
    """The page read from a mailbox with these messages, named 1, 2 …"""
    parts = tuple(FetchedPart(name=str(number), payload=raw) for number, raw in enumerate(messages, 1))
    fetched = Fetched(url=MAILBOX, final_url=MAILBOX, status=200, headers={}, payload=left_out, parts=parts)
    return reader_for("mailbox").read(
        make_source(kind="mailbox", address=MAILBOX, mail=trust, **changes), fetched
    )


def entry_of(raw: bytes, **changes: Any) -> RawEntry:
    """The one item that a message becomes."""
    page = read(raw, **changes)
    assert page.rejects == ()
    assert len(page.entries) == 1
    return page.entries[0]


def content_of(body: str | bytes, **fields: str | None) -> str:
    """The content of a message with this body."""
    return entry_of(message(body, **fields)).content or ""


def quarantine_reason(raw: bytes, **changes: Any) -> str:
    """Why a message is quarantined."""
    page = read(raw, **changes)
    assert page.entries == ()
    (reject,) = page.rejects
    assert reject.item_name == "message 1"
    assert reject.why.startswith("quarantined: ")
    return reject.why.removeprefix("quarantined: ")
