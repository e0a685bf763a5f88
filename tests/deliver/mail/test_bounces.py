"""What a mail to us says: only what carries a word of ours is believed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.deliver.mail.bounces import InboundMail, InboundKind, parse_inbound_mail
from tests.deliver.mail.bounces import AWAY, EXCHANGE, EXIM, GMAIL, POSTFIX, POSTFIX_LATE
from tests.deliver.mail.inbound import RETURN, RUN, WORD, bounce, complaint, mail, note
from tests.deliver.mail.subscribers import TOKENS, reader

ME = reader().id
FORGED = RETURN[:-22] + "0000000000" + RETURN[-12:]


@pytest.mark.parametrize(
    ("mail", "reply"),
    [
        (bounce(), InboundMail(InboundKind.HARD_BOUNCE, ME, RUN)),
        (bounce(action="delayed", status="4.2.2"), InboundMail(InboundKind.SOFT_BOUNCE, ME, RUN)),
        (bounce(run="ask-confirm.65b0d2f0"), InboundMail(InboundKind.HARD_BOUNCE, ME, "ask-confirm.65b0d2f0")),
        (bounce(to=f"Letters <{RETURN}>"), InboundMail(InboundKind.HARD_BOUNCE, ME, RUN)),
        (complaint(), InboundMail(InboundKind.COMPLAINT, ME)),
        (note(), InboundMail(InboundKind.UNSUBSCRIBE, ME)),
        (note(subject=f"Re: leave {WORD}"), InboundMail(InboundKind.UNSUBSCRIBE, ME)),
        (note(subject=f"leave%20{WORD}"), InboundMail(InboundKind.UNSUBSCRIBE, ME)),
        (note(subject=f"leave\n {WORD}"), InboundMail(InboundKind.UNSUBSCRIBE, ME)),
    ],
)
def test_what_carries_a_word_of_ours_is_understood(mail: bytes, reply: InboundMail) -> None:
    assert parse_inbound_mail(mail, TOKENS) == reply
    assert parse_inbound_mail(mail.replace(b"\n", b"\r\n"), TOKENS) == reply


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
    assert parse_inbound_mail(mail, TOKENS) is None


@pytest.mark.parametrize(
    ("mail", "kind"),
    [
        (POSTFIX, InboundKind.HARD_BOUNCE),
        (POSTFIX_LATE, InboundKind.SOFT_BOUNCE),
        (EXCHANGE, InboundKind.HARD_BOUNCE),
        (GMAIL, InboundKind.HARD_BOUNCE),
        (EXIM, InboundKind.HARD_BOUNCE),
        (AWAY, None),
    ],
    ids=["Postfix", "Postfix, late", "Exchange", "Gmail", "Exim", "an absence"],
)
def test_bounces_are_read_in_the_forms_of_several_servers(mail: bytes, kind: InboundKind | None) -> None:
    expected = InboundMail(kind, ME, RUN) if kind else None

    assert parse_inbound_mail(mail, TOKENS) == expected
    handed_on = mail.replace(f"To: {RETURN}".encode(), b"To: post@example.org", 2)
    renamed = handed_on.replace(b"Delivered-To: post@example.org", f"Delivered-To: {RETURN}".encode())
    assert renamed != mail
    assert parse_inbound_mail(renamed, TOKENS) == expected  # a mailbox that only `Delivered-To` tells whose it was


def test_a_bounce_is_as_hard_as_the_worst_that_it_tells() -> None:
    late = b"Final-Recipient: rfc822; other@example.org\nAction: delayed\nStatus: 4.4.1\n\n"

    mail = POSTFIX.replace(b"Original-Recipient:", late + b"Original-Recipient:")

    assert parse_inbound_mail(mail, TOKENS) == InboundMail(InboundKind.HARD_BOUNCE, ME, RUN)


def test_a_complaint_holds_the_letter_as_it_was_sent_with_its_lines_broken() -> None:
    cut = f"leave%20{WORD[:9]}=\r\n{WORD[9:]}".encode()

    assert parse_inbound_mail(complaint().replace(f"leave%20{WORD}".encode(), cut), TOKENS) == InboundMail(
        InboundKind.COMPLAINT, ME
    )


TOKEN = "00c0ffee00c0ffee.Zb3D5A.c2lnbmVk_-"  # noqa: S105  # signs nothing


@pytest.mark.parametrize(
    ("payload", "reply"),
    [
        (mail("join"), InboundMail(InboundKind.SUBSCRIBE, "ann@example.org")),
        (mail("Re: JOIN "), InboundMail(InboundKind.SUBSCRIBE, "ann@example.org")),
        (mail("please let me join"), None),
        (mail("join", sender="a@example.org, b@example.org"), None),
        (mail(f"confirm {TOKEN}"), InboundMail(InboundKind.CONFIRM, TOKEN)),
        (mail(f"RE: Confirm {TOKEN}", "> as it is\n"), InboundMail(InboundKind.CONFIRM, TOKEN)),
        (mail("confirm"), None),
        (mail(f"confirm {TOKEN} and more"), None),
        (mail(f"pause {TOKEN}"), None),
        (mail("join", Auto_Submitted="auto-replied"), None),
        (mail("join", Precedence="bulk"), None),
        (mail("join", List_Id="<a.example.org>"), None),
    ],
)
def test_a_mail_asks_for_what_its_subject_says(payload: bytes, reply: InboundMail | None) -> None:
    assert parse_inbound_mail(payload, TOKENS) == reply


@given(payload=st.binary(max_size=300))
def test_whatever_stands_below_the_subject_the_token_is_read_or_nothing(payload: bytes) -> None:
    found = parse_inbound_mail(b"Subject: confirm " + TOKEN.encode() + b"\n" + payload, TOKENS)

    assert found is None or found == InboundMail(InboundKind.CONFIRM, TOKEN)
