"""Mails that come back, in the forms in which mail servers and providers send them; written by us."""

from __future__ import annotations

from email.message import EmailMessage

from tests.deliver.mail.subscribers import TOKENS, reader

RUN = "2024-W04"
RETURN = f"post+{RUN}.{reader().id}.{TOKENS.return_address_tag(RUN, reader().id)}@example.org"
WORD = TOKENS.unsubscribe_token(reader().id)

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
List-Unsubscribe: <mailto:post@example.org?subject=leave%20{word}>
Subject: a letter

The letter.
--cut--
"""

NOTE = """\
From: reader@example.org
To: {to}
Subject: {subject}
{more}
I am away until Monday.
"""


def bounce(to: str = RETURN, action: str = "failed", status: str = "5.1.1", run: str = RUN) -> bytes:
    """A delivery status notification (RFC 3464) to the return address of a letter."""
    to = f"post+{run}.{reader().id}.{TOKENS.return_address_tag(run, reader().id)}@example.org" if run != RUN else to
    return REPORT.format(to=to, subject="Undelivered", action=action, status=status).encode()


def complaint(word: str = WORD) -> bytes:
    """A feedback report (RFC 5965) with the letter that it is about."""
    return COMPLAINT.format(word=word).encode()


def note(to: str = "post@example.org", subject: str = f"leave {WORD}", more: str = "") -> bytes:
    """A mail that a person, or their absence, sends."""
    return NOTE.format(to=to, subject=subject, more=more).encode()


def mail(subject: str, text: str = "", sender: str = "Ann <ann@example.org>", **headers: str) -> bytes:
    """A mail that a person writes to us."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, "post@example.org", subject
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made.as_bytes()
