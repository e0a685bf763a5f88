"""Composes digests and alert mails, and hands them to the outbox or a mail server.

In:   documents, bodies, site settings, alerts; subscribers and their choices
Out:  Digest, the Artifacts `digests/WEEK.html` and `digests/WEEK.txt`, Messages, and a
      SendResult for each Message
To add a heading or a document type: one line in `digest/headings.py`. Texts for people are in
`digest/formatting.py` and `digest/footer.py`. To add a way to send: a file beside `mail/outbox.py` and
`mail/smtp.py`, chosen in `services/mailing/mailer.py`.
"""

from __future__ import annotations

from aggregator.deliver.digest.compose import compose
from aggregator.deliver.digest.filtering import should_send
from aggregator.deliver.digest.render import render_digest
from aggregator.deliver.digest.weeks import (
    closed_days,
    closed_weeks,
    day_of,
    digest_window,
    week_of,
    windows_still_sent,
)
from aggregator.deliver.mail.prepared import MailContext, PreparedMessage, prepare_digest_mail
from aggregator.deliver.mail.retry import after_attempt, give_up_not_allowed, set_aside

__all__ = [
    "MailContext",
    "PreparedMessage",
    "after_attempt",
    "closed_days",
    "closed_weeks",
    "compose",
    "day_of",
    "digest_window",
    "give_up_not_allowed",
    "prepare_digest_mail",
    "render_digest",
    "set_aside",
    "should_send",
    "week_of",
    "windows_still_sent",
]
