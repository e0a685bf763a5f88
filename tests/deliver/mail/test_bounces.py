"""Parsing inbound mail: only what we signed is believed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.deliver.mail.bounces import InboundKind, InboundMail, UnreadableBounce
from aggregator.deliver.mail.bounces import parse_inbound_mail as parse_received_mail
from aggregator.deliver.mail.tokens import Tokens
from aggregator.parse.mail.received import read_received_mail
from tests.deliver.mail.bounces import AWAY, EXCHANGE, EXIM, GMAIL, POSTFIX, POSTFIX_LATE
from tests.deliver.mail.inbound import (
    RETURN_ADDRESS,
    RUN,
    UNSUBSCRIBE_TOKEN,
    make_bounce,
    make_complaint,
    make_mail,
    personal_mail,
)
from tests.deliver.mail.subscribers import TOKENS, make_subscriber

ME = make_subscriber().id
FORGED = RETURN_ADDRESS[:-22] + "0000000000" + RETURN_ADDRESS[-12:]


def parse_inbound_mail(payload: bytes, tokens: Tokens) -> InboundMail | None:
    """What a mail asks of us, read by the stage that reads what is hostile."""
    return parse_received_mail(read_received_mail(payload), tokens)


@pytest.mark.parametrize(
    ("mail", "parsed"),
    [
        (make_bounce(), InboundMail(InboundKind.HARD_BOUNCE, ME, RUN)),
        (make_bounce(action="delayed", status="4.2.2"), InboundMail(InboundKind.SOFT_BOUNCE, ME, RUN)),
        (
            make_bounce(run="ask-confirm.65b0d2f0"),
            InboundMail(InboundKind.HARD_BOUNCE, ME, "ask-confirm.65b0d2f0"),
        ),
        (make_bounce(to=f"Letters <{RETURN_ADDRESS}>"), InboundMail(InboundKind.HARD_BOUNCE, ME, RUN)),
        (make_complaint(), InboundMail(InboundKind.COMPLAINT, ME)),
        (personal_mail(), InboundMail(InboundKind.UNSUBSCRIBE, ME)),
        (personal_mail(subject=f"Re: leave {UNSUBSCRIBE_TOKEN}"), InboundMail(InboundKind.UNSUBSCRIBE, ME)),
        (personal_mail(subject=f"leave%20{UNSUBSCRIBE_TOKEN}"), InboundMail(InboundKind.UNSUBSCRIBE, ME)),
        (personal_mail(subject=f"leave\n {UNSUBSCRIBE_TOKEN}"), InboundMail(InboundKind.UNSUBSCRIBE, ME)),
    ],
)
def test_mail_with_something_that_we_signed_is_understood(mail: bytes, parsed: InboundMail) -> None:
    assert parse_inbound_mail(mail, TOKENS) == parsed
    assert parse_inbound_mail(mail.replace(b"\n", b"\r\n"), TOKENS) == parsed


@pytest.mark.parametrize(
    "mail",
    [
        b"",
        b"\xff\xfe\x00",
        personal_mail(subject="leave"),
        personal_mail(subject="leave 00c0ffee00c0ffee"),
        personal_mail(subject=f"leave {UNSUBSCRIBE_TOKEN[:-1]}"),
        personal_mail(subject="hello"),
        personal_mail(to=RETURN_ADDRESS, subject="Out of office", more="Auto-Submitted: auto-replied\n"),
        make_bounce(to="post@example.org"),
        make_bounce(to=FORGED),
        make_complaint(signed="00c0ffee00c0ffee.forged"),
    ],
)
def test_any_other_mail_is_ignored(mail: bytes) -> None:
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
    ids=["Postfix", "Postfix, late", "Exchange", "Gmail", "Exim", "out of office"],
)
def test_bounces_are_parsed_in_the_formats_of_several_mail_servers(
    mail: bytes, kind: InboundKind | None
) -> None:
    expected = InboundMail(kind, ME, RUN) if kind else None

    assert parse_inbound_mail(mail, TOKENS) == expected
    forwarded = mail.replace(f"To: {RETURN_ADDRESS}".encode(), b"To: post@example.org", 2)
    delivered_to = forwarded.replace(
        b"Delivered-To: post@example.org", f"Delivered-To: {RETURN_ADDRESS}".encode()
    )
    assert delivered_to != mail
    assert parse_inbound_mail(delivered_to, TOKENS) == expected  # only `Delivered-To` has the return address


def test_one_permanent_failure_makes_a_hard_bounce() -> None:
    late = b"Final-Recipient: rfc822; other@example.org\nAction: delayed\nStatus: 4.4.1\n\n"

    mail = POSTFIX.replace(b"Original-Recipient:", late + b"Original-Recipient:")

    assert parse_inbound_mail(mail, TOKENS) == InboundMail(InboundKind.HARD_BOUNCE, ME, RUN)


def test_a_token_in_a_complaint_is_found_across_a_quoted_printable_line_break() -> None:
    broken = f"leave%20{UNSUBSCRIBE_TOKEN[:9]}=\r\n{UNSUBSCRIBE_TOKEN[9:]}".encode()

    assert parse_inbound_mail(
        make_complaint().replace(f"leave%20{UNSUBSCRIBE_TOKEN}".encode(), broken), TOKENS
    ) == InboundMail(InboundKind.COMPLAINT, ME)


TOKEN = "00c0ffee00c0ffee.Zb3D5A.c2lnbmVk_-"  # noqa: S105  # signs nothing


@pytest.mark.parametrize(
    ("payload", "parsed"),
    [
        (make_mail("join"), InboundMail(InboundKind.SUBSCRIBE, "ann@example.org")),
        (make_mail("Re: JOIN "), InboundMail(InboundKind.SUBSCRIBE, "ann@example.org")),
        (make_mail("please let me join"), None),
        (make_mail("join", sender="a@example.org, b@example.org"), None),
        (make_mail(f"confirm {TOKEN}"), InboundMail(InboundKind.CONFIRM, TOKEN)),
        (make_mail(f"RE: Confirm {TOKEN}", "> as it is\n"), InboundMail(InboundKind.CONFIRM, TOKEN)),
        (make_mail("confirm"), None),
        (make_mail(f"confirm {TOKEN} and more"), None),
        (make_mail(f"pause {TOKEN}"), None),
        (make_mail("join", Auto_Submitted="auto-replied"), None),
        (make_mail("join", Precedence="bulk"), None),
        (make_mail("join", List_Id="<a.example.org>"), None),
    ],
)
def test_the_subject_is_the_command(payload: bytes, parsed: InboundMail | None) -> None:
    assert parse_inbound_mail(payload, TOKENS) == parsed


@given(payload=st.binary(max_size=300))
def test_the_token_is_parsed_or_nothing_whatever_follows_the_subject(payload: bytes) -> None:
    found = parse_inbound_mail(b"Subject: confirm " + TOKEN.encode() + b"\n" + payload, TOKENS)

    assert found is None or found == InboundMail(InboundKind.CONFIRM, TOKEN)


@pytest.mark.parametrize(
    ("field", "hostile"),
    [
        (b"From: MAILER-DAEMON@mx.example.net (Mail Delivery System)\n", b""),
        (b"From: MAILER-DAEMON@mx.example.net (Mail Delivery System)", b"From: <"),
        (b"From: MAILER", b"From: \xff\xfe"),
        (b"Action: failed", b"Action: failed\xe9"),
        (b"charset=utf-8", b"charset*=utf-8'en'x"),
        (b"charset=utf-8", b"charset*=a; charset*0=b"),
        (b"charset=utf-8", b'charset="a\x00b"'),
    ],
)
def test_a_bounce_with_a_broken_field_raises_nothing(field: bytes, hostile: bytes) -> None:
    """Each of these made a detector of flufl.bounce raise."""
    assert field in POSTFIX
    mail = parse_inbound_mail(POSTFIX.replace(field, hostile), TOKENS)

    assert mail == InboundMail(InboundKind.HARD_BOUNCE, ME, RUN)


def test_a_bounce_that_the_library_cannot_bear_is_a_clear_error() -> None:
    mail = POSTFIX.replace(b"Original-Recipient: rfc822;", b"Original-Recipient: rfc822; a*=b; a*0=c;")
    assert mail != POSTFIX
    with pytest.raises(UnreadableBounce, match="TypeError"):
        parse_inbound_mail(mail, TOKENS)
