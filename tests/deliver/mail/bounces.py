"""Bounces in the formats of several mail servers; composed by us."""

from __future__ import annotations

from tests.deliver.mail.inbound import RETURN_ADDRESS

PLAIN = f"""\
Return-Path: <>
Delivered-To: {RETURN_ADDRESS}
From: {{sender}}
To: {RETURN_ADDRESS}
Subject: {{subject}}
"""

REPORT = (
    PLAIN
    + """\
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="one/two"

--one/two
Content-Type: text/plain; charset=utf-8

{text}

--one/two
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Original-Recipient: rfc822;reader@example.org
Final-Recipient: rfc822; reader@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {code}

--one/two
Content-Type: text/rfc822-headers

Subject: a letter

--one/two--
"""
)


def report(sender: str, subject: str, text: str, action: str, status: str, code: str) -> bytes:
    """A delivery status notification (RFC 3464)."""
    header_and_text = {"sender": sender, "subject": subject, "text": text}
    return REPORT.format(**header_and_text, action=action, status=status, code=code).encode()


POSTFIX = report(
    "MAILER-DAEMON@mx.example.net (Mail Delivery System)",
    "Undelivered Mail Returned to Sender",
    "<reader@example.org>: host mx.example.org said: 550 5.1.1 no such user",
    "failed",
    "5.1.1",
    "550 5.1.1 no such user",
)
POSTFIX_LATE = report(
    "MAILER-DAEMON@mx.example.net (Mail Delivery System)",
    "Delayed Mail (still being retried)",
    "Your message could not be delivered for 4 hours. It will be retried.",
    "delayed",
    "4.4.1",
    "connect to mx.example.org: timed out",
)
EXCHANGE = report(
    "Microsoft Outlook <MicrosoftExchange00c0ffee@example.org>",
    "Undeliverable: a letter",
    "Your message to reader@example.org couldn't be delivered.",
    "failed",
    "5.1.10",
    "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found",
)
GMAIL = report(
    "Mail Delivery Subsystem <mailer-daemon@mail.example.net>",
    "Delivery Status Notification (Failure)",
    "Address not found. Your message wasn't delivered to reader@example.org",
    "failed",
    "5.1.1",
    "550-5.1.1 The email account that you tried to reach does not exist.",
)
EXIM = (
    PLAIN.format(
        sender="Mail Delivery System <Mailer-Daemon@mx.example.net>",
        subject="Mail delivery failed: returning message to sender",
    )
    + """\
X-Failed-Recipients: reader@example.org
Auto-Submitted: auto-replied

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  reader@example.org
    SMTP error from remote mail server after RCPT TO:<reader@example.org>:
    host mx.example.org [192.0.2.1]: 550 no such user

------ This is a copy of the message, including all the headers. ------

Return-path: <someone@example.org>
Subject: a letter
"""
).encode()
AWAY = (
    PLAIN.format(sender="reader@example.org", subject="Automatic reply: a letter")
    + "Auto-Submitted: auto-replied\n\nI am away until Monday, and undeliverable till then.\n"
).encode()
