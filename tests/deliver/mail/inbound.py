"""Inbound mail in the formats of mail servers and mail providers; composed by us."""

from __future__ import annotations

from email.message import EmailMessage

from tests.deliver.mail.subscribers import TOKENS, make_subscriber

RUN = "2024-W04"
RETURN_ADDRESS = (
    f"post+{RUN}.{make_subscriber().id}.{TOKENS.return_address_tag(RUN, make_subscriber().id)}@example.org"
)
UNSUBSCRIBE_TOKEN = TOKENS.unsubscribe_token(make_subscriber().id)

REPORT = """\
From: Mail Delivery System <MAILER-DAEMON@mx.example.net>
To: {to}
Subject: {subject}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="cut"

--cut
Content-Type: text/plain

It could not be delivered.
--cut
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; reader@example.org
Action: {action}
Status: {status}
--cut--
"""

COMPLAINT = """\
From: complaints@provider.example.net
To: post@example.org
Subject: complaint about message
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="cut"

--cut
Content-Type: text/plain

Somebody did not want this.
--cut
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Provider/1.0
Version: 1
--cut
Content-Type: message/rfc822

Message-ID: <x@example.org>
List-Unsubscribe: <mailto:post@example.org?subject=leave%20{token}>
Subject: a letter

The letter.
--cut--
"""

PERSONAL_MAIL = """\
From: reader@example.org
To: {to}
Subject: {subject}
{more}
I am away until Monday.
"""


def make_bounce(
    to: str = RETURN_ADDRESS, action: str = "failed", status: str = "5.1.1", run: str = RUN
) -> bytes:
    """A delivery status notification (RFC 3464) to the return address of a delivery."""
    if run != RUN:
        id = make_subscriber().id
        to = f"post+{run}.{id}.{TOKENS.return_address_tag(run, id)}@example.org"
    return REPORT.format(to=to, subject="Undelivered", action=action, status=status).encode()


def make_complaint(signed: str = UNSUBSCRIBE_TOKEN) -> bytes:
    """A feedback report (RFC 5965) with the mail that it is about."""
    return COMPLAINT.format(token=signed).encode()


def personal_mail(
    to: str = "post@example.org", subject: str = f"leave {UNSUBSCRIBE_TOKEN}", more: str = ""
) -> bytes:
    """A mail that a person, or their out-of-office reply, sends."""
    return PERSONAL_MAIL.format(to=to, subject=subject, more=more).encode()


def make_mail(subject: str, text: str = "", sender: str = "Ann <ann@example.org>", **headers: str) -> bytes:
    """A mail that a person writes to us."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, "post@example.org", subject
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made.as_bytes()
