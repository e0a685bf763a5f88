"""A message of a mailing list is identified by its page in an archive, or by its own id."""

from __future__ import annotations

import pytest

from aggregator.model import Entry
from aggregator.normalise import normalise
from tests.support.builders import NOON, make_raw_entry, make_source


def mail_entry(kind: str, id: str | None, link: str | None = None) -> Entry | None:
    source = make_source(kind=kind)
    entry = normalise(
        source, "imaps://user@imap.example.org/INBOX", [make_raw_entry(id=id, link=link)], now=NOON
    )
    return entry.entries[0] if entry.entries else None


def test_a_message_without_a_page_is_its_own_document() -> None:
    entry = mail_entry("mailbox", "mail:0123abcd")
    assert entry is not None
    assert (entry.key, entry.url) == ("mail:0123abcd", None)
    assert entry.id == "urn:uuid:fb2c5efa-472a-5cb4-a829-98d98f41c301"


def test_a_message_with_a_page_in_the_archive_has_that_page_as_its_key() -> None:
    entry = mail_entry("mailbox", "mail:0123abcd", "https://lists.example.org/forum/1")
    assert entry is not None
    assert (entry.key, entry.url) == (
        "https://lists.example.org/forum/1",
        "https://lists.example.org/forum/1",
    )


@pytest.mark.parametrize(
    ("kind", "id"),
    [
        *(("feed", "mail:0123abcd"), ("feed", "record:a"), ("records", "mail:0123abcd")),
        *(("mailbox", "record:uk-msf-2024-01-24"), ("mailbox", "mail:"), ("mailbox", None)),
    ],
)
def test_no_kind_can_take_the_ids_of_another(kind: str, id: str | None) -> None:
    assert mail_entry(kind, id) is None


def test_a_relative_link_in_a_mailbox_makes_no_entry() -> None:
    assert mail_entry("mailbox", None, "/forum/1") is None
