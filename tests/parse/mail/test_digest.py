"""A digest of a list is taken apart into its messages, and names no member."""

from __future__ import annotations

import pytest

from tests.parse.mail.messages import message, quarantine_reason, read

RULE_70, RULE_30 = "-" * 70, "-" * 30
FIRST = """Date: Mon, 1 Jun 2026 09:00:00 +0100
From: Anna Example <anna@example.org>
Subject: [MSF] Open government plan
Message-ID: <a1@example.org>

The plan is out. Ben Example asked for it.
------------------------------
Read it, says Anna Example.
"""
SECOND = """Date: Mon, 1 Jun 2026 09:10:00 +0100
From: Ben Example
 <ben@example.org>
Subject: Minutes of May
Content-Type: text/plain; charset="us-ascii"

The minutes are out.
> Cai Example wrote:
> Cai Example will bring them.
"""
REPLY = FIRST.replace("[MSF] Open", "Re: [MSF] Open")
AWAY = FIRST.replace("[MSF] Open", "Automatic reply: Open")
PREAMBLE = """Send msf mailing list submissions to
\tmsf@lists.example.org

Today's Topics:

   1. Open government plan (Anna Example)
   2. Minutes of May (Ben Example)

"""


def mailman(*messages: str) -> str:
    numbered = f"\n{RULE_30}\n\n".join(f"Message: {n}\n{one}" for n, one in enumerate(messages, 1))
    footer = (
        f"\n{RULE_30}\n\nSubject: Digest Footer\n\nmsf mailing list\n\n{RULE_30}\n\nEnd of msf Digest, Vol 12"
    )
    return f"{PREAMBLE}\n{RULE_70}\n\n{numbered}{footer}\n*****\n"


def listserv(*messages: str) -> str:
    return f"There are 2 messages in this issue.\n\n{RULE_70}\n\n" + f"\n{RULE_30}\n\n".join(
        one.replace("Subject", "Subject ") for one in messages
    )


def mime(*messages: str) -> str:
    parts = "".join(f"--d\nContent-Type: message/rfc822\n\n{one}\n" for one in messages)
    digest = f"Content-Type: multipart/digest; boundary=d\n\n{parts}--d--"
    return f"--m\n\n{PREAMBLE}\n--m\n{digest}\n--m\n\nEnd\n--m--\n"


@pytest.mark.parametrize("crlf", [False, True])
@pytest.mark.parametrize("write", [mailman, listserv, mime])
def test_a_digest_is_its_messages_without_replies_and_members(write: object, crlf: bool) -> None:
    assert callable(write)
    body = write(FIRST, REPLY, SECOND, AWAY)
    kind = "multipart/mixed; boundary=m" if write is mime else "text/plain; charset=utf-8"
    page = read(
        message(
            body.replace("\n", "\r\n") if crlf else body,
            Subject="msf Digest, Vol 12, Issue 4",
            Content_Type=kind,
            From="Forum <msf@lists.example.org>",
        )
    )

    assert [(entry.title, entry.published) for entry in page.entries] == [
        ("Open government plan", "Mon, 1 Jun 2026 09:00:00 +0100"),
        ("Minutes of May", "Mon, 1 Jun 2026 09:10:00 +0100"),
    ]
    assert [reject.item_name for reject in page.rejects] == ["message 1, 4 of its digest"]
    words = repr(page)
    for private in ("Anna", "Ben", "Cai", "@example.org", "Topics"):
        assert private not in words
    assert "Read it" in (page.entries[0].content or "")


def test_a_message_of_a_digest_is_the_one_that_came_alone() -> None:
    alone = message("The plan is out.", Subject="Open government plan", Message_ID="<a1@example.org>")
    digest = message(mailman(FIRST, SECOND), Subject="msf Digest, Vol 12, Issue 4", Message_ID="<d@x>")
    assert len({entry.id for entry in (*read(alone).entries, *read(digest).entries)}) == 2


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("A plan", f"The plan:\n\n{RULE_30}\n\nFrom: us\nDate: today\n\nOut.\n"),
        ("Digest of responses published", f"One.\n\n{RULE_30}\n\nTwo.\n"),
        ("A plan", f"One.\n\n{RULE_70}\n\nEnd of year.\n"),
    ],
)
def test_lines_of_hyphens_alone_make_no_digest(subject: str, body: str) -> None:
    (entry,) = read(message(body, Subject=subject)).entries
    assert entry.title == subject


def test_a_digest_beyond_the_limits_is_quarantined() -> None:
    many = [SECOND.replace("May", f"{n} May") for n in range(201)]
    raw = message(mailman(*many), Subject="msf Digest, Vol 12, Issue 4")
    assert quarantine_reason(raw) == "it is a digest of more than 200 messages"
