"""What a mail to us says: only what carries a word of ours is believed."""

from __future__ import annotations

import pytest

from aggregator.deliver.replies import Reply, ReplyKind, read_reply
from tests.deliver.readers import TOKENS, reader
from tests.deliver.replies import RETURN, RUN, WORD, bounce, complaint, note

ME = reader().id
FORGED = RETURN[:-20] + "0000000000" + RETURN[-12:]


@pytest.mark.parametrize(
    ("mail", "reply"),
    [
        (bounce(), Reply(ReplyKind.HARD, ME, RUN)),
        (bounce(action="delayed", status="4.2.2"), Reply(ReplyKind.SOFT, ME, RUN)),
        (bounce(run="ask-confirm.65b0d2f0"), Reply(ReplyKind.HARD, ME, "ask-confirm.65b0d2f0")),
        (bounce(to=f"Letters <{RETURN}>"), Reply(ReplyKind.HARD, ME, RUN)),
        (complaint(), Reply(ReplyKind.COMPLAINT, ME)),
        (note(), Reply(ReplyKind.LEAVE, ME)),
        (note(subject=f"Re: leave {WORD}"), Reply(ReplyKind.LEAVE, ME)),
        (note(subject=f"leave%20{WORD}"), Reply(ReplyKind.LEAVE, ME)),
        (note(subject=f"leave\n {WORD}"), Reply(ReplyKind.LEAVE, ME)),
    ],
)
def test_what_carries_a_word_of_ours_is_understood(mail: bytes, reply: Reply) -> None:
    assert read_reply(mail, TOKENS) == reply
    assert read_reply(mail.replace(b"\n", b"\r\n"), TOKENS) == reply


@pytest.mark.parametrize(
    "mail",
    [
        b"",
        b"\xff\xfe\x00",
        note(subject="leave"),
        note(subject="leave 00c0ffee00c0ffee"),
        note(subject=f"leave {WORD[:-1]}"),
        note(subject="hello"),
        note(to=RETURN, subject="Out of office", more="Auto-Submitted: auto-replied\n"),
        bounce(to="post@example.org"),
        bounce(to=FORGED),
        complaint(word="00c0ffee00c0ffee.forged"),
    ],
)
def test_everything_else_is_nothing(mail: bytes) -> None:
    assert read_reply(mail, TOKENS) is None
