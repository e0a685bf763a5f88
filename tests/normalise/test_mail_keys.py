"""A message of a mailing list is identified by its page in an archive, or by an id of its own."""

from __future__ import annotations

import pytest

from aggregator.model import Entry
from aggregator.normalise import normalise
from tests.support.builders import NOON, make_raw_entry, make_source


def of(kind: str, id: str | None, link: str | None = None) -> Entry | None:
    told = make_source(kind=kind)
    found = normalise(
        told, "imaps://reader@imap.example.org/INBOX", [make_raw_entry(id=id, link=link)], now=NOON
    )
    return found.entries[0] if found.entries else None


def test_a_message_without_a_page_is_its_own_document() -> None:
    found = of("mailbox", "mail:0123abcd")
    assert found is not None
    assert (found.key, found.url) == ("mail:0123abcd", None)
    assert found.id == "urn:uuid:fb2c5efa-472a-5cb4-a829-98d98f41c301"


def test_a_message_with_a_page_in_the_archive_is_that_page() -> None:
    found = of("mailbox", "mail:0123abcd", "https://lists.example.org/forum/1")
    assert found is not None
    assert (found.key, found.url) == (
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
    assert of(kind, id) is None


def test_a_relative_link_leads_nowhere_from_a_mailbox() -> None:
    assert of("mailbox", None, "/forum/1") is None
